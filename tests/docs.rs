//! Pages that are made from the code are fresh. `INSTA_UPDATE=always` writes them anew, as it does
//! with snapshots.

use std::path::Path;
use std::process::Command;

#[test]
fn the_page_on_the_rule_language_is_fresh() {
    let output = Command::new(env!("CARGO_BIN_EXE_aiscan"))
        .args(["dev", "language"])
        .output()
        .expect("the program runs");
    let page = String::from_utf8(output.stdout).expect("a page is text");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rule-language.md");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        page == kept,
        "docs/rule-language.md is stale: run `INSTA_UPDATE=always cargo test --test docs` and look at `git diff`"
    );
}
