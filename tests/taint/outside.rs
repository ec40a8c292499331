//! What a call that is waited for answers, for rules that take it for what stands there.

use super::{PYTHON, RUST, SCRIPT, hold_rule, with_option};

#[test]
fn what_a_service_answers_is_not_what_it_was_asked_with() {
    hold_rule(
        &with_option("taint_assume_safe_answers"),
        &[
            (
                SCRIPT,
                r#"
import { storage } from "some-package";
async function f() {
  const x = source();
  const file = await storage.stream(x);
  sink(file);
  sink(await store.models.pages.getVersion({ id: x }));
  store.load(x).then((found) => sink(found));
  sink(await this.pages.open(x));
  sink(await x.content()); // sink
}
---
// What is not waited for may be the same text.
function f() {
  const x = source();
  sink(storage.stream(x)); // sink
  sink(other(x)); // sink
}
---
// Its name says that it makes something of it.
async function f() {
  const x = source();
  sink(await engine.renderFile("a", { x })); // sink
  sink(await marked.parse(x)); // sink
  sink(await toHtml(x)); // sink
  sink(await Promise.all([x])); // sink
  sink(await format_text(x)); // sink
}
---
// The scanned files may hold the function.
import { page } from "./page";
import * as pages from "@/pages";
const { title } = require("../title");
async function here(x) { return x; }
async function f(given) {
  const x = source();
  sink(await page(x)); // sink
  sink(await pages.page(x)); // sink
  sink(await title(x)); // sink
  sink(await here(x)); // sink
  sink(await given(x)); // sink
}
---
class Pages {
  async page(x) { return x; }
}
async function f(pages) {
  sink(await pages.page(source())); // sink
}
"#,
            ),
            (
                PYTHON,
                r"
async def f(service):
    x = source()
    sink(await service.load(x))
    sink(await self.service.answer(key=x))
    sink(service.load(x))  # sink
    sink(await x.read())  # sink
    sink(await service.render(x))  # sink
    sink(await asyncio.to_thread(work, x))  # sink
---
from pages import page
async def f():
    sink(await page(source()))  # sink
",
            ),
            (
                RUST,
                r"
async fn f(service: Service) {
    let x = source();
    sink(service.pages.load(&x).await);
    sink(service.render(&x).await); // sink
    sink(service.load(&x)); // sink
    sink(crate::pages::load(&x).await); // sink
    sink(find(&x).await); // sink
}
",
            ),
        ],
    );
}

#[test]
fn a_path_of_this_site_is_known_by_its_first_letters() {
    hold_rule(
        &with_option("taint_assume_safe_behind_host"),
        &[
            (
                SCRIPT,
                r#"
const to = source();
const local = to && to.startsWith("/") && !to.startsWith("//") && !to.includes("://");
if (local) sink(to);
else sink(to); // sink
if (to.startsWith("/")) sink(to); // sink
if (to.startsWith("/") || !to.startsWith("//")) sink(to); // sink
---
function f() {
  const to = source();
  if (!to.startsWith("/") || to.startsWith("//")) return;
  sink(to);
}
---
sink(`https://${req.hostname}${source().originalUrl}`);
sink(`https://${req.hostname}${source().name}`); // sink
sink(`${req.hostname}${source().originalUrl}`); // sink
sink(new URL(`http://${host}${source().url}`).searchParams.get("to")); // sink
---
let url = next(1);
url += `&a=${source()}`;
sink(url);
url += source();
sink(url); // sink
"#,
            ),
            (
                PYTHON,
                r#"
to = source()
if to.startswith("/") and not to.startswith("//"):
    sink(to)
if to.startswith("//") and not to.startswith("/"):
    sink(to)  # sink
---
url = next_url(request)
url += f"&{source()}={source()}"
sink(url)
url += f"{source()}&a"
sink(url)  # sink
"#,
            ),
        ],
    );
}

#[test]
fn an_object_is_none_of_its_texts_where_the_rule_says_so() {
    let focused = "  - patterns:\n    - pattern: sink($X)\n    - focus-metavariable: $X\n";
    let rule = with_option("taint_assume_safe_objects");
    hold_rule(
        &rule.replace("  - pattern: sink(...)\n", focused),
        &[
            (
                SCRIPT,
                r"
const x = source();
sink({ a: x });
sink([x, 1]);
const o = { a: x };
o.b = x;
sink(o);
sink(o.a); // sink
sink(`${o}`); // sink
function all(a) { return { a }; }
sink(all(x));
sink(x); // sink
",
            ),
            (
                PYTHON,
                r#"
def answer(x, plain):
    if plain:
        return x
    return {"a": x}
sink({"a": source()})
sink([source()])
sink(answer(source(), True))  # sink
sink(str({"a": source()}))  # sink
"#,
            ),
        ],
    );
}
