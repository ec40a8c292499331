//! Rules: as written, as meant, and how they are loaded.

mod meta;
pub mod secret;

pub use meta::Meta;
