//! A scan made by hand whose names and texts try to break every report.

use trailwarden::checks::Check;
use trailwarden::finding::{Judge, Lost, Options, Severity, Witness};
use trailwarden::model::arn::{Shape, Text, Var};
use trailwarden::model::attr::Origin;
use trailwarden::model::{Estate, Existence, Identity, Input, InputId, InputKind, ResourceKind};
use trailwarden::scan::{Gap, Scan, ScannedInput};
use trailwarden::source_map::{FileId, SourceMap, Span};
use trailwarden::truth::{Cause, CauseKind};

/// A name with everything that breaks terminals, tables, workflow commands, XML, Markdown and links.
pub const NAME: &str =
    "a\nb\u{1b}[31mred\r\n::error::x%0A]]><script>|`[t](http://evil.example)\u{202e}\u{2066}\u{200b}é😀";

/// A path that must be percent-encoded in a URI.
pub const PATH: &str = "infra/á b#1?/50%/trail [x];(1).yaml";

/// A path that looks like an absolute URI.
pub const URI_LIKE: &str = "arn:aws:x/one line.json";

const TEMPLATE: &str = "\
Resources:
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties:
      S3BucketName: '😀\u{202e}'   # after
      EnableLogFileValidation: \tfalse \u{1b}[31m\r
      EventSelectors:
        - ReadWriteType: All
          IncludeManagementEvents: false
";

/// A check whose fails have several severities.
pub static GRADED: Check = Check {
    id: "graded-check",
    page: "---\ntitle: A graded check\nseverity: high\nother-severities: [low, critical, note]\ncategory: integrity\n\
           since: 0.1.0\nsources: {}\ncontrols: [cis-1.2.0/1, cis-5.0.0/1, security-hub/CloudTrail.1, a/1, b/2, c/3, d/4, \
           e/5, f/6, g/7, h/8]\n---\n\nSummary with `code` and a [link](https://docs.example).\n\n## Why it matters\n\n\
           Because.\n\n## How to fix\n\nFix it.\n",
    run: |_, _| {},
};

fn identity(kind: ResourceKind, address: &str, at: Origin) -> Identity {
    let (address, shown) = (address.to_owned(), address.to_owned());
    Identity {
        input: InputId(0),
        kind,
        address,
        instances: Vec::new(),
        calls: Vec::new(),
        shown,
        at,
        existence: Existence::Certain,
    }
}

fn find(sources: &SourceMap, file: FileId, needle: &str) -> Origin {
    let start = sources.file(file).text().find(needle).expect("the needle is there");
    Origin::Text(Span::new(file, start, start + needle.len()))
}

fn hole(name: &str, shape: Shape) -> Text {
    let cause = Cause::new(CauseKind::OutsideScope, format!("'{name}' is not known"));
    Var { key: name.into(), shown: name.into(), cause, shape }.into()
}

fn input(at: Origin) -> Input {
    let account = hole("AWS::AccountId", Shape::Account);
    Input::new(InputId(0), InputKind::CloudFormation, PATH.to_owned(), at, account, Text::from("eu-west-1"))
}

fn log_file_validation() -> &'static Check {
    trailwarden::checks::CHECKS.iter().find(|check| check.id == "log-file-validation").expect("there is such a check")
}

/// A scan of nothing.
pub fn empty() -> Scan {
    Scan {
        severities: std::collections::BTreeMap::new(),
        reach: trailwarden::scan::Reach::default(),
        baseline: None,
        rewritten: None,
        sources: SourceMap::default(),
        estate: Estate::default(),
        inputs: Vec::new(),
        accounts: Vec::new(),
        checks: trailwarden::checks::CHECKS.iter().collect(),
        findings: Vec::new(),
        gaps: Vec::new(),
    }
}

/// The hostile scan: every verdict, every severity, every kind of place, two gaps.
pub fn scan() -> Scan {
    let mut sources = SourceMap::default();
    let file = sources.add(PATH, TEMPLATE);
    let minified = format!("{{{}\"Trail\":{{\"Off\":true}},{}}}", "\"ä\":0,".repeat(150_000), "\"z\":1,".repeat(10));
    let minified = sources.add(URI_LIKE, minified);
    let at = |needle: &str| find(&sources, file, needle);
    let trail = identity(ResourceKind::Trail, "Trail", at("Trail"));
    let hostile = identity(ResourceKind::Bucket, NAME, at("Resources"));
    let long = identity(ResourceKind::Key, &"k".repeat(5000), at("Properties"));
    let flag = at("EnableLogFileValidation: \tfalse");
    let block = at("EventSelectors:\n        - ReadWriteType: All\n          IncludeManagementEvents: false\n");
    let one_line = find(&sources, minified, "\"Off\":true");

    let options = Options::default();
    let mut judge = Judge::new(GRADED.id, Severity::High, &options);
    let draft = judge.on(&hostile).claim("is good", "is bad").because(format!("'Key' is '{NAME}'")).at(&one_line);
    let context = vec![("aws:SourceArn".to_owned(), NAME.to_owned())];
    let (principal, action, resource) = (NAME.to_owned(), "s3:PutObject".to_owned(), "*".to_owned());
    let witness = Witness::Request { principal, action, resource, context };
    draft.severity(Severity::Critical).remedy(format!("Set 'Key' to {NAME}")).fail_with(Some(witness));
    let draft = judge.on(&trail).because("'EventSelectors' leaves out writes").at(&block).fault("EventSelectors");
    let event = [("eventName".to_owned(), "DeleteTrail".into()), ("readOnly".to_owned(), false.into())];
    let draft =
        draft.related(format!("the bucket '{NAME}'"), &at("S3BucketName: '😀\u{202e}'")).related("far", &one_line);
    draft.remedy("Set it. Then look again").fail_with(Some(Witness::event(Lost::Record, event)));
    judge.on(&long).severity(Severity::Low).remedy("Make it shorter").fail();
    judge.on(&long).severity(Severity::Note).fault("other").remedy("Make it shorter").fail();
    let api = Origin::Api { call: "cloudtrail:GetTrailStatus", arn: "arn:aws:cloudtrail:x".into() };
    judge.on(&long).at(&api).related("asked", &api).evidence("IsLogging", "true", "false", &api).fault("api").fail();
    let mut findings = judge.into_findings();

    let mut judge = Judge::new("log-file-validation", Severity::Medium, &options);
    let draft = judge.on(&trail).claim("validates its log files", "does not validate its log files").at(&flag);
    let draft = draft.because("'EnableLogFileValidation' is false").fault("EnableLogFileValidation");
    let draft = draft.evidence("EnableLogFileValidation", "true", "false", &flag);
    draft.remedy("Set 'EnableLogFileValidation' to true").fail();
    judge.on(&hostile).unknown(Cause::new(CauseKind::Parameter, format!("the parameter '{NAME}' has no default")));
    judge.on(&trail).pass();
    judge.on(&trail).not_applicable(CauseKind::NoSubject, "there is no trail");
    judge.on_input(&input(at("Resources"))).pass();
    findings.extend(judge.into_findings());
    for (i, finding) in findings.iter_mut().enumerate() {
        finding.fingerprint = format!("sha256:{i:064x}");
    }
    findings[1].subject.instances = (0..12).map(|i| format!("Trail[{i}]")).collect();

    let gap_at = Span::new(file, 0, 9);
    let estate = Estate::new(vec![input(at("Resources"))]);
    let scanned = |path: &str, kind, complete| ScannedInput { path: path.to_owned(), kind, complete };
    let gap = |path: Option<&str>, span, reason, message: String| Gap {
        path: path.map(str::to_owned),
        span,
        reason,
        message,
        ..Gap::default()
    };
    Scan {
        severities: std::collections::BTreeMap::new(),
        reach: trailwarden::scan::Reach::default(),
        baseline: None,
        rewritten: None,
        inputs: vec![
            scanned(PATH, InputKind::CloudFormation, true),
            scanned(URI_LIKE, InputKind::CloudFormation, false),
        ],
        accounts: Vec::new(),
        checks: vec![&GRADED, log_file_validation()],
        findings,
        gaps: vec![
            gap(Some("a b/%.yaml"), None, "unreadable", format!("the file 'a b/%.yaml' cannot be read: {NAME}")),
            gap(Some(PATH), Some(gap_at), "syntax", "the key 'Resources' comes twice".to_owned()),
        ],
        sources,
        estate,
    }
}
