//! The answers of one account, by what was asked, and what an answer that says nothing means.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::sources::aws::recording::{Answer, Call, GapReason, Recording};
use crate::truth::{Cause, CauseKind};

/// A call, with what it means when AWS refuses it.
#[derive(Debug)]
pub(super) struct Question {
    /// In the words of the CLI.
    pub(super) service: &'static str,
    /// In the words of the CLI.
    pub(super) operation: &'static str,
    /// As an IAM action.
    pub(super) action: &'static str,
    /// The codes by which AWS says that nothing is set.
    pub(super) unset: &'static [&'static str],
    /// What every answer holds; empty where an answer may hold nothing. An answer without it was cut or changed on the
    /// way, and must not read as "there is none".
    pub(super) needs: &'static str,
}

impl Question {
    /// Whether a value can be an answer.
    pub(super) fn is_answered_by(&self, value: &Value) -> bool {
        let has = |field: &str| value.get(field).is_some_and(|value| !value.is_null());
        self.needs.is_empty() || self.needs.split('|').any(has)
    }

    /// What an answer holds, in words.
    pub(super) fn needed(&self) -> String {
        format!("'{}'", self.needs.replace('|', "' and '"))
    }
}

/// What is known after a question.
#[derive(Clone, Debug)]
pub(super) enum Said<'r> {
    /// The answer.
    Output(&'r Value),
    /// Nothing is set.
    Unset,
    /// Nothing is known.
    Hidden(Cause),
}

/// Whose thing is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// The asked account's.
    Own,
    /// Another account's: a refusal is to be expected.
    Other,
}

/// Answers with their Regions, by resource; what is about none has an empty name.
type ByResource<'r> = HashMap<&'r str, Vec<(&'r str, &'r Answer)>>;

/// The answers of one account.
pub(super) struct Answers<'r> {
    by: HashMap<(&'r str, &'r str), ByResource<'r>>,
    all: HashMap<(&'r str, &'r str), Vec<(&'r Call, &'r Answer)>>,
}

impl<'r> Answers<'r> {
    /// Those of an account.
    pub(super) fn of(recording: &'r Recording, account: &str) -> Self {
        let mut answers = Self { by: HashMap::new(), all: HashMap::new() };
        for (call, answer) in recording.of_account(account) {
            let (service, operation) = (call.service.as_str(), call.operation.as_str());
            let resources = answers.by.entry((service, operation)).or_default();
            resources.entry(call.resource.as_deref().unwrap_or_default()).or_default().push((&call.region, answer));
            answers.all.entry((service, operation)).or_default().push((call, answer));
        }
        answers
    }

    /// All answers to a question, whatever Region and resource.
    pub(super) fn all(&self, question: &Question) -> &[(&'r Call, &'r Answer)] {
        self.all.get(&(question.service, question.operation)).map_or(&[], Vec::as_slice)
    }

    /// The outputs of all answers to a question.
    pub(super) fn outputs(&self, question: &Question) -> impl Iterator<Item = (&'r Call, &'r Value)> {
        self.all(question).iter().filter_map(|(call, answer)| match answer {
            Answer::Output(value) if question.is_answered_by(value) => Some((*call, value)),
            _ => None,
        })
    }

    /// The answers about a resource by Region.
    pub(super) fn about(&self, question: &Question, resource: Option<&str>) -> &[(&'r str, &'r Answer)] {
        let found = self.by.get(&(question.service, question.operation));
        found.and_then(|resources| resources.get(resource.unwrap_or_default())).map_or(&[], Vec::as_slice)
    }

    /// What is known about a resource: an answer of `home` before those of other Regions, any answer before a refusal.
    pub(super) fn said(
        &self,
        question: &Question,
        resource: Option<&str>,
        home: Option<&str>,
        owner: Owner,
    ) -> Said<'r> {
        let mut found: Vec<&(&str, &Answer)> = self.about(question, resource).iter().collect();
        found.sort_by_key(|(region, _)| Some(*region) != home);
        let mut hidden = None;
        let mut unset = false;
        for (_, answer) in found {
            match judged(question, answer, resource, owner) {
                Said::Output(value) => return Said::Output(value),
                Said::Unset => unset = true,
                Said::Hidden(cause) => {
                    hidden.get_or_insert(cause);
                }
            }
        }
        match (unset, hidden) {
            (true, _) => Said::Unset,
            (_, Some(cause)) => Said::Hidden(cause),
            (_, None) => Said::Hidden(not_asked(question, resource)),
        }
    }

    /// What is known of a Region as a whole.
    pub(super) fn in_region(&self, question: &Question, region: &str) -> Said<'r> {
        let answers = self.about(question, None).iter();
        let answer = answers.filter(|(asked, _)| *asked == region).map(|(_, answer)| *answer).next();
        match answer {
            Some(answer) => judged(question, answer, None, Owner::Own),
            None => Said::Hidden(Cause::new(
                CauseKind::NotCollected,
                format!("'{}' was not asked in {region}", question.action),
            )),
        }
    }

    /// The resources that a question was asked about.
    pub(super) fn resources(&self, question: &Question) -> BTreeSet<&'r str> {
        self.all(question).iter().filter_map(|(call, _)| call.resource.as_deref()).collect()
    }
}

/// Why nothing is known: nobody asked.
pub(super) fn not_asked(question: &Question, resource: Option<&str>) -> Cause {
    let about = resource.map_or_else(String::new, |resource| format!(" about '{resource}'"));
    Cause::new(CauseKind::NotCollected, format!("the recording holds no answer to '{}'{about}", question.action))
}

fn judged<'r>(question: &Question, answer: &'r Answer, resource: Option<&str>, owner: Owner) -> Said<'r> {
    let about = resource.map_or_else(String::new, |resource| format!(" for '{resource}'"));
    let action = question.action;
    let (kind, detail) = match answer {
        Answer::Output(value) if question.is_answered_by(value) => return Said::Output(value),
        Answer::Output(_) => {
            (CauseKind::NotAnswered, format!("the answer to '{action}'{about} lacks {}", question.needed()))
        }
        Answer::Refused { code, .. } if question.unset.contains(&code.as_str()) => return Said::Unset,
        Answer::Refused { code, .. } if question.service == "s3api" && code == "NoSuchBucket" => {
            (CauseKind::BucketMissing, format!("the bucket '{}' does not exist", resource.unwrap_or_default()))
        }
        Answer::Refused { code, message } => match GapReason::of_refusal(code, message) {
            // Whatever the words of the refusal: it is not this account's to read.
            Some(GapReason::AccessDenied | GapReason::DeniedByPolicy) | None if owner == Owner::Other => {
                let whose = match resource {
                    Some(resource) => format!("'{resource}' belongs to another account"),
                    None => "it belongs to another account".to_owned(),
                };
                (CauseKind::OwnedByOtherAccount, format!("{whose}, which refuses '{action}' ({code})"))
            }
            Some(GapReason::AccessDenied | GapReason::DeniedByPolicy) => {
                (CauseKind::AccessDenied, format!("'{action}' was refused{about} ({code})"))
            }
            Some(reason) => (CauseKind::NotAnswered, format!("'{action}' was not answered{about} ({})", reason.word())),
            None => (CauseKind::NotAnswered, format!("'{action}' was refused{about} ({code})")),
        },
        Answer::Failed { reason: GapReason::AccessDenied | GapReason::DeniedByPolicy, .. } => {
            (CauseKind::AccessDenied, format!("'{action}' was refused{about}"))
        }
        Answer::Failed { reason, .. } => {
            (CauseKind::NotAnswered, format!("'{action}' was not answered{about} ({})", reason.word()))
        }
    };
    Said::Hidden(Cause::new(kind, detail))
}
