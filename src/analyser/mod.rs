//! Pure functions on text that rules call by name.

mod bigrams;
pub mod randomness;
