//! Whether a text looks random: what `metavariable-analysis: entropy` asks.

/// Whether the text has as much entropy as a key has. Shannon's measure over characters, for texts
/// long enough to tell; words and sentences stay below it.
pub fn is_high_entropy(text: &str) -> bool {
    let length = text.chars().count();
    if length < 10 || text.contains(char::is_whitespace) {
        return false;
    }
    let mut counts = std::collections::BTreeMap::new();
    for c in text.chars() {
        *counts.entry(c).or_insert(0u32) += 1;
    }
    let total = length as f64;
    let entropy: f64 = counts
        .values()
        .map(|&count| {
            let share = f64::from(count) / total;
            -share * share.log2()
        })
        .sum();
    // Hexadecimal digits carry at most four bits each, so a shorter alphabet asks for less.
    let hexadecimal = text.chars().all(|c| c.is_ascii_hexdigit());
    entropy >= if hexadecimal { 3.0 } else { 3.5 }
}

#[cfg(test)]
mod tests {
    use super::is_high_entropy;

    #[test]
    fn keys_are_told_from_words() {
        assert!(is_high_entropy("q8Zk2Lr0Vx7Bn4Ty"));
        assert!(!is_high_entropy("aaaaaaaaaaaaaaaa"));
        assert!(!is_high_entropy("a sentence with many different letters"));
        assert!(!is_high_entropy("short"));
    }
}
