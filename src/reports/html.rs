//! One page for browsers and printers: it loads nothing, runs no script but its own, and reads without any.
//!
//! All texts are escaped, and besides, the page's policy names its own style and script by their digests, so that
//! nothing else of the kind would be run.

use std::collections::BTreeMap;
use std::io::{self, Write};

use sha2::{Digest, Sha256};

use crate::finding::{Outcome, Standing, clean};
use crate::reports::Settings;
use crate::reports::entry::{self, Entry};
use crate::reports::pages::{Pages, plain};
use crate::scan::Scan;

mod matrix;

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// Writes the page.
///
/// # Errors
/// If writing to `out` fails.
pub fn write(scan: &Scan, settings: &Settings, out: &mut dyn Write) -> io::Result<()> {
    let pages = Pages::run(scan);
    head(out)?;
    writeln!(out, "<header><h1>Trailwarden</h1><p>{}.</p></header>\n<main>", text(&entry::counts(scan)))?;
    gaps(scan, out)?;
    matrix::accounts(scan, out)?;
    checks(scan, &pages, out)?;
    matrix::inputs(scan, out)?;
    inputs(scan, out)?;
    writeln!(out, "<section aria-labelledby=\"findings\"><h2 id=\"findings\">Findings</h2>")?;
    out.write_all(FILTERS.as_bytes())?;
    let mut any = false;
    for entry in entry::listed(scan, &pages, settings) {
        any = true;
        article(&entry, out)?;
    }
    if !any {
        writeln!(out, "<p>Nothing is listed.</p>")?;
    }
    writeln!(out, "</section>\n</main>\n<footer>Trailwarden {}</footer>", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>")
}

/// Hidden until the script shows it: without a script it could do nothing.
const FILTERS: &str = "\
<form id=\"filters\" hidden>
<label>Text <input type=\"search\" id=\"search\" autocomplete=\"off\"></label>
<label>Severity <select id=\"severity\"><option value=\"\">all</option></select></label>
<label>Check <select id=\"check\"><option value=\"\">all</option></select></label>
<label>Account <select id=\"account\"><option value=\"\">all</option></select></label>
<label>Framework <select id=\"framework\"><option value=\"\">all</option></select></label>
<button type=\"reset\">Show all</button>
<button type=\"button\" id=\"open\">Open all</button>
<button type=\"button\" id=\"close\">Close all</button>
<p id=\"shown\" role=\"status\"></p>
</form>
";

fn head(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{}'; script-src '{}'; \
         img-src data:; base-uri 'none'; form-action 'none'\">",
        digest(STYLE),
        digest(SCRIPT)
    )?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(out, "<meta name=\"color-scheme\" content=\"light dark\">\n<title>Trailwarden report</title>")?;
    // An empty icon keeps browsers from asking for one.
    writeln!(out, "<link rel=\"icon\" href=\"data:,\">\n<style>{STYLE}</style>\n</head>\n<body>")
}

fn gaps(scan: &Scan, out: &mut dyn Write) -> io::Result<()> {
    if scan.gaps.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section class=\"gaps\" aria-labelledby=\"gaps\"><h2 id=\"gaps\">The scan is incomplete</h2><ul>")?;
    for gap in &scan.gaps {
        let at = entry::gap_at(scan, gap).unwrap_or_default();
        let message = text(&entry::sentence(&gap.message));
        writeln!(out, "<li><code>{}</code> {message} <span>({})</span></li>", text(&at), text(gap.reason))?;
    }
    writeln!(out, "</ul></section>")
}

/// How many verdicts of each kind each check gave.
fn checks(scan: &Scan, pages: &Pages, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: BTreeMap<&str, [usize; 5]> = BTreeMap::new();
    for finding in &scan.findings {
        let column = match finding.outcome {
            _ if finding.standing == Standing::Suppressed => 4,
            Outcome::Fail(_) => 0,
            Outcome::Unknown(_) => 1,
            Outcome::Pass => 2,
            Outcome::NotApplicable(_) => 3,
        };
        counts.entry(finding.check).or_default()[column] += 1;
    }
    writeln!(
        out,
        "<section aria-labelledby=\"checks\"><h2 id=\"checks\">Checks</h2>\n<details><summary>{} checks, {} of them with \
         fails</summary><div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"checks\"><table><thead><tr><th scope=\"col\">Check</th><th scope=\"col\">What \
         is so when it passes</th><th scope=\"col\" class=\"number\">Fail</th><th scope=\"col\" class=\"number\">Unknown</th><th \
         scope=\"col\" class=\"number\">Pass</th><th scope=\"col\" class=\"number\">Not applicable</th><th scope=\"col\" class=\"number\">Suppressed</th></tr></thead><tbody>",
        scan.checks.len(),
        counts.values().filter(|columns| columns[0] > 0).count()
    )?;
    for check in &scan.checks {
        let title = pages.get(check.id).map(|page| plain(&page.meta.title)).unwrap_or_default();
        write!(out, "<tr><th scope=\"row\">{}</th><td>{}</td>", text(check.id), text(&title))?;
        for (i, count) in counts.get(check.id).copied().unwrap_or_default().into_iter().enumerate() {
            write!(out, "<td class=\"number{}\">{count}</td>", if i == 0 && count > 0 { " bad" } else { "" })?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody></table></div></details></section>")
}

/// What was read, and whether all that belongs to it was.
fn inputs(scan: &Scan, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<section aria-labelledby=\"inputs\"><h2 id=\"inputs\">What was read</h2>\n<details><summary>{} inputs, {} of them \
         not complete</summary><div class=\"wide\" tabindex=\"0\" role=\"region\" \
         aria-labelledby=\"inputs\"><table><thead><tr><th scope=\"col\">Path</th><th scope=\"col\">Kind</th><th \
         scope=\"col\">Complete</th></tr></thead><tbody>",
        scan.inputs.len(),
        scan.inputs.iter().filter(|input| !input.complete).count()
    )?;
    for input in &scan.inputs {
        let complete = if input.complete { "yes" } else { "no" };
        let (path, kind) = (text(&input.path), input.kind.word());
        writeln!(out, "<tr><th scope=\"row\"><code>{path}</code></th><td>{kind}</td><td>{complete}</td></tr>")?;
    }
    writeln!(out, "</tbody></table></div></details></section>")
}

fn article(entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let finding = entry.finding;
    let heading = entry.heading();
    writeln!(
        out,
        "<article data-severity=\"{heading}\" data-check=\"{}\" data-account=\"{}\" data-framework=\"{}\" \
         data-fingerprint=\"{}\">",
        text(finding.check),
        text(entry.account.unwrap_or("not known")),
        text(&entry.frameworks().join(" ")),
        text(&finding.fingerprint)
    )?;
    writeln!(
        out,
        "<details><summary><span class=\"severity {heading}\">{heading}</span> <b>{}</b> <bdi>{}</bdi> \
         <code>{}</code></summary><dl>",
        text(finding.check),
        text(&entry.message()),
        text(&entry.at())
    )?;
    let mut item = |name: &str, value: Option<String>| match value.filter(|value| !value.is_empty()) {
        Some(value) => writeln!(out, "<dt>{name}</dt><dd><bdi>{}</bdi></dd>", text(&value)),
        None => Ok(()),
    };
    item("For example", entry.example())?;
    item("Because", entry.cause().map(|(_, detail)| detail))?;
    item("Suppressed", entry.accepted())?;
    item("Fix", entry.remedy())?;
    item("Resource", Some(format!("{} {}", finding.subject.kind.noun(), entry.address())))?;
    item("Instances", Some(instances(&finding.subject.instances)))?;
    item("Region", entry.region.map(str::to_owned))?;
    for fact in &finding.evidence {
        let seen = format!("{}: expected {}, observed {}", fact.attribute, fact.expected, fact.observed);
        item("Evidence", Some(seen))?;
    }
    item("Controls", Some(entry.controls().join(", ")))?;
    item("Identity", Some(finding.fingerprint.clone()))?;
    writeln!(out, "</dl><p><a href=\"{}\">About this check</a></p></details></article>", text(&entry.help()))
}

fn instances(all: &[String]) -> String {
    let shown: Vec<_> = all.iter().take(10).map(|address| clean(address)).collect();
    let more = all.len() - shown.len();
    format!("{}{}", shown.join(", "), if more > 0 { format!(" and {more} more") } else { String::new() })
}

/// Text inside of an element or of an attribute in double quotes.
fn text(raw: &str) -> String {
    let mut result = String::with_capacity(raw.len());
    for c in clean(raw).chars() {
        match c {
            '&' => result.push_str("&amp;"),
            '<' => result.push_str("&lt;"),
            '>' => result.push_str("&gt;"),
            '"' => result.push_str("&quot;"),
            '\'' => result.push_str("&#39;"),
            _ => result.push(c),
        }
    }
    result
}

/// How a policy names an inline style or script: the digest in Base64.
fn digest(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut result = "sha256-".to_owned();
    for chunk in Sha256::digest(text.as_bytes()).chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * i) & 63) as usize];
            result.push(if i <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn digests_are_base64() {
        assert_eq!(digest(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
