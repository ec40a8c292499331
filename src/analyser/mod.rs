//! Pure functions on text that rules call by name.

mod entropy;
mod redos;

pub use entropy::is_high_entropy;
pub use redos::is_redos;
