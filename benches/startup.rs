//! What a run costs before it looks at the first file: a hook pays this for every commit.

use std::process::{Command, Stdio};

use aiscan::engine::{Choice, RuleSet};
use criterion::{Criterion, criterion_group, criterion_main};

fn startup(c: &mut Criterion) {
    c.bench_function("load the built-in rules", |b| {
        b.iter(|| RuleSet::new(true, &[], &Choice::default()).expect("the built-in rules load"));
    });
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("a.py"), "x = 1\n").expect("it can be written to");
    c.bench_function("the program on one short file", |b| {
        b.iter(|| {
            let status = Command::new(env!("CARGO_BIN_EXE_aiscan"))
                .args(["--quiet", "a.py"])
                .current_dir(folder.path())
                .stdout(Stdio::null())
                .status();
            assert!(status.expect("the program runs").success());
        });
    });
}

criterion_group!(benches, startup);
criterion_main!(benches);
