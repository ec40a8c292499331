//! Literals whose value is not their text: strings and integers.

use super::{CstId, Flags, K, Kind, Python, Role, Symbol};

impl Python<'_, '_> {
    /// One string, or several side by side, which are one value.
    pub(super) fn string(&mut self, c: CstId, role: Role, pieces: &[CstId]) {
        let span = self.lower.span(c);
        let mut flags = Flags::JOINED.when(pieces.len() > 1);
        let mut value: Vec<u8> = Vec::new();
        let mut constant = true;
        for &piece in pieces {
            for part in self.lower.named(piece) {
                match self.k(part) {
                    K::StringStart => {
                        let prefix = self.lower.text(part).to_ascii_lowercase();
                        flags = flags.with(Flags::TEMPLATE.when(prefix.contains(&b'f')));
                        flags = flags.with(Flags::BYTES.when(prefix.contains(&b'b')));
                    }
                    K::StringContent => value.extend_from_slice(self.lower.text(part)),
                    K::Interpolation => constant = false,
                    _ => {}
                }
            }
        }
        let id = self.lower.open_span(Kind::Str, role, flags, span);
        if constant {
            self.lower.builder.node_mut(id).symbol = Symbol::of(&value);
        }
        for &piece in pieces {
            for part in self.lower.named(piece) {
                match self.k(part) {
                    K::StringContent => self.lower.string_part(self.lower.span(part), constant),
                    K::Interpolation => {
                        self.lower.open(Kind::Interp, Role::Item, part);
                        self.field(part, self.f.expression, Role::Item);
                        self.lower.close();
                    }
                    _ => {}
                }
            }
        }
        self.lower.close();
    }
}

/// The value of an integer literal in decimal, or the literal where it is too long to matter.
pub(super) fn integer(text: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(text)
        .to_ascii_lowercase()
        .replace('_', "");
    let text = text.trim_end_matches('l');
    let (digits, radix) = match text.get(..2) {
        Some("0x") => (&text[2..], 16),
        Some("0o") => (&text[2..], 8),
        Some("0b") => (&text[2..], 2),
        _ if text.len() > 1 && text.starts_with('0') => (&text[1..], 8),
        _ => (text, 10),
    };
    u128::from_str_radix(digits, radix).map_or_else(|_| text.to_owned(), |value| value.to_string())
}
