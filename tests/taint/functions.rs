//! What flows between the functions of one file, point by point in each language.

use super::{PYTHON, RUST, SCRIPT, hold};

#[test]
fn parameters_come_back_or_do_not() {
    hold(&[
        (
            PYTHON,
            r"
def pick(a, b):
    return a
sink(pick(source(), 1))  # sink
sink(pick(1, source()))
---
def both(a, b):
    return a, b
x, y = both(source(), 1)
sink(x)  # sink
sink(y)
---
def maybe(a):
    if a.ok:
        return a
    return None
sink(maybe(source()))  # sink
sink(maybe(1))
---
def first(a, *rest, k=None, **more):
    return rest
sink(first(source(), 1))
sink(first(1, source()))  # sink
sink(first(1, k=source()))
---
def field(o):
    return o.a
o.a = source()
sink(field(o))  # sink
p.b = source()
sink(field(p))
---
def wrap(a, b):
    return {'a': a, 'b': b}
o = wrap(source(), 1)
sink(o['a'])  # sink
sink(o['b'])
---
def deep(a):
    return mid(a)
def mid(a):
    return low(a)
def low(a):
    return a
sink(deep(source()))  # sink
---
x = pick(*[source(), 1])
def pick(a, b):
    return a
sink(x)  # sink
---
def other(a, b=source()):
    return b
sink(other(1))  # sink
sink(other(1, 2))
sink(other(1, b=2))
---
def pick(a, b=1):
    return b
sink(pick(source()))
sink(pick(1, b=source()))  # sink
sink(pick(**{'a': 1, 'b': source()}))  # sink
---
async def load(a):
    return a
async def f():
    sink(await load(source()))  # sink
    sink(await load(1))
---
def f(a):
    a = 1
    return a
sink(f(source()))
",
        ),
        (
            SCRIPT,
            r"
function pick(a, b) { return a; }
sink(pick(source(), 1)); // sink
sink(pick(1, source()));
sink(pick(...[source(), 1])); // sink
---
const both = (a, b) => [a, b];
const [x, y] = both(source(), 1);
sink(x); // sink
sink(y);
---
function maybe(a) {
  if (a.ok) return a;
  return null;
}
sink(maybe(source())); // sink
sink(maybe(1));
---
function first(a, ...rest) { return rest; }
sink(first(source(), 1));
sink(first(1, source())); // sink
---
const field = ({ a }) => a;
sink(field({ a: source(), b: 1 })); // sink
sink(field({ a: 1, b: source() }));
---
function deep(a) { return mid(a); }
function mid(a) { return low(a); }
const low = (a) => a;
sink(deep(source())); // sink
---
function pick(a, b = 1) { return b; }
sink(pick(source()));
sink(pick(1, source())); // sink
---
async function load(a) { return a; }
async function f() {
  sink(await load(source())); // sink
  sink(await load(1));
}
---
function f(a) {
  a = 1;
  return a;
}
sink(f(source()));
",
        ),
        (
            RUST,
            r"
fn pick(a: String, b: String) -> String { a }
fn f() {
    sink(pick(source(), y)); // sink
    sink(pick(y, source()));
}
---
fn both(a: String, b: String) -> (String, String) { (a, b) }
fn f() {
    let (x, y) = both(source(), z);
    sink(x); // sink
    sink(y);
}
---
fn maybe(a: String) -> Option<String> {
    if a.ok() { return Some(a); }
    None
}
fn f() {
    sink(maybe(source())); // sink
    sink(maybe(z).unwrap());
}
---
fn field(o: &O) -> &str { &o.a }
fn f(mut o: O, mut p: O) {
    o.a = source();
    sink(field(&o)); // sink
    p.b = source();
    sink(field(&p));
}
---
fn deep(a: String) -> Result<String, E> { Ok(mid(a)?) }
fn mid(a: String) -> Result<String, E> { low(a) }
fn low(a: String) -> Result<String, E> { Ok(a) }
fn f() -> Result<(), E> {
    sink(deep(source())?); // sink
    sink(deep(z)?);
}
---
async fn load(a: String) -> String { a }
async fn f() {
    sink(load(source()).await); // sink
    sink(load(z).await);
}
---
fn f(a: String) -> String {
    let a = String::new();
    a
}
fn g() {
    sink(f(source()));
}
---
fn f(a: String) -> String {
    match a.len() {
        0 => String::new(),
        _ => a,
    }
}
fn g() {
    sink(f(source())); // sink
}
",
        ),
    ]);
}

#[test]
fn parameters_reach_sinks_within() {
    hold(&[
        (
            PYTHON,
            r"
def show(a, b):
    sink(a)  # sink
    sink(b)
show(source(), 1)
---
def outer(a):
    show(a + '!')
def show(a):
    sink(a)  # sink
outer(source())
outer(1)
---
def show(o):
    sink(o['a'])  # sink
    sink(o['b'])
show({'a': source(), 'b': 1})
---
def show(a):
    sink(clean(a))
show(source())
---
def show(a):
    a = int(a)
    sink(a)
show(source())
---
def show(a, /, b, *, c):
    sink(a)
    sink(b)
    sink(c)  # sink
show(1, 2, c=source())
---
@decorated
def show(a):
    sink(a)  # sink
show(source())
---
def get():
    return source()
def f():
    def show(a):
        sink(a)  # sink
    show(get())
",
        ),
        (
            SCRIPT,
            r"
function show(a, b) {
  sink(a); // sink
  sink(b);
}
show(source(), 1);
---
const outer = (a) => show(a + '!');
const show = function (a) {
  sink(a); // sink
};
outer(source());
---
function show({ a, b }) {
  sink(a); // sink
  sink(b);
}
show({ a: source(), b: 1 });
---
function show(a) { sink(clean(a)); }
show(source());
---
function show() {
  sink(arguments[0]); // todo sink
}
show(source());
---
const api = {
  show(a) {
    sink(a); // sink
  },
  other: (b) => sink(b), // sink
};
api.show(source());
api.other(source());
---
const api = {
  show(a) { sink(a); },
};
api.show(1);
---
export async function show(a) {
  sink(a); // sink
}
show(source());
",
        ),
        (
            RUST,
            r"
fn show(a: &str, b: &str) {
    sink(a); // sink
    sink(b);
}
fn f() {
    show(&source(), z);
}
---
fn outer(a: String) { show(&(a + z)) }
fn show(a: &str) {
    sink(a); // sink
}
fn f() {
    outer(source());
}
---
fn show(o: O) {
    sink(o.a); // sink
    sink(o.b);
}
fn f() {
    show(O { a: source(), b: z });
}
---
fn show(O { a, b }: O) {
    sink(a); // sink
    sink(b);
}
fn f() {
    show(O { a: source(), b: z });
}
---
fn show(a: &str) { sink(clean(a)); }
fn f() { show(&source()); }
---
mod inner {
    pub fn show(a: &str) {
        sink(a); // sink
    }
}
fn f() {
    inner::show(&source());
}
---
fn show(a: u32) { sink(a); }
fn f() { show(source()); }
",
        ),
    ]);
}

#[test]
fn parameters_go_into_fields_of_others() {
    hold(&[
        (
            PYTHON,
            r"
def fill(o, v):
    o.a = v
fill(p, source())
sink(p.a)  # sink
sink(p.b)
---
def fill(l, v):
    l.append(v)
l = []
fill(l, source())
sink(l)  # sink
m = []
fill(m, 1)
sink(m)
---
def fill(d, v):
    d['a'] = v
d = {}
fill(d, source())
sink(d['a'])  # sink
sink(d['b'])
---
def fill(o):
    o.a = clean(o.a)
p.a = source()
fill(p)
sink(p.a)  # todo safe
",
        ),
        (
            SCRIPT,
            r"
function fill(o, v) { o.a = v; }
const p = {};
fill(p, source());
sink(p.a); // sink
sink(p.b);
---
function fill(l, v) { l.push(v); }
const l = [];
fill(l, source());
sink(l); // sink
const m = [];
fill(m, 1);
sink(m);
",
        ),
        (
            RUST,
            r#"
fn fill(o: &mut O, v: String) { o.a = v; }
fn f() {
    let mut p = O::default();
    fill(&mut p, source());
    sink(&p.a); // sink
    sink(&p.b);
}
---
fn one() {
    let url = source();
    sink(format!("{url}")); // sink
    let all = || sink(format!("{url}")); // todo sink
}
fn other(size: u8) {
    let url = String::new();
    sink(format!("{url}"));
}
---
fn f() {
    let url = source();
    if a {
        let url = clean(&url);
        sink(format!("{url}"));
    }
    sink(format!("{url}")); // sink
    let url = clean(&url);
    sink(format!("{url}"));
}
---
fn fill(l: &mut Vec<String>, v: String) { l.push(v); }
fn f() {
    let mut l = vec![];
    fill(&mut l, source());
    sink(&l); // sink
    let mut m = vec![];
    fill(&mut m, z);
    sink(&m);
}
---
fn fill(s: &mut String, v: &str) {
    s.push_str(v);
    *s += v;
}
fn f() {
    let mut s = String::new();
    fill(&mut s, &source());
    sink(&s); // sink
}
---
fn fill(s: &mut String, v: String) { *s = v; }
fn f() {
    let mut s = String::new();
    fill(&mut s, source());
    sink(&s); // sink
}
"#,
        ),
    ]);
}

#[test]
fn recursion_reaches_a_fixpoint() {
    hold(&[
        (
            PYTHON,
            r"
def walk(n, acc):
    if n == 0:
        return acc
    return walk(n - 1, acc + [n])
sink(walk(3, [source()]))  # sink
sink(walk(3, [1]))
---
def a(x, y, z):
    if p:
        return a(y, z, x)
    sink(x)  # sink
a(1, 2, source())
---
def even(n, x):
    if n == 0:
        return x
    return odd(n - 1, x)
def odd(n, x):
    if n == 0:
        return 1
    return even(n - 1, x)
sink(odd(3, source()))  # sink
sink(odd(source(), 1))
---
class N:
    def show(self, x):
        for c in self.children:
            c.show(x)
        sink(x)  # sink
N().show(source())
",
        ),
        (
            SCRIPT,
            r"
function walk(n, acc) {
  if (n === 0) return acc;
  return walk(n - 1, [...acc, n]);
}
sink(walk(3, [source()])); // sink
sink(walk(3, [1]));
---
function a(x, y, z) {
  if (p) return a(y, z, x);
  sink(x); // sink
}
a(1, 2, source());
---
const even = (n, x) => n === 0 ? x : odd(n - 1, x);
const odd = (n, x) => n === 0 ? 1 : even(n - 1, x);
sink(odd(3, source())); // sink
sink(odd(source(), 1));
",
        ),
        (
            RUST,
            r"
fn walk(n: u32, acc: String) -> String {
    if n == 0 { return acc; }
    walk(n - 1, acc)
}
fn f() {
    sink(walk(3, source())); // sink
    sink(walk(3, z));
}
---
fn a(x: String, y: String, z: String) {
    if p { return a(y, z, x); }
    sink(x); // sink
}
fn f() { a(q, q, source()); }
---
fn even(n: u32, x: String) -> String { if n == 0 { x } else { odd(n - 1, x) } }
fn odd(n: u32, x: String) -> String { if n == 0 { z } else { even(n - 1, x) } }
fn f() {
    sink(odd(3, source())); // sink
    sink(odd(3, z));
}
",
        ),
    ]);
}
