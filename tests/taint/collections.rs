//! What collections, texts, closures and callbacks hand on, point by point in each language.

use super::{PYTHON, RUST, SCRIPT, hold};

#[test]
fn collections_keep_what_is_put_into_them() {
    hold(&[
        (
            PYTHON,
            r"
l = []
l.append(source())
sink(l)  # sink
l = []
l.append('a')
sink(l)
---
l = ['a']
l.insert(0, source())
sink(l)  # sink
---
l = ['a']
l.extend(['b', source()])
sink(l[1])  # sink
---
l = ['a']
l += [source()]
sink(l)  # sink
sink(['a'] + [source()])  # sink
sink(['a'] + ['b'])
---
l = [source()]
l.clear()
sink(l)
---
l = [source(), 'a']
sink(l.pop())
sink(l.pop())  # sink
---
s = {source()}
sink(s)  # sink
t = set()
t.add(source())
sink(t)  # sink
sink(t | u)  # sink
sink(sorted(t))  # sink
sink(len(v))
---
d = {}
d['a'] = source()
d['b'] = 1
sink(d['a'])  # sink
sink(d['b'])
sink(d.get('a'))  # sink
sink(d.get('b', 'x'))
sink(d.get('b', source()))  # sink
sink(d.get('c'))
del d['a']
sink(d)
---
d = {'a': source(), 'b': 1}
sink({**d}['a'])  # sink
sink({**d}['b'])
sink({**d, 'a': 1}['a'])
sink(list(d.values()))  # sink
sink(d | {'c': 1})  # sink
---
d = {}
d.update({'a': source()})
sink(d['a'])  # sink
d = {}
d.update(a=source())
sink(d['a'])  # sink
d = {}
d.update(a=1)
sink(d['a'])
---
d = {}
d.setdefault('a', []).append(source())
sink(d)  # sink
sink(d['a'])  # sink
sink(d['b'])
---
d = defaultdict(list)
d[k].append(source())
sink(d)  # sink
---
q = deque()
q.appendleft(source())
sink(q.popleft())  # sink
---
a, b = [source()], ['a']
sink(list(zip(b, a)))  # sink
sink(list(reversed(a)))  # sink
sink(a[:1])  # sink
sink(dict(k=source())['k'])  # sink
sink(dict(k=source(), l=1)['l'])
---
d = {'a': source(), 'b': 1}
sink(d.pop('b'))
sink(d.pop('a'))  # sink
sink(d)
",
        ),
        (
            SCRIPT,
            r"
const l = [];
l.push(source());
sink(l); // sink
const m = [];
m.push('a');
sink(m);
---
const l = ['a'];
l.unshift(source());
sink(l); // sink
---
const l = ['a', source()];
sink(l.pop()); // sink
sink(l.pop());
---
const l = ['a'];
l.splice(0, 1, source());
sink(l); // sink
---
const l = ['a', ...[source()]];
sink(l[1]); // sink
sink(['a'].concat(source())); // sink
sink([].concat(['a']));
---
const l = [source()];
l.length = 0;
sink(l); // todo safe
---
const m = new Map([['a', source()]]);
sink(m.get('a')); // sink
sink([...m.values()]); // sink
---
const m = new Map();
m.set('a', source()).set('b', 1);
sink(m.get('a')); // sink
sink(m.get('b'));
---
const s = new Set();
s.add(source());
sink([...s]); // sink
for (const x of s) sink(x); // sink
---
const d = {};
d['a'] = source();
d[k] = 1;
sink(d.a); // sink
sink(d.b);
---
const d = { a: source(), b: 1 };
sink({ ...d }.a); // sink
sink({ ...d }.b);
sink({ ...d, a: 1 }.a);
sink({ a: 1, ...d }.a); // sink
sink(Object.assign({}, d).a); // sink
sink(Object.assign({}, d).b);
sink(Object.values(d)); // sink
sink(Object.keys(d));
sink(Object.fromEntries([['a', source()]])); // sink
---
const p = new URLSearchParams();
p.append('a', source());
sink(p.toString()); // sink
---
const d = {};
(d[k] ||= []).push(source());
sink(d); // sink
---
const m = new Map();
m.set('a', []);
m.get('a').push(source());
sink(m.get('a')); // sink
sink(m.get('b'));
---
sink(JSON.parse(JSON.stringify({ a: source() })).a); // sink
sink(structuredClone({ a: source(), b: 1 }).b);
sink(Array.from(source())); // sink
sink(Array.from([1, 2]));
sink([source()].at(0)); // sink
sink([source()].flat()); // sink
",
        ),
        (
            RUST,
            r#"
fn f() {
    let mut v = Vec::new();
    v.push(source());
    sink(&v); // sink
    let mut w = Vec::new();
    w.push("a");
    sink(&w);
    w.insert(0, source());
    sink(&w[0]); // sink
}
---
fn f() {
    let mut v = vec!["a"];
    v.extend(vec![source()]);
    sink(v.first()); // sink
    let w = vec!["a", source()];
    sink(w.join(",")); // sink
    sink(vec![1, 2].len());
    let mut x = vec![];
    x.extend_from_slice(&[source()]);
    sink(x); // sink
    let mut y = vec![];
    y.append(&mut vec![source()]);
    sink(y); // sink
}
---
fn f() {
    let mut v = vec![source()];
    v.clear();
    sink(v);
}
---
fn f() {
    let mut m = HashMap::new();
    m.insert("a", source());
    m.insert("b", 1);
    sink(m.get("a").unwrap()); // sink
    sink(&m["a"]); // sink
    sink(m.get("b"));
    sink(m.values().next()); // sink
}
---
fn f() {
    let mut m: HashMap<String, Vec<String>> = HashMap::new();
    m.entry("a".to_string()).or_default().push(source());
    sink(&m); // sink
    let mut n = HashMap::new();
    n.entry("a").or_insert(source());
    sink(n.get("a")); // sink
    let mut o = HashMap::new();
    o.entry("a").or_insert_with(|| source());
    sink(o.get("a")); // sink
    let mut p = HashMap::new();
    p.entry("a").or_insert(1);
    sink(p.get("a"));
}
---
fn f() {
    let mut m = HashMap::new();
    m.insert("a", vec![]);
    m.get_mut("a").unwrap().push(source());
    sink(m.get("a")); // sink
    if let Some(l) = m.get_mut("b") { l.push(source()); }
    sink(m.get("b")); // todo sink
}
---
fn f() {
    let s: HashSet<String> = source().into_iter().collect();
    for x in &s { sink(x); } // sink
    let m = HashMap::from([("a", source())]);
    sink(&m["a"]); // sink
    let b: BTreeMap<_, _> = [(1, source())].into();
    sink(b); // sink
}
---
fn f() {
    let mut x = String::from("a");
    let r = &mut x;
    r.push_str(&source());
    sink(x); // sink
}
---
fn f() {
    let mut p = PathBuf::from("a");
    p.push(source());
    sink(p); // sink
    sink(Path::new("a").join(source())); // sink
    sink(Path::new("a").join("b"));
    let mut s = String::new();
    s.insert_str(0, &source());
    sink(s); // sink
    let mut q = VecDeque::new();
    q.push_back(source());
    sink(q.pop_front()); // sink
}
---
fn f() {
    let x = std::mem::take(&mut source());
    sink(x); // sink
    let mut a = source();
    let b = std::mem::replace(&mut a, String::new());
    sink(b); // sink
    sink(a);
    let mut c = source();
    let d = c.take();
    sink(d); // sink
}
"#,
        ),
    ]);
}

#[test]
fn texts_stay_what_they_are_through_operations() {
    hold(&[
        (
            PYTHON,
            r"
x = source()
sink(x.strip().lower().replace('a', 'b'))  # sink
sink(x.split(',')[0])  # sink
a, b = x.split(',')
sink(b)  # sink
sink(','.join([x, 'a']))  # sink
sink(','.join(['a', 'b']))
sink(x.encode().decode())  # sink
sink(bytes(x, 'utf8'))  # sink
sink(x[::-1])  # sink
sink(str(x))  # sink
sink('a'.replace('a', x))  # sink
sink(x.partition('=')[2])  # sink
sink(re.sub('a', 'b', x))  # sink
sink(base64.b64decode(x))  # sink
sink(urllib.parse.unquote(x))  # sink
sink(json.loads(x)['a'])  # sink
sink(textwrap.dedent(x))  # sink
sink(x.startswith('a'))
sink(x.isdigit())
sink(int(x))
sink(float(x))
---
m = re.match('(a.*)', source())
sink(m.group(1))  # sink
",
        ),
        (
            SCRIPT,
            r"
const x = source();
sink(x.trim().toLowerCase().replace('a', 'b')); // sink
sink(x.split(',')[0]); // sink
const [a, b] = x.split(',');
sink(b); // sink
sink([x, 'a'].join(',')); // sink
sink(['a', 'b'].join(','));
sink(x.slice(1)); // sink
sink(x.substring(0, 2)); // sink
sink(x[0]); // sink
sink(String(x)); // sink
sink('a'.replace('a', x)); // sink
sink('a'.padEnd(5, x)); // sink
sink(decodeURIComponent(x)); // sink
sink(Buffer.from(x, 'base64').toString()); // sink
sink(atob(x)); // sink
sink(JSON.parse(x).a); // sink
sink(x.match(/a(.*)/)[1]); // sink
sink(/a(.*)/.exec(x)[1]); // sink
sink(x.startsWith('a'));
sink(x.indexOf('a'));
sink(parseInt(x, 10));
sink(Number(x));
sink(x.charCodeAt(0));
sink(+x);
",
        ),
        (
            RUST,
            r#"
fn f() {
    let x = source();
    sink(x.trim().to_lowercase().replace("a", "b")); // sink
    sink(x.split(',').next().unwrap()); // sink
    sink(x.split_once('=').unwrap().1); // sink
    if let Some((a, b)) = x.split_once('=') { sink(b); } // sink
    sink([&x, "a"].join(",")); // sink
    sink(&x[1..]); // sink
    sink(x.as_str()); // sink
    sink(x.as_bytes()); // sink
    sink(x.chars().rev().collect::<String>()); // sink
    sink("a".replace("a", &x)); // sink
    sink(String::from_utf8(x.into_bytes())); // sink
    sink(x.lines().collect::<Vec<_>>()); // sink
    sink(urlencoding::decode(&x)); // sink
    sink(serde_json::from_str::<Value>(&x)?["a"]); // sink
    sink(x.strip_prefix("a").unwrap_or(&x)); // sink
    sink(x.starts_with("a"));
    sink(x.parse::<u32>());
    sink(x.is_empty());
    sink(x.parse::<String>()); // sink
}
"#,
        ),
    ]);
}

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
---
fs.readFile(source(), (err, data) => sink(data)); // todo sink
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
