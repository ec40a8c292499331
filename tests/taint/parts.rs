//! Values that are put together and taken apart, point by point in each language.

use super::{PYTHON, RUST, SCRIPT, TYPESCRIPT, hold};

#[test]
fn comprehensions_and_generators_pass_values_on() {
    hold(&[
        (
            PYTHON,
            r"
sink([x.strip() for x in source() if x])  # sink
sink([1 for x in source()])
sink({x for x in source()})  # sink
sink({x: 1 for x in source()})  # sink
sink({1: x for x in source()})  # sink
sink({1: 2 for x in source()})
sink(','.join(x for x in source()))  # sink
sink([y for x in source() for y in x])  # sink
sink([clean(x) for x in source()])
---
x = 1
y = [x for x in source()]
sink(x)
sink(y)  # sink
---
y = [x for x in source() if x in ('a', 'b')]
sink(y)
---
y = [a for a, b in [(1, source())]]
sink(y)
---
def gen():
    yield 1
    yield source()
for x in gen():
    sink(x)  # sink
---
def gen():
    yield from source()
sink(next(gen()))  # sink
---
def gen():
    yield clean(source())
sink(list(gen()))
",
        ),
        (
            SCRIPT,
            r"
function* gen() {
  yield 1;
  yield source();
}
for (const x of gen()) sink(x); // sink
---
function* gen() { yield* source(); }
sink([...gen()]); // sink
---
function* gen() { yield clean(source()); }
sink([...gen()]);
",
        ),
    ]);
}

#[test]
fn templates_and_operators_build_texts() {
    hold(&[
        (
            PYTHON,
            r"
x = source()
sink(f'a {x!r:>10} b')  # sink
sink(f'a {y}')
sink(f'{y:{x}}')  # todo sink
sink('a %s' % x)  # sink
sink('a %s %s' % (y, x))  # sink
sink('a %(x)s' % {'x': x})  # sink
sink('a {}'.format(x))  # sink
sink('a {k}'.format(k=x))  # sink
sink('a {}'.format(y))
sink('a' + x + 'b')  # sink
sink('a' f'{x}' 'b')  # sink
sink(x * 2)  # sink
sink(x[1:])  # sink
sink(f'{clean(x)}')
---
s = 'a'
s += source()
sink(s)  # sink
s = 'b'
s += 'c'
sink(s)
---
from string import Template
sink(Template('$a').substitute(a=source()))  # sink
sink(Template('$a').substitute(a=b))
",
        ),
        (
            SCRIPT,
            r"
const x = source();
sink(`a ${x} b`); // sink
sink(`a ${y}`);
sink(`a ${`b ${x}`}`); // sink
sink('a' + x + 'b'); // sink
sink(tag`a ${x}`); // sink
sink(tag`a ${y}`);
sink(String.raw`a ${x}`); // sink
sink('a'.concat(x)); // sink
sink(`${clean(x)}`);
---
let s = 'a';
s += source();
sink(s); // sink
s = 'b';
s += 'c';
sink(s);
",
        ),
        (
            RUST,
            r#"
fn f() {
    let x = source();
    sink(format!("a {} b", x)); // sink
    sink(format!("a {x:?} b")); // sink
    sink(format!("a {k}", k = x)); // sink
    sink(format!("a {y}"));
    sink(format!("a {{x}}"));
    sink("a".to_string() + &x); // sink
    sink(["a", &x].concat()); // sink
    sink(["a", &y].concat());
    sink(concat!("a", "b"));
    sink(format!("{}", clean(x)));
}
---
fn f() {
    let mut s = String::from("a");
    s += &source();
    sink(&s); // sink
    let mut t = String::from("a");
    write!(t, "{}", source())?;
    sink(&t); // sink
    let mut u = String::new();
    write!(u, "{}", y)?;
    sink(&u);
}
---
fn f() {
    let x = source();
    sink(format_args!("{x}")); // sink
    let n = x.len();
    let x = clean(x);
    sink(format!("{x}"));
}
"#,
        ),
    ]);
}

#[test]
fn patterns_take_values_apart() {
    hold(&[
        (
            PYTHON,
            r"
a, (b, c) = 1, (source(), 2)
sink(a)
sink(b)  # sink
sink(c)
---
a, *b = 1, 2, source()
sink(a)
sink(b)  # sink
---
(a, b), c = [source(), 1], 2
sink(a)  # sink
sink(b)
sink(c)
---
for a, b in [(1, source())]:
    sink(a)
    sink(b)  # sink
---
match p:
    case {'a': x}:
        sink(x)
match source():
    case Point(a=x, b=1):
        sink(x)  # sink
    case [1, *rest]:
        sink(rest)  # sink
    case {'k': 1, **more}:
        sink(more)  # sink
    case str() as s:
        sink(s)  # sink
    case (a | b) as c:
        pass
---
match {'a': source(), 'b': 1}:
    case {'a': x, 'b': y}:
        sink(x)  # sink
        sink(y)
---
while (x := source()):
    sink(x)  # sink
",
        ),
        (
            SCRIPT,
            r"
const { a, b: { c = 1, d } } = { a: 1, b: { c: source(), d: 2 } };
sink(a);
sink(c); // sink
sink(d);
---
const [a, [b, c], , d = source()] = [1, [source(), 2]];
sink(a);
sink(b); // sink
sink(c);
sink(d); // sink
---
const [, second] = [1, source()];
sink(second); // todo sink
const [, third] = [source(), 1];
sink(third); // todo safe
---
let a, b;
({ a, b } = { a: source(), b: 1 });
sink(a); // sink
sink(b);
---
const { a, ...rest } = { a: 1, b: source() };
sink(a);
sink(rest); // sink
---
const { a, ...rest } = { a: source(), b: 1 };
sink(a); // sink
sink(rest);
---
const { [k]: v } = source();
sink(v); // sink
---
function f({ a = 1, b: [c] }, [d]) {
  sink(a); // sink
  sink(c);
  sink(d); // sink
}
f({ a: source(), b: [1] }, [source()]);
---
for (const { a, b } of [{ a: source(), b: 1 }]) {
  sink(a); // sink
  sink(b);
}
",
        ),
        (
            RUST,
            r"
fn f() {
    let (a, (b, c)) = (1, (source(), 2));
    sink(a);
    sink(b); // sink
    sink(c);
}
---
fn f() {
    let S { a, b: x, .. } = S { a: source(), b: 1, c: 2 };
    sink(a); // sink
    sink(x);
}
---
fn f() {
    let [a, b] = [1, source()];
    sink(a);
    sink(b); // sink
}
---
fn f() {
    match source() {
        Some(S { a, .. }) if a.ok() => sink(a), // sink
        Some(x @ S { .. }) => sink(x), // sink
        Ok((y, _)) | Err((_, y)) => sink(y), // sink
        None => sink(1),
        _ => {}
    }
}
---
fn f() {
    match (1, source()) {
        (a, b) => {
            sink(a);
            sink(b); // sink
        }
    }
}
---
fn f() {
    if let Some(x) = source() && let Some(y) = other {
        sink(x); // sink
        sink(y);
    }
    let Ok(z) = source() else { return };
    sink(z); // sink
    for (a, b) in [(1, source())] {
        sink(a);
        sink(b); // sink
    }
}
---
fn f() {
    match source() {
        [first, .., last] => sink(last), // sink
        [rest @ ..] => sink(rest), // sink
        _ => {}
    }
    for &(a, ref b) in source() { sink(b); } // sink
}
",
        ),
    ]);
}

#[test]
fn values_come_out_of_wrappers() {
    hold(&[
        (
            PYTHON,
            r"
with source() as a, other() as b:
    sink(a)  # sink
    sink(b)
---
with open(source()) as f:
    sink(f.read())  # sink
with open('a') as g:
    sink(g.read())
---
with other() as (a, b), source() as (c, d):
    sink(a)
    sink(d)  # sink
---
async def f():
    async with source() as a:
        sink(await a.read())  # sink
    x = await source()
    sink(x)  # sink
    sink(await clean(x))
    a, b = await asyncio.gather(other(), source())
    sink(b)  # sink
",
        ),
        (
            SCRIPT,
            r"
async function f() {
  const x = await source();
  sink(x); // sink
  sink(await clean(x));
  const [a, b] = await Promise.all([other(), source()]);
  sink(a);
  sink(b); // sink
  sink(await Promise.race([source()])); // sink
}
",
        ),
        (
            TYPESCRIPT,
            r"
sink(source()!); // sink
sink(source() as string); // sink
sink(source() satisfies string); // sink
sink(clean(source())!);
",
        ),
        (
            RUST,
            r#"
async fn f() {
    sink(source()?); // sink
    sink(source().await?.text().await?); // sink
    sink(source().unwrap()); // sink
    sink(source().expect("a")); // sink
    sink(source().unwrap_or_default()); // sink
    sink(source().unwrap_or_else(|| "a".into())); // sink
    sink(source().ok_or("a")?); // sink
    sink(other.unwrap_or(source())); // sink
    sink(other().await?);
    sink(clean(source())?);
}
---
fn f() {
    let b = Box::new(source());
    sink(*b); // sink
    let r = Rc::new(RefCell::new(source()));
    sink(r.borrow().clone()); // sink
    let m = Arc::new(Mutex::new(String::new()));
    *m.lock().unwrap() = source();
    sink(m.lock().unwrap()); // sink
    let o = Some(1);
    sink(o.unwrap());
    let c = Cow::Borrowed(source());
    sink(c.into_owned()); // sink
}
---
fn f() {
    let x = Some(source()).map(|x| x.trim()).filter(|x| x.ok()).and_then(|x| x.get(0));
    sink(x); // sink
    let y = source().map(|x| clean(x));
    sink(y);
    let z = source().map_err(|e| e.to_string())?;
    sink(z); // sink
    let w = source().map(|_| 1).unwrap_or(2);
    sink(w);
}
---
fn f() {
    let (tx, rx) = channel();
    tx.send(source());
    sink(rx.recv()); // todo sink
}
---
async fn f() {
    let x = async { source() }.await;
    sink(x); // sink
    let h = spawn(async move { source() });
    sink(h.await); // sink
}
"#,
        ),
    ]);
}

#[test]
fn a_text_of_which_only_harmless_letters_are_left_is_harmless() {
    hold(&[
        (
            SCRIPT,
            r#"
const SAFE = /[^a-z0-9_-]+/gi;
function name(x) {
  return String(x || "").replace(/[^a-zA-Z0-9._-]/g, "_");
}
sink(source().replace(/[^\w-]/g, ""));
sink(source().replaceAll(SAFE, "-"));
sink(name(source()));
sink(source().replace(/[^\w-]/, "")); // sink
sink(source().replace(/[^\w/]/g, "")); // sink
sink(source().replace(/[\w-]/g, "")); // sink
sink(source().replace(/[^\w-]/g, "/")); // sink
sink(source().replace(/[^\w-]/g, other)); // sink
"#,
        ),
        (
            PYTHON,
            r#"
import re
SAFE = re.compile(r"[^\w\-.]+")
sink(re.sub(r"[^a-z0-9]", "", source()))
sink(SAFE.sub("_", source()))
sink(re.sub(r"[^a-z0-9]", "", source(), 1))  # sink
sink(re.sub(r"[^a-z'0-9]", "", source()))  # sink
sink(re.sub(r"\.\./", "", source()))  # sink
sink(SAFE.sub(lambda m: m, source()))  # sink
"#,
        ),
        (
            RUST,
            r#"
fn f() {
    let safe = Regex::new(r"[^\w-]").unwrap();
    let x = source();
    sink(safe.replace_all(&x, "_"));
    sink(safe.replace(&x, "_")); // sink
    let dots = Regex::new(r"\.\.").unwrap();
    sink(dots.replace_all(&x, "_")); // sink
}
"#,
        ),
    ]);
}
