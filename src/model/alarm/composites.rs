//! Which alarms do something through a composite alarm.

use std::collections::{HashMap, HashSet};

use super::rule::{self, Rule};
use super::{Alarm, CompositeAlarm};
use crate::model::arn::Text;
use crate::model::attr::{Attr, Seen};
use crate::model::{Existence, Identity, Input};
use crate::truth::{Cause, CauseKind, Truth};

/// How far composite alarms on composite alarms are followed.
const MOST_ROUNDS: usize = 16;

/// The composite alarms of an input, found by what their rules name.
#[derive(Debug)]
pub struct Composites<'a> {
    all: &'a [CompositeAlarm],
    /// The rules, by text.
    rules: HashMap<&'a Text, Rule>,
    /// The composite alarms whose rule holds this text as a name or ARN.
    by_operand: HashMap<Text, Vec<usize>>,
    /// Those whose rule may name any alarm: it is not known, or names what is no alarm of the input.
    open: Vec<usize>,
    /// The names and ARNs of the input's alarms.
    own: HashSet<&'a Text>,
    /// Whether going off leads to an action, for each.
    acts: Vec<Truth>,
    /// Whether there are no others.
    complete: Truth,
}

impl<'a> Composites<'a> {
    /// Takes stock of an input.
    pub fn of(input: &'a Input) -> Self {
        let all = &input.composite_alarms.items[..];
        let mut new = Self {
            all,
            rules: HashMap::new(),
            by_operand: HashMap::new(),
            open: Vec::new(),
            own: HashSet::new(),
            acts: all.iter().map(|alarm| acts(&alarm.id, &alarm.actions, &alarm.actions_enabled)).collect(),
            complete: input.composite_alarms.complete.clone(),
        };
        if all.is_empty() {
            return new;
        }
        new.own.extend(input.alarms.items.iter().flat_map(|alarm| [&alarm.name, &alarm.arn]));
        new.own.extend(all.iter().flat_map(|alarm| [&alarm.name, &alarm.arn]));
        for (at, alarm) in all.iter().enumerate() {
            new.add(at, alarm);
        }
        new.follow();
        new
    }

    fn add(&mut self, at: usize, alarm: &'a CompositeAlarm) {
        let mut open = alarm.rule.cases().iter().any(|(_, seen)| !matches!(seen, Seen::Value(_)));
        let mut operands = HashSet::new();
        for text in alarm.rule.possible() {
            let rule = self.rules.entry(text).or_insert_with(|| rule::parse(text));
            open |= rule.open;
            operands.extend(rule.alone.iter().chain(&rule.mentioned).cloned());
        }
        open |= operands.iter().any(|operand| !self.own.contains(operand));
        for operand in operands {
            self.by_operand.entry(operand).or_default().push(at);
        }
        if open {
            self.open.push(at);
        }
    }

    /// Lets a composite alarm act through those that name it.
    fn follow(&mut self) {
        for _ in 0..MOST_ROUNDS {
            let mut changed = false;
            for (at, alarm) in self.all.iter().enumerate() {
                if self.acts[at] == Truth::True {
                    continue;
                }
                let through = exists("composite alarm", &alarm.id) & self.named(&alarm.name, &alarm.arn, Some(at));
                if through == Truth::True || (through != Truth::False && self.acts[at] == Truth::False) {
                    self.acts[at] = through;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
    }

    /// Whether the alarm does something when it goes off: by its own actions, or through a composite alarm that it
    /// sets off alone.
    pub fn acts(&self, alarm: &Alarm) -> Truth {
        let own = acts(&alarm.id, &alarm.actions, &alarm.actions_enabled);
        if own == Truth::True {
            return own;
        }
        let through = self.named(&alarm.name, &alarm.arn, None) | !self.complete.clone();
        own | (exists("alarm", &alarm.id) & through)
    }

    /// Whether a composite alarm that acts goes off with the alarm of this name.
    fn named(&self, name: &Text, arn: &Text, but: Option<usize>) -> Truth {
        let known = [name, arn].into_iter().filter_map(|text| self.by_operand.get(text)).flatten();
        let mut found: Vec<usize> = known.chain(&self.open).copied().filter(|at| Some(*at) != but).collect();
        found.sort_unstable();
        found.dedup();
        Truth::any(found.into_iter().map(|at| match &self.acts[at] {
            Truth::False => Truth::False,
            acts => acts.clone() & self.sets_off(&self.all[at], name, arn),
        }))
    }

    /// Whether the alarm of this name sets off the composite alarm, whatever other alarms do.
    fn sets_off(&self, composite: &CompositeAlarm, name: &Text, arn: &Text) -> Truth {
        let is = |operand: &Text| {
            if operand == name || operand == arn {
                Truth::True
            } else if self.own.contains(operand) {
                Truth::False
            } else {
                operand.same(name) | operand.same(arn)
            }
        };
        let unclear = |detail: &str| {
            let detail = format!("'{}' of the composite alarm '{}' {detail}", composite.rule.name, composite.id.shown);
            Truth::from(Cause::new(CauseKind::Unsupported, detail))
        };
        composite.rule.fold(|seen| match seen {
            Seen::Value(text) => {
                let Some(rule) = self.rules.get(text) else { return Truth::False };
                let alone = Truth::any(rule.alone.iter().map(is));
                if alone == Truth::True {
                    return alone;
                }
                if rule.open {
                    return match text.causes() {
                        Some(causes) => Truth::Unknown(causes),
                        None => unclear("is not a rule that can be read"),
                    };
                }
                let mentioned = Truth::any(rule.mentioned.iter().map(is));
                alone | (mentioned & unclear("depends on more than the state ALARM of one alarm"))
            }
            Seen::Hidden(cause) | Seen::Unseen(cause) => cause.clone().into(),
            Seen::Absent => Truth::False,
        })
    }
}

/// Whether an alarm exists and has an action that is on.
fn acts(id: &Identity, actions: &Attr<Vec<Text>>, enabled: &Attr<bool>) -> Truth {
    let on = enabled.fold(|seen| match seen {
        Seen::Value(on) => Truth::known(*on),
        Seen::Hidden(cause) | Seen::Unseen(cause) => cause.clone().into(),
        Seen::Absent => Truth::True,
    });
    let acts = actions.present(|actions| Truth::known(actions.iter().any(|action| !action.is_certainly_empty())));
    exists("alarm", id) & on & acts
}

/// Whether it exists; the reason for doubt names it.
pub fn exists(what: &str, id: &Identity) -> Truth {
    match &id.existence {
        Existence::Certain => Truth::True,
        Existence::Maybe(cause) => {
            Truth::unknown(cause.kind, format!("the {what} '{}' may not exist: {}", id.shown, cause.detail))
        }
    }
}
