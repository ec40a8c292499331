//! Whether a regular expression can take exponential time in an engine that backtracks: what
//! `metavariable-analysis: redos` asks.

/// Whether a repetition holds another one that can match the same text in more than one way, such
/// as `(a+)+`, `(a*)*` or `(a|a)*`.
pub fn is_redos(text: &str) -> bool {
    let pattern = text.trim_matches(['"', '\'', '/', '`']);
    let bytes = pattern.as_bytes();
    // For each open group: whether an unbounded repetition or an alternative was seen in it.
    let mut groups: Vec<Group> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'[' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b']' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'(' => groups.push(Group {
                start: at + 1,
                ..Group::default()
            }),
            b'|' => {
                if let Some(group) = groups.last_mut() {
                    group.bars.push(at);
                }
            }
            b')' => {
                let Some(group) = groups.pop() else {
                    return false;
                };
                let repeated = unbounded(bytes, at + 1);
                if repeated && (group.repeats || group.overlaps(bytes, at)) {
                    return true;
                }
                if let Some(outer) = groups.last_mut() {
                    outer.repeats |= group.repeats || repeated;
                }
            }
            b'*' | b'+' => {
                if let Some(group) = groups.last_mut() {
                    group.repeats = true;
                }
            }
            b'{' if unbounded(bytes, at) => {
                if let Some(group) = groups.last_mut() {
                    group.repeats = true;
                }
            }
            _ => {}
        }
        at += 1;
    }
    false
}

#[derive(Default)]
struct Group {
    start: usize,
    repeats: bool,
    bars: Vec<usize>,
}

impl Group {
    /// Whether two alternatives begin with the same character.
    fn overlaps(&self, bytes: &[u8], end: usize) -> bool {
        let mut starts = vec![self.start];
        starts.extend(self.bars.iter().map(|bar| bar + 1));
        let mut first: Vec<u8> = Vec::new();
        for start in starts {
            let Some(&b) = bytes.get(start).filter(|_| start < end) else {
                continue;
            };
            if b == b'?' || b == b'[' || b == b'\\' || b == b'(' {
                continue;
            }
            if first.contains(&b) || b == b'.' && !first.is_empty() {
                return true;
            }
            first.push(b);
        }
        false
    }
}

/// Whether a repetition without an upper bound stands here.
fn unbounded(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at) {
        Some(b'*' | b'+') => true,
        Some(b'{') => {
            let rest = &bytes[at + 1..];
            let end = rest.iter().position(|&b| b == b'}').unwrap_or(0);
            rest[..end].ends_with(b",")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_redos;

    #[test]
    fn nested_repetitions_are_told_from_plain_ones() {
        for bad in ["^(a+)+$", "(a*)*b", "([a-z]+)*$", "(a|a)*$", "(x{2,})+"] {
            assert!(is_redos(bad), "{bad}");
        }
        for good in ["^a+$", "(ab)+c", "(a|b)*", "[(a+)+]", "\\(a+\\)+", "(a+)?"] {
            assert!(!is_redos(good), "{good}");
        }
    }
}
