//! Selectors turned into one form: a list of rules, each a set of conditions on fields that must all hold.

use std::sync::Arc;

use super::event::{ARN, CATEGORY, CONSOLE, ENDPOINT, ERROR, KIND, NAME, READ_ONLY, SOURCE, TYPE, USER};
use super::values::{Atom, Op, Values};
use super::{AdvancedSelector, BasicSelector, DataResource, FieldSelector, Selectors};
use crate::model::arn::{Part, Text};
use crate::model::attr::{Attr, Seen};
use crate::truth::{Cause, CauseKind, Truth};

/// The conditions on one field.
#[derive(Clone, Debug)]
pub(super) struct Limit {
    pub(super) field: Arc<str>,
    /// One of these; `None` when nothing is asked for.
    pub(super) include: Option<Values>,
    /// None of these.
    pub(super) exclude: Values,
}

/// What one selector, or one part of it, records: events for which every limit holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Rule {
    pub(super) limits: Vec<Limit>,
    /// Why the rule may not be there, or may have further limits; empty when it certainly is as it stands.
    pub(super) doubts: Vec<Cause>,
}

/// The rules of one form of the selectors: an event is recorded when one of them takes it.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    pub(super) rules: Vec<Rule>,
    /// Why there may be rules that are not seen.
    pub(super) open: Vec<Cause>,
}

/// The possibilities, each with the clause that selects it.
pub(super) type Worlds = Vec<(Option<Arc<str>>, Rules)>;

impl Rule {
    fn limit(&mut self, field: &str, include: Values) {
        self.limits.push(Limit { field: field.into(), include: Some(include), exclude: Values::default() });
    }

    /// The events of one category, all of them so far.
    fn category(category: &str) -> Self {
        let mut rule = Self::default();
        rule.limit(CATEGORY, Values::sure(vec![equals(category)]));
        rule
    }

    fn has(&self, field: &str) -> bool {
        self.limits.iter().any(|limit| &*limit.field == field)
    }

    /// Whether the rule asks for this value of the field, and no other.
    fn only(&self, field: &str, value: &str) -> bool {
        self.limits.iter().any(|limit| {
            &*limit.field == field
                && limit.include.as_ref().is_some_and(|v| {
                    v.maybe.is_empty() && !v.open && !v.sure.is_empty() && v.sure.iter().all(|a| *a == equals(value))
                })
        })
    }
}

fn equals(text: &str) -> Atom {
    Atom::new(Op::Equals, text.into())
}

fn invalid(detail: impl Into<Arc<str>>) -> Cause {
    Cause::new(CauseKind::Invalid, detail)
}

/// The rules that hold when nothing is written: all management events.
fn standard() -> Rules {
    Rules { rules: vec![Rule::category("Management")], open: Vec::new() }
}

/// A form of selectors in one possibility. An empty list is as good as none.
enum Form<'a, T> {
    Items(&'a [T]),
    Hidden(&'a Cause),
    Unseen(&'a Cause),
    Absent,
}

fn forms<T>(attr: &Attr<Vec<T>>) -> Vec<(Option<Arc<str>>, Form<'_, T>)> {
    let cases = attr.cases().into_iter().map(|(when, seen)| {
        let form = match seen {
            Seen::Value(items) if items.is_empty() => Form::Absent,
            Seen::Value(items) => Form::Items(items.as_slice()),
            Seen::Hidden(cause) => Form::Hidden(cause),
            Seen::Unseen(cause) => Form::Unseen(cause),
            Seen::Absent => Form::Absent,
        };
        (when.cloned(), form)
    });
    cases.collect()
}

/// The rules of a trail in every possibility.
pub(super) fn of_trail(selectors: &Selectors) -> Worlds {
    let (basic, advanced) = (forms(&selectors.basic), forms(&selectors.advanced));
    let mut worlds = Worlds::new();
    // Both attributes may hang on the same decision; then only the pairs that it makes exist.
    let together = basic.len() > 1
        && basic.len() == advanced.len()
        && basic.iter().zip(&advanced).all(|((left, _), (right, _))| left == right);
    for (i, (when, basic)) in basic.iter().enumerate() {
        for (j, (and, advanced)) in advanced.iter().enumerate() {
            if together && i != j {
                continue;
            }
            let when = match (when, and) {
                (Some(a), Some(b)) if a != b => Some(format!("{a} and {b}").into()),
                (Some(when), _) | (None, Some(when)) => Some(when.clone()),
                (None, None) => None,
            };
            worlds.push((when, pair(selectors, basic, advanced)));
        }
    }
    worlds
}

fn pair(selectors: &Selectors, basic: &Form<'_, BasicSelector>, advanced: &Form<'_, AdvancedSelector>) -> Rules {
    let hidden = |cause: &Cause| Rules { rules: Vec::new(), open: vec![cause.clone()] };
    match (basic, advanced) {
        (Form::Absent, Form::Absent) => standard(),
        (Form::Items(items), Form::Absent) => basic_rules(items),
        (Form::Absent, Form::Items(items)) => advanced_rules(items),
        (Form::Items(_) | Form::Hidden(_), Form::Items(_) | Form::Hidden(_)) => hidden(&invalid(format!(
            "both '{}' and '{}' are set, which CloudTrail refuses",
            selectors.basic.name, selectors.advanced.name
        ))),
        (Form::Hidden(cause) | Form::Unseen(cause), _) | (_, Form::Hidden(cause) | Form::Unseen(cause)) => {
            hidden(cause)
        }
    }
}

/// The rules of an event data store in every possibility.
pub(super) fn of_store(selectors: &Attr<Vec<AdvancedSelector>>) -> Worlds {
    forms(selectors)
        .into_iter()
        .map(|(when, form)| {
            let rules = match form {
                Form::Absent => standard(),
                Form::Items(items) => advanced_rules(items),
                Form::Hidden(cause) | Form::Unseen(cause) => Rules { rules: Vec::new(), open: vec![cause.clone()] },
            };
            (when, rules)
        })
        .collect()
}

// ---- advanced selectors

fn advanced_rules(selectors: &[AdvancedSelector]) -> Rules {
    let mut rules = Rules::default();
    for selector in selectors {
        for (_, seen) in selector.fields.cases() {
            let sole = selector.fields.cases().len() == 1;
            let mut rule = match seen {
                Seen::Value(fields) => advanced_rule(fields),
                Seen::Hidden(cause) | Seen::Unseen(cause) => Rule { limits: Vec::new(), doubts: vec![cause.clone()] },
                Seen::Absent => Rule { limits: Vec::new(), doubts: vec![invalid("a selector has no conditions")] },
            };
            if !sole {
                rule.doubts.push(undecided(&selector.fields.name));
            }
            rules.rules.push(rule);
        }
    }
    rules
}

fn undecided(name: &str) -> Cause {
    Cause::new(CauseKind::Condition, format!("a condition that decides '{name}' cannot be decided"))
}

/// The fields that selectors have ("Fields" of `AdvancedEventSelector` in the API reference). CloudTrail refuses any
/// other, so nobody can say what such a selector records.
const FIELDS: [&str; 11] = [CATEGORY, READ_ONLY, SOURCE, NAME, TYPE, KIND, ARN, USER, CONSOLE, ERROR, ENDPOINT];

/// The fields that take `Equals` only (`AdvancedFieldSelector` in the API reference).
const EQUALS_ONLY: [&str; 3] = [CATEGORY, READ_ONLY, KIND];

fn advanced_rule(fields: &[FieldSelector]) -> Rule {
    let mut rule = Rule::default();
    for field in fields {
        let name = match literal(&field.field) {
            Ok(name) => name,
            Err(cause) => {
                rule.doubts.push(cause);
                continue;
            }
        };
        if !FIELDS.contains(&&*name) {
            rule.doubts.push(invalid(format!("'{name}' is no field that selectors are known to have")));
            continue;
        }
        let include = list(Op::Equals, &field.equals)
            .and(list(Op::StartsWith, &field.starts_with))
            .and(list(Op::EndsWith, &field.ends_with));
        let exclude = list(Op::Equals, &field.not_equals)
            .and(list(Op::StartsWith, &field.not_starts_with))
            .and(list(Op::EndsWith, &field.not_ends_with));
        if include.is_empty() && exclude.is_empty() {
            rule.doubts.push(invalid(format!("the condition on '{name}' has no values")));
        }
        if EQUALS_ONLY.contains(&&*name) && goes_beyond_equals(field) {
            rule.doubts
                .push(invalid(format!("the condition on '{name}' must be '{}' and no other", field.equals.name)));
            continue;
        }
        let (include, exclude) =
            if &*name == SOURCE { (whole_sources(include), whole_sources(exclude)) } else { (include, exclude) };
        let include = (!include.is_empty()).then_some(include);
        rule.limits.push(Limit { field: name, include, exclude });
    }
    // A selector without these fields is refused: nobody can say what it records.
    let needs =
        |rule: &Rule, field: &str| (!rule.has(field)).then(|| invalid(format!("a selector does not name '{field}'")));
    if rule.doubts.is_empty() {
        let missing = if !rule.has(CATEGORY) {
            needs(&rule, CATEGORY)
        } else if rule.only(CATEGORY, "Data") {
            needs(&rule, KIND)
        } else if rule.only(CATEGORY, "NetworkActivity") {
            needs(&rule, SOURCE)
        } else {
            None
        };
        rule.doubts.extend(missing);
    }
    rule
}

/// A source is a name with `.amazonaws.com` behind it and nothing more: what begins with all of one is that one.
/// Where it cannot be told whether all of one is there, it may be that one or what begins so.
fn whole_sources(mut values: Values) -> Values {
    let whole = |atom: &Atom| match atom.op {
        Op::StartsWith => atom.text.finishes_with(&".amazonaws.com".into()),
        _ => Truth::False,
    };
    let mut sure = Vec::with_capacity(values.sure.len());
    for atom in std::mem::take(&mut values.sure) {
        match whole(&atom) {
            Truth::True => sure.push(Atom::new(Op::Equals, atom.text)),
            Truth::False => sure.push(atom),
            Truth::Unknown(causes) => {
                values.causes.extend(causes.iter().cloned());
                values.maybe.push(atom);
            }
        }
    }
    values.sure = sure;
    for atom in std::mem::take(&mut values.maybe) {
        match whole(&atom) {
            Truth::True => values.maybe.push(Atom::new(Op::Equals, atom.text)),
            Truth::False => values.maybe.push(atom),
            Truth::Unknown(_) => values.maybe.extend([Atom::new(Op::Equals, atom.text.clone()), atom]),
        }
    }
    values
}

/// Whether a condition certainly has an operator other than `Equals`.
fn goes_beyond_equals(field: &FieldSelector) -> bool {
    let others =
        [&field.starts_with, &field.ends_with, &field.not_equals, &field.not_starts_with, &field.not_ends_with];
    others.into_iter().any(|attr| attr.satisfies(|values| Truth::known(!values.is_empty())) == Truth::True)
}

/// The literal that an attribute certainly holds.
fn literal(attr: &Attr<Text>) -> Result<Arc<str>, Cause> {
    match attr.cases().as_slice() {
        [(_, Seen::Value(text))] => match (text.literal(), text.vars().next()) {
            (Some(text), _) => Ok(text.into()),
            (None, Some(var)) => Err(var.cause.clone()),
            (None, None) => Err(invalid(format!("'{}' is not known", attr.name))),
        },
        [(_, Seen::Hidden(cause) | Seen::Unseen(cause))] => Err((*cause).clone()),
        [(_, Seen::Absent)] => Err(invalid(format!("'{}' is not set", attr.name))),
        _ => Err(undecided(&attr.name)),
    }
}

/// The values of one operator.
fn list(op: Op, attr: &Attr<Vec<Text>>) -> Values {
    collect(attr, |texts| Values::sure(texts.iter().map(|text| Atom::new(op, text.clone())).collect()))
}

/// What an attribute says in all its possibilities.
fn collect<T>(attr: &Attr<T>, turn: impl Fn(&T) -> Values) -> Values {
    let one = |(_, seen): (_, Seen<'_, T>)| match seen {
        Seen::Value(value) => turn(value),
        Seen::Hidden(cause) | Seen::Unseen(cause) => Values::hidden(cause.clone()),
        Seen::Absent => Values::sure(Vec::new()),
    };
    Values::either(attr.cases().into_iter().map(one).collect(), &|| undecided(&attr.name))
}

// ---- basic selectors

fn basic_rules(selectors: &[BasicSelector]) -> Rules {
    let mut rules = Rules::default();
    for selector in selectors {
        let sides = sides(&selector.read_write);
        let with_sides = |mut rule: Rule| {
            if let Some(sides) = &sides {
                rule.limit(READ_ONLY, sides.clone());
            }
            rule
        };
        let management = selector.management.is(&true);
        if management != Truth::False {
            let mut rule = with_sides(Rule::category("Management"));
            let exclude = list(Op::Equals, &selector.excluded_sources);
            if !exclude.is_empty() {
                rule.limits.push(Limit { field: SOURCE.into(), include: None, exclude });
            }
            if let Truth::Unknown(causes) = management {
                rule.doubts.extend(causes.iter().cloned());
            }
            rules.rules.push(rule);
        }
        let cases = selector.data.cases();
        for (_, seen) in &cases {
            match seen {
                Seen::Value(resources) => {
                    for resource in *resources {
                        let mut rule = with_sides(data_rule(resource));
                        if cases.len() > 1 {
                            rule.doubts.push(undecided(&selector.data.name));
                        }
                        rules.rules.push(rule);
                    }
                }
                Seen::Hidden(cause) | Seen::Unseen(cause) => {
                    let mut rule = with_sides(Rule::category("Data"));
                    rule.doubts.push((*cause).clone());
                    rules.rules.push(rule);
                }
                Seen::Absent => {}
            }
        }
    }
    rules
}

/// `ReadWriteType` as values of `readOnly`; `None` means both, as does its absence.
fn sides(attr: &Attr<Text>) -> Option<Values> {
    let side = |text: &Text| match (text.literal(), text.vars().next()) {
        (Some("All"), _) => Values::sure(vec![equals("true"), equals("false")]),
        (Some("ReadOnly"), _) => Values::sure(vec![equals("true")]),
        (Some("WriteOnly"), _) => Values::sure(vec![equals("false")]),
        (None, Some(var)) => Values::hidden(var.cause.clone()),
        (other, _) => Values::hidden(invalid(format!("'{}' is '{}'", attr.name, other.unwrap_or_default()))),
    };
    let values = collect(attr, side);
    let all = values.sure.len() == 2 || values.is_empty();
    (!all).then_some(values)
}

fn data_rule(resource: &DataResource) -> Rule {
    let mut rule = Rule::category("Data");
    let kind = literal(&resource.kind);
    match &kind {
        Ok(kind) => rule.limit(KIND, Values::sure(vec![equals(kind)])),
        Err(cause) => rule.doubts.push(cause.clone()),
    }
    let objects = kind.as_deref() == Ok("AWS::S3::Object");
    let name = &resource.values.name;
    let mut values = collect(&resource.values, |texts| {
        texts.iter().fold(Values::sure(Vec::new()), |values, text| values.and(data_value(objects, text, name)))
    });
    if values.is_empty() || values.optional {
        values.open = true;
        values.causes.push(invalid(format!("'{name}' is empty")));
    }
    rule.limit(ARN, values);
    rule
}

/// What a value of `DataResources` takes in.
///
/// Objects: `arn:aws:s3` and `arn:aws:s3:::` are all buckets of the partition; a bucket needs its slash, behind which
/// a key prefix may follow. Others: the ARN of the service alone is everything of that service, an ARN is that
/// resource; whether it includes what is below it (versions of a function) is not documented.
fn data_value(objects: bool, text: &Text, name: &str) -> Values {
    let pieces = text.split(':');
    let begins = |tail: &str| Atom::new(Op::StartsWith, Text::concat([text, &Text::from(tail)]));
    if pieces.len() == 3 && pieces[2].literal().is_some_and(|service| !service.is_empty()) {
        return Values::sure(vec![begins(if objects { ":::" } else { ":" })]);
    }
    let maybe = |sure: Vec<Atom>, maybe: Vec<Atom>, cause: Cause| Values {
        sure,
        maybe,
        causes: vec![cause],
        ..Values::default()
    };
    if !objects {
        let below = Cause::new(
            CauseKind::Unsupported,
            format!("whether the value '{text}' of '{name}' takes in what is below that resource is not documented"),
        );
        return maybe(vec![Atom::new(Op::Equals, text.clone())], vec![begins("")], below);
    }
    let in_s3 = pieces.len() == 6
        && pieces[2].literal() == Some("s3")
        && pieces[3].is_certainly_empty()
        && pieces[4].is_certainly_empty();
    let slash = |part: &Part| matches!(part, Part::Lit(lit) if lit.contains('/'));
    if in_s3 && (pieces[5].is_certainly_empty() || pieces[5].parts().iter().any(slash)) {
        return Values::sure(vec![begins("")]);
    }
    let cause = text.vars().next().map_or_else(
        || {
            invalid(format!(
                "the value '{text}' of '{name}' is neither all buckets nor a bucket's ARN with a slash behind it"
            ))
        },
        |var| var.cause.clone(),
    );
    if in_s3 && text.literal().is_some() {
        // Whatever it takes in, it is not another bucket whose name begins likewise.
        return maybe(Vec::new(), vec![begins("/")], cause);
    }
    maybe(Vec::new(), vec![begins("")], cause)
}
