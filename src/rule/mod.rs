//! Rules: as written, as meant, and how they are loaded.

mod meta;

pub use meta::Meta;
