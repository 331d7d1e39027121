//! What matters for one Allow statement of a policy: the statements and the actions that tell requests apart.

use crate::model::arn::Text;
use crate::model::policy::s3::{ACTIONS, Action, Power};
use crate::model::policy::{Clause, Document, Effect, Statement, instance};
use crate::truth::{Cause, CauseKind, Truth};

/// The most comparisons of one value with another that the examples for a whole policy may take: 200 Allows below Denies
/// with 140 values, or one Allow with 2,000 values. S3 takes policies of up to 20 KB, which seldom come near.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html>
const MOST_COMPARISONS: usize = 4_000_000;

/// A policy cut down to one Allow at a time: that statement and all that may be a Deny. What other Allows ask for
/// tells no requests apart, and the search for an example would try it all the same.
pub(super) struct Narrow {
    document: Document,
    /// How many of the statements may be Denies; they come first.
    denies: usize,
    /// The values that the conditions of these ask for.
    values: usize,
    /// The comparisons that are left.
    left: usize,
}

impl Narrow {
    pub(super) fn of(whole: &Document) -> Self {
        let statements: Vec<Statement> =
            whole.statements.iter().filter(|statement| statement.is(Effect::Deny) != Truth::False).cloned().collect();
        let (denies, values) = (statements.len(), statements.iter().map(values).sum());
        Self { document: Document { statements, ..whole.clone() }, denies, values, left: MOST_COMPARISONS }
    }

    /// The policy for one of its statements.
    ///
    /// # Errors
    ///
    /// A cause when the policy asks for more values than can be tried in reasonable time.
    pub(super) fn to(&mut self, statement: &Statement) -> Result<&Document, Cause> {
        let values = self.values + values(statement);
        match values.checked_mul(values).and_then(|work| self.left.checked_sub(work)) {
            Some(left) => self.left = left,
            None => {
                let detail = format!(
                    "the conditions of the policy ask for too many values to try them all: more than \
                     {MOST_COMPARISONS} comparisons"
                );
                return Err(Cause::new(CauseKind::Unsupported, detail));
            }
        }
        self.document.statements.truncate(self.denies);
        // One that may be either is there already.
        if statement.is(Effect::Deny) == Truth::False {
            self.document.statements.push(statement.clone());
        }
        Ok(&self.document)
    }
}

/// The values that the statement's conditions ask for, at least one each.
fn values(statement: &Statement) -> usize {
    statement.conditions.iter().map(|condition| condition.values.len().max(1)).sum()
}

/// The actions of the table that the statement takes in, and what it names beyond the table. Of those that no statement
/// tells apart, the first stands for all.
pub(super) fn actions(statement: &Statement, narrow: &Document) -> Vec<(String, Option<&'static Action>)> {
    let mut seen = Vec::new();
    let mut found: Vec<(String, Option<&'static Action>)> = Vec::new();
    for action in ACTIONS.iter().filter(|action| statement.takes_action(action.name) != Truth::False) {
        let kind = Kind::of(action, statement, narrow);
        if !seen.contains(&kind) {
            seen.push(kind);
            found.push((action.name.to_owned(), Some(action)));
        }
    }
    if found.is_empty()
        && let Some(clause) = statement.action.as_ref().filter(|clause| !clause.negated)
    {
        found.extend(clause.items.iter().map(|(item, _)| (instance(item).to_string(), None)));
    }
    found
}

/// What the rules and the statements tell of an action.
#[derive(PartialEq)]
struct Kind {
    on_objects: bool,
    power: Power,
    /// Rules ask for these by name.
    named: Option<&'static str>,
    /// What each item of the Allow says, for a finding names the item.
    items: Vec<Truth>,
    others: Vec<Truth>,
}

impl Kind {
    fn of(action: &Action, statement: &Statement, narrow: &Document) -> Self {
        let name = Text::from(action.name);
        let items = |clause: &Clause<Text>| {
            clause.items.iter().map(|(item, _)| item.matches_ignoring_case(&name)).collect::<Vec<_>>()
        };
        Self {
            on_objects: action.on_objects,
            power: action.power,
            named: ["s3:PutObject", "s3:GetObject", "s3:GetObjectVersion"].into_iter().find(|own| *own == action.name),
            items: statement.action.as_ref().map(items).unwrap_or_default(),
            others: narrow.statements.iter().map(|other| other.takes_action(action.name)).collect(),
        }
    }
}
