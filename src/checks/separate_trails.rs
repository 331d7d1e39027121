//! Trails that share a destination, so that their readers and their retention cannot differ.

use crate::finding::{Draft, Judge};
use crate::model::bucket::Bucket;
use crate::model::event_selector::Selectors;
use crate::model::lookup::LogTarget;
use crate::model::trail::Trail;
use crate::model::{Estate, Input, InputId};
use crate::truth::{CauseKind, Truth};

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    // A bucket outside of what was read has one target for each trail that names it: the first one speaks for all.
    let mut spoken_for: Vec<&Trail> = Vec::new();
    for target in &estate.log_buckets() {
        let mut inputs: Vec<InputId> = target.trails.iter().map(|trail| trail.id.input).collect();
        inputs.dedup();
        let answers: Vec<Answer> = inputs
            .into_iter()
            .map(|id| judge_input(estate, estate.input(id), target, &mut spoken_for, judge))
            .collect();
        if answers.iter().any(|answer| answer.said) {
            continue;
        }
        let draft = claim(judge.on(target)).at(&target.named_at());
        match Truth::any(answers.iter().map(|answer| answer.may_share.clone())) {
            Truth::False if answers.iter().all(|answer| answer.alone) => {
                draft.not_applicable(CauseKind::NoSubject, "there is only one trail");
            }
            other => draft.because("no other trail writes under the same prefix of this bucket").rule(!other),
        }
    }
}

/// What one input says about a bucket.
struct Answer {
    /// Whether a fail was recorded, here or where another trail names the bucket.
    said: bool,
    /// Whether trails may share it.
    may_share: Truth,
    /// Whether the input has one trail only.
    alone: bool,
}

fn judge_input<'a>(
    estate: &Estate,
    input: &'a Input,
    target: &LogTarget<'_, Bucket>,
    spoken_for: &mut Vec<&'a Trail>,
    judge: &mut Judge<'_>,
) -> Answer {
    let contains = |trails: &[&Trail], trail: &Trail| trails.iter().any(|t| std::ptr::eq(*t, trail));
    let trails = &input.trails.items;
    let mut answer = Answer { said: false, may_share: !input.trails.complete.clone(), alone: trails.len() == 1 };
    for (i, first) in trails.iter().enumerate().filter(|(_, trail)| contains(&target.trails, trail)) {
        if contains(spoken_for, first) {
            answer.said = true;
            continue;
        }
        let mut sharing: Vec<&Trail> = vec![first];
        for (j, other) in trails.iter().enumerate().filter(|(j, _)| *j != i) {
            let shares = share(estate, first, other);
            if shares == Truth::True && j > i {
                sharing.push(other);
            } else if shares != Truth::True {
                answer.may_share = answer.may_share | shares;
            }
        }
        if let [first, second, ..] = *sharing.as_slice() {
            spoken_for.extend(&sharing);
            answer.said = true;
            fail(claim(judge.on(target)), first, second, &sharing);
        }
    }
    answer
}

fn claim<'j, 'o>(draft: Draft<'j, 'o>) -> Draft<'j, 'o> {
    draft.claim("keeps the logs of each trail apart", "does not keep the logs of each trail apart")
}

/// Whether both trails exist and write to the same place, stopped or not.
fn share(estate: &Estate, a: &Trail, b: &Trail) -> Truth {
    let exist =
        if a.id.existence == b.id.existence { Truth::True } else { a.id.existence.truth() & b.id.existence.truth() };
    exist & estate.same_destination(a, b) & a.same_prefix(b)
}

/// The name of a trail; with the key of its instance where another instance of the block is among those that share.
fn named<'a>(trail: &'a Trail, sharing: &[&Trail]) -> &'a str {
    let alike = sharing.iter().filter(|other| other.id.address == trail.id.address).take(2).count();
    if alike > 1 { trail.id.instance() } else { &trail.id.shown }
}

fn fail(mut draft: Draft<'_, '_>, first: &Trail, second: &Trail, sharing: &[&Trail]) {
    let names: Vec<String> = sharing.iter().map(|trail| format!("'{}'", named(trail, sharing))).collect();
    let prefix = first.prefix.possible().next().map(ToString::to_string).unwrap_or_default();
    let place = if prefix.is_empty() { "without a prefix".to_owned() } else { format!("under the prefix '{prefix}'") };
    let selections: Vec<String> = sharing.iter().map(|trail| records(&trail.selectors)).collect();
    let differ = if selections.iter().all(|selection| *selection == selections[0]) {
        format!("each records {}", selections[0])
    } else {
        let each: Vec<String> =
            names.iter().zip(&selections).map(|(name, selection)| format!("{name} records {selection}")).collect();
        each.join(", ")
    };
    for trail in sharing {
        let observed = if prefix.is_empty() { "no prefix".to_owned() } else { prefix.clone() };
        draft = draft
            .evidence(&*trail.prefix.name, "a prefix of its own", observed, &trail.prefix.at)
            .related(format!("The trail '{}' delivers here", named(trail, sharing)), &trail.bucket.at);
    }
    draft
        .at(&second.bucket.at)
        .fault(format!("prefix {prefix}"))
        .because(format!("{} write to it {place}; {differ}", names.join(" and ")))
        .remedy(format!(
            "Give each trail a bucket of its own, or set '{}' of '{}' to a prefix that no other trail uses.",
            second.prefix.name,
            named(second, sharing)
        ))
        .fail();
}

/// What a trail records, in short.
fn records(selectors: &Selectors) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut add = |part: String| {
        if !parts.contains(&part) {
            parts.push(part);
        }
    };
    for selector in selectors.basic.possible().flatten() {
        if selector.management.is(&true) != Truth::False {
            let side = selector.read_write.possible().next().map_or_else(|| "All".to_owned(), ToString::to_string);
            add(format!("management events ({side})"));
        }
        for kind in selector.data.possible().flatten().flat_map(|data| data.kind.possible()) {
            add(format!("data events of {kind}"));
        }
    }
    for field in selectors.advanced.possible().flatten().flat_map(|s| s.fields.possible()).flatten() {
        let is = |name: &str| field.field.possible().any(|f| f.literal() == Some(name));
        for value in field.equals.possible().flatten() {
            if is("eventCategory") {
                add(format!("{value} events"));
            } else if is("resources.type") {
                add(value.to_string());
            }
        }
    }
    if parts.is_empty() { "all management events".to_owned() } else { parts.join(", ") }
}
