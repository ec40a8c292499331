//! Rules: as written, as meant, and how they are loaded.

pub mod fixture;
mod meta;

pub use meta::Meta;
