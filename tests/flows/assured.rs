//! Functions of other files that clean or check what flows through them, and some that only seem to.

use super::check;

#[test]
fn a_function_of_another_file_may_clean_what_it_returns() {
    check(&[
        (
            "a.py",
            "from u import tidy, same, half\nsink(tidy(source()))\nsink(same(source())) # sink\n\
             sink(half(1, source()))\nsink(half(source(), 1)) # sink\nsink(half(y=source(), x=1))\n",
        ),
        (
            "u.py",
            "def tidy(x):\n    return clean(x)\n\ndef same(x):\n    if x:\n        return x\n    return clean(x)\n\n\
             def half(x, y):\n    return x + clean(y)\n",
        ),
    ]);
    check(&[
        (
            "a.js",
            "const u = require('./u');\nimport { more } from './u';\nsink(u.tidy(source()));\nsink(more(source())); // sink\n",
        ),
        (
            "u.js",
            "exports.tidy = (x) => clean(x);\nexports.more = function (x) { return x.replace('../', ''); };\n",
        ),
    ]);
    check(&[
        (
            "src/main.rs",
            "mod u;\nuse u::tidy;\nfn main() {\n    sink(tidy(source())?);\n    sink(u::same(source())?); // sink\n}\n",
        ),
        (
            "src/u.rs",
            "pub fn tidy(x: String) -> Result<String, E> {\n    if x == \"\" { return Err(E); }\n    Ok(clean(x))\n}\npub fn same(x: String) -> Result<String, E> {\n    Ok(x)\n}\n",
        ),
    ]);
}

#[test]
fn a_function_of_another_file_may_check_what_it_is_given() {
    check(&[
        (
            "a.py",
            "from u import must, may, report\n\
             x = source()\nmust(x)\nsink(x)\n\
             y = source()\nif not may(y):\n    exit()\nsink(y)\n\
             z = source()\nmay(z)\nsink(z) # sink\n\
             v = source()\nif may(v):\n    exit()\nsink(v) # sink\n\
             w = source()\nreport(w)\nsink(w) # sink\n",
        ),
        (
            "u.py",
            "import re\ndef must(x):\n    if not re.fullmatch('[a-z]+', x):\n        raise ValueError(x)\n\n\
             def may(x):\n    return x in ('a', 'b')\n\n\
             def report(x):\n    if not re.fullmatch('[a-z]+', x):\n        print(x)\n",
        ),
    ]);
    check(&[
        (
            "a.ts",
            "import { must, may } from './u';\n\
             function f() { const x = source(); must(x); sink(x); }\n\
             function g() { const x = source(); if (!may(x)) { return; } sink(x); }\n\
             function h() { const x = source(); may(x); sink(x); } // sink\n",
        ),
        (
            "u.ts",
            "export function must(x: string) { if (!/^[a-z]+$/.test(x)) { throw new Error(x); } }\n\
             export const may = (x: string) => ['a', 'b'].includes(x);\n",
        ),
    ]);
    check(&[
        (
            "src/main.rs",
            "mod u;\nfn f() -> R {\n    let x = source();\n    crate::u::must(&x)?;\n    sink(x);\n}\n\
             fn g() {\n    let x = source();\n    if !u::may(&x) { return; }\n    sink(x);\n}\n\
             fn h() {\n    let x = source();\n    let _ = u::must(&x);\n    sink(x); // sink\n}\n",
        ),
        (
            "src/u.rs",
            "pub fn must(x: &str) -> Result<(), E> {\n    if !x.chars().all(char::is_alphanumeric) {\n        return Err(E);\n    }\n    Ok(())\n}\n\
             pub fn may(x: &str) -> bool {\n    x.chars().all(|c| c.is_ascii_digit())\n}\n",
        ),
    ]);
}

#[test]
fn what_is_assured_goes_through_further_files() {
    check(&[
        (
            "a.py",
            "from p import tidy, deep\nsink(tidy(source()))\nsink(deep(source()))\n",
        ),
        (
            "p/__init__.py",
            "from .u import tidy\nfrom .v import deep\n",
        ),
        ("p/u.py", "def tidy(x):\n    return clean(x)\n"),
        (
            "p/v.py",
            "from .u import tidy\n\ndef deep(x):\n    y = tidy(x)\n    return y\n",
        ),
    ]);
    check(&[
        (
            "a.js",
            "import { tidy } from './p';\nsink(tidy(source()));\n",
        ),
        ("p/index.js", "export * from './u';\n"),
        ("p/u.js", "export function tidy(x) { return clean(x); }\n"),
    ]);
}

#[test]
fn what_goes_on_into_another_file_may_have_been_cleaned_in_a_third() {
    check(&[
        (
            "a.py",
            "from b import go\nfrom u import tidy\ngo(tidy(source()))\n",
        ),
        ("b.py", "def go(x):\n    sink(x)\n"),
        ("u.py", "def tidy(x):\n    return clean(x)\n"),
    ]);
    check(&[
        (
            "a.py",
            "from b import go\nfrom u import tidy\ngo(tidy(source()))\ngo(source())\n",
        ),
        ("b.py", "def go(x):\n    sink(x) # sink\n"),
        ("u.py", "def tidy(x):\n    return clean(x)\n"),
    ]);
    check(&[
        ("a.py", "from b import go\ngo(source())\n"),
        (
            "b.py",
            "from u import must\ndef go(x):\n    must(x)\n    sink(x)\n",
        ),
        ("u.py", "def must(x):\n    assert x in ['a']\n"),
    ]);
}

#[test]
fn methods_of_classes_of_other_files_clean_and_check() {
    check(&[
        (
            "a.py",
            "from s import Store, Base\ns = Store('x')\nsink(s.tidy(source()))\nsink(s.same(source())) # sink\n\
             t = Store(source())\nsink(t.get()) # sink\nsink(t.name())\n\
             b = Base()\nsink(b.load(source())) # sink\n",
        ),
        (
            "s.py",
            "class Store:\n    def __init__(self, x):\n        self.x = x\n\n    def tidy(self, x):\n        return clean(x)\n\n\
             \u{20}   def same(self, x):\n        return x\n\n    def get(self):\n        return self.x\n\n    def name(self):\n        return 'n'\n\n\
             class Base:\n    def load(self, x):\n        raise NotImplementedError\n",
        ),
    ]);
}

#[test]
fn what_is_handed_on_to_another_file_still_brings_what_it_returns() {
    check(&[
        (
            "a.js",
            "import { retry } from './u';\nsink(retry(() => source(), 3)); // sink\n",
        ),
        (
            "u.js",
            "export function retry(f, n) { try { return f(); } catch (e) { return n; } }\n",
        ),
    ]);
}

#[test]
fn what_is_checked_after_it_was_changed_proves_nothing_of_what_was_given() {
    check(&[
        (
            "a.js",
            "import { revision, named, trimmed, cut } from './u';\n\
             function f() { const x = source(); revision(x); sink(x); } // sink\n\
             function g() { const x = source(); if (named(x)) { sink(x); } } // sink\n\
             function h() { const x = source(); if (trimmed(x)) { sink(x); } }\n\
             function i() { const x = source(); if (cut(x)) { sink(x); } } // sink\n",
        ),
        (
            "u.js",
            "export function revision(x) { x = parseInt(x, 10); if (isNaN(x)) { throw new Error(); } }\n\
             export function named(x) { x = path.basename(x); return ['a', 'b'].includes(x); }\n\
             export function trimmed(x) { x = x.trim().replace('\\\\', '/'); return ['a', 'b'].includes(x); }\n\
             export function cut(x) { x = x.replace('/', ''); return ['a', 'b'].includes(x); }\n",
        ),
    ]);
}
