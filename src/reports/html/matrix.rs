//! What a scan covers, as tables: accounts and Regions of live scans, checks and inputs of code.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::text;
use crate::finding::Outcome;
use crate::reports::{is_new_fail, location};
use crate::scan::Scan;
use crate::sources::aws::lower::{AccountLine, RegionLine};
use crate::sources::aws::recording::Status;

/// How many inputs have a column; more would not fit on paper.
const COLUMNS: usize = 16;

/// How far each Region of each account was read, and how many findings stand there.
pub(super) fn accounts(scan: &Scan, out: &mut dyn Write) -> io::Result<()> {
    if scan.accounts.is_empty() {
        return Ok(());
    }
    let mut fails: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for finding in scan.findings.iter().filter(|finding| is_new_fail(finding)) {
        if let (Some(account), region) = location::of_resource(scan, finding) {
            *fails.entry((account, region.unwrap_or_default())).or_default() += 1;
        }
    }
    let mut regions: BTreeSet<&str> =
        scan.accounts.iter().flat_map(|account| &account.regions).map(|region| region.name.as_str()).collect();
    let known: BTreeSet<&str> = scan.accounts.iter().map(|account| account.id.as_str()).collect();
    let seen = fails.keys().filter(|(account, region)| known.contains(account) && !region.is_empty());
    regions.extend(seen.map(|(_, region)| *region));
    let complete = scan.accounts.iter().filter(|account| account.status == Status::Complete).count();
    writeln!(
        out,
        "<section aria-labelledby=\"accounts\"><h2 id=\"accounts\">Accounts and Regions</h2>\n<p>{complete} of {} account{} \
         complete. A cell shows how far the Region was read, and the number of fails there.</p>\n<div class=\"wide\" \
         tabindex=\"0\" role=\"region\" aria-labelledby=\"accounts\"><table class=\"matrix\"><thead><tr><th \
         scope=\"col\">Account</th><th scope=\"col\">Status</th><th scope=\"col\" class=\"turned\"><span>no Region</span></th>",
        scan.accounts.len(),
        if scan.accounts.len() == 1 { "" } else { "s" }
    )?;
    for region in &regions {
        write!(out, "<th scope=\"col\" class=\"turned\"><span>{}</span></th>", text(region))?;
    }
    writeln!(out, "</tr></thead><tbody>")?;
    for account in &scan.accounts {
        row(account, &regions, &fails, out)?;
    }
    writeln!(
        out,
        "</tbody></table></div>\n<p class=\"legend\">{} complete, {} partial, {} failed, {} skipped, empty: not known to be a \
         Region of the account</p></section>",
        mark(Status::Complete),
        mark(Status::Partial),
        mark(Status::Failed),
        mark(Status::Skipped)
    )
}

fn row(
    account: &AccountLine,
    regions: &BTreeSet<&str>,
    fails: &BTreeMap<(&str, &str), usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = account.name.as_deref().map(|name| format!(" <bdi>{}</bdi>", text(name))).unwrap_or_default();
    let count = |region: &str| fails.get(&(account.id.as_str(), region)).copied().unwrap_or_default();
    write!(
        out,
        "<tr><th scope=\"row\"><code>{}</code>{name}</th><td>{}</td><td class=\"cell\">{}</td>",
        text(&account.id),
        text(&words(account.status, account.reason.as_deref())),
        fail_count(count(""))
    )?;
    for &region in regions {
        let line = account.regions.iter().find(|line| line.name == region);
        cell(line, count(region), out)?;
    }
    writeln!(out, "</tr>")
}

fn cell(line: Option<&RegionLine>, count: usize, out: &mut dyn Write) -> io::Result<()> {
    let Some(line) = line else { return write!(out, "<td class=\"cell\">{}</td>", fail_count(count)) };
    let words = text(&words(line.status, line.reason.as_deref()));
    let (word, mark, count) = (line.status.word(), mark(line.status), fail_count(count));
    write!(
        out,
        "<td class=\"cell {word}\" title=\"{words}\"><span aria-hidden=\"true\">{mark}</span><span \
         class=\"spoken\">{words}</span>{count}</td>"
    )
}

fn fail_count(count: usize) -> String {
    if count == 0 {
        return String::new();
    }
    format!(" <b class=\"fails\">{count}<span class=\"spoken\"> fail</span></b>")
}

fn words(status: Status, reason: Option<&str>) -> String {
    match reason.filter(|reason| !reason.is_empty()) {
        Some(reason) => format!("{}: {reason}", status.word()),
        None => status.word().to_owned(),
    }
}

/// Told apart by shape, for colours are not seen by everybody, nor printed.
fn mark(status: Status) -> &'static str {
    match status {
        Status::Complete => "✓",
        Status::Partial => "◐",
        Status::Failed => "✕",
        Status::Skipped => "–",
    }
}

/// A verdict of a cell, the worst last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Worst {
    NotApplicable,
    Pass,
    Unknown,
    Fail,
}

/// The worst verdict of each check on each input.
pub(super) fn inputs(scan: &Scan, out: &mut dyn Write) -> io::Result<()> {
    let mut columns: BTreeMap<&str, (usize, BTreeMap<&str, Worst>)> = BTreeMap::new();
    for finding in &scan.findings {
        let Some(input) = scan.estate.inputs.get(finding.subject.input.0 as usize) else { continue };
        // Accounts have a table of their own.
        if input.live.is_some() {
            continue;
        }
        let (fails, verdicts) = columns.entry(&input.path).or_default();
        *fails += usize::from(is_new_fail(finding));
        let verdict = match finding.outcome {
            Outcome::Fail(_) => Worst::Fail,
            Outcome::Unknown(_) => Worst::Unknown,
            Outcome::Pass => Worst::Pass,
            Outcome::NotApplicable(_) => Worst::NotApplicable,
        };
        let worst = verdicts.entry(finding.check).or_insert(verdict);
        *worst = verdict.max(*worst);
    }
    if columns.is_empty() {
        return Ok(());
    }
    let total = columns.len();
    let mut columns: Vec<_> = columns.into_iter().collect();
    columns.sort_by_key(|(path, (fails, _))| (std::cmp::Reverse(*fails), *path));
    columns.truncate(COLUMNS);
    writeln!(
        out,
        "<section aria-labelledby=\"matrix\"><h2 id=\"matrix\">Checks by input</h2>\n<details><summary>The worst verdict of \
         each check{}</summary><ol class=\"inputs\">",
        if total > COLUMNS {
            format!(" on the {COLUMNS} inputs with the most fails, of {total}")
        } else {
            String::new()
        }
    )?;
    for (path, _) in &columns {
        writeln!(out, "<li><code>{}</code></li>", text(path))?;
    }
    write!(
        out,
        "</ol><div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"matrix\"><table class=\"matrix\"><thead><tr>\
         <th scope=\"col\">Check</th>"
    )?;
    for (i, (path, _)) in columns.iter().enumerate() {
        write!(out, "<th scope=\"col\" class=\"cell\" title=\"{}\">{}</th>", text(path), i + 1)?;
    }
    writeln!(out, "</tr></thead><tbody>")?;
    for check in &scan.checks {
        write!(out, "<tr><th scope=\"row\">{}</th>", text(check.id))?;
        for (_, (_, verdicts)) in &columns {
            let (class, sign, word) = match verdicts.get(check.id) {
                Some(Worst::Fail) => ("failed", "✕", "fail"),
                Some(Worst::Unknown) => ("partial", "?", "unknown"),
                Some(Worst::Pass) => ("complete", "✓", "pass"),
                Some(Worst::NotApplicable) => ("skipped", "–", "not applicable"),
                None => ("", "", "no verdict"),
            };
            write!(
                out,
                "<td class=\"cell {class}\"><span aria-hidden=\"true\">{sign}</span><span class=\"spoken\">{word}</span></td>"
            )?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(
        out,
        "</tbody></table></div>\n<p class=\"legend\">✕ fail, ? unknown, ✓ pass, – not applicable, empty: nothing to \
         judge</p></details></section>"
    )
}
