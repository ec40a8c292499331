//! What one function does with its values, point by point in each language: each case has the flow
//! and its harmless twin.

use super::{PYTHON, RUST, SCRIPT, hold};

#[test]
fn the_order_of_statements_counts() {
    hold(&[
        (
            PYTHON,
            r"
x = 1
sink(x)
x = source()
sink(x)  # sink
x = clean(x)
sink(x)
---
x = source()
del x
sink(x)
---
x, y = source(), 1
x, y = y, x
sink(x)
sink(y)  # sink
---
x = y = source()
y = 1
sink(x)  # sink
sink(y)
",
        ),
        (
            SCRIPT,
            r"
let x = 1;
sink(x);
x = source();
sink(x); // sink
x = clean(x);
sink(x);
---
let x = source(), y = 1;
[x, y] = [y, x];
sink(x);
sink(y); // sink
---
let x, y;
x = y = source();
y = 1;
sink(x); // sink
sink(y);
---
let x = source();
{
  let x = 1;
  sink(x);
}
sink(x); // sink
---
let x;
x ??= source();
sink(x); // sink
let y = (source(), 1);
sink(y); // todo safe
",
        ),
        (
            RUST,
            r"
fn f() {
    let mut x = 1;
    sink(x);
    x = source();
    sink(x); // sink
    x = clean(x);
    sink(x);
}
---
fn f() {
    let x = source();
    {
        let x = 1;
        sink(x);
    }
    sink(x); // sink
    let x = clean(x);
    sink(x);
}
---
fn f() {
    let (mut x, mut y) = (source(), 1);
    (x, y) = (y, x);
    sink(x);
    sink(y); // sink
}
---
fn f() {
    let mut x = source();
    let r = &mut x;
    *r = 1;
    sink(r);
}
",
        ),
    ]);
}

#[test]
fn fields_are_told_apart_to_a_bounded_depth() {
    hold(&[
        (
            PYTHON,
            r"
o.a.b = source()
o.a.c = 1
sink(o.a.b)  # sink
sink(o.a.c)
sink(o.b)
sink(o.a)  # sink
---
o = {'a': {'b': source(), 'c': 1}}
sink(o['a']['b'])  # sink
sink(o['a']['c'])
---
o.a.b.c.d.e = source()
sink(o.a.b.c.d.e)  # sink
sink(o.b.b.c.d.e)
---
o.a = source()
p = o
sink(p.a)  # sink
sink(p.b)
p.a = 1
sink(p.a)
---
o = source()
o.a = 1
sink(o.a)
sink(o.b)  # sink
---
l = [[1, source()], [2]]
sink(l[0][1])  # sink
sink(l[0][0])
sink(l[1])
l[0][1] = 1
sink(l[0])
---
l[i] = source()
sink(l[j])  # sink
l[i] = 1
sink(l[i])  # sink
",
        ),
        (
            SCRIPT,
            r"
o.a.b = source();
o.a.c = 1;
sink(o.a.b); // sink
sink(o.a.c);
sink(o?.a?.b); // sink
sink(o.b);
---
const o = { a: { b: source(), c: 1 } };
sink(o['a'].b); // sink
sink(o.a['c']);
---
o.a.b.c.d.e = source();
sink(o.a.b.c.d.e); // sink
sink(o.b.b.c.d.e);
---
const l = [[1, source()], [2]];
sink(l[0][1]); // sink
sink(l[0][0]);
l[0][1] = 1;
sink(l[0]);
---
l[i] = source();
sink(l[j]); // sink
---
const o = source();
o.a = 1;
sink(o.a);
sink(o.b); // sink
---
const o = { a: source() };
delete o.a;
sink(o.a);
",
        ),
        (
            RUST,
            r"
fn f(mut o: O) {
    o.a.b = source();
    o.a.c = 1;
    sink(&o.a.b); // sink
    sink(&o.a.c);
    sink(&o.b);
}
---
fn f() {
    let o = O { a: A { b: source(), c: 1 } };
    sink(o.a.b); // sink
    sink(o.a.c);
}
---
fn f(mut o: O) {
    o.a.b.c.d.e = source();
    sink(o.a.b.c.d.e); // sink
    sink(o.b.b.c.d.e);
}
---
fn f() {
    let o = O { a: source(), ..Default::default() };
    sink(&o.a); // sink
    sink(&o.b);
    let p = O { a: 1, ..o };
    sink(p.a);
}
---
fn f() {
    let l = [1, source()];
    sink(l[0]);
    sink(l[1]); // sink
    let t = (1, (source(), 2));
    sink(t.0);
    sink((t.1).0); // sink
    sink((t.1).1);
}
---
fn f(mut l: Vec<String>) {
    l[i] = source();
    sink(&l[j]); // sink
}
",
        ),
    ]);
}

#[test]
fn branches_join() {
    hold(&[
        (
            PYTHON,
            r"
x = 1
if a:
    x = source()
elif b:
    x = 2
else:
    x = 3
sink(x)  # sink
---
x = source()
if a:
    x = 1
else:
    x = 2
sink(x)
---
x = source()
if a:
    x = 1
    sink(x)
sink(x)  # sink
---
sink(source() if a else 1)  # sink
sink(1 if source() else 2)
---
x = a or source()
sink(x)  # sink
---
def f():
    x = source()
    if a:
        return
    else:
        x = 1
    sink(x)
---
def f():
    x = 1
    if a:
        x = source()
        return x
    sink(x)
---
try:
    x = source()
finally:
    sink(x)  # sink
---
try:
    x = 1
except E:
    x = source()
else:
    x = 2
sink(x)  # sink
",
        ),
        (
            SCRIPT,
            r"
let x = 1;
if (a) x = source();
else if (b) x = 2;
else x = 3;
sink(x); // sink
---
let x = source();
if (a) { x = 1; } else { x = 2; }
sink(x);
---
sink(a ? source() : 1); // sink
sink(source() ? 1 : 2);
sink(a || source()); // sink
sink(a ?? source()); // sink
---
function f() {
  let x = 1;
  if (a) {
    x = source();
    return x;
  }
  sink(x);
}
---
let x;
try { x = source(); } finally { sink(x); } // sink
---
let x;
try { x = 1; } catch { x = source(); }
sink(x); // sink
---
let x = 1;
try { x = source(); x = 2; } catch (e) { sink(x); } // sink
sink(x); // sink // sink
---
let x;
switch (a) {
  case 1: x = source();
  case 2: sink(x); break; // sink
  case 3: sink(x);
}
---
let x = source();
switch (a) {
  case 1: x = 1; break;
  default: x = 2;
}
sink(x);
",
        ),
        (
            RUST,
            r"
fn f() {
    let mut x = 1;
    if a { x = source(); } else if b { x = 2; } else { x = 3; }
    sink(x); // sink
}
---
fn f() {
    let x = if a { 1 } else { 2 };
    sink(x);
    let y = if source() { 1 } else { 2 };
    sink(y);
}
---
fn f() {
    let mut x = source();
    match a { 1 => x = 1, _ => x = 2 }
    sink(x);
}
---
fn f() {
    let x = match a { 1 => source(), _ => 2 };
    sink(x); // sink
    let y = match source() { 1 => 1, _ => 2 };
    sink(y);
}
---
fn f() {
    let mut x = 1;
    if a {
        x = source();
        return x;
    }
    sink(x);
}
---
fn f() {
    let x = { let y = source(); y };
    sink(x); // sink
    let z = { source(); 1 };
    sink(z);
}
",
        ),
    ]);
}

#[test]
fn loops_reach_a_fixpoint() {
    hold(&[
        (
            PYTHON,
            r"
x = 1
for i in r:
    sink(x)  # sink
    x = source()
---
x = source()
while a:
    x = 1
sink(x)  # sink
---
x = source()
for i in r:
    x = 1
else:
    x = 2
sink(x)
---
a = b = c = d = 1
for i in r:
    d = c
    c = b
    b = a
    a = source()
sink(d)  # sink
---
while True:
    x = source()
    if x in ('a', 'b'):
        break
sink(x)
---
for i, x in enumerate(source()):
    sink(x)  # sink
    sink(i)
---
for a, b in zip(r, source()):
    sink(a)
    sink(b)  # sink
---
d = {'a': source()}
for k, v in d.items():
    sink(k)
    sink(v)  # sink
for k in d.keys():
    sink(k)
for v in d.values():
    sink(v)  # sink
---
async def f():
    async for x in source():
        sink(x)  # sink
",
        ),
        (
            SCRIPT,
            r"
let x = 1;
for (const i of r) {
  sink(x); // sink
  x = source();
}
---
let a = 1, b = 1, c = 1;
do {
  c = b;
  b = a;
  a = source();
} while (p);
sink(c); // sink
---
let x = source();
do { x = 1; } while (p);
sink(x);
---
for (let i = 0, x = source(); i < 3; i++) sink(x); // sink
for (const k in source()) sink(k); // sink
for (const i of r) sink(i);
---
outer: for (;;) {
  let x = source();
  for (;;) {
    x = 1;
    break outer;
  }
  sink(x);
}
---
const o = { a: source() };
for (const [k, v] of Object.entries(o)) {
  sink(k);
  sink(v); // sink
}
for (const k of Object.keys(o)) sink(k);
for (const v of Object.values(o)) sink(v); // sink
---
async function f() {
  for await (const x of source()) sink(x); // sink
}
---
for (const [i, x] of source().entries()) {
  sink(i);
  sink(x); // sink
}
",
        ),
        (
            RUST,
            r"
fn f() {
    let mut x = 1;
    for i in r {
        sink(x); // sink
        x = source();
    }
}
---
fn f() {
    let x = loop {
        if a { break source(); }
    };
    sink(x); // sink
}
---
fn f() {
    let (mut a, mut b, mut c) = (1, 1, 1);
    while p {
        c = b;
        b = a;
        a = source();
    }
    sink(c); // sink
}
---
fn f() {
    let mut x = source();
    loop {
        x = 1;
        break;
    }
    sink(x);
}
---
fn f() {
    for (i, x) in source().iter().enumerate() {
        sink(i);
        sink(x); // sink
    }
    for (a, b) in r.iter().zip(source()) {
        sink(a);
        sink(b); // sink
    }
}
---
fn f() {
    'outer: loop {
        let mut x = source();
        loop {
            x = 1;
            break 'outer;
        }
        sink(x);
    }
}
",
        ),
    ]);
}
