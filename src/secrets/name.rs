//! Whether a name is one that holds a secret.
//!
//! Names are split into words, so that there is no `key` in `monkey` and no `pass` in `compass`.

/// What kind of secret a name promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    /// A password: a person may have made it up.
    Password,
    /// A token or key that a machine has drawn.
    Token,
    /// Something that is often no secret: `cache_key`, `auth`.
    Maybe,
}

/// The needles by which names that promise secrets are found in a text. Each name that
/// [`promise`] knows contains one.
pub(super) const NEEDLES: [&str; 14] = [
    "passw",
    "passphrase",
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "credential",
    "auth",
    "bearer",
    "private",
    "access",
    "cookie",
    "_pat",
];

/// Prefixes by which a build tool puts a variable into the code of a web page or an app.
const CLIENT_SIDE: [&str; 9] = [
    "NEXT_PUBLIC_",
    "REACT_APP_",
    "VITE_",
    "EXPO_PUBLIC_",
    "NUXT_PUBLIC_",
    "GATSBY_",
    "VUE_APP_",
    "NG_APP_",
    "PUBLIC_",
];

/// The name without the prefix that puts it into client-side code, if it has one.
pub(super) fn client_side(name: &str) -> Option<&str> {
    CLIENT_SIDE
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
}

/// What `name` promises; `None` where its value is no secret.
pub(super) fn promise(name: &str) -> Option<Promise> {
    let mut words = words(name);
    if words.iter().any(|word| is_disclaimer(word)) {
        return None;
    }
    while words.len() > 1 && words.last().is_some_and(|word| is_filler(word)) {
        words.pop();
    }
    let last = words.last()?.trim_end_matches(|c: char| c.is_ascii_digit());
    let before = words
        .len()
        .checked_sub(2)
        .map_or("", |at| words[at].as_str());
    match last {
        "password" | "passwd" | "pwd" | "passphrase" | "passcode" | "passwort" | "motdepasse"
        | "contrasena" | "senha" => Some(Promise::Password),
        "pass" | "pw" if words.len() > 1 || last == "pass" => Some(Promise::Password),
        "token" if is_word_before_plain_token(before) => None,
        "token" | "secret" | "apikey" | "secretkey" | "accesskey" | "authkey" | "privatekey"
        | "credential" | "credentials" | "creds" | "pat" | "licensekey" | "masterkey"
        | "signingkey" => Some(Promise::Token),
        "key" | "keys" if is_word_before_secret_key(before) => Some(Promise::Token),
        "tokens" if matches!(before, "access" | "api" | "auth" | "bot" | "refresh") => {
            Some(Promise::Token)
        }
        "key" if is_word_before_plain_key(before) => None,
        "key" | "auth" | "authorization" | "bearer" | "private" | "access" | "cookie" => {
            Some(Promise::Maybe)
        }
        _ => glued(last),
    }
}

/// Words that were written as one: `dbpassword`, `clientsecret`.
fn glued(word: &str) -> Option<Promise> {
    const PASSWORDS: [&str; 3] = ["password", "passwd", "passphrase"];
    const TOKENS: [&str; 7] = [
        "secret",
        "apikey",
        "apitoken",
        "secretkey",
        "accesskey",
        "accesstoken",
        "authtoken",
    ];
    if PASSWORDS.iter().any(|end| word.ends_with(end)) {
        return Some(Promise::Password);
    }
    if TOKENS.iter().any(|end| word.ends_with(end)) {
        return Some(Promise::Token);
    }
    word.ends_with("token").then_some(Promise::Maybe)
}

/// A word that says that the value is none, wherever it stands.
fn is_disclaimer(word: &str) -> bool {
    matches!(
        word,
        "public"
            | "pub"
            | "pubkey"
            | "publickey"
            | "hash"
            | "hashed"
            | "digest"
            | "checksum"
            | "sha"
            | "sha1"
            | "sha256"
            | "sha512"
            | "md5"
            | "integrity"
            | "etag"
            | "commit"
            | "revision"
            | "fingerprint"
            | "thumbprint"
            | "placeholder"
            | "regex"
            | "pattern"
            | "csrf"
            | "xsrf"
            | "tokenizer"
            | "keyboard"
            | "keyword"
            | "keywords"
    )
}

/// A word behind the one that counts.
fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "value"
            | "base"
            | "string"
            | "str"
            | "var"
            | "prod"
            | "production"
            | "dev"
            | "development"
            | "staging"
            | "stage"
            | "live"
            | "test"
            | "testing"
            | "sandbox"
            | "base64"
            | "b64"
            | "plain"
            | "plaintext"
            | "default"
            | "raw"
            | "primary"
            | "secondary"
            | "main"
            | "new"
            | "old"
            | "v1"
            | "v2"
            | "v3"
    ) || word.bytes().all(|b| b.is_ascii_digit())
}

/// `page_token` and the special tokens of language models are no secrets.
fn is_word_before_plain_token(word: &str) -> bool {
    matches!(
        word,
        "page"
            | "pad"
            | "padding"
            | "mask"
            | "cls"
            | "sep"
            | "eos"
            | "bos"
            | "unk"
            | "start"
            | "end"
            | "stop"
            | "begin"
            | "first"
            | "last"
            | "next"
            | "prev"
            | "previous"
            | "current"
            | "continuation"
            | "cancel"
            | "cancellation"
            | "image"
            | "video"
            | "audio"
            | "special"
            | "string"
            | "number"
            | "syntax"
            | "delimiter"
            | "design"
            | "sync"
    )
}

fn is_word_before_secret_key(word: &str) -> bool {
    matches!(
        word,
        "api"
            | "apis"
            | "access"
            | "secret"
            | "private"
            | "auth"
            | "authentication"
            | "authorization"
            | "encryption"
            | "encrypt"
            | "decryption"
            | "signing"
            | "signature"
            | "sign"
            | "master"
            | "admin"
            | "account"
            | "storage"
            | "shared"
            | "service"
            | "session"
            | "server"
            | "security"
            | "crypto"
            | "aes"
            | "hmac"
            | "jwt"
            | "consumer"
            | "subscription"
            | "license"
            | "licence"
            | "deploy"
            | "webhook"
            | "ssh"
            | "rsa"
            | "write"
            | "ingest"
            | "ingestion"
            | "app"
            | "application"
            | "client"
            | "openai"
            | "anthropic"
            | "stripe"
    ) || word.ends_with("api")
        || word.ends_with("secret")
}

fn is_word_before_plain_key(word: &str) -> bool {
    matches!(
        word,
        "foreign"
            | "sort"
            | "cache"
            | "partition"
            | "dict"
            | "map"
            | "index"
            | "row"
            | "column"
            | "group"
            | "label"
            | "config"
            | "object"
            | "registry"
            | "translation"
            | "i18n"
            | "message"
            | "state"
            | "query"
            | "short"
            | "hot"
            | "lookup"
            | "parent"
            | "unique"
            | "composite"
            | "metric"
            | "weight"
            | "param"
            | "attr"
            | "attribute"
            | "field"
            | "event"
            | "item"
            | "node"
            | "data"
            | "meta"
            | "metadata"
            | "websocket"
    )
}

/// Whether a value is what a secret is called: parts joined by marks, the last a word for a secret.
pub(super) fn ends_in_a_promise(value: &str) -> bool {
    let joined = value.split(['_', '-', '.']).count() > 1;
    let last = value.rsplit(['_', '-', '.']).next().unwrap_or(value);
    joined
        && matches!(
            last.to_ascii_lowercase().as_str(),
            "password" | "passwd" | "pass" | "pwd" | "token" | "secret" | "key" | "credentials"
        )
}

/// The words of a name in lower case, split at marks and where the case changes.
pub(super) fn words(name: &str) -> Vec<String> {
    let bytes = name.as_bytes();
    let mut words = Vec::new();
    let mut word = String::new();
    for (i, &byte) in bytes.iter().enumerate() {
        if !byte.is_ascii_alphanumeric() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            continue;
        }
        let before = i.checked_sub(1).map(|at| bytes[at]);
        let after = bytes.get(i + 1).copied();
        let begins = byte.is_ascii_uppercase()
            && before.is_some_and(|b| {
                b.is_ascii_lowercase()
                    || b.is_ascii_digit() && after.is_some_and(|a| a.is_ascii_alphabetic())
                    || b.is_ascii_uppercase() && after.is_some_and(|a| a.is_ascii_lowercase())
            });
        if begins && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.push(byte.to_ascii_lowercase() as char);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_split_at_marks_and_case() {
        assert_eq!(words("OPENAI_API_KEY"), ["openai", "api", "key"]);
        assert_eq!(words("dbPassword2"), ["db", "password2"]);
        assert_eq!(words("HTTPSecret"), ["http", "secret"]);
        assert_eq!(words("bulbulSECRET"), ["bulbul", "secret"]);
        assert_eq!(words("x-api-key"), ["x", "api", "key"]);
    }

    #[test]
    fn secrets_are_promised_by_the_last_word() {
        for name in [
            "API_KEY",
            "clientSecret",
            "x-auth-token",
            "access.key",
            "AUTH_TOKEN_PROD",
            "token2",
            "API_KEYS",
            "accessTokens",
        ] {
            assert_eq!(promise(name), Some(Promise::Token), "{name}");
        }
        for name in ["password", "DB_PASS", "dbpassword", "smtpPwd"] {
            assert_eq!(promise(name), Some(Promise::Password), "{name}");
        }
        for name in [
            "monkey",
            "compass",
            "public_key",
            "client_id",
            "secret_name",
            "token_type",
            "api_key_env",
            "token_url",
            "password_hash",
            "pad_token",
            "foreign_key",
            "max_tokens",
            "secret_path",
            "bypass",
        ] {
            assert_eq!(promise(name), None, "{name}");
        }
    }

    #[test]
    fn what_is_called_a_secret_is_none() {
        assert!(ends_in_a_promise("caching_sha2_password"));
        assert!(ends_in_a_promise("v1-slack-token"));
        assert!(!ends_in_a_promise("password"));
        assert!(!ends_in_a_promise("super_secret_1"));
        assert!(!ends_in_a_promise("admin-token-2024"));
    }

    #[test]
    fn client_side_names_are_known_by_their_prefix() {
        assert_eq!(client_side("NEXT_PUBLIC_API_KEY"), Some("API_KEY"));
        assert_eq!(client_side("API_KEY"), None);
    }
}
