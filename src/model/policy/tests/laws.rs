//! Laws of the evaluator over random policies of a small alphabet, against an evaluator of plain strings that shares no
//! code with it.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;

pub(super) const CALLERS: [&str; 5] = [
    "*",
    ALICE,
    "arn:aws:iam::222222222222:role/r",
    "arn:aws:sts::222222222222:assumed-role/r/s",
    "cloudtrail.amazonaws.com",
];
const PRINCIPALS: [&str; 8] = [
    "*",
    "AWS *",
    "AWS 111111111111",
    "AWS arn:aws:iam::222222222222:root",
    "AWS arn:aws:iam::111111111111:user/alice",
    "AWS arn:aws:iam::222222222222:role/r",
    "Service cloudtrail.amazonaws.com",
    "Service config.amazonaws.com",
];
pub(super) const ACTIONS: [&str; 3] = ["s3:GetObject", "s3:PutObject", "s3:GetBucketAcl"];
const ACTION_PATTERNS: [&str; 7] = ["*", "s3:*", "S3:get*", "s3:PUTobject", "s3:?etObject", "kms:*", "s3:*b*"];
pub(super) const RESOURCES: [&str; 3] = ["arn:aws:s3:::b", "arn:aws:s3:::b/a", "arn:aws:s3:::b/AWSLogs/x"];
const RESOURCE_PATTERNS: [&str; 7] = [
    "*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/AWSLogs/*",
    "arn:aws:s3:::?/a",
    "arn:aws:s3:::*a*",
    "arn:aws:s3:::b/${x:k}",
];
pub(super) const KEYS: [&str; 2] = ["x:k", "x:j"];
/// What a request may carry for a key: nothing, one value or two.
pub(super) const HELD: [&str; 7] = ["-", "a", "b", "ab", "true", "2", "other"];
const SEVERAL: [&str; 2] = ["a|b", "ab|2"];
const VALUES: [&str; 8] = ["a", "b", "AB", "a*", "?b", "true", "2", "${x:j}"];
const PLAIN_VALUES: [&str; 5] = ["a", "b", "ab", "true", "2"];
const OPERATORS: [&str; 21] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "Bool",
    "Null",
    "NumericLessThan",
    "NumericNotEquals",
    "BinaryEquals",
    "StringEqualsIfExists",
    "StringLikeIfExists",
    "StringNotLikeIfExists",
    "BoolIfExists",
    "ForAnyValue:StringEquals",
    "ForAllValues:StringEquals",
    "ForAnyValue:StringNotEquals",
    "ForAllValues:StringNotLike",
    "ForAnyValue:StringLikeIfExists",
    "ForAllValues:NumericLessThan",
];
/// Operators to which a value is what it equals, and nothing else.
const PLAIN_OPERATORS: [&str; 6] =
    ["StringEquals", "StringNotEquals", "StringEqualsIfExists", "StringNotEqualsIfExists", "BinaryEquals", "Null"];

/// A `Not…` element or a plain one, with its values.
pub(super) type Part = (bool, Vec<&'static str>);

/// A statement in plain strings.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub allow: bool,
    pub principal: Part,
    pub action: Part,
    pub resource: Part,
    /// Operator, key, values.
    pub conditions: Vec<(&'static str, &'static str, Vec<&'static str>)>,
}

/// A request in plain strings: caller, action, resource, what it carries for each of [`KEYS`].
pub(super) type Ask = (&'static str, &'static str, &'static str, [&'static str; 2]);

fn part(values: &'static [&'static str]) -> impl Strategy<Value = Part> {
    (prop::bool::weighted(0.2), prop::collection::vec(select(values), 1..3))
}

fn rule(operators: &'static [&'static str], values: &'static [&'static str]) -> impl Strategy<Value = Rule> {
    let condition = (select(operators), select(&KEYS[..]), prop::collection::vec(select(values), 1..3));
    (
        prop::bool::weighted(0.6),
        part(&PRINCIPALS),
        part(&ACTION_PATTERNS),
        part(&RESOURCE_PATTERNS),
        prop::collection::vec(condition, 0..4),
    )
        .prop_map(|(allow, principal, action, resource, conditions)| {
            // One object has a key once.
            let mut kept: Vec<(&str, &str, Vec<&str>)> = Vec::new();
            for (operator, key, values) in conditions {
                if !kept.iter().any(|(o, k, _)| *o == operator && *k == key) {
                    kept.push((operator, key, values));
                }
            }
            Rule { allow, principal, action, resource, conditions: kept }
        })
}

/// Policies with operators of every kind.
pub(super) fn rules() -> impl Strategy<Value = Vec<Rule>> {
    prop::collection::vec(rule(&OPERATORS, &VALUES), 1..5)
}

/// Policies whose conditions tell values by equality alone.
fn plain_rules() -> impl Strategy<Value = Vec<Rule>> {
    let rule = rule(&PLAIN_OPERATORS, &PLAIN_VALUES).prop_map(|mut rule| {
        rule.resource.1.retain(|pattern| !pattern.contains('$'));
        rule
    });
    prop::collection::vec(rule, 1..5)
}

fn asks(held: &'static [&'static str]) -> impl Strategy<Value = Ask> {
    (select(&CALLERS[..]), select(&ACTIONS[..]), select(&RESOURCES[..]), select(held), select(held))
        .prop_map(|(caller, action, resource, k, j)| (caller, action, resource, [k, j]))
}

/// Every value a request may carry.
static ALL_HELD: [&str; 9] = [HELD[0], HELD[1], HELD[2], HELD[3], HELD[4], HELD[5], HELD[6], SEVERAL[0], SEVERAL[1]];

/// The rules as a document.
pub(super) fn written(rules: &[Rule]) -> Document {
    let texts = |(negated, items): &Part| clause(*negated, items.iter().map(|item| Text::from(*item)).collect());
    let name = |name: &&str| match name.split_once(' ') {
        None => PrincipalName::Everyone,
        Some(("AWS", name)) => PrincipalName::Aws(name.into()),
        Some((_, name)) => PrincipalName::Service(name.into()),
    };
    let statement = |rule: &Rule| Statement {
        at: at(),
        sid: None,
        effect: Value::Known(if rule.allow { Effect::Allow } else { Effect::Deny }),
        principal: Some(clause(rule.principal.0, rule.principal.1.iter().map(name).collect())),
        action: Some(texts(&rule.action)),
        resource: Some(texts(&rule.resource)),
        conditions: rule
            .conditions
            .iter()
            .map(|(operator, key, values)| Condition {
                at: at(),
                operator: (*operator).into(),
                key: (*key).into(),
                values: values.iter().map(|value| Text::from(*value)).collect(),
                more: None,
            })
            .collect(),
        unreadable: None,
    };
    Document { at: at(), variables: true, statements: rules.iter().map(statement).collect(), more: None }
}

pub(super) fn asked((caller, action, resource, held): &Ask) -> Request {
    request(caller, action, resource, &[(KEYS[0], held[0]), (KEYS[1], held[1])])
}

// The evaluator of plain strings.

fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.first() {
        None => text.is_empty(),
        Some(b'*') => (0..=text.len()).any(|at| glob(&pattern[1..], &text[at..])),
        Some(c) => text.first().is_some_and(|t| (*c == b'?' || c == t) && glob(&pattern[1..], &text[1..])),
    }
}

pub(super) fn like(pattern: &str, text: &str) -> bool {
    glob(pattern.as_bytes(), text.as_bytes())
}

/// `None` where a variable has no single value, which the documentation leaves open.
fn replaced(text: &str, held: [&str; 2]) -> Option<String> {
    let mut result = text.to_owned();
    for (key, value) in KEYS.iter().zip(held) {
        let variable = format!("${{{key}}}");
        if result.contains(&variable) {
            if value == "-" || value.contains('|') {
                return None;
            }
            result = result.replace(&variable, value);
        }
    }
    Some(result)
}

pub(super) fn is_principal(name: &str, caller: &str) -> bool {
    let session = caller == "arn:aws:sts::222222222222:assumed-role/r/s";
    let account_of = |arn: &str| arn.split(':').nth(4).unwrap_or("none").to_owned();
    match name.split_once(' ') {
        None => true,
        Some(("Service", service)) => service == caller,
        Some((_, "*")) => true,
        Some((_, account)) if !account.contains(':') => account_of(caller) == account,
        Some((_, arn)) if arn.ends_with(":root") => account_of(caller) == account_of(arn),
        Some((_, arn)) => arn == caller || session && arn == "arn:aws:iam::222222222222:role/r",
    }
}

fn compares(operator: &str, wanted: &str, value: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    match operator {
        "StringEquals" | "BinaryEquals" => wanted == value,
        "StringEqualsIgnoreCase" => wanted.eq_ignore_ascii_case(value),
        "StringLike" => like(wanted, value),
        "Bool" => wanted == value && ["true", "false"].contains(&value),
        "NumericEquals" => number(wanted).is_some() && number(wanted) == number(value),
        "NumericLessThan" => number(wanted).zip(number(value)).is_some_and(|(wanted, value)| value < wanted),
        other => panic!("{other}"),
    }
}

pub(super) fn meets(operator: &str, wanted: &[String], held: &str) -> bool {
    let held: Vec<&str> = if held == "-" { Vec::new() } else { held.split('|').collect() };
    if operator == "Null" {
        return wanted.iter().any(|word| *word == if held.is_empty() { "true" } else { "false" });
    }
    let (set, rest) = operator.split_once(':').map_or((None, operator), |(set, rest)| (Some(set), rest));
    let (rest, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |rest| (rest, true));
    let negated = rest.contains("Not");
    let positive = rest.replace("Not", "");
    let listed = |value: &&str| wanted.iter().any(|wanted| compares(&positive, wanted, value));
    match set {
        _ if held.is_empty() && if_exists => true,
        Some("ForAllValues") => held.iter().all(|value| listed(value) != negated),
        Some(_) => held.iter().any(|value| listed(value) != negated),
        None => held.iter().any(listed) != negated,
    }
}

/// Whether a statement holds; `None` where the documentation leaves it open.
fn applies(rule: &Rule, (caller, action, resource, held): &Ask) -> Option<bool> {
    let one_of = |(negated, items): &Part, fits: &dyn Fn(&str) -> bool| items.iter().any(|item| fits(item)) != *negated;
    if !one_of(&rule.principal, &|name| is_principal(name, caller))
        || !one_of(&rule.action, &|pattern| like(&pattern.to_lowercase(), &action.to_lowercase()))
    {
        return Some(false);
    }
    let mut open = false;
    let mut listed = false;
    for pattern in &rule.resource.1 {
        match replaced(pattern, *held) {
            Some(pattern) => listed |= like(&pattern, resource),
            None => open = true,
        }
    }
    if !open && listed == rule.resource.0 {
        return Some(false);
    }
    for (operator, key, values) in &rule.conditions {
        let held_here = held[KEYS.iter().position(|known| known == key).expect("one of the keys")];
        let takes_variables = !operator.contains("Numeric") && !operator.contains("Binary") && *operator != "Null";
        let wanted: Option<Vec<String>> = values
            .iter()
            .map(|value| if takes_variables { replaced(value, *held) } else { Some((*value).to_owned()) })
            .collect();
        match wanted {
            Some(wanted) if !meets(operator, &wanted, held_here) => return Some(false),
            Some(_) => {}
            None => open = true,
        }
    }
    if open { None } else { Some(true) }
}

/// `T`, `F`, or `?` where the documentation leaves it open.
pub(super) fn reference(rules: &[Rule], ask: &Ask) -> char {
    let any = |allow: bool| {
        let mut found = Some(false);
        for rule in rules.iter().filter(|rule| rule.allow == allow) {
            match applies(rule, ask) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => found = None,
            }
        }
        found
    };
    match (any(true), any(false)) {
        (Some(false), _) | (_, Some(true)) => 'F',
        (Some(true), Some(false)) => 'T',
        _ => '?',
    }
}

/// Whether any request of the alphabet by this caller is allowed.
fn brute(rules: &[Rule], caller: &'static str, action: &'static str, resource: &'static str) -> bool {
    HELD.iter().any(|k| HELD.iter().any(|j| reference(rules, &(caller, action, resource, [k, j])) == 'T'))
}

/// The same question, with the keys left to the caller.
fn family(caller: &str, action: &str, resource: &str) -> Request {
    request(caller, action, resource, &[(KEYS[0], "?"), (KEYS[1], "?")])
}

/// More than ten thousand cases in all, the most for what all else rests on.
pub(super) fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// The document with one of its leaves replaced by a hole.
fn without(document: &Document, which: usize) -> Document {
    let mut blinded = document.clone();
    let mut leaves = 0;
    let mut hit = || {
        leaves += 1;
        leaves - 1
    };
    let hole = text("<p>");
    let mut effects = Vec::new();
    let mut texts: Vec<&mut Text> = Vec::new();
    for statement in &mut blinded.statements {
        effects.push(&mut statement.effect);
        for (name, _) in statement.principal.iter_mut().flat_map(|clause| &mut clause.items) {
            if let PrincipalName::Aws(text) | PrincipalName::Service(text) = name {
                texts.push(text);
            }
        }
        for clause in [&mut statement.action, &mut statement.resource].into_iter().flatten() {
            texts.extend(clause.items.iter_mut().map(|(text, _)| text));
        }
        for condition in &mut statement.conditions {
            texts.push(&mut condition.operator);
            texts.push(&mut condition.key);
            texts.extend(&mut condition.values);
        }
    }
    let which = which % (texts.len() + effects.len());
    for text in texts {
        if hit() == which {
            *text = hole.clone();
        }
    }
    for effect in effects {
        if hit() == which {
            *effect = Value::Unknown(Cause::new(CauseKind::Parameter, "the effect is not known"));
        }
    }
    blinded
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn the_evaluator_agrees_with_plain_strings(rules in rules(), asks in prop::collection::vec(asks(&ALL_HELD), 3)) {
        let document = written(&rules);
        for ask in &asks {
            let (found, wanted) = (letter(&document.allows(&asked(ask))), reference(&rules, ask));
            prop_assert!(wanted == '?' || found == wanted, "{:?}: {} and not {}", ask, wanted, found);
        }
    }
}

proptest! {
    #![proptest_config(cases(2_500))]

    #[test]
    fn what_can_be_had_at_all_agrees_with_every_request(rules in rules(), ask in asks(&HELD)) {
        let document = written(&rules);
        let (caller, action, resource, _) = ask;
        let reach = document.reach(&family(caller, action, resource));
        prop_assert_eq!(reach.truth == Truth::True, reach.witness.is_some());
        if let Some(witness) = &reach.witness {
            prop_assert_eq!(letter(&document.allows(witness)), 'T');
        }
        if reach.truth == Truth::False {
            prop_assert!(!brute(&rules, caller, action, resource));
        }
    }
}

proptest! {
    #![proptest_config(cases(2_500))]

    #[test]
    fn what_equality_decides_is_never_unknown(rules in plain_rules(), ask in asks(&HELD)) {
        let (caller, action, resource, _) = ask;
        let reach = written(&rules).reach(&family(caller, action, resource));
        let wanted = if brute(&rules, caller, action, resource) { 'T' } else { 'F' };
        prop_assert_eq!(letter(&reach.truth), wanted);
    }
}

proptest! {
    #![proptest_config(cases(1_200))]

    #[test]
    fn an_allow_takes_no_witness_and_a_deny_gives_none(rules in rules(), extra in rule(&OPERATORS, &VALUES), ask in asks(&HELD)) {
        let (caller, action, resource, _) = ask;
        let family = family(caller, action, resource);
        let (shorter, longer) = (written(&rules), written(&[&rules[..], std::slice::from_ref(&extra)].concat()));
        let (before, after) = (shorter.reach(&family), longer.reach(&family));
        if extra.allow {
            if let Some(witness) = &before.witness {
                prop_assert_eq!(letter(&longer.allows(witness)), 'T');
                prop_assert_eq!(&after.truth, &Truth::True);
            }
        } else if let Some(witness) = &after.witness {
            prop_assert_eq!(letter(&shorter.allows(witness)), 'T');
            prop_assert!(before.truth != Truth::False);
        }
    }
}

proptest! {
    #![proptest_config(cases(800))]

    #[test]
    fn what_equality_decides_follows_an_allow_and_a_deny(rules in plain_rules(), extra in plain_rules(), ask in asks(&HELD)) {
        let (caller, action, resource, _) = ask;
        let family = family(caller, action, resource);
        let before = written(&rules).reach(&family).truth;
        for rule in extra {
            let after = written(&[&rules[..], std::slice::from_ref(&rule)].concat()).reach(&family).truth;
            let (weaker, stronger) = if rule.allow { (&before, &after) } else { (&after, &before) };
            prop_assert!(*weaker == Truth::False || *stronger == Truth::True);
        }
    }
}

proptest! {
    #![proptest_config(cases(1_500))]

    #[test]
    fn what_is_not_known_only_makes_unknown(rules in rules(), which in 0_usize..64, ask in asks(&ALL_HELD)) {
        let document = written(&rules);
        let blinded = without(&document, which);
        let (before, after) = (letter(&document.allows(&asked(&ask))), letter(&blinded.allows(&asked(&ask))));
        prop_assert!(after == before || after == '?', "{} became {}", before, after);
        let family = family(ask.0, ask.1, ask.2);
        let (before, after) = (letter(&document.reach(&family).truth), letter(&blinded.reach(&family).truth));
        prop_assert!(after == before || after == '?' || before == '?', "reach: {} became {}", before, after);
    }
}
