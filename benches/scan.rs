//! Whole files through the engine, language by language; through the parser alone; and up to the
//! tree that rules look at.
//!
//! The corpus is the fixtures of the rules: small, fixed, and dense with what rules look for, so
//! that it shows the cost of matching. Real code is sparser.

#[path = "corpus/mod.rs"]
mod corpus;

use aiscan::engine::{self, Choice, RuleSet};
use aiscan::lang::Language;
use aiscan::syntax::{self, File};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn scan(c: &mut Criterion) {
    let rules = RuleSet::new(true, &[], &Choice::default()).expect("the built-in rules load");
    for language in [
        Language::Python,
        Language::JavaScript,
        Language::TypeScript,
        Language::Rust,
    ] {
        let sources = corpus::of(language);
        let bytes = sources
            .iter()
            .map(|source| source.text().len() as u64)
            .sum();
        let mut group = c.benchmark_group(language.name());
        group.throughput(Throughput::Bytes(bytes));
        group.bench_function("parse", |b| {
            b.iter(|| sources.iter().filter(|one| syntax::parse_only(one)).count());
        });
        group.bench_function("tree", |b| {
            b.iter(|| sources.iter().filter_map(File::parse).count());
        });
        group.bench_function("scan", |b| {
            let scan = |source| engine::scan_file(&rules, source).findings.len();
            b.iter(|| sources.iter().map(scan).sum::<usize>());
        });
        group.finish();
    }
}

criterion_group!(benches, scan);
criterion_main!(benches);
