//! What closures, callbacks and promises hand on, point by point in each language.

use super::{PYTHON, RUST, SCRIPT, hold};

#[test]
fn closures_see_the_variables_around_them() {
    hold(&[
        (
            PYTHON,
            r"
def f():
    x = source()
    g = lambda: sink(x)  # sink
    g()
---
def f():
    x = source()
    def g():
        return x
    sink(g())  # sink
---
def f():
    x = 1
    def g():
        nonlocal x
        x = source()
    g()
    sink(x)  # sink
---
def outer(x):
    def inner():
        sink(x)  # sink
    return inner
outer(source())()
---
def outer(x):
    def inner():
        return x
    return inner
sink(outer(source())())  # sink
sink(outer(1)())
---
def f(x=1):
    g = lambda y: sink(y)  # sink
    g(source())
    h = lambda y: sink(y)
    h(1)
",
        ),
        (
            SCRIPT,
            r"
function f() {
  const x = source();
  const g = () => sink(x); // sink
  g();
}
---
function f() {
  const x = source();
  const g = () => x;
  sink(g()); // sink
}
---
function f() {
  let x = 1;
  const g = () => { x = source(); };
  g();
  sink(x); // sink
}
---
function outer(x) {
  return () => {
    sink(x); // sink
  };
}
outer(source())();
---
function outer(x) {
  return () => x;
}
sink(outer(source())()); // sink
sink(outer(1)());
---
const add = (a) => (b) => a + b;
sink(add(source())(1)); // sink
sink(add(1)(source())); // sink
sink(add(1)(2));
---
(function (x) {
  sink(x); // sink
})(source());
(() => {
  sink(1);
})();
",
        ),
        (
            RUST,
            r"
fn f() {
    let x = source();
    let g = || sink(&x); // sink
    g();
}
---
fn f() {
    let x = source();
    let g = move || x;
    sink(g()); // sink
}
---
fn f() {
    let mut x = 1;
    let mut g = || { x = source(); };
    g();
    sink(x); // sink
}
---
fn outer(x: String) -> impl Fn() {
    move || {
        sink(&x); // sink
    }
}
fn f() {
    outer(source())();
}
---
fn f() {
    let g = |y| {
        sink(y); // sink
    };
    g(source());
    let h = |y| sink(y);
    h(1);
}
",
        ),
    ]);
}

#[test]
fn callbacks_get_what_their_caller_has() {
    hold(&[
        (
            PYTHON,
            r"
list(map(lambda x: sink(x), source()))  # sink
sink(list(map(str.strip, source())))  # sink
sink(list(map(lambda x: 1, source())))
sink(list(filter(lambda x: x, source())))  # sink
sink(list(filter(None, source())))  # sink
sink(sorted(source(), key=lambda x: x[0]))  # sink
sink(functools.reduce(lambda a, b: a + b, source()))  # sink
sink(list(map(clean, source())))  # todo safe
---
def show(x):
    sink(x)  # sink
for _ in map(show, source()):
    pass
---
def show(x):
    sink(x)
for _ in map(show, [1]):
    pass
---
def work(x):
    sink(x)  # sink
threading.Thread(target=work, args=(source(),)).start()
---
def work(x):
    sink(x)
threading.Thread(target=work, args=(1,)).start()
---
def work(x):
    sink(x)  # sink
executor.submit(work, source())
---
def work(a, b):
    sink(a)
    sink(b)  # sink
g = functools.partial(work, 1)
g(source())
---
def apply(f, x):
    return f(x)
def show(x):
    sink(x)  # sink
apply(show, source())
apply(print, source())
---
def apply(f, x):
    return f(x)
sink(apply(lambda y: y, source()))  # sink
",
        ),
        (
            SCRIPT,
            r"
source().forEach((x) => sink(x)); // sink
[1].forEach((x) => sink(x));
sink(source().map((x) => x.trim())); // sink
sink(source().map((x) => 1));
sink(source().filter((x) => x)); // sink
sink(source().find((x) => x)); // sink
sink(source().reduce((a, x) => a + x, '')); // sink
sink([1].reduce((a, x) => a + x, '')); 
sink(source().map(clean)); // todo safe
sink(source().some((x) => x));
sink(source().flatMap((x) => [x, 1])); // sink
sink(source().sort().reverse()); // sink
---
source().map((x, i) => {
  sink(x); // sink
  sink(i);
});
---
const o = [{ a: source(), b: 1 }];
o.forEach(({ a, b }) => {
  sink(a); // sink
  sink(b);
});
---
setTimeout((x) => {
  sink(x); // sink
}, 10, source());
---
function apply(f, x) { return f(x); }
function show(x) {
  sink(x); // sink
}
apply(show, source());
apply(other, source());
---
function apply(f, x) { return f(x); }
sink(apply((y) => y, source())); // sink
---
function show(a, b) {
  sink(a);
  sink(b); // sink
}
show.call(null, 1, source());
show.apply(null, [1, source()]);
show.bind(null, 1)(source());
",
        ),
        (
            RUST,
            r"
fn f() {
    source().iter().for_each(|x| sink(x)); // sink
    [1].iter().for_each(|x| sink(x));
    sink(source().iter().map(|x| x.trim()).collect::<Vec<_>>()); // sink
    sink(source().iter().map(|_| 1).collect::<Vec<_>>());
    sink(source().iter().filter(|x| x.ok()).next()); // sink
    sink(source().iter().fold(String::new(), |a, x| a + x)); // sink
    sink([1].iter().fold(0, |a, x| a + x));
    sink(source().iter().any(|x| x.ok()));
    sink(source().into_iter().flat_map(|x| x.split(',')).collect::<Vec<_>>()); // sink
    sink(source().iter().map(String::as_str).collect::<Vec<_>>()); // sink
}
---
fn show(x: &str) {
    sink(x); // sink
}
fn f() {
    source().iter().for_each(show);
}
---
fn show(x: &str) {
    sink(x);
}
fn f() {
    [1].iter().for_each(show);
}
---
fn apply(f: impl Fn(String), x: String) { f(x) }
fn show(x: String) {
    sink(x); // sink
}
fn g() {
    apply(show, source());
}
---
fn apply<F: Fn(String) -> String>(f: F, x: String) -> String { f(x) }
fn g() {
    sink(apply(|y| y, source())); // sink
}
---
fn g() {
    source().iter().enumerate().map(|(i, x)| {
        sink(i);
        sink(x); // sink
    });
    thread::spawn(move || sink(source())); // sink
}
",
        ),
    ]);
}

#[test]
fn promises_pass_their_value_on() {
    hold(&[(
        SCRIPT,
        r"
source().then((x) => sink(x)); // sink
source().then((x) => x.text()).then((y) => sink(y)); // sink
source().then(() => 1).then((y) => sink(y));
source().then((x) => clean(x)).then((y) => sink(y));
source().catch(() => 1).then((y) => sink(y)); // sink
source().finally(() => 1).then((y) => sink(y)); // sink
other().then(() => source()).then((y) => sink(y)); // sink
other().catch(() => source()).then((y) => sink(y)); // sink
---
source().then(function (x) {
  sink(x); // sink
}, (err) => sink(1));
---
Promise.resolve(source()).then((x) => sink(x)); // sink
Promise.all([other(), source()]).then(([a, b]) => {
  sink(a);
  sink(b); // sink
});
---
const p = new Promise((resolve, reject) => resolve(source()));
p.then((x) => sink(x)); // sink
---
function load() {
  return new Promise((resolve) => {
    resolve(source());
  });
}
async function f() {
  sink(await load()); // sink
}
---
const p = new Promise((resolve) => resolve(1));
p.then((x) => sink(x));
---
async function load() { return source(); }
async function f() { sink(await load()); } // sink
load().then((x) => sink(x)); // sink
load().then(show);
function show(x) {
  sink(x); // sink
}
---
async function f() {
  try { await source(); } catch (e) { sink(e); }
}
",
    )]);
}
