//! What the built-in rules take for a value that was made fit: quoted for a shell, bound to a
//! statement, escaped for a page.

use std::collections::BTreeSet;

use aiscan::engine::{Choice, RuleSet, scan_file};
use aiscan::lang::Language;
use aiscan::source::Source;

/// The lines that the built-in rules of some names report; those that say `sink` have to be.
#[track_caller]
fn check(language: Language, only: &str, code: &str) {
    let choice = Choice {
        only: vec![only.to_owned()],
        ..Choice::default()
    };
    let rules = RuleSet::new(true, &[], &choice).expect("the built-in rules load");
    let source = Source::new("code".into(), language, code.into());
    let report = scan_file(&rules, &source);
    let found: BTreeSet<u32> = report
        .findings
        .iter()
        .map(|one| source.position(one.span.start).line)
        .collect();
    let expected: BTreeSet<u32> = (1..)
        .zip(code.lines())
        .filter(|(_, line)| line.contains("# sink") || line.contains("// sink"))
        .map(|(number, _)| number)
        .collect();
    assert_eq!(found, expected, "in\n{code}");
}

#[test]
fn what_is_quoted_stays_one_word_of_a_shell() {
    check(
        Language::Python,
        "*.execution.request-value-command",
        "import os, shlex, subprocess\nfrom flask import request\ndef f():\n    x = request.args['x']\n    os.system('ls ' + x)  # sink\n    os.system('ls ' + shlex.quote(x))\n    os.system('ls ' + shlex.join([x]))\n    subprocess.run(f'ls {x}', shell=True)  # sink\n    subprocess.run(['ls', x])\n",
    );
    check(
        Language::JavaScript,
        "*.execution.request-value-command",
        "const cp = require('child_process');\nconst shellQuote = require('shell-quote');\napp.get('/', (req, res) => {\n  const x = req.query.x;\n  cp.exec('ls ' + x); // sink\n  cp.exec('ls ' + shellQuote.quote([x]));\n  cp.execFile('ls', [x]);\n});\n",
    );
    check(
        Language::Rust,
        "rust.execution.command-from-request",
        "use std::process::Command;\nasync fn f(Query(x): Query<String>) {\n    Command::new(\"sh\").arg(\"-c\").arg(format!(\"ls {x}\")); // sink\n    Command::new(\"sh\").arg(\"-c\").arg(format!(\"ls {}\", shlex::try_quote(&x).unwrap()));\n    Command::new(\"ls\").arg(&x);\n}\n",
    );
}

#[test]
fn what_is_bound_is_no_part_of_a_statement() {
    check(
        Language::Python,
        "*.sql-request-value",
        "from flask import request\nimport sqlite3\ndef f(db):\n    x = request.args['x']\n    db.execute('SELECT * FROM t WHERE a = ' + x)  # sink\n    db.execute('SELECT * FROM t WHERE a = ?', (x,))\n    db.execute('SELECT * FROM t WHERE a = %s' % int(x))\n",
    );
    check(
        Language::JavaScript,
        "*.request-value-sql",
        "app.get('/', async (req, res) => {\n  const x = req.query.x;\n  await db.query('SELECT * FROM t WHERE a = ' + x); // sink\n  await db.query('SELECT * FROM t WHERE a = $1', [x]);\n  await db.query('SELECT * FROM t WHERE a = ' + Number(x));\n});\n",
    );
    check(
        Language::Rust,
        "rust.injection.request-value-sql",
        "async fn f(Query(x): Query<String>, pool: PgPool) {\n    sqlx::query(&format!(\"SELECT * FROM t WHERE a = '{x}'\")).execute(&pool).await; // sink\n    sqlx::query(\"SELECT * FROM t WHERE a = $1\").bind(&x).execute(&pool).await;\n}\n",
    );
}

#[test]
fn what_is_escaped_is_text_on_a_page() {
    check(
        Language::Python,
        "*.request-value-page",
        "from flask import Flask, request, make_response, render_template\nfrom markupsafe import escape\napp = Flask(__name__)\n@app.route('/')\ndef f():\n    x = request.args['x']\n    make_response('<p>' + x)  # sink\n    make_response('<p>' + escape(x))\n    return render_template('a.html', x=x)\n",
    );
    check(
        Language::JavaScript,
        "*.request-value-in-page",
        "app.get('/', (req, res) => {\n  const x = req.query.x;\n  res.send('<p>' + x); // sink\n  res.send('<p>' + escapeHtml(x));\n  res.render('a', { x });\n  res.json({ x });\n});\n",
    );
    check(
        Language::Rust,
        "rust.web.html-format-request",
        "use axum::response::Html;\nasync fn f(Query(x): Query<String>) -> Html<String> {\n    let a = Html(format!(\"<p>{x}\")); // sink\n    let b = Html(format!(\"<p>{}\", html_escape::encode_text(&x)));\n    b\n}\n",
    );
}
