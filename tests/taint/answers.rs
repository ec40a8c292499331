//! What functions of the file prove: by what they answer, by coming back at all, by what they return.

use super::{PYTHON, RUST, SCRIPT, hold, python, rust, script};

#[test]
fn functions_that_clean_are_known_by_what_they_do() {
    hold(&[
        (
            PYTHON,
            r"
def safe(x):
    return clean(x)
sink(safe(source()))
---
def number(x):
    return int(x)
sink(number(source()))
---
def some(x):
    if x not in ('a', 'b'):
        raise E
    return x
sink(some(source()))
---
def half(x, raw):
    if raw:
        return x
    return clean(x)
sink(half(source(), p))  # sink
---
def check(x):
    if x not in ('a', 'b'):
        raise E
def f():
    x = source()
    check(x)
    sink(x)
---
def check(x):
    if x not in ('a', 'b'):
        print(x)
def f():
    x = source()
    check(x)
    sink(x)  # sink
---
def check(x, y):
    if y not in ('a', 'b'):
        raise E
def f():
    x = source()
    check(x, 1)
    sink(x)  # sink
",
        ),
        (
            SCRIPT,
            r"
const safe = (x) => clean(x);
sink(safe(source()));
---
function number(x) { return parseInt(x, 10); }
sink(number(source()));
---
function some(x) {
  if (!['a', 'b'].includes(x)) throw new Error();
  return x;
}
sink(some(source()));
---
const half = (x, raw) => raw ? x : clean(x);
sink(half(source(), p)); // sink
---
function check(x) {
  if (!['a', 'b'].includes(x)) throw new Error();
}
function f() {
  const x = source();
  check(x);
  sink(x);
}
---
function check(x) {
  if (!['a', 'b'].includes(x)) console.log(x);
}
function f() {
  const x = source();
  check(x);
  sink(x); // sink
}
",
        ),
        (
            RUST,
            r#"
fn safe(x: String) -> String { clean(x) }
fn f() { sink(safe(source())); }
---
fn some(x: String) -> Result<String, E> {
    if !["a", "b"].contains(&x.as_str()) { return Err(E); }
    Ok(x)
}
fn f() { sink(some(source())?); }
---
fn half(x: String, raw: bool) -> String {
    if raw { x } else { clean(x) }
}
fn f() { sink(half(source(), p)); } // sink
---
fn check(x: &str) -> Result<(), E> {
    if !["a", "b"].contains(&x) { return Err(E); }
    Ok(())
}
fn f() -> Result<(), E> {
    let x = source();
    check(&x)?;
    sink(x);
}
---
fn check(x: &str) -> Result<(), E> {
    if !["a", "b"].contains(&x) { return Err(E); }
    Ok(())
}
fn f() {
    let x = source();
    let _ = check(&x);
    sink(x); // sink
}
---
fn check(x: &str) {
    if !["a", "b"].contains(&x) { panic!("no"); }
}
fn f() {
    let x = source();
    check(&x);
    sink(x);
}
"#,
        ),
    ]);
}

#[test]
fn the_answer_of_a_function_proves_what_it_checked() {
    let below = "import os\nclass Store:\n    def below(self, name):\n        path = os.path.realpath(os.path.join(BASE, name))\n        if not path.startswith(BASE + os.sep):\n            return False\n        return True\nstore = Store()\n";
    python(&format!(
        "{below}def f():\n    x = source()\n    if not store.below(x):\n        return\n    sink(x)\n"
    ));
    python(&format!(
        "{below}def f():\n    x = source()\n    if store.below(x):\n        return\n    sink(x)  # sink\n"
    ));
    // One way to the same answer leads past the check.
    python(
        "def ok(x, admin):\n    if admin:\n        return True\n    return x in ('a', 'b')\ndef f(admin):\n    x = source()\n    if ok(x, admin):\n        sink(x)  # sink\n",
    );
    script(
        "function ok(x) {\n  if (!/^[a-z]+$/.test(x)) return false;\n  return true;\n}\nfunction f() {\n  const x = source();\n  if (!ok(x)) return;\n  sink(x);\n}\n",
    );
}

#[test]
fn nothing_runs_after_a_call_that_does_not_come_back() {
    python(
        "import sys\nfrom flask import abort\ndef f():\n    x = source()\n    if x not in ('a', 'b'):\n        abort(404)\n    sink(x)\ndef g():\n    x = source()\n    if x not in ('a', 'b'):\n        sys.exit(1)\n    sink(x)\n",
    );
    // A function of the file's own is no such call, whatever its name.
    python(
        "def abort(code):\n    pass\ndef f():\n    x = source()\n    if x not in ('a', 'b'):\n        abort(404)\n    sink(x)  # sink\n",
    );
    python(
        "exit = print\ndef f():\n    x = source()\n    if x not in ('a', 'b'):\n        exit(1)\n    sink(x)  # sink\n",
    );
    rust(
        "fn f() {\n    let x = source();\n    if ![\"a\", \"b\"].contains(&x) {\n        panic!(\"no\");\n    }\n    sink(x);\n}\n",
    );
}

#[test]
fn a_check_is_not_believed_by_its_name() {
    python(
        "def _is_safe_url(url):\n    if not url:\n        return False\n    for each in (url, url.replace('a', 'b')):\n        if each.startswith('c') and each != 'd':\n            return False\n    return True\ndef f():\n    x = source()\n    if _is_safe_url(x):\n        sink(x)  # sink\n",
    );
    python(
        "def is_safe(url):\n    return 'evil' not in url\ndef f():\n    x = source()\n    if is_safe(x):\n        sink(x)  # sink\n",
    );
    script(
        "function isUnsafePath(p) {\n  if (!p || p.length > 9) return true;\n  if (p.includes('a') || p.includes('b')) return true;\n  return false;\n}\nfunction f() {\n  const x = source();\n  if (isUnsafePath(x)) return;\n  sink(x); // sink\n}\n",
    );
    rust(
        "fn is_known(a: &str) -> bool {\n    if a.is_empty() || a.len() > 9 || a.contains('b') {\n        return false;\n    }\n    true\n}\nfn f() {\n    let x = source();\n    if !is_known(&x) {\n        return;\n    }\n    sink(&x); // sink\n}\n",
    );
}
