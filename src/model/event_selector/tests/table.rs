//! Cases: selectors, a question, the answer, and the page of AWS's documentation that says so.

use super::*;
use crate::model::event_selector::event::{ARN, CATEGORY, KIND, NAME, READ_ONLY, SOURCE, TYPE};

mod advanced;
mod basic;
mod events;
mod objects;
mod unions;

/// The pages, by the last part of their address. Those of the API reference begin with `API_`, those of
/// CloudFormation's user guide are the two at the end, the rest is CloudTrail's user guide.
mod page {
    pub(super) const GET: &str = "API_GetEventSelectors";
    pub(super) const PUT: &str = "API_PutEventSelectors";
    pub(super) const BASIC: &str = "API_EventSelector";
    pub(super) const ADVANCED: &str = "API_AdvancedEventSelector";
    pub(super) const FIELD: &str = "API_AdvancedFieldSelector";
    pub(super) const DATA: &str = "API_DataResource";
    pub(super) const MANAGEMENT: &str = "logging-management-events-with-cloudtrail";
    pub(super) const DATA_EVENTS: &str = "logging-data-events-with-cloudtrail";
    pub(super) const FILTERING: &str = "filtering-data-events";
    pub(super) const NETWORK: &str = "logging-network-events-with-cloudtrail";
    pub(super) const RECORD: &str = "cloudtrail-event-reference-record-contents";
    pub(super) const TRAILS: &str = "cloudtrail-multiple-trails";
    pub(super) const PARTITIONS: &str = "reference-arns";
    pub(super) const PARAMETERS: &str = "parameters-section-structure";
    pub(super) const CONDITIONS: &str = "intrinsic-function-reference-conditions";
    pub(super) const ALL: [&str; 15] = [
        GET,
        PUT,
        BASIC,
        ADVANCED,
        FIELD,
        DATA,
        MANAGEMENT,
        DATA_EVENTS,
        FILTERING,
        NETWORK,
        RECORD,
        TRAILS,
        PARTITIONS,
        PARAMETERS,
        CONDITIONS,
    ];
}

/// What is asked about selectors. Answers are letters: `T` true, `F` false, `?` unknown.
enum Ask {
    /// Are all reads of the management events recorded, all writes, any of them, any data event?
    Overview,
    /// Are all reads, all writes of the objects of this bucket below this prefix recorded; some reads, some writes?
    Objects(&'static str, &'static str),
    /// Is the delivery of logs to this bucket below this prefix recorded?
    Delivery(&'static str, &'static str),
    /// Is this event recorded?
    Event(Vec<(&'static str, &'static str)>),
    /// Do these other selectors record some of the same management events?
    Shares(&'static str),
    /// As `Overview`, of these and the selectors of further trails together.
    With(&'static [&'static str]),
    /// Are all management events of this source recorded?
    Source(&'static str),
}

/// A case.
struct Row {
    page: &'static str,
    selectors: String,
    ask: Ask,
    expected: &'static str,
}

fn row(page: &'static str, selectors: impl Into<String>, ask: Ask, expected: &'static str) -> Row {
    Row { page, selectors: selectors.into(), ask, expected }
}

/// Advanced selectors, from the fields of each.
fn advanced(selectors: &[&str]) -> String {
    let selectors: Vec<_> = selectors.iter().map(|fields| format!("{{{fields}}}")).collect();
    format!(r#"{{"advanced": [{}]}}"#, selectors.join(", "))
}

/// One selector for management events, with further fields.
fn management(fields: &str) -> String {
    advanced(&[&format!(r#""eventCategory": {{"=": ["Management"]}}, {fields}"#)])
}

/// One selector for data events of S3 objects, with further fields.
fn object_data(fields: &str) -> String {
    advanced(&[&format!(
        r#""eventCategory": {{"=": ["Data"]}}, "resources.type": {{"=": ["AWS::S3::Object"]}}, {fields}"#
    )])
}

fn rows() -> Vec<Row> {
    [basic::rows(), advanced::rows(), objects::rows(), events::rows(), unions::rows()].into_iter().flatten().collect()
}

fn parsed(json: &str) -> Selectors {
    selectors(&serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}")))
}

fn overview(recorded: &Recorded) -> String {
    let management = recorded.management();
    for side in [&management.reads, &management.writes] {
        // What is shown as lost must not be recorded, and everything certainly lost can be shown.
        assert_eq!(side.lost.is_some(), side.truth == Truth::False);
        if let Some(lost) = &side.lost {
            assert_eq!(recorded.records(lost), Truth::False, "{lost:?}");
        }
    }
    [&management.reads.truth, &management.writes.truth, &management.any, &recorded.any_data()]
        .into_iter()
        .map(letter)
        .collect()
}

fn answer(selectors: &str, ask: &Ask) -> String {
    let recorded = parsed(selectors).recorded();
    match ask {
        Ask::Overview => overview(&recorded),
        Ask::Objects(bucket, prefix) => {
            let covers = recorded.covers_objects(&text(bucket), &text(prefix));
            let touches = recorded.touches_objects(&text(bucket), &text(prefix));
            [&covers.reads, &covers.writes, &touches.reads, &touches.writes].map(letter).iter().collect()
        }
        Ask::Delivery(bucket, prefix) => letter(&recorded.records_delivery(&text(bucket), &text(prefix))).into(),
        Ask::Event(event) => {
            let event = Event::new(event.iter().map(|(name, value)| (*name, text(value))));
            letter(&recorded.records(&event)).into()
        }
        Ask::Shares(other) => {
            let other = parsed(other).recorded();
            let (one, two) = (recorded.shares_management(&other), other.shares_management(&recorded));
            assert_eq!(letter(&one), letter(&two), "sharing goes both ways");
            letter(&one).into()
        }
        Ask::With(others) => {
            let others: Vec<Recorded> = others.iter().map(|json| parsed(json).recorded()).collect();
            let all = others.iter().chain([&recorded]).map(|member| (Truth::True, member));
            overview(&Recorded::together(all))
        }
        Ask::Source(source) => letter(&recorded.records_source(source)).into(),
    }
}

#[test]
fn every_case_has_its_answer() {
    let wrong: Vec<String> = rows()
        .iter()
        .filter_map(|row| {
            let seen = answer(&row.selectors, &row.ask);
            let question = match &row.ask {
                Ask::Overview => "reads, writes, any, data".to_owned(),
                Ask::Objects(bucket, prefix) => format!("the objects of {bucket} below '{prefix}'"),
                Ask::Delivery(bucket, prefix) => format!("the delivery to {bucket} below '{prefix}'"),
                Ask::Event(event) => format!("{event:?}"),
                Ask::Shares(other) => format!("shared with {other}"),
                Ask::With(others) => format!("together with {others:?}"),
                Ask::Source(source) => format!("the events of {source}"),
            };
            (seen != row.expected)
                .then(|| format!("{}: {}: {question}: {seen}, not {}", row.page, row.selectors, row.expected))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_case_names_a_page_and_there_are_enough() {
    let rows = rows();
    assert!(rows.len() >= 120, "only {}", rows.len());
    for row in &rows {
        assert!(page::ALL.contains(&row.page), "'{}' is no page", row.page);
    }
    for page in page::ALL {
        assert!(rows.iter().any(|row| row.page == page), "no case is from '{page}'");
    }
    let mut questions: Vec<_> =
        rows.iter().map(|row| format!("{} {:?}", row.selectors, std::mem::discriminant(&row.ask))).collect();
    let all = questions.len();
    questions.sort();
    questions.dedup();
    assert!(questions.len() * 10 >= all * 7, "many cases ask the same of the same selectors");
}

#[test]
fn noisy_sources_are_told() {
    let parsed = |json: &str| parsed(json).records_management();
    assert_eq!(parsed(r#"{"basic": [{"exclude": ["kms.amazonaws.com"]}]}"#).left_out(), ["kms.amazonaws.com"]);
    assert!(parsed(r#"{"basic": [{"exclude": ["kms.amazonaws.com"]}, {}]}"#).left_out().is_empty());
    assert!(parsed(r#"{}"#).left_out().is_empty());
    let both = management(r#""eventSource": {"!=": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]}"#);
    assert_eq!(parsed(&both).left_out(), ["kms.amazonaws.com", "rdsdata.amazonaws.com"]);
}

#[test]
fn many_values_are_no_trouble() {
    let values: Vec<String> = (0..20_000).map(|n| format!("arn:aws:s3:::b{n}/")).collect();
    let list = serde_json::to_string(&values).expect("JSON");
    let json = object_data(&format!(r#""resources.ARN": {{"^": {list}, "!^": {list}}}"#));
    assert_eq!(letter(&parsed(&json).records_any_data()), '?');
}
