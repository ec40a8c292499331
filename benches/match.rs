//! One pattern on parsed files: the matcher without prefilter and parser.

#[path = "corpus/mod.rs"]
mod corpus;

use aiscan::lang::Language;
use aiscan::pattern::{Options, Pattern};
use aiscan::syntax::File;
use criterion::{Criterion, criterion_group, criterion_main};

/// A kind each of what the matcher does.
const PATTERNS: &[(&str, &str)] = &[
    (
        "a call by its full name",
        "subprocess.run(..., shell=True, ...)",
    ),
    ("a method of anything", "$DB.execute($SQL, ...)"),
    ("a value somewhere inside", "$F(<... request.$PART ...>)"),
    ("statements apart", "$X = $Y\n...\n$Z = $X"),
];

fn matching(c: &mut Criterion) {
    let sources = corpus::of(Language::Python);
    let files: Vec<File<'_>> = sources.iter().filter_map(File::parse).collect();
    let mut group = c.benchmark_group("match");
    for (name, text) in PATTERNS {
        let pattern = Pattern::new(Language::Python, text).expect("the pattern compiles");
        let search = |file| {
            let found = pattern.search(file, Options::default(), &mut u64::MAX.clone());
            found.expect("nobody counts the steps").len()
        };
        group.bench_function(*name, |b| {
            b.iter(|| files.iter().map(search).sum::<usize>());
        });
    }
    group.finish();
}

criterion_group!(benches, matching);
criterion_main!(benches);
