//! Where the work of a scan went, as two tables for people.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use super::Detail;
use super::text::one_line;
use crate::rule::Meta;
use crate::timing::{Cost, Sheet, Stage};

/// Rules shown unless all are asked for.
const SHOWN: usize = 20;

/// Writes the tables: the stages in the order of a scan, the rules by their cost.
pub(crate) fn write(
    sheet: &Sheet,
    rules: &[Arc<Meta>],
    detail: Detail,
    out: &mut dyn Write,
) -> io::Result<()> {
    let total: Duration = sheet.stages.values().sum();
    writeln!(out, "stage            CPU ms   share")?;
    for stage in Stage::ALL {
        let cpu = sheet.stages.get(&stage).copied().unwrap_or_default();
        line(stage.name(), cpu, total, out)?;
    }
    line("all", total, total, out)?;
    let mut costs: Vec<(&Cost, &str)> = sheet
        .rules
        .iter()
        .map(|(rule, cost)| {
            (
                cost,
                rules.get(rule.0 as usize).map_or("?", |rule| &*rule.id),
            )
        })
        .collect();
    costs.sort_by(|a, b| b.0.cpu.cmp(&a.0.cpu).then(a.1.cmp(b.1)));
    let shown = match detail {
        Detail::Verbose => costs.len(),
        Detail::Quiet | Detail::Normal => SHOWN,
    };
    writeln!(out, "\n    CPU ms         steps   files  rule")?;
    for (cost, rule) in costs.iter().take(shown) {
        let (cpu, rule) = (milliseconds(cost.cpu), one_line(rule));
        writeln!(
            out,
            "{cpu:>10.2} {:>13} {:>7}  {rule}",
            cost.steps, cost.files
        )?;
    }
    if costs.len() > shown {
        let more = costs.len() - shown;
        writeln!(out, "           and {more} more; --verbose lists them all")?;
    }
    Ok(())
}

fn line(name: &str, cpu: Duration, total: Duration, out: &mut dyn Write) -> io::Result<()> {
    let share = 100.0 * cpu.as_secs_f64() / total.as_secs_f64().max(f64::MIN_POSITIVE);
    writeln!(out, "  {name:<12} {:>8.2} {share:>6.1}%", milliseconds(cpu))
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::finding::RuleIndex;

    fn cost(ms: u64, steps: u64) -> Cost {
        Cost {
            cpu: Duration::from_millis(ms),
            steps,
            files: 2,
        }
    }

    fn text(sheet: &Sheet, detail: Detail) -> String {
        let mut out = Vec::new();
        write(sheet, &sample::report().rules, detail, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_dearest_rule_stands_first() {
        let mut sheet = Sheet::default();
        sheet.note(Stage::Match, Duration::from_millis(30));
        sheet.note(Stage::Parse, Duration::from_millis(10));
        sheet.rules.insert(RuleIndex(0), cost(5, 50));
        sheet.rules.insert(RuleIndex(1), cost(25, 9));
        let text = text(&sheet, Detail::Normal);
        assert!(text.contains("  parse           10.00   25.0%\n"), "{text}");
        assert!(text.contains("  all             40.00  100.0%\n"), "{text}");
        let ids: Vec<String> = sample::report()
            .rules
            .into_iter()
            .map(|rule| rule.id.clone())
            .collect();
        let at = |id: &str| text.find(id).unwrap();
        assert!(at(&ids[1]) < at(&ids[0]), "{text}");
        assert!(
            text.contains("     25.00             9       2  "),
            "{text}"
        );
    }

    #[test]
    fn many_rules_are_cut_and_counted_unless_all_is_asked_for() {
        let sheet = Sheet {
            rules: (0..25).map(|n| (RuleIndex(n), cost(1, 1))).collect(),
            ..Sheet::default()
        };
        assert!(text(&sheet, Detail::Normal).contains("and 5 more"));
        assert_eq!(text(&sheet, Detail::Verbose).lines().count(), 16 + 25);
    }
}
