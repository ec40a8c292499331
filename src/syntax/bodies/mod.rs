//! Where the bodies of a script's functions stand, and the statements in them, told without parsing it.
//!
//! One pass over the bytes, at a hundredth of what parsing costs. It is told what is certain: where a
//! slash may divide as well as begin a regular expression, at markup, at escapes in names and at
//! brackets that do not close, it gives up, and the script has to be parsed as a whole.

mod literals;
mod runs;
mod state;

use crate::source::Span;
use state::{BLOCKS, Before, EITHER, GO_ON, HEADERS, List, OPERATORS, Open, Statement};

/// The body of a function, or a run of statements in one or in none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Body {
    /// What stands between its braces; of statements, with the semicolon of the last one.
    pub span: Span,
    /// The innermost one around it.
    pub parent: Option<u32>,
    /// Whether it is some statements of what is around it. Such runs follow on each other without a gap.
    pub is_run: bool,
    /// The last word of what its function is called, where it is called something.
    name: Span,
}

/// The bodies of a script, and what tells how they hang together.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Bodies {
    /// In the order of where they begin; a body comes before the first run of statements in it.
    pub bodies: Vec<Body>,
    /// The loops with `for`, and the calls of `forEach`, in the order of where they end.
    pub loops: Vec<Span>,
    /// The strings that may name a module to import.
    pub modules: Vec<Span>,
    /// Where each `import` and `require` stands.
    pub imports: Vec<u32>,
    /// Where something is called that is called as a function around it.
    pub recursions: Vec<u32>,
    /// What is no code: strings, the texts of templates, regular expressions and comments, in order.
    pub texts: Vec<Span>,
}

/// Functions within functions, and functions at all: what has more is no work of people, and costs too
/// much here.
const MAX_DEPTH: u32 = 200;
const MAX_BODIES: usize = 1 << 17;

impl Bodies {
    /// The bodies of a text; nothing where that is not certain.
    pub fn of(text: &[u8]) -> Option<Bodies> {
        let mut scan = Scan {
            text,
            at: 0,
            open: Vec::new(),
            body: None,
            list: List {
                parent: None,
                run: 0,
                statement: Statement::Begins,
            },
            split: None,
            depth: 0,
            before: Before::Operator,
            word: b"",
            word_at: 0,
            header: None,
            each: None,
            last: Span::default(),
            assigned: Span::default(),
            called: Span::default(),
            is_answer: false,
            repeated: Vec::new(),
            class: None,
            found: Bodies::default(),
        };
        scan.begin_run(0);
        if text.starts_with(b"#!") {
            scan.at = line_end(text, 0);
        }
        while scan.at < text.len() {
            scan.step()?;
        }
        scan.end_loops(0);
        scan.open.is_empty().then_some(scan.found)
    }

    /// The innermost body around a place.
    pub fn innermost(&self, at: u32) -> Option<usize> {
        let mut body = self.first_from(at + 1).checked_sub(1)?;
        while self.bodies[body].span.end <= at {
            body = self.bodies[body].parent? as usize;
        }
        Some(body)
    }

    /// The first body that begins at a place or after it, or how many there are.
    pub fn first_from(&self, at: u32) -> usize {
        self.bodies.partition_point(|body| body.span.start < at)
    }
}

struct Scan<'t> {
    text: &'t [u8],
    at: usize,
    open: Vec<Open>,
    /// The innermost body, and how many are around it, itself among them.
    body: Option<u32>,
    depth: u32,
    /// The innermost list of statements.
    list: List,
    /// Where a statement has ended, unless what goes on with one follows.
    split: Option<usize>,
    before: Before,
    /// The last token, where it is a word and no field, and where it stands.
    word: &'t [u8],
    word_at: usize,
    /// The `for` whose parentheses have closed just now.
    header: Option<u32>,
    /// The last token, where it is a field `forEach`.
    each: Option<u32>,
    /// The last token, where it is a word.
    last: Span,
    /// The word before the last `=` or `:`, until another operator comes.
    assigned: Span,
    /// What a function is called whose parameters have just been closed.
    called: Span,
    /// Whether the type of what a function answers may stand here.
    is_answer: bool,
    /// The loops without a block that go on, each with how much was open where it stands.
    repeated: Vec<(u32, usize)>,
    /// How much is open where the head of a class stands.
    class: Option<usize>,
    found: Bodies,
}

impl Scan<'_> {
    /// Goes on by one token, or by white space.
    fn step(&mut self) -> Option<()> {
        let (text, at) = (self.text, self.at);
        let next = text.get(at + 1).copied().unwrap_or_default();
        match text[at] {
            b' ' | b'\t' => self.at += 1,
            b'\n' | b'\r' => {
                self.at += 1;
                self.end_line();
            }
            b'/' if next == b'/' => {
                self.at = line_end(text, at);
                self.found.texts.push(Span::new(at, self.at));
                // Other letters may end a line, too.
                let line = std::str::from_utf8(&text[at..self.at]).ok()?;
                return (!line.contains(['\u{2028}', '\u{2029}'])).then_some(());
            }
            b'/' if next == b'*' => {
                let length = memchr::memmem::find(&text[at + 2..], b"*/")?;
                self.at += length + 4;
                self.found.texts.push(Span::new(at, self.at));
                if !text[at..self.at].is_ascii() || line_end(text, at) < self.at {
                    self.end_line();
                }
            }
            b'/' => self.slash()?,
            quote @ (b'"' | b'\'') => self.string(quote)?,
            b'`' => self.template(at)?,
            b'(' => self.open_parentheses(),
            b'[' => self.open(Open::Bracket),
            b'{' => self.open_brace()?,
            b')' | b']' | b'}' => self.close(text[at])?,
            b'=' if next == b'>' => {
                // One parameter does without parentheses; a word may also be the type of the answer.
                if !self.last.range().is_empty() && !self.is_answer {
                    self.called = self.assigned;
                }
                self.is_answer = false;
                self.token(2, Before::Arrow);
            }
            b'=' if next == b'=' => {
                let length = text[at..].iter().take_while(|b| **b == b'=').count();
                self.token(length, Before::Operator);
            }
            b'+' | b'-' if next == text[at] => {
                // `-->` closes a comment of old where it begins a line.
                let is_first = || {
                    let mut before = text[..at].iter().rev();
                    let before = before.find(|b| !matches!(b, b' ' | b'\t'));
                    matches!(before, None | Some(b'\n' | b'\r'))
                };
                if text[at..].starts_with(b"-->") && is_first() {
                    return None;
                }
                let before = match self.before {
                    Before::Operand | Before::Parentheses { .. } => Before::Operand,
                    _ => Before::Operator,
                };
                self.token(2, before);
            }
            b'<' if next == b'<' => self.token(2, Before::Operator),
            // Markup, or the type of a cast.
            b'<' if next == b'!' || !self.is_compared() => return None,
            // It denies what comes, or asserts what was.
            b'!' if next != b'=' && !self.wants_operand() => self.token(1, Before::Either),
            b'.' if text[at..].starts_with(b"...") => self.token(3, Before::Operator),
            b'.' if next.is_ascii_digit() => self.token(1, Before::Operand),
            // The name of a field, of a private one, or of a decorator is no keyword.
            b'.' | b'#' | b'@' if is_word(next) => {
                self.token(1, Before::Operator);
                let (start, length) = (self.at, self.word_length()?);
                self.token(length, Before::Operand);
                self.last = Span::new(start, self.at);
                if &text[start..self.at] == b"forEach" {
                    self.each = Some(start as u32);
                }
            }
            b':' if matches!(self.before, Before::Parentheses { .. }) => {
                self.is_answer = true;
                self.token(1, Before::Operator);
            }
            b'=' | b':' => {
                self.is_answer = false;
                self.assigned = self.last;
                self.token(1, Before::Operator);
            }
            b',' => {
                self.assigned = Span::default();
                self.token(1, Before::Operator);
            }
            b';' => {
                self.assigned = Span::default();
                self.token(1, Before::Operator);
                self.end_loops(self.open.len());
                self.class = None;
                self.end_statement();
            }
            b if is_word(b) => self.name()?,
            b'!'..=b'~' if text[at] != b'\\' => self.token(1, Before::Operator),
            _ => return None,
        }
        Some(())
    }

    /// Goes over a token that is no word.
    fn token(&mut self, length: usize, before: Before) {
        if let Some(start) = self.header.take() {
            self.repeated.push((start, self.open.len()));
        }
        if let Some(end) = self.split.take() {
            self.end_run(end);
        }
        if matches!(self.list.statement, Statement::Begins | Statement::Modified) {
            self.list.statement = Statement::Other;
        }
        self.at += length;
        self.before = before;
        self.word = b"";
        self.each = None;
        self.last = Span::default();
    }

    /// A block may follow on a call in the line before, and is no body then.
    fn end_line(&mut self) {
        if matches!(
            self.before,
            Before::Parentheses {
                of_function: false,
                ..
            }
        ) {
            self.before = Before::Operand;
        }
    }

    /// Ends the loops without a block that stand where so much is open, or more.
    fn end_loops(&mut self, open: usize) {
        while let Some(&(start, _)) = self.repeated.last().filter(|(_, depth)| *depth >= open) {
            self.found.loops.push(Span::new(start as usize, self.at));
            self.repeated.pop();
        }
    }

    fn wants_operand(&self) -> bool {
        matches!(
            self.before,
            Before::Operator | Before::Header { .. } | Before::Arrow
        )
    }

    /// Whether `<` can only compare here, or begin the arguments of a type.
    fn is_compared(&self) -> bool {
        match self.before {
            Before::Operand | Before::Parentheses { .. } => true,
            Before::Either => !matches!(self.word, b"" | b"await" | b"of" | b"yield"),
            Before::Operator | Before::Header { .. } | Before::Brace | Before::Arrow => false,
        }
    }

    fn open(&mut self, open: Open) {
        self.token(1, Before::Operator);
        self.open.push(open);
    }

    fn open_parentheses(&mut self) {
        let header = HEADERS
            .contains(&self.word)
            .then_some(self.word == b"switch");
        let around = match self.open.last() {
            Some(Open::Parentheses { imports, .. }) => *imports,
            _ => false,
        };
        // What is called may stand in parentheses, as its argument may.
        let imports = matches!(self.word, b"import" | b"require")
            || matches!(self.before, Before::Parentheses { requires: true, .. })
            || self.before == Before::Operator && self.word.is_empty() && around;
        let repeats = (self.word == b"for").then_some(self.word_at as u32);
        let of_function = self.word == b"function";
        let each = self.each;
        // A function is called by the word before its parameters, or by what it is assigned to.
        let is_plain = self.last.range().is_empty()
            || matches!(
                self.text[self.last.range()],
                [b'f', b'u', b'n', ..] | [b'a', b's', b'y', ..]
            );
        let name = if is_plain { self.assigned } else { self.last };
        self.note_call(self.last);
        self.open(Open::Parentheses {
            header,
            of_function,
            imports,
            repeats,
            each,
            name,
        });
        self.assigned = Span::default();
    }

    /// Notes a call of a function around it.
    fn note_call(&mut self, callee: Span) {
        let mut around = self.body;
        let callee = &self.text[callee.range()];
        while let Some(body) = around
            .map(|body| self.found.bodies[body as usize])
            .filter(|_| !callee.is_empty())
        {
            if &self.text[body.name.range()] == callee {
                self.found.recursions.push(self.at as u32);
                return;
            }
            around = body.parent;
        }
    }

    fn open_brace(&mut self) -> Option<()> {
        let is_class = self
            .class
            .take_if(|open| *open == self.open.len())
            .is_some();
        let opens_body =
            !is_class && matches!(self.before, Before::Parentheses { .. } | Before::Arrow);
        let repeats = self.header.take();
        let is_in_list = self.is_in_list();
        let is_block = match self.before {
            Before::Header { of_switch } => !of_switch,
            _ => {
                BLOCKS.contains(&self.word)
                    || is_in_list && self.list.statement == Statement::Begins
            }
        };
        let ends_statement = is_in_list
            && match self.list.statement {
                Statement::Class => {
                    self.before == Before::Operand && !matches!(self.word, b"" | b"extends")
                }
                _ => is_block || matches!(self.before, Before::Header { .. }),
            };
        if is_in_list && !opens_body {
            self.list.statement = Statement::Other;
        }
        self.token(1, Before::Operator);
        if opens_body {
            let index = self.found.bodies.len() as u32;
            self.found.bodies.push(Body {
                // Its end is set where it closes.
                span: Span::new(self.at, self.text.len()),
                parent: Some(self.list.run),
                is_run: false,
                name: std::mem::take(&mut self.called),
            });
            let outer = self.begin_list(index);
            self.open.push(Open::Body {
                index,
                body: self.body.replace(index),
                outer,
            });
            self.depth += 1;
        } else {
            let outer = (is_block && is_in_list).then(|| self.begin_list(self.list.run));
            self.open.push(Open::Brace {
                repeats,
                ends_statement,
                outer,
            });
        }
        (self.depth <= MAX_DEPTH && self.found.bodies.len() <= MAX_BODIES).then_some(())
    }

    fn close(&mut self, mark: u8) -> Option<()> {
        let at = self.at;
        if let Some(start) = self.header.take() {
            self.repeated.push((start, self.open.len()));
        }
        self.end_loops(self.open.len());
        self.split = None;
        match (self.open.pop()?, mark) {
            (
                Open::Parentheses {
                    header,
                    of_function,
                    repeats,
                    each,
                    name,
                    ..
                },
                b')',
            ) => {
                self.called = name;
                if let Some(start) = each {
                    self.found.loops.push(Span::new(start as usize, at + 1));
                }
                let before = match header {
                    Some(of_switch) => Before::Header { of_switch },
                    None => Before::Parentheses {
                        of_function,
                        requires: self.word == b"require",
                    },
                };
                self.token(1, before);
                self.header = repeats;
            }
            (Open::Bracket, b']') => self.token(1, Before::Operand),
            (
                Open::Brace {
                    repeats,
                    ends_statement,
                    outer,
                },
                b'}',
            ) => {
                if let Some(outer) = outer {
                    self.end_list(outer);
                }
                if let Some(start) = repeats {
                    self.found.loops.push(Span::new(start as usize, at + 1));
                }
                self.token(1, Before::Brace);
                if ends_statement {
                    self.end_statement();
                }
            }
            (Open::Body { index, body, outer }, b'}') => {
                self.found.bodies[index as usize].span.end = at as u32;
                self.end_list(outer);
                self.body = body;
                self.depth -= 1;
                self.token(1, Before::Brace);
                if self.list.statement == Statement::Function {
                    self.end_statement();
                }
            }
            (Open::Template, b'}') => return self.template(at),
            _ => return None,
        }
        Some(())
    }

    fn name(&mut self) -> Option<()> {
        let length = self.word_length()?;
        let word = &self.text[self.at..self.at + length];
        let (last, last_at) = (self.word, self.word_at);
        if GO_ON.contains(&word) {
            self.split = None;
        }
        let statement = match (self.list.statement, word) {
            (Statement::Begins | Statement::Modified, b"function") => Statement::Function,
            (Statement::Begins | Statement::Modified, b"class") => Statement::Class,
            (
                Statement::Begins | Statement::Modified,
                b"abstract" | b"async" | b"default" | b"export",
            ) => Statement::Modified,
            (Statement::Begins | Statement::Modified, _) => Statement::Other,
            (known, _) => known,
        };
        self.word_at = self.at;
        self.token(length, Before::Operand);
        self.list.statement = statement;
        self.word = word;
        self.last = Span::new(self.word_at, self.at);
        match word {
            b"extends" => self.class = Some(self.open.len()),
            b"import" | b"require" => self.found.imports.push(self.word_at as u32),
            _ => {}
        }
        if OPERATORS.contains(&word) {
            self.before = Before::Operator;
        } else if EITHER.contains(&word) {
            self.before = Before::Either;
        }
        // `for await (…)`, `function name(…)`
        let goes_on = last == b"for" && word == b"await" || last == b"function";
        if goes_on {
            (self.word, self.word_at) = (last, last_at);
        }
        Some(())
    }

    /// The length of the word that begins here or after a dot; nothing where a letter in it may be no
    /// letter.
    fn word_length(&self) -> Option<usize> {
        let rest = &self.text[self.at..];
        let length = rest.iter().take_while(|b| is_word(**b)).count();
        if rest[..length].is_ascii() {
            return Some(length);
        }
        let word = std::str::from_utf8(&rest[..length]).ok()?;
        word.chars()
            .all(|c| c.is_alphanumeric() || "_$".contains(c))
            .then_some(length)
    }
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b == b'$' || b >= 0x80
}

fn line_end(text: &[u8], at: usize) -> usize {
    let end = memchr::memchr2(b'\n', b'\r', &text[at..]);
    end.map_or(text.len(), |length| at + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bodies of a text, each as it is spelt.
    fn bodies(text: &str) -> Option<Vec<&str>> {
        let found = Bodies::of(text.as_bytes())?;
        let bodies = found.bodies.into_iter().filter(|body| !body.is_run);
        Some(bodies.map(|body| &text[body.span.range()]).collect())
    }

    #[test]
    fn functions_have_bodies_and_statements_have_none() {
        for (text, expected) in [
            ("function f(a) {1}", &["1"][..]),
            (
                "x = function* () {1}; y = async (a) => {2}; z = a => {3}",
                &["1", "2", "3"],
            ),
            (
                "class A extends f(b) { m() {1} get [k]() {2} static {3} }",
                &["1", "2"],
            ),
            (
                "({ m() {1}, 'a': function () {2}, b: {3: 4} })",
                &["1", "2"],
            ),
            (
                "if (a) {1} for (;;) {2} while (b) {3} switch (c) {} try {4} catch (e) {5}",
                &[],
            ),
            (
                "function f() {if (a) {b = () => {1}}}",
                &["if (a) {b = () => {1}}", "1"],
            ),
            ("f(a)\n{1}", &[]),
            ("f(a) /*\n*/ {1}", &[]),
            ("function f()\n{1}", &["1"]),
            ("a.if(b); x = { if(c) {1} }", &[]),
            ("`${f(() => {1})} { ${'}'} `", &["1"]),
        ] {
            assert_eq!(bodies(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn braces_that_are_none_are_passed_over() {
        for text in [
            "a = '{'; b = \"\\\"{\"; c = `{\\``; function f() {1}",
            "// {\n/* { */ function f() {1}",
            "a = /[/{]/; b = (c) / 2 / d; if (e) /{/.test(f); function f() {1}",
            "return /{/; a = b / c; d = e++ / 2; function f() {1}",
            "a = this.return / 2; b = c?.in / 2; d = #in / 2; function f() {1}",
            "for (const a of [.../{/g.exec(b)]) c(); function f() {1}",
            "a = b => !/{/.test(b); function f() {1}",
        ] {
            assert_eq!(bodies(text), Some(vec!["1"]), "{text}");
        }
    }

    #[test]
    fn what_is_not_certain_is_not_told() {
        for text in [
            "function f() {} /a/",
            "yield /a/",
            "break\n/{/.test(a)",
            "a! / b",
            "x = <div>it's</div>",
            "x = <T>(a) => {}",
            "return\u{a0}/a/",
            "// a\u{2028}function f() {",
            "<!-- a",
            "a\n--> b",
            "\\u0066unction f() {}",
            "f(",
            "f)",
            "(]",
            "'a\n'",
            "/a\n/",
            "`${a",
            "/* a",
            &format!("{}{}", "() => {".repeat(300), "}".repeat(300)),
        ] {
            assert_eq!(bodies(text), None, "{text}");
        }
    }

    #[test]
    fn loops_end_with_their_blocks_or_their_statements() {
        let loops = |text: &'static str| {
            let found = Bodies::of(text.as_bytes()).unwrap().loops.into_iter();
            found.map(|span| &text[span.range()]).collect::<Vec<_>>()
        };
        assert_eq!(
            loops("a; for (k in b) { c(); } d;"),
            ["for (k in b) { c(); }"]
        );
        assert_eq!(
            loops("for await (k of b) c(() => { d; }); e;"),
            ["for await (k of b) c(() => { d; });"]
        );
        assert_eq!(loops("{ for (k in b) c() } d;"), ["for (k in b) c() "]);
        assert_eq!(
            loops("a.forEach((b) => { c; }); d;"),
            ["forEach((b) => { c; })"]
        );
    }

    #[test]
    fn statements_are_told_apart_where_they_certainly_end() {
        let long = "a".repeat(64);
        let runs = |text: &str| {
            let text = text.replace('_', &long);
            let found = Bodies::of(text.as_bytes()).unwrap().bodies.into_iter();
            let runs = found.filter(|body| body.is_run && !body.span.range().is_empty());
            runs.map(|run| text[run.span.range()].replace(&long, "_"))
                .collect::<Vec<_>>()
        };
        for (text, expected) in [
            ("_;_", &["_;", "_"][..]),
            ("a;b;_;c", &["a;b;_;", "c"]),
            ("if (a) _; else _; b", &["if (a) _; else _;", " b"]),
            ("do _; while (a); b", &["do _; while (a);", " b"]),
            ("for (_; _; _) a; b", &["for (_; _; _) a;", " b"]),
            ("function f(_) {} a", &["function f(_) {}", " a"]),
            ("x = function (_) {}.a", &["x = function (_) {}.a"]),
            ("class _ { a = 1; } b", &["class _ { a = 1; }", " b"]),
            ("class A extends {}._ {} b", &["class A extends {}._ {} b"]),
            ("export { _ }; a", &["export { _ };", " a"]),
            ("x = { _: 1 }.a", &["x = { _: 1 }.a"]),
            ("if (a) { _; b } c", &["if (a) { _; b }", " _;", " c"]),
            ("{ _; b } c", &["{ _; b }", " _;", " c"]),
            (
                "try { _ } catch (e) { b } c",
                &["try { _ } catch (e) { b }", " _ ", " c"],
            ),
            (
                "switch (a) { case _: b; } c",
                &["switch (a) { case _: b; }", " c"],
            ),
        ] {
            assert_eq!(runs(text), expected, "{text}");
        }
    }

    #[test]
    fn modules_are_named_by_import_and_require_alone() {
        let text =
            "import a from 'a'; import 'b'; require('c'); (0, require)((`d`)); f('e'); (g)('h')";
        let found = Bodies::of(text.as_bytes()).unwrap();
        let modules = found.modules.iter().map(|span| &text[span.range()]);
        assert_eq!(modules.collect::<Vec<_>>(), ["'a'", "'b'", "'c'", "`d`"]);
        assert_eq!(found.imports.len(), 4);
    }

    #[test]
    fn a_call_of_a_function_around_it_is_told() {
        for (text, expected) in [
            ("function f(a) { g(() => { f(a); }); }", 1),
            ("const f = (a) => { f(a); };", 1),
            ("const f = async function (a) { f(a); };", 1),
            ("x = { f(a) { this.f(a); } }", 1),
            ("f = a => { f(a); };", 1),
            ("const f = (a: any): any => { f(a); };", 1),
            ("x = { f: a => { f(a); } };", 1),
            ("function f(a) { g(a); } f(1);", 0),
        ] {
            let found = Bodies::of(text.as_bytes()).unwrap();
            assert_eq!(found.recursions.len(), expected, "{text}");
        }
    }
}
