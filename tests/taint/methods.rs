//! What flows through classes: their methods, constructors and fields.

use super::{PYTHON, RUST, SCRIPT, TYPESCRIPT, hold};

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
            TYPESCRIPT,
            r"
class C {
  constructor(private readonly a: string, b: string) {}
  show() {
    sink(this.a); // sink
    sink(this.b);
  }
}
new C(source(), source()).show();
---
class C {
  private a: string = source();
  show(): void {
    sink(this.a!); // sink
  }
}
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
