//! Pure functions on text that rules call by name.

mod bigrams;
mod entropy;
pub mod randomness;
mod redos;

pub use entropy::is_high_entropy;
pub use redos::is_redos;
