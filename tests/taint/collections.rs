//! What collections keep and texts stay, point by point in each language.

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
a = []
b = a
b.append(source())
sink(a)  # todo sink
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
const a = [];
const b = a;
b.push(source());
sink(a); // todo sink
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
