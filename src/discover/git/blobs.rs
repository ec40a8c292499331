//! The contents of objects, as they are stored: no filter and no conversion sees them.

use std::io::{self, Read as _};
use std::path::Path;

use super::Git;
use super::stream::Stream;
use crate::discover::read::{self, Content, ReadError};

/// What is left unread of an object up to this size is read away; for more a new child is cheaper.
const READ_AWAY: u64 = 1 << 20;

/// Reads objects one after the other, from one child as long as that goes well.
#[derive(Debug)]
pub(in crate::discover) struct Blobs<'g> {
    git: &'g Git,
    stream: Option<Stream>,
    /// Whether git stood still once; it is not asked again.
    stands_still: bool,
}

impl<'g> Blobs<'g> {
    pub(in crate::discover) fn of(git: &'g Git) -> Blobs<'g> {
        Blobs {
            git,
            stream: None,
            stands_still: false,
        }
    }

    /// The content of an object, which goes by `path`.
    pub(in crate::discover) fn read(
        &mut self,
        object: &str,
        path: &Path,
    ) -> Result<Content, ReadError> {
        if self.stands_still {
            return Err(io::Error::from(io::ErrorKind::TimedOut).into());
        }
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => self
                .git
                .stream(&["cat-file", "--batch"])
                .map_err(|refusal| ReadError::Unreadable(refusal.to_string()))?,
        };
        let size = match size_of(&mut stream, object) {
            Ok(Some(size)) => size,
            Ok(None) => {
                self.stream = Some(stream);
                let missing = "this repository does not have its content";
                return Err(ReadError::Unreadable(missing.to_owned()));
            }
            Err(error) => {
                self.stands_still = error.kind() == io::ErrorKind::TimedOut;
                return Err(error.into());
            }
        };
        let mut content = stream.by_ref().take(size);
        let read = read::read_from(&mut content, size, path);
        // A line feed follows.
        let left = content.limit() + 1;
        if left <= READ_AWAY && io::copy(&mut stream.by_ref().take(left), &mut io::sink()).is_ok() {
            self.stream = Some(stream);
        }
        match read {
            Ok(Content::Text(_, bytes)) if (bytes.len() as u64) < size => {
                Err(ReadError::Unreadable("git broke off".to_owned()))
            }
            read => read,
        }
    }
}

/// Asks for an object: its size, or nothing where git does not have it as a file.
fn size_of(stream: &mut Stream, object: &str) -> io::Result<Option<u64>> {
    stream.ask(object)?;
    let ended = || io::Error::other("git broke off");
    let header = stream.until(b'\n')?.ok_or_else(ended)?;
    let header = String::from_utf8_lossy(&header);
    let mut words = header.split(' ').skip(1);
    match (words.next(), words.next().map(str::parse)) {
        (Some("blob"), Some(Ok(size))) => Ok(Some(size)),
        (Some("missing"), None) => Ok(None),
        _ => Err(io::Error::other("git answered something else")),
    }
}
