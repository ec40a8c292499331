//! Parts of rules that are read when they are needed: most of the built-in rules never run.

use std::ops::Deref;
use std::sync::OnceLock;

use serde::de::{DeserializeOwned, Visitor};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value, or `postcard` of it that was embedded and is not read yet.
#[derive(Debug)]
pub struct Packed<T> {
    bytes: &'static [u8],
    /// Boxed, since most are never filled in.
    value: OnceLock<Box<T>>,
}

impl<T> From<T> for Packed<T> {
    fn from(value: T) -> Packed<T> {
        Packed {
            bytes: &[],
            value: OnceLock::from(Box::new(value)),
        }
    }
}

impl<T: DeserializeOwned> Deref for Packed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.get_or_init(|| {
            let value = postcard::from_bytes(self.bytes);
            Box::new(value.expect("the build script writes this type"))
        })
    }
}

impl<T: DeserializeOwned + Clone> Clone for Packed<T> {
    fn clone(&self) -> Packed<T> {
        Packed::from(T::clone(self))
    }
}

impl<T: DeserializeOwned + PartialEq> PartialEq for Packed<T> {
    fn eq(&self, other: &Packed<T>) -> bool {
        **self == **other
    }
}

impl<T: DeserializeOwned + Serialize> Serialize for Packed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = postcard::to_stdvec(&**self).map_err(S::Error::custom)?;
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de: 'static, T> Deserialize<'de> for Packed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Packed<T>, D::Error> {
        let bytes = deserializer.deserialize_bytes(Embedded)?;
        Ok(Packed {
            bytes,
            value: OnceLock::new(),
        })
    }
}

/// Takes bytes that live as long as the program.
struct Embedded;

impl<'de: 'static> Visitor<'de> for Embedded {
    type Value = &'static [u8];

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("embedded bytes")
    }

    fn visit_borrowed_bytes<E: serde::de::Error>(
        self,
        bytes: &'de [u8],
    ) -> Result<&'static [u8], E> {
        Ok(bytes)
    }
}
