//! Checks of paths and addresses, and of values by one check after the other.

use super::guards::{Checks, decide};
use super::{PYTHON, RUST, SCRIPT, hold, python, rust, script};

#[test]
fn paths_lie_below_a_folder() {
    decide(&[
        Checks {
            languages: PYTHON,
            good: &[
                "p = os.path.realpath(os.path.join(BASE, x)) |> p.startswith(BASE + os.sep)",
                "p = os.path.realpath(os.path.join(BASE, x)) |> p.startswith(BASE + '/')",
                "p = os.path.abspath(os.path.join(BASE, x)) |> p.startswith(os.path.abspath(BASE) + os.sep)",
                "p = os.path.realpath(x) |> p.startswith(f'{BASE}/')",
                "p = os.path.realpath(x) |> p.startswith(os.path.join(BASE, ''))",
                "p = (BASE / x).resolve() |> p.is_relative_to(BASE)",
                "p = Path(BASE, x).resolve() |> p.is_relative_to(BASE)",
                "p = (BASE / x).resolve() |> BASE in p.parents",
                "p = os.path.realpath(x) |> os.path.commonpath([BASE, p]) == BASE",
                "p = os.path.realpath(x) |> os.path.commonpath((p, BASE)) == str(BASE)",
            ],
            bad: &[
                "p = os.path.realpath(os.path.join(BASE, x)) |> p.startswith(BASE)",
                "p = os.path.join(BASE, x) |> p.startswith(BASE + os.sep)",
                "p = (BASE / x) |> p.is_relative_to(BASE)",
                "p = (BASE / x) |> BASE in p.parents",
                "p = os.path.realpath(x) |> q.startswith(BASE + os.sep)",
                "p = os.path.realpath(x) |> os.path.commonprefix([BASE, p]) == BASE",
                "p = os.path.realpath(x) |> BASE in p",
                "os.path.isabs(x)",
                "x.startswith('/')",
                "os.path.exists(x)",
                "'..' not in x or p",
            ],
        },
        Checks {
            languages: SCRIPT,
            good: &[
                "const p = path.resolve(BASE, x); |> p.startsWith(BASE + path.sep)",
                "const p = path.resolve(BASE, x); |> p.startsWith(path.resolve(BASE) + path.sep)",
                "const p = path.resolve(BASE, x); |> p.startsWith(BASE + '/')",
                "const p = path.resolve(BASE, x); |> p.startsWith(`${BASE}${path.sep}`)",
                "const p = path.normalize(path.join(BASE, x)); |> p.startsWith(BASE + path.sep)",
                "const p = path.join(BASE, x); |> p.startsWith(BASE + path.sep)",
                "const p = fs.realpathSync(path.join(BASE, x)); |> p.startsWith(BASE + path.sep)",
                "const p = path.resolve(BASE, x); const rel = path.relative(BASE, p); |> !(rel.startsWith('..') || path.isAbsolute(rel))",
                "const p = path.resolve(BASE, x); const rel = path.relative(BASE, p); |> rel && !rel.startsWith('..') && !path.isAbsolute(rel)",
                "const p = path.resolve(BASE, x); |> p === BASE || p.startsWith(BASE + path.sep)",
            ],
            bad: &[
                "const p = path.resolve(BASE, x); |> p.startsWith(BASE)",
                "const p = BASE + x; |> p.startsWith(BASE + path.sep)",
                "const p = path.resolve(BASE, x); |> q.startsWith(BASE + path.sep)",
                "const p = path.resolve(BASE, x); |> p.includes(BASE)",
                "const p = path.resolve(BASE, x); |> p.indexOf(BASE) === 0",
                "path.isAbsolute(x)",
                "fs.existsSync(x)",
                "x.startsWith('/')",
            ],
        },
        Checks {
            languages: RUST,
            good: &[
                "let p = base.join(&x).canonicalize()?; |> p.starts_with(&base)",
                "let p = std::fs::canonicalize(base.join(&x))?; |> p.starts_with(&base)",
                "let p = base.join(&x).canonicalize()?; |> p.strip_prefix(&base).is_ok()",
                "let p = tokio::fs::canonicalize(base.join(&x)).await?; |> p.starts_with(&base)",
                "let p = base.join(&x).canonicalize().unwrap(); |> p.starts_with(base.canonicalize()?)",
                "let p = Path::new(&x); |> p.components().all(|c| matches!(c, Component::Normal(_)))",
            ],
            bad: &[
                "let p = base.join(&x); |> p.starts_with(&base)",
                "let p = base.join(&x); |> p.strip_prefix(&base).is_ok()",
                "let p = base.join(&x).canonicalize()?; |> q.starts_with(&base)",
                "let p = base.join(&x).canonicalize()?; |> p.to_string_lossy().starts_with(\"/srv\")",
                "let p = base.join(&x).canonicalize()?; |> p.exists()",
                "Path::new(&x).is_relative()",
                "x.starts_with('/')",
            ],
        },
    ]);
    hold(&[
        (
            PYTHON,
            r"
def f():
    p = source().replace('../', '')
    sink(p)  # sink
---
def f():
    p = (BASE / source()).resolve()
    p.relative_to(BASE)
    sink(p)
---
def f():
    p = (BASE / source()).resolve()
    try:
        p.relative_to(BASE)
    except ValueError:
        raise E
    sink(p)
---
def f():
    p = (BASE / source()).resolve()
    try:
        p.relative_to(BASE)
    except ValueError:
        pass
    sink(p)  # sink
---
def f():
    p = BASE / source()
    p.relative_to(BASE)
    sink(p)  # sink
---
def f():
    p = os.path.realpath(source())
    if p.startswith(BASE + os.sep):
        p = source()
    sink(p)  # sink
---
def f():
    p = os.path.join(BASE, source())
    if not os.path.realpath(p).startswith(BASE + os.sep):
        raise E
    sink(p)
",
        ),
        (
            SCRIPT,
            r"
const p = source().replace('../', '');
sink(p); // sink
---
const p = source().replace(/\.\.\//g, '');
sink(p); // sink
---
function f() {
  const p = path.join(BASE, source());
  if (!path.resolve(p).startsWith(BASE + path.sep)) throw new Error();
  sink(p);
}
",
        ),
        (
            RUST,
            r#"
fn f() {
    sink(source().replace("../", "")); // sink
}
---
fn f() -> Result<(), E> {
    let p = base.join(source()).canonicalize()?;
    p.strip_prefix(&base)?;
    sink(p);
    Ok(())
}
---
fn f() {
    let p = base.join(source());
    match p.canonicalize() {
        Ok(c) if c.starts_with(&base) => sink(c),
        _ => sink(p), // sink
    }
}
"#,
        ),
    ]);
}

#[test]
fn addresses_lead_to_a_known_host() {
    decide(&[
        Checks {
            languages: PYTHON,
            good: &[
                "urlparse(x).hostname in HOSTS",
                "urlparse(x).netloc == 'a.org'",
                "u = urlparse(x) |> u.hostname in HOSTS",
                "u = urlsplit(x) |> u.scheme == 'https' and u.hostname in HOSTS",
                "x.startswith('https://a.org/')",
                "host = urlparse(x).hostname |> host in HOSTS",
                "host = urlparse(x).hostname |> host == 'a.org' or host.endswith('.a.org')",
                "x.startswith(('https://a.org/', 'https://b.org/'))",
            ],
            bad: &[
                "x.startswith('https://a.org')",
                "x.startswith('https://')",
                "'a.org' in x",
                "urlparse(x).scheme == 'https'",
                "urlparse(x).scheme in ('http', 'https')",
                "urlparse(x).hostname.endswith('a.org')",
                "'a.org' in urlparse(x).netloc",
                "urlparse(x).hostname not in BLOCKED",
                "urlparse(y).hostname in HOSTS",
                "urlparse(x).path == '/a'",
                "u = urlparse(x) |> u.hostname",
            ],
        },
        Checks {
            languages: SCRIPT,
            good: &[
                "new URL(x).hostname === 'a.org'",
                "HOSTS.includes(new URL(x).host)",
                "const u = new URL(x); |> u.origin === 'https://a.org'",
                "const u = new URL(x); |> HOSTS.has(u.hostname)",
                "const { hostname } = new URL(x); |> HOSTS.has(hostname)",
                "x.startsWith('https://a.org/')",
                "const u = new URL(x); |> u.protocol === 'https:' && u.hostname.endsWith('.a.org')",
            ],
            bad: &[
                "x.startsWith('https://a.org')",
                "x.includes('a.org')",
                "new URL(x).protocol === 'https:'",
                "new URL(x).hostname.endsWith('a.org')",
                "new URL(x).hostname.includes('a.org')",
                "new URL(y).hostname === 'a.org'",
                "!BLOCKED.includes(new URL(x).hostname)",
                "/a\\.org/.test(x)",
            ],
        },
        Checks {
            languages: RUST,
            good: &[
                "let u = Url::parse(&x)?; |> u.host_str() == Some(\"a.org\")",
                "let u = Url::parse(&x)?; |> HOSTS.contains(&u.host_str().unwrap())",
                "let u = Url::parse(&x).unwrap(); let host = u.host_str().unwrap_or(\"\"); |> HOSTS.contains(&host)",
                "x.starts_with(\"https://a.org/\")",
                "let u = Url::parse(&x)?; |> matches!(u.host_str(), Some(\"a.org\" | \"b.org\"))",
            ],
            bad: &[
                "x.starts_with(\"https://a.org\")",
                "x.contains(\"a.org\")",
                "let u = Url::parse(&x)?; |> u.scheme() == \"https\"",
                "let u = Url::parse(&x)?; |> u.host_str().unwrap().ends_with(\"a.org\")",
                "let u = Url::parse(&y)?; |> u.host_str() == Some(\"a.org\")",
                "Url::parse(&x).is_ok()",
            ],
        },
    ]);
}

#[test]
fn checks_make_values_harmless() {
    for check in [
        "x in ['a', 'b']",
        "x in ALLOWED",
        "x == 'a'",
        "x.isdigit()",
        "re.fullmatch(r'[a-z]+', x)",
        "re.match(r'^[a-z]+$', x)",
        "isinstance(x, int)",
        "urlparse(x).hostname in ALLOWED",
        "x.startswith('https://example.org/')",
    ] {
        python(&format!(
            "def f():\n    x = source()\n    if {check}:\n        sink(x)\n    else:\n        sink(x) # sink\n"
        ));
        python(&format!(
            "def f():\n    x = source()\n    if not ({check}):\n        return\n    sink(x)\n"
        ));
        python(&format!(
            "def f():\n    x = source()\n    ok = {check}\n    if not ok:\n        raise E\n    sink(x)\n"
        ));
        python(&format!(
            "def f():\n    x = source()\n    {check}\n    sink(x) # sink\n"
        ));
    }
    python("def f():\n    x = int(source())\n    sink(x)\n");
    python("TABLE = {'a': 1}\ndef f():\n    sink(TABLE[source()])\n    sink(TABLE.get(k))\n");
    python(
        "def ok(v):\n    return v in ALLOWED\ndef f():\n    x = source()\n    if ok(x):\n        sink(x)\n    sink(x) # sink\n",
    );
    python(
        "def f():\n    u = urlparse(x := source())\n    if u.netloc not in HOSTS:\n        return\n    sink(u)\n",
    );
}

#[test]
fn paths_have_to_be_resolved_and_compared_by_component() {
    for (path, check) in [
        ("os.path.realpath(source())", "p.startswith(BASE + os.sep)"),
        ("Path(source()).resolve()", "p.is_relative_to(BASE)"),
        (
            "os.path.abspath(source())",
            "os.path.commonpath([BASE, p]) == BASE",
        ),
    ] {
        python(&format!(
            "def f():\n    p = {path}\n    if not {check}:\n        raise E\n    sink(p)\n"
        ));
    }
    for (path, check) in [
        ("os.path.realpath(source())", "p.startswith(BASE)"),
        (
            "os.path.join(BASE, source())",
            "p.startswith(BASE + os.sep)",
        ),
        ("Path(source())", "p.is_relative_to(BASE)"),
        ("source().replace('../', '')", "p"),
        ("source()", "os.path.commonprefix([BASE, p]) == BASE"),
    ] {
        python(&format!(
            "def f():\n    p = {path}\n    if not {check}:\n        raise E\n    sink(p) # sink\n"
        ));
    }
}

#[test]
fn checks_in_scripts_and_rust() {
    for check in [
        "ALLOWED.includes(x)",
        "['a', 'b'].includes(x)",
        "allowed.has(x)",
        "ALLOWED.indexOf(x) !== -1",
        "x === 'a'",
        "/^[a-z]+$/.test(x)",
        "Object.hasOwn(TABLE, x)",
        "typeof x === 'number'",
        "new URL(x).hostname === 'a.org'",
    ] {
        script(&format!(
            "function f() {{\n  const x = source();\n  if (!({check})) return;\n  sink(x);\n}}"
        ));
        script(&format!(
            "function f() {{\n  const x = source();\n  {check};\n  sink(x); // sink\n}}"
        ));
    }
    for check in [
        "/[a-z]+/.test(x)",
        "/^.*$/.test(x)",
        "x.includes('a')",
        "x !== 'a'",
        "x.startsWith(base)",
    ] {
        script(&format!(
            "function f() {{\n  const x = source();\n  if (!({check})) return;\n  sink(x); // sink\n}}"
        ));
    }
    for check in [
        "ALLOWED.contains(&x.as_str())",
        "x == \"a\"",
        "matches!(x, \"a\" | \"b\")",
        "x.chars().all(|c| c.is_ascii_alphanumeric())",
    ] {
        rust(&format!(
            "fn f() {{\n    let x = source();\n    if !({check}) {{ return; }}\n    sink(x);\n}}"
        ));
    }
    rust(
        "fn f() {\n    let p = base.join(source()).canonicalize()?;\n    if !p.starts_with(&base) { return; }\n    sink(p);\n}",
    );
    rust(
        "fn f() {\n    let p = base.join(source());\n    if !p.starts_with(&base) { return; }\n    sink(p); // sink\n}",
    );
    rust(
        "fn f() {\n    match source() {\n        \"a\" => sink(1),\n        x => sink(x), // sink\n    }\n}",
    );
}
