//! How to judge: what `scan` and `live` resolve in the same way.

use std::path::PathBuf;

use anyhow::bail;
use time::Date;

use super::words::{format, list, of_file, shown, threshold};
use super::{Judging, Reporting, now};
use crate::checks::{CHECKS, Check};
use crate::cli::args;
use crate::cli::baseline::Baselines;
use crate::cli::catalog;
use crate::cli::configuration::{Found, Settle};
use crate::config::{self, Config};
use crate::finding::{Options, Severity};
use crate::reports::{self, Format};
use crate::scan::Suppressions;

/// Settles what is left; `expect_trail` and `base_ref` as typed.
///
/// # Errors
/// For checks and frameworks that do not exist, and if the clock is set to something that is no time.
pub(super) fn settle(
    common: &args::Common,
    expect_trail: Option<bool>,
    base_ref: Option<&str>,
    found: Option<&Found>,
    mut settle: Settle<'_>,
) -> anyhow::Result<Judging> {
    let empty = Config::default();
    let config = found.map_or(&empty, |found| &found.loaded.config);
    let checks = select(common, config, &mut settle)?;
    let options = options(expect_trail, config, &mut settle);
    let fail_on = settle.pick(
        "fail-on",
        "fail-on",
        common.fail_on.map(threshold),
        config.fail_on.map(of_file),
        Some(Severity::Medium),
        |least| least.map_or("never", Severity::word).to_owned(),
    );
    let strict = settle.pick("strict", "strict", common.strict, config.strict, false, bool::to_string);
    let (typed, written) = (common.allow_partial, config.allow_partial);
    let allow_partial = settle.pick("allow-partial", "allow-partial", typed, written, false, bool::to_string);
    let suppressions = suppressions(common, config, now()?.date(), &mut settle);
    let baselines = baselines(common, base_ref, found, &mut settle);
    let defaults = reports::Settings::default();
    let reports = reports::Settings {
        color: false,
        show: shown(&common.show),
        sarif_include: shown(&common.sarif_include),
        fail_on,
        now: now()?,
        times: common.times,
        account: None,
        region: None,
        category: common.sarif_category.clone().unwrap_or(defaults.category),
        max_results: common.max_results.unwrap_or(defaults.max_results),
    };
    let reporting = Reporting {
        reports,
        stdout: Some(format(common.format)).filter(|format| !(common.quiet && *format == Format::Text)),
        outputs: common.output.iter().map(|output| (format(output.format), output.file.clone())).collect(),
        strict,
        allow_partial,
        baselines,
        table: settle.table(),
    };
    Ok(Judging { checks, options, suppressions, severities: config.severities().collect(), reporting })
}

/// Which suppressions count, but for those of the configuration file.
fn suppressions(common: &args::Common, config: &Config, today: Date, settle: &mut Settle<'_>) -> Suppressions {
    let workflow = &common.workflow;
    let mut pick = |key: &str, flag: &str, typed: Option<bool>, written: Option<bool>, default: bool| {
        settle.pick(key, flag, typed, written, default, bool::to_string)
    };
    let (typed, written) = (workflow.no_inline_suppressions, config.inline_suppressions);
    let inline = pick("inline-suppressions", "no-inline-suppressions", typed.map(|no| !no), written, true);
    let (typed, written) = (workflow.no_foreign_suppressions, config.foreign_suppressions);
    let foreign = pick("foreign-suppressions", "no-foreign-suppressions", typed.map(|no| !no), written, true);
    let (typed, written) = (workflow.require_reason, config.require_reason);
    let require_reason = pick("require-reason", "require-reason", typed, written, false);
    if !config.suppressions.is_empty() {
        let count = config.suppressions.len();
        settle.note("suppressions", format!("{count} in the file"), settle.place("suppressions"));
    }
    Suppressions { inline, foreign, require_reason, today: Some(today), file: None }
}

/// The files of known findings. The one of the configuration file is relative to it; a commit comes before it.
fn baselines(
    common: &args::Common,
    base_ref: Option<&str>,
    found: Option<&Found>,
    settle: &mut Settle<'_>,
) -> Baselines {
    let typed = common.baseline.baseline.clone().map(Some);
    let written = found.and_then(|found| Some(Some(found.folder().join(found.loaded.config.baseline.as_ref()?))));
    let shown =
        |file: &Option<PathBuf>| file.as_ref().map_or_else(|| "none".to_owned(), |file| file.display().to_string());
    let file = match base_ref {
        Some(reference) => {
            let typed = Some(Some(PathBuf::from(format!("commit {reference}"))));
            settle.pick("baseline", "base-ref", typed, None, None, shown);
            None
        }
        None => settle.pick("baseline", "baseline", typed, written, None, shown),
    };
    Baselines { file, write: common.baseline.write_baseline.clone() }
}

/// What the checks may be told.
fn options(expect_trail: Option<bool>, config: &Config, settle: &mut Settle<'_>) -> Options {
    let (written, default) = (&config.options, Options::default());
    let ids = |ids: &Vec<config::AccountId>| ids.iter().map(|id| id.0.clone()).collect::<Vec<_>>();
    let of = |name: &str| format!("options.{name}");
    Options {
        min_days: settle.pick(&of("min-days"), "", None, written.min_days, default.min_days, u32::to_string),
        max_age_hours: settle.pick(&of("max-age"), "", None, written.max_age, default.max_age_hours, u32::to_string),
        required_tags: settle.pick(
            &of("required-tags"),
            "",
            None,
            written.required_tags.clone(),
            default.required_tags,
            |items| list(items),
        ),
        accept_event_data_store: settle.pick(
            &of("accept-event-data-store"),
            "",
            None,
            written.accept_event_data_store,
            default.accept_event_data_store,
            bool::to_string,
        ),
        mfa_delete: settle.pick(
            &of("mfa-delete.mode"),
            "",
            None,
            written.mfa_delete_mode,
            default.mfa_delete,
            |mode| mode.word().to_owned(),
        ),
        readers: settle
            .pick(&of("readers"), "", None, written.readers.as_ref().map(ids), default.readers, |items| list(items)),
        allow: settle.pick(&of("allow"), "", None, written.allow.clone(), default.allow, |items| list(items)),
        expect_trail: settle.pick(
            &of("expect-trail"),
            "expect-trail",
            expect_trail,
            written.expect_trail,
            default.expect_trail,
            bool::to_string,
        ),
    }
}

/// The checks to run. `--only` wins over the configuration file, which otherwise says what is off.
fn select(common: &args::Common, config: &Config, settle: &mut Settle<'_>) -> anyhow::Result<Vec<&'static Check>> {
    for id in common.only.iter().chain(&common.skip) {
        catalog::find(id)?;
    }
    let given = |words: &Vec<String>| Some(words.clone()).filter(|words| !words.is_empty());
    let only = settle.pick("only", "only", given(&common.only), None, Vec::new(), |items| list(items));
    let skip = settle.pick("skip", "skip", given(&common.skip), None, Vec::new(), |items| list(items));
    let written = given(&config.framework);
    let framework =
        settle.pick("framework", "framework", given(&common.framework), written, Vec::new(), |items| list(items));
    for (id, setting) in &config.checks {
        let mut words = vec![if setting.enabled { "on" } else { "off" }];
        words.extend(setting.severity.map(Severity::word));
        let key = format!("checks.{}", id.get());
        settle.note(&key, words.join(", "), settle.place(&key));
    }
    let mut checks: Vec<&'static Check> = CHECKS
        .iter()
        .filter(|check| if only.is_empty() { config.is_on(check.id) } else { only.iter().any(|id| id == check.id) })
        .filter(|check| !skip.iter().any(|id| id == check.id))
        .collect();
    if !framework.is_empty() {
        let ids = catalog::of_frameworks(&framework)?;
        checks.retain(|check| ids.contains(check.id));
    }
    if checks.is_empty() {
        bail!("no check is left: --only, --skip, --framework and the configuration file exclude all");
    }
    Ok(checks)
}
