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
            r"
fn fill(o: &mut O, v: String) { o.a = v; }
fn f() {
    let mut p = O::default();
    fill(&mut p, source());
    sink(&p.a); // sink
    sink(&p.b);
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
",
        ),
    ]);
}

#[test]
fn methods_constructors_and_fields() {
    hold(&[
        (
            PYTHON,
            r"
class C:
    def __init__(self, a, b=1):
        self.a = a
        self.b = b
    def get(self):
        return self.a
    def other(self):
        return self.b
c = C(source())
sink(c.a)  # sink
sink(c.b)
sink(c.get())  # sink
sink(c.other())
sink(C(1).get())
---
class C:
    def set(self, a):
        self.a = a
    def show(self):
        sink(self.a)  # sink
        sink(self.b)
c = C()
c.set(source())
c.show()
---
class C:
    x = source()
    def show(self):
        sink(self.x)  # sink
        sink(C.x)  # sink
        sink(self.y)
---
class C:
    @staticmethod
    def same(a):
        return a
    @classmethod
    def make(cls, a):
        return cls(a)
    @property
    def p(self):
        return self.a
    def __init__(self, a):
        self.a = a
sink(C.same(source()))  # sink
sink(C.same(1))
sink(C.make(source()).a)  # sink
sink(C(source()).p)  # sink
---
class B:
    def __init__(self, a):
        self.a = a
class C(B):
    def __init__(self, a, b):
        super().__init__(a)
        self.b = b
    def show(self):
        sink(self.a)  # sink
        sink(self.b)
C(source(), 1).show()
---
class B:
    def show(self, a):
        sink(a)  # sink
class C(B):
    def go(self):
        super().show(source())
---
@dataclass
class D:
    a: str
    b: int
d = D(source(), 1)
sink(d.a)  # sink
sink(d.b)
e = D(a=1, b=source())
sink(e.a)
sink(e.b)  # sink
---
class C:
    def __init__(self):
        self.items = []
    def add(self, x):
        self.items.append(x)
    def show(self):
        sink(self.items)  # sink
c = C()
c.add(source())
c.show()
---
class C:
    def a(self, x):
        self.b(x)
        return self
    def b(self, x):
        sink(x)  # sink
    def c(self, x):
        sink(x)
C().a(source()).c(1)
---
class C:
    def __init__(self, db):
        self.db = db
    def run(self, q):
        self.db.go(q)
        sink(q)  # sink
C(1).run(source())
",
        ),
        (
            SCRIPT,
            r"
class C {
  constructor(a, b) {
    this.a = a;
    this.b = b;
  }
  get() { return this.a; }
  other() { return this.b; }
}
const c = new C(source(), 1);
sink(c.a); // sink
sink(c.b);
sink(c.get()); // sink
sink(c.other());
sink(new C(1).get());
---
class C {
  set(a) { this.a = a; }
  show() {
    sink(this.a); // sink
    sink(this.b);
  }
}
const c = new C();
c.set(source());
c.show();
---
class C {
  x = source();
  #p = source();
  y = 1;
  show() {
    sink(this.x); // sink
    sink(this.#p); // sink
    sink(this.y);
  }
}
---
class C {
  static same(a) { return a; }
  get p() { return this.a; }
  constructor(a) { this.a = a; }
}
sink(C.same(source())); // sink
sink(C.same(1));
sink(new C(source()).p); // sink
---
class B {
  constructor(a) { this.a = a; }
}
class C extends B {
  constructor(a, b) {
    super(a);
    this.b = b;
  }
  show() {
    sink(this.a); // sink
    sink(this.b);
  }
}
new C(source(), 1).show();
---
class B {
  show(a) {
    sink(a); // sink
  }
}
class C extends B {
  go() { super.show(source()); }
}
---
class C {
  items = [];
  add(x) { this.items.push(x); }
  show() {
    sink(this.items); // sink
  }
}
const c = new C();
c.add(source());
c.show();
---
class C {
  handle = (x) => {
    sink(x); // sink
  };
  go() { this.handle(source()); }
}
---
function C(a) {
  this.a = a;
}
C.prototype.show = function () {
  sink(this.a); // todo sink
};
new C(source()).show();
",
        ),
        (
            RUST,
            r"
struct C { a: String, b: String }
impl C {
    fn new(a: String, b: String) -> Self { Self { a, b } }
    fn get(&self) -> &str { &self.a }
    fn other(&self) -> &str { &self.b }
}
fn f() {
    let c = C::new(source(), z);
    sink(&c.a); // sink
    sink(&c.b);
    sink(c.get()); // sink
    sink(c.other());
    sink(C::new(z, z).get());
}
---
struct C { a: String, b: String }
impl C {
    fn set(&mut self, a: String) { self.a = a; }
    fn show(&self) {
        sink(&self.a); // sink
        sink(&self.b);
    }
}
fn f() {
    let mut c = C::default();
    c.set(source());
    c.show();
}
---
struct C(String, String);
impl C {
    fn show(self) {
        sink(self.0); // sink
        sink(self.1);
    }
}
fn f() {
    C(source(), z).show();
}
---
struct B { a: String }
impl B {
    fn a(mut self, a: String) -> Self { self.a = a; self }
    fn build(self) -> String { self.a }
}
fn f() {
    sink(B::new().a(source()).build()); // sink
    sink(B::new().a(z).build());
}
---
trait Show { fn show(&self, x: &str); }
struct C;
impl Show for C {
    fn show(&self, x: &str) {
        sink(x); // sink
    }
}
fn f() {
    let c = C;
    c.show(&source());
}
---
trait Show {
    fn show(&self, x: &str) {
        sink(x); // sink
    }
}
struct C;
impl Show for C {}
fn f(c: &C) {
    c.show(&source());
}
---
struct C { items: Vec<String> }
impl C {
    fn add(&mut self, x: String) { self.items.push(x); }
    fn show(&self) {
        sink(&self.items); // sink
    }
}
fn f() {
    let mut c = C { items: vec![] };
    c.add(source());
    c.show();
}
---
enum E { A(String), B { b: String }, C }
impl E {
    fn show(&self) {
        match self {
            E::A(a) => sink(a), // sink
            E::B { b } => sink(b), // todo safe
            E::C => {}
        }
    }
}
fn f() {
    E::A(source()).show();
}
",
        ),
    ]);
}

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
