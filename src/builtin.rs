//! What the build script embeds: a start reads the rules as they are meant, so no YAML is parsed,
//! nothing is checked again, and the words that each rule needs are known.

/// The built-in rules by id, each with the words that it needs: `postcard` of
/// `Vec<(Rule, Packed<Needs>)>`.
pub static RULES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rules.postcard"));

/// The names and texts of the models that rules share.
pub fn models() -> Vec<(String, String)> {
    let bytes = include_bytes!(concat!(env!("OUT_DIR"), "/models.postcard"));
    postcard::from_bytes(bytes).expect("the build script writes this type")
}
