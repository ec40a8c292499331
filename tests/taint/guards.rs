//! Which checks make a value harmless, and which only look as if they did.

use std::fmt::Write as _;

use aiscan::engine::RuleSet;
use aiscan::lang::Language;

use super::{PYTHON, RULE, RUST, SCRIPT, check_with, hold, python, rules, script, wrong};

/// Checks of one language, each with what stands before it, before an arrow: those that make the value
/// harmless where they hold, and those that prove nothing.
pub(super) struct Checks {
    pub(super) languages: &'static [Language],
    pub(super) good: &'static [&'static str],
    pub(super) bad: &'static [&'static str],
}

/// Each check as the condition of a branch, as one to leave by, and as one whose answer nobody reads.
#[track_caller]
pub(super) fn decide(all: &[Checks]) {
    let mut told = String::new();
    for checks in all {
        for &language in checks.languages {
            let rules = rules(RULE, language);
            for check in checks.good {
                for (name, code) in good_cases(language, check) {
                    tell(&mut told, &rules, language, name, &code);
                }
            }
            for check in checks.bad {
                let code = leaving(language, check, true);
                tell(&mut told, &rules, language, "proves nothing", &code);
            }
        }
    }
    assert!(told.is_empty(), "{told}");
}

fn tell(told: &mut String, rules: &RuleSet, language: Language, name: &str, code: &str) {
    if let Some(wrong) = wrong(rules, language, code) {
        let _ = writeln!(told, "{language:?}, {name}: {wrong}");
    }
}

/// What stands before a check, the check, and the variable that it is about.
fn parts(check: &str) -> (&str, &str, &str) {
    let (before, check) = check.split_once(" |> ").unwrap_or(("", check));
    let path = ["p = ", "let p = ", "const p = "];
    let path = path.iter().any(|start| before.starts_with(start));
    (before, check, if path { "p" } else { "x" })
}

fn good_cases(language: Language, check: &str) -> Vec<(&'static str, String)> {
    let (before, check_alone, of) = parts(check);
    let branch = match language {
        Language::Python => format!(
            "def f():\n    x = source()\n    {before}\n    if {check_alone}:\n        sink({of})\n    else:\n        sink({of})  # sink\n"
        ),
        Language::Rust => format!(
            "fn f() {{\n    let x = source();\n    {before}\n    if {check_alone} {{\n        sink({of});\n    }} else {{\n        sink({of}); // sink\n    }}\n}}\n"
        ),
        _ => format!(
            "function f() {{\n  const x = source();\n  {before}\n  if ({check_alone}) {{\n    sink({of});\n  }} else {{\n    sink({of}); // sink\n  }}\n}}\n"
        ),
    };
    let unread = match language {
        Language::Python => format!(
            "def f():\n    x = source()\n    {before}\n    {check_alone}\n    sink({of})  # sink\n"
        ),
        Language::Rust => format!(
            "fn f() {{\n    let x = source();\n    {before}\n    let _ = {check_alone};\n    sink({of}); // sink\n}}\n"
        ),
        _ => format!(
            "function f() {{\n  const x = source();\n  {before}\n  {check_alone};\n  sink({of}); // sink\n}}\n"
        ),
    };
    let asserted = match language {
        Language::Python => format!(
            "def f():\n    x = source()\n    {before}\n    assert {check_alone}\n    sink({of})\n"
        ),
        Language::Rust => format!(
            "fn f() {{\n    let x = source();\n    {before}\n    assert!({check_alone});\n    sink({of});\n}}\n"
        ),
        _ => format!(
            "function f() {{\n  const x = source();\n  {before}\n  assert({check_alone});\n  sink({of});\n}}\n"
        ),
    };
    vec![
        ("branch", branch),
        ("leaves", leaving(language, check, false)),
        ("asserted", asserted),
        ("unread", unread),
    ]
}

/// A function that is left where a check does not hold.
fn leaving(language: Language, check: &str, reported: bool) -> String {
    let (before, check, of) = parts(check);
    match language {
        Language::Python => {
            let mark = if reported { "  # sink" } else { "" };
            format!(
                "def f():\n    x = source()\n    {before}\n    if not ({check}):\n        raise E\n    sink({of}){mark}\n"
            )
        }
        Language::Rust => {
            let mark = if reported { " // sink" } else { "" };
            format!(
                "fn f() {{\n    let x = source();\n    {before}\n    if !({check}) {{ return Err(E); }}\n    sink({of});{mark}\n}}\n"
            )
        }
        _ => {
            let mark = if reported { " // sink" } else { "" };
            format!(
                "function f() {{\n  const x = source();\n  {before}\n  if (!({check})) return;\n  sink({of});{mark}\n}}\n"
            )
        }
    }
}

#[test]
fn membership_of_a_list_that_somebody_wrote_down() {
    decide(&[
        Checks {
            languages: PYTHON,
            good: &[
                "x in ('a', 'b')",
                "x in {'a': 1}",
                "x in ALLOWED",
                "x in self.allowed",
                "x in settings.ALLOWED",
                "x.lower() in ALLOWED",
                "x in ALLOWED.keys()",
                "x in TABLE or x in OTHER",
                "x and x in ALLOWED",
                "ALLOWED.__contains__(x)",
                "x in [c.value for c in Color]",
                "x in Color.__members__",
                "{x} <= ALLOWED",
                "set(x) <= set('abc')",
                "all(c in 'abc' for c in x)",
            ],
            bad: &[
                "y in ALLOWED",
                "'a' in x",
                "x not in DENIED",
                "x in ALLOWED or p",
                "x in [source()]",
                "x in 'abc' + x",
                "len(x) < 10",
                "any(c in 'abc' for c in x)",
            ],
        },
        Checks {
            languages: SCRIPT,
            good: &[
                "['a', 'b'].includes(x)",
                "ALLOWED.includes(x)",
                "this.allowed.has(x)",
                "ALLOWED.includes(x.toLowerCase())",
                "new Set(['a']).has(x)",
                "x in TABLE",
                "Object.hasOwn(TABLE, x)",
                "Object.prototype.hasOwnProperty.call(TABLE, x)",
                "TABLE.hasOwnProperty(x)",
                "Object.keys(TABLE).includes(x)",
                "ALLOWED.indexOf(x) >= 0",
                "ALLOWED.some((a) => a === x)",
                "ALLOWED.find((a) => a === x)",
                "x && ALLOWED.has(x)",
                "Object.values(Color).includes(x)",
            ],
            bad: &[
                "ALLOWED.includes(y)",
                "x.includes('a')",
                "!DENIED.includes(x)",
                "ALLOWED.includes(x) || p",
                "[source()].includes(x)",
                "x.length < 10",
                "ALLOWED.some((a) => x.startsWith(a))",
                "ALLOWED.some((a) => a !== x)",
            ],
        },
        Checks {
            languages: RUST,
            good: &[
                "[\"a\", \"b\"].contains(&x.as_str())",
                "ALLOWED.contains(&x.as_str())",
                "self.allowed.contains(&x)",
                "TABLE.contains_key(&x)",
                "ALLOWED.iter().any(|a| *a == x)",
                "ALLOWED.iter().any(|a| a.eq_ignore_ascii_case(&x))",
                "matches!(x.as_str(), \"a\" | \"b\")",
                "ALLOWED.binary_search(&x.as_str()).is_ok()",
            ],
            bad: &[
                "ALLOWED.contains(&y)",
                "x.contains(\"a\")",
                "!DENIED.contains(&x)",
                "ALLOWED.contains(&x) || p",
                "ALLOWED.iter().any(|a| x.starts_with(a))",
                "matches!(x.as_str(), \"a\" | _)",
                "x.len() < 10",
            ],
        },
    ]);
}

#[test]
fn comparison_with_constants() {
    decide(&[
        Checks {
            languages: PYTHON,
            good: &["x == 'a'", "'a' == x", "x == 'a' or x == 'b'"],
            bad: &[
                "x != 'a'",
                "x == y",
                "x == 'a' or x != 'b'",
                "x == x",
                "x > 'a'",
            ],
        },
        Checks {
            languages: SCRIPT,
            good: &[
                "x === 'a'",
                "'a' === x",
                "x === 'a' || x === 'b'",
                "x == 'a'",
            ],
            bad: &["x !== 'a'", "x === y", "x === 'a' || p", "x === x"],
        },
        Checks {
            languages: RUST,
            good: &[
                "x == \"a\"",
                "\"a\" == x",
                "x.as_str() == \"a\"",
                "x == \"a\" || x == \"b\"",
            ],
            bad: &["x != \"a\"", "x == y", "x == \"a\" || p"],
        },
    ]);
    hold(&[
        (
            PYTHON,
            r"
def f():
    match source():
        case 'a' | 'b' as x:
            sink(x)
        case x:
            sink(x)  # sink
---
def f():
    x = source()
    match x:
        case 'a' | 'b':
            sink(x)
        case _:
            raise E
    sink(x)
---
def f():
    x = source()
    if x == 'a':
        pass
    elif x == 'b':
        pass
    else:
        return
    sink(x)
",
        ),
        (
            SCRIPT,
            r"
function f() {
  const x = source();
  switch (x) {
    case 'a':
    case 'b':
      sink(x);
      break;
    default:
      sink(x); // sink
  }
}
---
function f() {
  const x = source();
  switch (x) {
    case 'a': break;
    default: throw new Error();
  }
  sink(x);
}
",
        ),
        (
            RUST,
            r#"
fn f() {
    let x = source();
    match x.as_str() {
        "a" | "b" => sink(&x),
        _ => return,
    }
    sink(x);
}
---
fn f() {
    let x = source();
    let y = match x.as_str() {
        "a" => "a",
        "b" => "b",
        _ => return,
    };
    sink(y);
    sink(x);
}
---
fn f() {
    match source() {
        x if x == "a" => sink(x),
        x => sink(x), // sink
    }
}
"#,
        ),
    ]);
}

#[test]
fn what_a_text_is_made_of() {
    decide(&[
        Checks {
            languages: PYTHON,
            good: &[
                "x.isdigit()",
                "x.isalnum()",
                "x.isidentifier()",
                "re.fullmatch(r'[a-z]+', x)",
                "re.match(r'^[a-z]+$', x)",
                "re.match(r'[a-z]+\\Z', x)",
                "re.search(r'^[a-z_]+$', x)",
                "re.compile(r'^\\w+$').match(x)",
                "pattern = re.compile('[a-z]+') |> pattern.fullmatch(x) is not None",
                "re.fullmatch(r'a|b', x)",
                "re.match(r'^(a|b)$', x)",
                "re.match(r'^[a-z]+$', x) is not None",
                "isinstance(x, int)",
                "m = re.fullmatch(r'[a-z]+', x) |> m",
            ],
            bad: &[
                "re.match(r'[a-z]+', x)",
                "re.search(r'[a-z]+', x)",
                "re.match(r'^.*$', x)",
                "re.fullmatch(r'.+', x)",
                "re.search(r'[a-z]+$', x)",
                "re.match(r'^a|b$', x)",
                "re.fullmatch(r'[a-z]+', y)",
                "re.fullmatch(x, 'a')",
                "re.search(r'^[a-z]+$', x, re.M)",
                "re.match(r'^[^;]+$', x)",
                "re.match(r'^\\S+$', x)",
                "x.isprintable()",
                "isinstance(x, str)",
                "y.isdigit()",
                "x.strip()",
            ],
        },
        Checks {
            languages: SCRIPT,
            good: &[
                "/^[a-z]+$/.test(x)",
                "x.match(/^[a-z]+$/)",
                "/^[a-z]+$/i.exec(x)",
                "new RegExp('^[a-z]+$').test(x)",
                "/^(a|b)$/.test(x)",
                "/^\\d+$/.test(x)",
                "typeof x === 'number'",
                "Number.isInteger(x)",
                "!isNaN(x)",
                "validator.isUUID(x)",
                "validator.isAlphanumeric(x)",
                "x.search(/^[a-z]+$/) !== -1",
            ],
            bad: &[
                "/[a-z]+/.test(x)",
                "/^[a-z]+/.test(x)",
                "/^.*$/.test(x)",
                "/^a|b$/.test(x)",
                "/^[a-z]+$/m.test(x)",
                "/^[a-z]+$/.test(y)",
                "/^[^;]+$/.test(x)",
                "typeof x === 'string'",
                "validator.isURL(x)",
                "x.trim()",
            ],
        },
        Checks {
            languages: RUST,
            good: &[
                "x.chars().all(|c| c.is_ascii_alphanumeric())",
                "x.chars().all(char::is_alphanumeric)",
                "x.bytes().all(|b| b.is_ascii_digit())",
                "x.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')",
                "x.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9'))",
                "Regex::new(r\"^[a-z]+$\").unwrap().is_match(&x)",
                "x.parse::<u32>().is_ok()",
                "Uuid::parse_str(&x).is_ok()",
            ],
            bad: &[
                "x.chars().any(|c| c.is_ascii_alphanumeric())",
                "Regex::new(r\"[a-z]+\").unwrap().is_match(&x)",
                "Regex::new(r\"^.*$\").unwrap().is_match(&x)",
                "Regex::new(r\"(?m)^[a-z]+$\").unwrap().is_match(&x)",
                "y.chars().all(|c| c.is_ascii_alphanumeric())",
                "x.chars().all(|c| !c.is_control())",
                "x.chars().all(|c| c.is_ascii())",
                "x.parse::<String>().is_ok()",
                "x.is_ascii()",
            ],
        },
    ]);
}

#[test]
fn conversions_and_lookups_leave_nothing_of_a_text() {
    hold(&[
        (
            PYTHON,
            r"
sink(int(source()))
sink(float(source()))
sink(bool(source()))
sink(uuid.UUID(source()))
sink(str(int(source())))
sink(f'{int(source())}')
sink(ipaddress.ip_address(source()))
sink(datetime.date.fromisoformat(source()))
sink(hashlib.sha256(source()).hexdigest())
sink(parse(source()).isoformat())
sink(str(source()))  # sink
sink(complex(source()))
---
x = source()
try:
    x = int(x)
except ValueError:
    x = 0
sink(x)
---
x = source()
n = int(x)
sink(x)  # sink
float(x)
sink(x)  # sink
---
x = source()
try:
    int(x)
except ValueError:
    raise E
sink(x)
---
TABLE = {'a': 'x', 'b': 'y'}
sink(TABLE[source()])
sink(TABLE.get(source()))
sink(TABLE.get(source(), 'z'))
sink(TABLE.get('a', source()))  # sink
---
class Color(Enum):
    RED = 'red'
sink(Color(source()).value)
sink(Color[source()].value)
sink(Color[source()])
",
        ),
        (
            SCRIPT,
            r"
sink(parseInt(source(), 10));
sink(Number(source()));
sink(parseFloat(source()));
sink(Boolean(source()));
sink(Number.parseInt(source()));
sink(BigInt(source()));
sink(`${Number(source())}`);
sink(new Date(source()).toISOString());
sink(new Date(source()).toString()); // sink
sink(String(source())); // sink
---
const TABLE = { a: 'x', b: 'y' };
sink(TABLE[source()]);
const MAP = new Map([['a', 'x']]);
sink(MAP.get(source()));
---
const TABLE = { a: 'x', b: 'y' };
sink(TABLE[source()] ?? 'z');
sink(TABLE[source()] || source()); // sink
",
        ),
        (
            RUST,
            r#"
fn f() -> Result<(), E> {
    sink(source().parse::<u32>()?);
    let n: u32 = source().parse()?;
    sink(n);
    let m: i64 = source().parse().unwrap_or(0);
    sink(m);
    sink(source().parse::<f64>().unwrap());
    sink(Uuid::parse_str(&source())?);
    sink(source().parse::<IpAddr>()?);
    sink(source() as u8);
    sink(source().parse::<Url>()?); // sink
    sink(source().parse::<PathBuf>()?); // sink
    let s: String = source().parse()?;
    sink(s); // sink
    sink(u32::from_str(&source())?);
    sink(i32::from_str_radix(&source(), 10)?);
    Ok(())
}
---
fn f() {
    let table = HashMap::from([("a", "x")]);
    sink(table.get(source().as_str()));
    sink(table[source().as_str()]);
}
---
enum Color { Red, Blue }
impl FromStr for Color {
    fn from_str(s: &str) -> Result<Self, E> {
        match s {
            "red" => Ok(Color::Red),
            _ => Err(E),
        }
    }
}
fn f() -> Result<(), E> {
    sink(Color::from_str(&source())?);
    sink(source().parse::<Color>()?);
    Ok(())
}
"#,
        ),
    ]);
}

#[test]
fn a_field_of_a_source_is_checked_where_it_stands() {
    let rule = RULE.replace("source(...)", "ctx.headers");
    let code = "function f(ctx) {\n  if (ctx.headers.host === 'a') {\n    sink(ctx.headers.host);\n    sink(ctx.headers.other); // sink\n  }\n  sink(ctx.headers.host); // sink\n}\n";
    check_with(&rule, Language::JavaScript, code);
    check_with(&rule, Language::TypeScript, code);
}

#[test]
fn what_stands_for_nothing_in_a_check_was_written_down() {
    script(
        "function f() {\n  const x = source();\n  if (!/^[a-z]+$/.test(x || '')) return;\n  sink(x);\n}\nfunction g(y) {\n  const x = source();\n  if (!/^[a-z]+$/.test(x || y)) return;\n  sink(x); // sink\n}\n",
    );
    python(
        "import re\ndef f():\n    x = source()\n    if not re.fullmatch(r'[a-z]+', x or ''):\n        return\n    sink(x)\n",
    );
}
