//! What a value is when it is no secret: a placeholder, a reference, or another known thing.

/// Whether the value only stands for a secret that is elsewhere, or is a documented example.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    let folded = value.to_ascii_lowercase();
    is_reference(&folded)
        || folded
            .windows(4)
            .any(|w| w == b"xxxx" || w == b"****" || w == b"....")
        || has_placeholder_word(&folded)
        || is_documented(value)
        || has_few_characters(&folded)
}

/// Whether it is a key that a vendor prints in its documentation.
pub(super) fn is_documented(value: &[u8]) -> bool {
    DOCUMENTED.iter().any(|example| value == example.as_bytes())
}

/// Keys that vendors print in their documentation.
const DOCUMENTED: [&str; 8] = [
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AKIAI44QH8DHBEXAMPLE",
    // RFC 7617's user `Aladdin` and his password, in two spellings.
    "QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
    "QWxhZGRpbjpPcGVuU2VzYW1l",
    "sk_test_4eC39HqLyjWDarjtT1zdp7dc",
    "sk_test_BQokikJOvBiI2HlWgH4olfQ2",
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
];

/// Words that nobody puts into a secret, and that random text does not happen to contain.
const PLACEHOLDER_WORDS: [&str; 31] = [
    "example",
    "changeme",
    "change_me",
    "change-me",
    "change_this",
    "changethis",
    "placeholder",
    "replace",
    "redacted",
    "removed",
    "dummy",
    "insert",
    "enter_",
    "enter-",
    "your_",
    "your-",
    "yourapi",
    "yourkey",
    "yourtoken",
    "yoursecret",
    "yourpass",
    "my_api",
    "my-api",
    "my_secret",
    "my-secret",
    "_here",
    "-here",
    "foobar",
    "sanitized",
    "undefined",
    "not-used",
];

fn has_placeholder_word(folded: &[u8]) -> bool {
    folded.len() < 80
        && PLACEHOLDER_WORDS
            .iter()
            .any(|word| memchr::memmem::find(folded, word.as_bytes()).is_some())
}

/// `${X}`, `$(x)`, `{{ x }}`, `%(x)s`, `<x>`, `[x]`, `$X`, `%X%`, `process.env.X`.
fn is_reference(folded: &[u8]) -> bool {
    let first = folded.first().copied().unwrap_or(0);
    let last = folded.last().copied().unwrap_or(0);
    let pairs = [
        (b'<', b'>'),
        (b'[', b']'),
        (b'{', b'}'),
        (b'%', b'%'),
        (b'(', b')'),
    ];
    let has = |text: &[u8]| memchr::memmem::find(folded, text).is_some();
    pairs.contains(&(first, last))
        || first == b'$'
            && folded
                .get(1)
                .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
        || has(b"${")
        || has(b"$(")
        || has(b"{{")
        || has(b"%(")
        || has(b"#{")
        || has(b"<%")
        || has(b"?.")
        || is_call(folded)
        || folded.starts_with(b"process.env")
        || folded.starts_with(b"os.environ")
        || folded.starts_with(b"env.")
        || folded.starts_with(b"secrets.")
        || folded.starts_with(b"vault:")
        || folded.starts_with(b"op://")
        || folded.starts_with(b"arn:")
        || folded.starts_with(b"projects/")
}

/// `request.form.get(`: names joined by dots, and a bracket behind them.
fn is_call(folded: &[u8]) -> bool {
    let bracket = folded.iter().position(|b| b"([".contains(b)).unwrap_or(0);
    let callee = &folded[..bracket];
    callee.contains(&b'.')
        && callee.split(|&b| b == b'.').all(|name| {
            name.first()
                .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
                && name.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_')
        })
}

/// One or two different characters, whatever the length.
fn has_few_characters(folded: &[u8]) -> bool {
    let Some(&first) = folded.first() else {
        return true;
    };
    let second = folded.iter().find(|&&b| b != first);
    second.is_none_or(|&second| folded.iter().all(|&b| b == first || b == second))
}

/// The alphabet or the digits in their order, or a part of them.
pub(super) fn is_counted(value: &[u8]) -> bool {
    value
        .windows(2)
        .all(|two| two[1].checked_sub(two[0]) == Some(1))
}

/// Whether the value is the name of something: an identifier, an environment variable, a path, a
/// version, a host, a sentence. What is random never gets here as one of these by chance.
pub(super) fn is_plain_name(value: &[u8]) -> bool {
    let identifier = value
        .iter()
        .all(|b| b.is_ascii_alphabetic() || b"_-.:/@ ".contains(b));
    let digits_at_end = value
        .iter()
        .rposition(|b| !b.is_ascii_digit())
        .is_some_and(|at| {
            value.len() - at <= 3
                && value[..=at]
                    .iter()
                    .all(|b| b.is_ascii_alphabetic() || b"_-.:/".contains(b))
        });
    let variable = value.contains(&b'_')
        && value
            .iter()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
    identifier || digits_at_end || variable
}

/// An 8-4-4-4-12 identifier.
pub(super) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// Things that look random and are public: subresource integrity, hashes with their name, public
/// keys, data, web and network addresses, hashed passwords.
pub(super) fn is_public(value: &[u8]) -> bool {
    const STARTS: [&[u8]; 20] = [
        b"MFkwEwYHKoZIzj0",
        b"MIIBIjANBgkqhki",
        b"MCowBQYDK2V",
        b"MIICIjANBgkqhki",
        b"sha1-",
        b"sha256-",
        b"sha384-",
        b"sha512-",
        b"sha1:",
        b"sha256:",
        b"sha512:",
        b"md5:",
        b"AAAAB3Nza",
        b"AAAAC3Nza",
        b"AAAAE2Vj",
        b"data:",
        b"ssh-",
        b"$2a$",
        b"$2b$",
        b"$2y$",
    ];
    STARTS.iter().any(|start| value.starts_with(start))
        || memchr::memmem::find(value, b"://").is_some()
        || is_network_address(value)
}

/// Hexadecimal digits in groups of at most four with colons between: IPv6, the address of a device.
fn is_network_address(value: &[u8]) -> bool {
    let mut groups = value.split(|&b| b == b':');
    groups.clone().count() >= 4
        && groups.all(|group| group.len() <= 4 && group.iter().all(u8::is_ascii_hexdigit))
}

/// Whether the value has only characters that tokens are written in; passwords may have others.
pub(super) fn is_token(value: &[u8]) -> bool {
    value
        .iter()
        .all(|b| b.is_ascii_alphanumeric() || b"-_.~+/=:@|!".contains(b))
}

/// Passwords that stand for one in documentation, as does one that repeats the user's name.
pub(super) fn is_sample_password(password: &[u8]) -> bool {
    const SAMPLES: [&[u8]; 22] = [
        b"password",
        b"passwd",
        b"passw0rd",
        b"pass",
        b"pwd",
        b"secret",
        b"tiger",
        b"mypassword",
        b"mypass",
        b"user",
        b"username",
        b"root",
        b"postgres",
        b"guest",
        b"test",
        b"admin",
        b"token",
        b"pw",
        b"p4ssw0rd",
        b"foo",
        b"bar",
        b"db_password",
    ];
    let folded = password.to_ascii_lowercase();
    SAMPLES.contains(&folded.as_slice()) || is_placeholder(&folded)
}

/// Whether a person may have made the value up as a password: words with a digit or a mark, and
/// no name of anything.
pub(super) fn is_made_up(value: &[u8]) -> bool {
    let digit = value.iter().any(u8::is_ascii_digit);
    let letter = value.iter().any(u8::is_ascii_alphabetic);
    let mark = value.iter().any(|b| b"!@#$%^&*?".contains(b));
    let code = value.iter().any(|b| b"()[]{}<>\"'`\\;,/".contains(b));
    value.len() >= 8
        && letter
        && (digit || mark)
        && !code
        && !is_plain_name(value)
        && !is_sample_password(value)
}

/// Whether each byte is printable ASCII and no space.
pub(super) fn is_one_word(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_and_placeholders_are_no_secrets() {
        for value in [
            "${API_KEY}",
            "$API_KEY",
            "%(password)s",
            "{{ vault.key }}",
            "<your key>",
            "your-api-key-123",
            "sk-xxxxxxxxxxxx",
            "changeme1",
            "process.env.KEY",
            "********",
            "AKIAIOSFODNN7EXAMPLE",
            "ababababab",
            "options?.password||other",
            "request.form.get('password')",
            "request.META[",
        ] {
            assert!(is_placeholder(value.as_bytes()), "{value}");
        }
        assert!(!is_placeholder(b"q9Zr2LxT0vKp7Wd3"));
        assert!(!is_placeholder(b"q9Zr2.LxT0vK(p7Wd3"));
    }

    #[test]
    fn the_alphabet_is_counted() {
        assert!(is_counted(b"abcdefghijklmnopqrstuvwxyz"));
        assert!(is_counted(b"12345678"));
        assert!(!is_counted(b"abcdefgh1"));
    }

    #[test]
    fn addresses_are_public() {
        for value in ["2a00:1450:4009:81f::200e", "00:1b:63:84:45:e6"] {
            assert!(is_public(value.as_bytes()), "{value}");
        }
        assert!(!is_public(b"1450:4009:81f7a9c3:200e"));
        assert!(!is_public(b"beef:cafe1"));
    }

    #[test]
    fn names_of_things_are_plain() {
        for value in [
            "@@webpack",
            "MY_SECRET1",
            "NEO4J_PASSWORD",
            "settings.key",
            "client-secret",
            "a/b/c",
            "token_v2",
        ] {
            assert!(is_plain_name(value.as_bytes()), "{value}");
        }
        assert!(!is_plain_name(b"h7unter2secret"));
    }
}
