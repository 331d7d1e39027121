//! A scan: paths in, findings and gaps out.
//!
//! The steps, each of which may run in parallel and none of which lets the order of threads show: `walk` finds and
//! reads the files that could be ours, `read` parses them into templates, the source lowers these into the estate,
//! the checks judge it, and `fingerprint` gives every finding its identity.

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use rayon::prelude::*;

use crate::checks::Check;
use crate::checks::page::{Page, PageError};
use crate::finding::{Finding, Judge, Options, Outcome, Severity};
use crate::model::attr::Origin;
use crate::model::{Estate, InputKind};
use crate::source_map::{SourceMap, Span};
use crate::sources::aws::lower::AccountLine;
use crate::sources::aws::recording::Recording;
use crate::sources::cloudformation;
use crate::sources::script::Caller;
use crate::suppressions::Form;
use crate::truth::Truth;

pub mod base;
mod baseline;
mod detect;
mod fingerprint;
mod instances;
mod large;
mod plan_sources;
mod plans;
mod read;
mod recordings;
mod scripts;
mod suppress;
mod terraform;
mod walk;

pub use baseline::{Against, Reach};
pub use suppress::{Accepted, EXPIRED, Entry, Suppressions, UNUSED};

/// The largest template that is read, in bytes. Far beyond what CloudFormation takes; it bounds memory.
pub const LARGEST_TEMPLATE: u64 = 64 * 1024 * 1024;

/// The largest plan or state of Terraform that is read, in bytes.
pub const LARGEST_PLAN: u64 = 2 * 1024 * 1024 * 1024;

/// The path that stands for standard input.
pub const STDIN: &str = "-";

/// What to scan, and how.
#[derive(Default)]
pub struct Request<'a> {
    /// Files and folders; relative ones are taken from the working directory.
    pub paths: Vec<PathBuf>,
    /// What was read from standard input; its path in reports is `-`.
    pub stdin: Option<Vec<u8>>,
    /// The folder that reported paths are relative to, instead of the one that is found by `.git`.
    pub repo_root: Option<PathBuf>,
    /// What is left out of folders.
    pub exclude: Exclude,
    /// Severities that replace those of the checks.
    pub severities: BTreeMap<&'static str, Severity>,
    /// Which suppressions count.
    pub suppressions: Suppressions,
    /// The checks to run; they run and are listed in the order of the table whatever the order here.
    pub checks: Vec<&'static Check>,
    /// What the checks may be told.
    pub options: Options,
    /// What templates cannot know.
    pub cloudformation: cloudformation::Settings,
    /// What modules of Terraform cannot know.
    pub terraform: TerraformSettings,
    /// What has just been collected from live accounts.
    pub live: Option<Recording>,
    /// The time of the judgement, in seconds since 1970, where a recording does not say it.
    pub clock: Option<i64>,
    /// Whether the code blocks of Markdown pages are scripts.
    pub include_docs: bool,
    /// Is told about each step; called from many threads.
    pub progress: Option<&'a (dyn Fn(Progress) + Sync)>,
}

/// Files and folders that are left out of the folders that are scanned.
#[derive(Clone, Debug, Default)]
pub struct Exclude {
    /// The folder that the globs are relative to.
    pub folder: PathBuf,
    /// The globs: `examples/**`, `*.generated.yaml`.
    pub globs: Vec<String>,
}

impl Exclude {
    /// The globs, read. A glob that matches a folder takes all that is in it.
    ///
    /// # Errors
    /// If one is malformed.
    pub fn build(&self) -> Result<globset::GlobSet, globset::Error> {
        let mut set = globset::GlobSetBuilder::new();
        for glob in &self.globs {
            let glob = glob.trim_start_matches("./").trim_end_matches('/');
            set.add(globset::GlobBuilder::new(glob).literal_separator(true).build()?);
        }
        set.build()
    }
}

/// What modules of Terraform cannot know and the command line may say.
#[derive(Clone, Debug, Default)]
pub struct TerraformSettings {
    /// `--var`: names and values as typed.
    pub vars: Vec<(String, String)>,
    /// `--var-file`, in order.
    pub var_files: Vec<PathBuf>,
    /// `--source`: the folder of the `.tf` files that plans were made of.
    pub source: Option<PathBuf>,
    /// `--account`
    pub account: Option<String>,
    /// `--region`
    pub region: Option<String>,
}

/// A step of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// One more file was looked at.
    Looked,
    /// That many files hold something of ours and are parsed.
    Parsing(usize),
    /// The checks run.
    Judging,
}

/// Why a scan could not begin.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// Paths that do not exist.
    #[error("no such file or directory: {}", .0.join(", "))]
    NotFound(Vec<String>),
    /// Suppressions do not say why, and must.
    #[error("'require-reason' is set, and suppressions give no reason: {}", .0.join(", "))]
    NoReason(Vec<String>),
    /// The repository root is not a folder.
    #[error("the repository root '{0}' is not a folder")]
    RepoRoot(String),
    /// The folder of `--source`, and why no plan can be one of it.
    #[error("the folder '{0}' of --source {1}")]
    Source(String, &'static str),
    /// A file with values of variables cannot be read: its path and why.
    #[error("the file '{0}' of --var-file: {1}")]
    VarFile(String, String),
    /// A glob of what is left out is malformed.
    #[error("the glob of what is left out: {0}")]
    Exclude(globset::Error),
    /// The working directory cannot be told.
    #[error("the working directory cannot be read: {0}")]
    WorkingDirectory(std::io::Error),
    /// A page of this program is malformed; a test holds that none is.
    #[error("the page of the check '{0}': {1}")]
    Page(&'static str, PageError),
}

/// The result of a scan: all that a report needs.
#[derive(Debug)]
pub struct Scan {
    /// The texts that were read; findings' spans are of this map.
    pub sources: SourceMap,
    /// The estate that was judged.
    pub estate: Estate,
    /// What was read, in the order of the paths.
    pub inputs: Vec<ScannedInput>,
    /// The live accounts, by id.
    pub accounts: Vec<AccountLine>,
    /// Severities that replaced those of the checks.
    pub severities: BTreeMap<&'static str, Severity>,
    /// The checks that were run, in the order of the table.
    pub checks: Vec<&'static Check>,
    /// Where it looked for files.
    pub reach: Reach,
    /// What was known before, and what became of it; set by [`Scan::compare`].
    pub baseline: Option<Against>,
    /// The same of a baseline that is to be written anew, where that is another.
    pub rewritten: Option<Against>,
    /// All verdicts: worst severity of fails first, then by place; the order is total.
    pub findings: Vec<Finding>,
    /// What could not be read, by path.
    pub gaps: Vec<Gap>,
}

/// A line of the report's scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScannedInput {
    /// Relative to the repository root; `-` for standard input.
    pub path: String,
    /// What it is.
    pub kind: InputKind,
    /// Whether all that belongs to it was read.
    pub complete: bool,
}

/// Something that belongs to the scan and could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    /// The file, relative to the repository root.
    pub path: Option<String>,
    /// The place in it, when it could be read that far.
    pub span: Option<Span>,
    /// The account, for what AWS should have answered.
    pub account: Option<String>,
    /// The Region that was asked.
    pub region: Option<String>,
    /// The call: `cloudtrail:GetTrailStatus`.
    pub call: Option<String>,
    /// A word that programs can rely on: `syntax`, `not-utf-8`, `too-large`, `unreadable`, `not-found`, `template`,
    /// `layout`, `internal`; or why AWS did not answer: `access-denied`, `throttled`, ….
    pub reason: &'static str,
    /// One sentence without a final period.
    pub message: String,
}

impl Gap {
    fn new(path: &str, reason: &'static str, message: impl Into<String>) -> Self {
        Self { path: Some(path.to_owned()), reason, message: message.into(), ..Self::default() }
    }
}

impl Gap {
    /// The message, with the account, the Region and the call where it is of a call.
    pub fn sentence(&self) -> String {
        let Some(account) = &self.account else { return self.message.clone() };
        let mut text = format!("account {account}");
        for part in [&self.region, &self.call].into_iter().flatten() {
            text.push_str(&format!(", {part}"));
        }
        format!("{text}: {}", self.message)
    }
}

/// Scans.
///
/// What cannot be read becomes a [`Gap`]; the scan goes on.
///
/// # Errors
/// If a path does not exist: a typing error must not look like a clean scan.
pub fn run(request: &Request<'_>) -> Result<Scan, ScanError> {
    let checks = in_table_order(&request.checks);
    // Asked alone, they judge what all suppressions are about.
    let alone = !checks.is_empty() && checks.iter().all(|check| [EXPIRED, UNUSED].contains(&check.id));
    let judged = if alone { crate::checks::CHECKS.iter().collect() } else { checks.clone() };
    let report = |step| {
        if let Some(progress) = request.progress {
            progress(step);
        }
    };
    let mut walked = walk::collect(request, &report)?;
    let mut sources = SourceMap::default();
    let settings = terraform::settings(&request.terraform, &mut sources)?;
    let named = walked.source.clone();
    let folders = std::mem::take(&mut walked.recordings);
    let caller =
        Caller { account: request.cloudformation.account.clone(), region: request.cloudformation.region.clone() };
    let read::Read { templates, mut plans, files, scripts, base, mut gaps } =
        read::templates(walked, &caller, &mut sources, &report);
    plan_sources::settle(&mut plans, &files, named.as_deref(), &base, &mut sources)?;
    let mut forms: HashMap<_, _> = scripts.iter().map(|script| (script.file, Form::Script)).collect();
    forms.extend(templates.iter().map(|template| (template.root.span.file, Form::Template)));
    let lowered = lower(templates, &request.cloudformation, &sources, &mut gaps);
    for (span, message) in lowered.faults {
        let path = Some(sources.file(span.file).path().to_owned());
        gaps.push(Gap { path, span: Some(span), reason: "template", message, ..Gap::default() });
    }
    let mut inputs = lowered.inputs;
    let mut run = lowered.scripts;
    let first = inputs.len() as u32;
    inputs.extend(terraform::inputs(&files, &settings, &base, &mut sources, first, &mut run, &mut gaps));
    let first = inputs.len() as u32;
    inputs.extend(plans::inputs(plans, &mut sources, first, &mut run, &mut gaps));
    let first = inputs.len() as u32;
    let recorded =
        recordings::inputs(&folders, request.live.as_ref(), &base, request.clock, &mut sources, first, &mut gaps);
    inputs.extend(recorded.inputs);
    let first = inputs.len() as u32;
    let made = scripts::inputs(scripts, &scripts::told(&inputs, &run), &caller, &base, &mut sources, first, &mut gaps);
    inputs.extend(made);
    let first = inputs.len() as u32;
    inputs.extend(scripts::embedded(&run, &caller, &sources, first, &mut gaps));
    let estate = Estate::new(inputs);
    report(Progress::Judging);
    let mut findings = judge(&estate, &judged, &request.options, &mut gaps)?;
    plan_sources::once(&mut findings, &estate);
    for finding in &mut findings {
        finding.severity = request.severities.get(finding.check).copied().unwrap_or(finding.severity);
    }
    sort(&mut findings, &sources);
    instances::relocate(&mut findings, &sources);
    let context = suppress::Context {
        settings: &request.suppressions,
        forms,
        base: &base,
        estate: &estate,
        judged: &judged,
        severities: &request.severities,
    };
    suppress::settle(&mut findings, &context, &mut sources, &mut gaps)?;
    if alone {
        findings.retain(|finding| checks.iter().any(|check| check.id == finding.check));
    }
    instances::join(&mut findings);
    fingerprint::fill(&mut findings, &estate);
    settle(&mut findings, &sources);
    let order = |gap: &Gap| {
        let place = (gap.path.clone(), gap.span, gap.account.clone(), gap.region.clone(), gap.call.clone());
        (place, gap.reason, gap.message.clone())
    };
    gaps.sort_by_cached_key(order);
    gaps.dedup();
    // A recording is one input, however many accounts it holds.
    let files = estate.inputs.iter().filter(|input| input.kind != InputKind::Recording);
    let files = files.map(|input| ScannedInput {
        path: input.path.clone(),
        kind: input.kind,
        complete: input.complete == Truth::True,
    });
    let inputs = files.chain(recorded.lines).collect();
    let severities = request.severities.clone();
    let places = request.paths.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let roots = base.places("");
    let anchored = request.repo_root.is_some() || roots.first().is_some_and(|root| root.join(".git").exists());
    let reach = Reach { roots, places, exclude: request.exclude.clone(), anchored };
    let mut accounts = recorded.accounts;
    accounts.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(Scan {
        inputs,
        accounts,
        severities,
        sources,
        estate,
        checks,
        reach,
        findings,
        gaps,
        baseline: None,
        rewritten: None,
    })
}

fn in_table_order(selected: &[&'static Check]) -> Vec<&'static Check> {
    crate::checks::CHECKS.iter().filter(|check| selected.iter().any(|wanted| wanted.id == check.id)).collect()
}

/// Lowers all templates at once, for they may nest and import each other. Should that panic, the ones that panic
/// alone are left out, so that one bad file costs one gap.
fn lower(
    mut templates: Vec<cloudformation::Template>,
    settings: &cloudformation::Settings,
    sources: &SourceMap,
    gaps: &mut Vec<Gap>,
) -> cloudformation::Lowered {
    let attempt = |templates: &[cloudformation::Template]| {
        catch_unwind(AssertUnwindSafe(|| cloudformation::lower(templates, settings, sources))).ok()
    };
    if let Some(lowered) = attempt(&templates) {
        return lowered;
    }
    templates.retain(|template| {
        let good = attempt(std::slice::from_ref(template)).is_some();
        if !good {
            gaps.push(internal(&template.path));
        }
        good
    });
    attempt(&templates).unwrap_or_else(|| {
        gaps.extend(templates.iter().map(|template| internal(&template.path)));
        cloudformation::Lowered::default()
    })
}

fn internal(path: &str) -> Gap {
    Gap::new(path, "internal", "internal error while reading this file; please report it")
}

/// Runs the checks, each on a thread of its own choosing; the results come back in the order of the table.
fn judge(
    estate: &Estate,
    checks: &[&'static Check],
    options: &Options,
    gaps: &mut Vec<Gap>,
) -> Result<Vec<Finding>, ScanError> {
    if estate.inputs.is_empty() {
        return Ok(Vec::new());
    }
    let results: Vec<_> = checks
        .par_iter()
        .map(|check| {
            let page = Page::parse(check.page).map_err(|error| ScanError::Page(check.id, error))?;
            let run = || {
                let mut judge = Judge::new(check.id, page.meta.severity, options);
                (check.run)(estate, &mut judge);
                judge.into_findings()
            };
            Ok(catch_unwind(AssertUnwindSafe(run)).map_err(|_| check.id))
        })
        .collect::<Result<_, ScanError>>()?;
    let mut findings = Vec::new();
    for result in results {
        match result {
            Ok(found) => findings.extend(found),
            Err(id) => gaps.push(Gap {
                reason: "internal",
                message: format!("internal error in the check '{id}': it gave no verdict; please report it"),
                ..Gap::default()
            }),
        }
    }
    Ok(findings)
}

/// Fails first, the worst before the others, then unknown, pass, not applicable; within these by place. The order
/// is total, so that reports of equal scans are equal bytes.
fn sort(findings: &mut [Finding], sources: &SourceMap) {
    findings.sort_by(|a, b| {
        rank(a)
            .cmp(&rank(b))
            .then_with(|| place(a, sources).cmp(&place(b, sources)))
            .then_with(|| a.check.cmp(b.check))
            .then_with(|| a.subject.address.cmp(&b.subject.address))
            .then_with(|| a.fault.cmp(&b.fault))
            .then_with(|| a.message.cmp(&b.message))
    });
}

/// The order that is reported. It rests on nothing but what the JSON report shows, so that reports of parts of an estate
/// can be merged into the one of the whole: rank, place (without one the address), check, address, identity.
fn settle(findings: &mut [Finding], sources: &SourceMap) {
    let at = |finding: &Finding| match &finding.at {
        Origin::Text(span) => (sources.file(span.file).path().to_owned(), span.start),
        Origin::Api { .. } => (finding.subject.address.clone(), 0),
    };
    findings.sort_by_cached_key(|finding| {
        let subject = (finding.check, finding.subject.address.clone(), finding.fingerprint.clone());
        (rank(finding), at(finding), subject)
    });
}

fn rank(finding: &Finding) -> (u8, std::cmp::Reverse<Option<crate::finding::Severity>>) {
    let (rank, severity) = match finding.outcome {
        Outcome::Fail(_) => (0, Some(finding.severity)),
        Outcome::Unknown(_) => (1, None),
        Outcome::Pass => (2, None),
        Outcome::NotApplicable(_) => (3, None),
    };
    (rank, std::cmp::Reverse(severity))
}

fn place<'a>(finding: &'a Finding, sources: &'a SourceMap) -> (&'a str, u32, u32) {
    match &finding.at {
        Origin::Text(span) => (sources.file(span.file).path(), span.start, span.end),
        Origin::Api { arn, .. } => (arn, 0, 0),
    }
}
