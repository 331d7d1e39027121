//! The pages of the public documentation that the tables follow, by their names in the address.

use super::{bucket, conditions, elements, evaluation, reach, reading};

pub(super) const OPERATORS: &str = "reference_policies_elements_condition_operators";
pub(super) const CONDITION: &str = "reference_policies_elements_condition";
pub(super) const LOGIC: &str = "reference_policies_condition-logic-multiple-context-keys-or-values";
pub(super) const SETS: &str = "reference_policies_condition-single-vs-multi-valued-context-keys";
pub(super) const KEYS: &str = "reference_policies_condition-keys";
pub(super) const VARIABLES: &str = "reference_policies_variables";
pub(super) const PRINCIPAL: &str = "reference_policies_elements_principal";
pub(super) const NOT_PRINCIPAL: &str = "reference_policies_elements_notprincipal";
pub(super) const ACTION: &str = "reference_policies_elements_action";
pub(super) const NOT_ACTION: &str = "reference_policies_elements_notaction";
pub(super) const RESOURCE: &str = "reference_policies_elements_resource";
pub(super) const NOT_RESOURCE: &str = "reference_policies_elements_notresource";
pub(super) const EFFECT: &str = "reference_policies_elements_effect";
pub(super) const STATEMENT: &str = "reference_policies_elements_statement";
pub(super) const VERSION: &str = "reference_policies_elements_version";
pub(super) const GRAMMAR: &str = "reference_policies_grammar";
pub(super) const EVALUATION: &str = "reference_policies_evaluation-logic";
pub(super) const PUBLIC: &str = "access-control-block-public-access";
pub(super) const KEY_POLICY: &str = "key-policies";
pub(super) const TOPIC: &str = "sns-access-policy-use-cases";
pub(super) const LOG_BUCKET: &str = "create-s3-bucket-policy-for-cloudtrail";
pub(super) const LOG_KEY: &str = "create-kms-key-policy-for-cloudtrail";
pub(super) const LOG_TOPIC: &str = "cloudtrail-permissions-for-sns-notifications";
pub(super) const DEPUTY: &str = "cross-service-confused-deputy-prevention";

/// All of them.
const PAGES: [&str; 24] = [
    OPERATORS,
    CONDITION,
    LOGIC,
    SETS,
    KEYS,
    VARIABLES,
    PRINCIPAL,
    NOT_PRINCIPAL,
    ACTION,
    NOT_ACTION,
    RESOURCE,
    NOT_RESOURCE,
    EFFECT,
    STATEMENT,
    VERSION,
    GRAMMAR,
    EVALUATION,
    PUBLIC,
    KEY_POLICY,
    TOPIC,
    LOG_BUCKET,
    LOG_KEY,
    LOG_TOPIC,
    DEPUTY,
];

/// Fewer rows than these mean that cases were lost.
const LEAST: [(&str, usize); 7] = [
    ("conditions", 220),
    ("elements", 110),
    ("evaluation", 30),
    ("reading", 20),
    ("strangers", 45),
    ("deputies", 28),
    ("rules", 20),
];

#[test]
fn every_row_names_its_page_and_none_is_lost() {
    let tables: [(&str, Vec<&str>); 7] = [
        ("conditions", conditions::ROWS.iter().map(|row| row.0).collect()),
        ("elements", elements::ROWS.iter().map(|row| row.0).collect()),
        ("evaluation", evaluation::ROWS.iter().map(|row| row.0).collect()),
        ("reading", reading::ROWS.iter().map(|row| row.0).collect()),
        ("strangers", reach::STRANGERS.iter().map(|row| row.0).collect()),
        ("deputies", reach::DEPUTIES.iter().map(|row| row.0).collect()),
        ("rules", bucket::RULES.iter().map(|row| row.0).collect()),
    ];
    for ((table, rows), (name, least)) in tables.iter().zip(LEAST) {
        assert_eq!(*table, name);
        assert!(rows.len() >= least, "{table} has {} rows, at least {least} are wanted", rows.len());
        for page in rows {
            assert!(PAGES.contains(page), "{table}: '{page}' is no page of the list");
        }
    }
    for page in PAGES {
        assert!(tables.iter().any(|(_, rows)| rows.contains(&page)), "no row follows '{page}'");
    }
    let all: usize = tables.iter().map(|(_, rows)| rows.len()).sum();
    assert!(all >= 450, "{all} rows");
}
