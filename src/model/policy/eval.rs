//! What a policy says about one request, in three-valued logic.
//!
//! A statement holds for a request when its principal, action, resource and every condition do; a document allows it
//! when some Allow holds and no Deny does. Everything is built from [`Truth`]'s `and`, `or` and `not`, so an unknown
//! part matters only where the known parts do not decide.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Clause, Condition, Document, Effect, PrincipalName, Statement, condition};
use crate::model::arn::{Part, Shape, Text, Var};
use crate::model::attr::Value;
use crate::truth::{Cause, CauseKind, Truth};

/// Who asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Caller {
    /// Somebody without credentials.
    Anonymous,
    /// An AWS service, by the name of its principal: `cloudtrail.amazonaws.com`.
    Service(Text),
    /// An IAM principal.
    Aws {
        /// Its account, twelve digits.
        account: Text,
        /// Its ARN.
        arn: Text,
    },
    /// Somebody signed in through an identity provider, by the provider's name or ARN.
    Federated(Text),
    /// An account by its canonical user id.
    CanonicalUser(Text),
}

impl Caller {
    /// Its name as it stands in a policy; `*` for somebody without credentials.
    pub fn name(&self) -> Text {
        match self {
            Self::Anonymous => Text::from("*"),
            Self::Service(name) | Self::Federated(name) | Self::CanonicalUser(name) => name.clone(),
            Self::Aws { arn, .. } => arn.clone(),
        }
    }
}

/// What a request carries for one condition key.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    /// Nothing.
    Absent,
    /// These values; one for single-valued keys.
    Values(Vec<Text>),
    /// The caller may choose: leave it out or send anything.
    Free,
    /// One of these, at the caller's choice.
    Among(Vec<Held>),
    /// Fixed, but not known, for this reason.
    Unknown(Cause),
}

impl Held {
    /// One value.
    pub fn value(value: impl Into<Text>) -> Self {
        Self::Values(vec![value.into()])
    }
}

/// The condition keys of a request. Keys are compared without regard to case.
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
    keys: Vec<(String, Held)>,
    rest: Held,
}

impl Default for Context {
    fn default() -> Self {
        Self { keys: Vec::new(), rest: Held::Free }
    }
}

impl Context {
    /// No keys set; `rest` is what every key not set holds.
    pub fn with_rest(rest: Held) -> Self {
        Self { keys: Vec::new(), rest }
    }

    /// Sets a key.
    pub fn set(&mut self, key: &str, held: Held) {
        match self.keys.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(key)) {
            Some(slot) => slot.1 = held,
            None => self.keys.push((key.to_owned(), held)),
        }
    }

    /// With a key set.
    #[must_use]
    pub fn with(mut self, key: &str, held: Held) -> Self {
        self.set(key, held);
        self
    }

    /// What the request carries for a key.
    pub fn held(&self, key: &str) -> &Held {
        self.keys.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map_or(&self.rest, |(_, held)| held)
    }

    /// The keys that were set, in the order they were set.
    pub fn keys(&self) -> impl Iterator<Item = (&str, &Held)> {
        self.keys.iter().map(|(key, held)| (key.as_str(), held))
    }
}

/// One request, or a family of requests where the context leaves keys open.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Who asks.
    pub caller: Caller,
    /// The action: `s3:PutObject`.
    pub action: Text,
    /// The resource's ARN.
    pub resource: Text,
    /// The condition keys.
    pub context: Context,
}

impl Document {
    /// Whether the policy grants the request: some Allow holds and no Deny does.
    pub fn allows(&self, request: &Request) -> Truth {
        self.any(Effect::Allow, request) & !self.denies(request)
    }

    /// Whether the policy refuses the request explicitly.
    pub fn denies(&self, request: &Request) -> Truth {
        self.any(Effect::Deny, request)
    }

    fn any(&self, effect: Effect, request: &Request) -> Truth {
        let statements = self.statements.iter().map(|s| s.is(effect) & s.applies(request, self.variables));
        Truth::any(statements) | self.more.clone().map_or(Truth::False, Truth::from)
    }
}

impl Statement {
    /// Whether its effect is this one.
    pub fn is(&self, effect: Effect) -> Truth {
        match &self.effect {
            Value::Known(own) => Truth::known(*own == effect),
            Value::Unknown(cause) => cause.clone().into(),
        }
    }

    /// Whether it holds for the request, whatever its effect. `variables` is [`Document::variables`].
    pub fn applies(&self, request: &Request, variables: bool) -> Truth {
        let names = |clause: &Clause<PrincipalName>| clause.holds(|name| name.is(&request.caller));
        let texts = |clause: &Clause<Text>| {
            clause.holds(|pattern| {
                let pattern = resolve(pattern, request, variables);
                pattern.matches(&shielded_like(&pattern, &request.resource))
            })
        };
        // An element that the language leaves out does not narrow; actions are never left out.
        self.principal.as_ref().map_or(Truth::True, names)
            & self.action.as_ref().map_or_else(
                || Truth::unknown(CauseKind::Invalid, "a statement has neither 'Action' nor 'NotAction'"),
                |clause| clause.holds(|pattern| pattern.matches_ignoring_case(&request.action)),
            )
            & self.resource.as_ref().map_or(Truth::True, texts)
            & Truth::all(self.conditions.iter().map(|condition| condition.holds(request, variables)))
            & self.unreadable.clone().map_or(Truth::True, Truth::from)
    }
}

impl<T> Clause<T> {
    /// Whether the clause takes in what `matches` looks for: one of its items, or none of them in the `Not…` form.
    pub fn holds(&self, matches: impl Fn(&T) -> Truth) -> Truth {
        let listed = Truth::any(self.items.iter().map(|(item, _)| matches(item)))
            | self.more.clone().map_or(Truth::False, Truth::from);
        if self.negated { !listed } else { listed }
    }
}

impl PrincipalName {
    /// Whether it names everybody.
    pub fn is_everyone(&self) -> Truth {
        match self {
            Self::Everyone => Truth::True,
            Self::Aws(name) => name.same(&"*".into()),
            Self::Service(_) | Self::Federated(_) | Self::CanonicalUser(_) => Truth::False,
        }
    }

    /// Whether it names this account as a whole: its id, or the ARN of its root.
    pub fn is_account(&self, account: &Text) -> Truth {
        match self {
            Self::Aws(name) => name.same(account) | Text::format("arn:*:iam::{}:root", &[account]).matches(name),
            _ => Truth::False,
        }
    }

    /// Whether it takes in the caller. Names have no wildcards but the lone `*`, and case matters.
    pub fn is(&self, caller: &Caller) -> Truth {
        let other_kind = || match self {
            Self::Aws(_) | Self::Everyone => self.is_everyone(),
            _ => Truth::False,
        };
        match (self, caller) {
            (Self::Everyone, _) => Truth::True,
            (Self::Aws(name), Caller::Aws { account, arn }) => {
                self.is_everyone() | self.is_account(account) | name.same(arn) | is_session_of(arn, name)
            }
            (Self::Service(name), Caller::Service(service)) => name.same(service) | name.same(&"*".into()),
            (Self::Federated(name), Caller::Federated(provider)) => name.same(provider),
            (Self::CanonicalUser(name), Caller::CanonicalUser(id)) => name.same(id),
            (Self::CanonicalUser(_), Caller::Aws { .. }) | (Self::Aws(_), Caller::CanonicalUser(_)) => {
                other_kind()
                    | Truth::unknown(
                        CauseKind::OutsideScope,
                        "it cannot be told which account a canonical user id belongs to",
                    )
            }
            _ => other_kind(),
        }
    }
}

/// Whether the ARN is that of a session of this role. A session's ARN leaves out the path of its role.
fn is_session_of(session: &Text, role: &Text) -> Truth {
    let (session, role) = (session.split(':'), role.split(':'));
    let ([_, _, sts, _, account, session], [_, _, iam, _, owner, role]) = (session.as_slice(), role.as_slice()) else {
        return Truth::False;
    };
    let (session, role) = (session.split('/'), role.split('/'));
    match (session.as_slice(), role.as_slice()) {
        ([assumed, name, _], [kind, .., own]) => {
            let kinds = [(sts, "sts"), (iam, "iam"), (assumed, "assumed-role"), (kind, "role")];
            Truth::known(kinds.iter().all(|(piece, word)| piece.literal() == Some(word)))
                & account.same(owner)
                & name.same(own)
        }
        _ => Truth::False,
    }
}

impl Condition {
    /// Whether it holds for the request. Every way of filling a key that is left open is considered.
    pub fn holds(&self, request: &Request, variables: bool) -> Truth {
        let (Some(operator), Some(key)) = (self.operator.literal(), self.key.literal()) else {
            let text = if self.operator.literal().is_none() { &self.operator } else { &self.key };
            return text.causes().map_or(Truth::True, Truth::Unknown);
        };
        let Some(operator) = condition::Operator::parse(operator) else {
            return Truth::unknown(
                CauseKind::Unsupported,
                format!("the condition operator '{operator}' is not one that is known"),
            );
        };
        let variables = variables && operator.takes_variables();
        let values: Vec<Text> =
            self.values.iter().map(|value| resolve(value, request, variables).into_owned()).collect();
        let escaped = values.iter().find(|value| value.parts().iter().any(has_shield));
        let more = || self.more.clone().map_or(Truth::False, Truth::from);
        let judge = |held: &[Text]| match escaped {
            None => operator.holds(&values, more(), held),
            Some(escaped) => {
                let held: Vec<Text> = held.iter().map(|text| shielded_like(escaped, text).into_owned()).collect();
                operator.holds(&values, more(), &held)
            }
        };
        self.over(key, request.context.held(key), &judge)
    }

    fn over(&self, key: &str, held: &Held, judge: &dyn Fn(&[Text]) -> Truth) -> Truth {
        let sent = || Cause::new(CauseKind::Condition, format!("it depends on what a request sends for '{key}'"));
        let open = |cause: Cause| {
            let name: Arc<str> = format!("condition key {}", key.to_ascii_lowercase()).into();
            let hole = Var { shown: name.clone(), key: name, cause: cause.clone(), shape: Shape::Any }.into();
            agreed([judge(&[]), judge(&[hole])], cause)
        };
        match held {
            Held::Absent => judge(&[]),
            Held::Values(values) => judge(values),
            Held::Free => open(sent()),
            Held::Unknown(cause) => {
                open(Cause::new(cause.kind, format!("{}, and a condition asks for '{key}'", cause.detail)))
            }
            Held::Among(choices) => agreed(choices.iter().map(|choice| self.over(key, choice, judge)), sent()),
        }
    }
}

/// What all say; unknown for the reason given when they do not agree.
fn agreed(answers: impl IntoIterator<Item = Truth>, cause: Cause) -> Truth {
    let same = |a: Truth, b: Truth| match (&a, &b) {
        (Truth::True, Truth::True) | (Truth::False, Truth::False) => a,
        _ => cause.clone().into(),
    };
    answers.into_iter().reduce(same).unwrap_or_else(|| cause.clone().into())
}

/// Characters for private use that stand for the escaped `*` and `?` of a pattern, which match only themselves.
const SHIELDS: [(char, &str); 2] = [('\u{E02A}', "*"), ('\u{E03F}', "?")];

fn has_shield(part: &Part) -> bool {
    matches!(part, Part::Lit(lit) if lit.contains(SHIELDS.map(|(shield, _)| shield)))
}

/// The value as a pattern with escaped characters has to be compared with it; as it is for any other pattern.
fn shielded_like<'t>(pattern: &Text, value: &'t Text) -> Cow<'t, Text> {
    if pattern.parts().iter().any(has_shield) {
        Cow::Owned(value.map_literals(|lit| {
            SHIELDS.iter().fold(lit.to_owned(), |lit, (shield, plain)| lit.replace(plain, &shield.to_string()))
        }))
    } else {
        Cow::Borrowed(value)
    }
}

/// The text with escaped characters as they are in a request.
pub(super) fn unshielded(text: &Text) -> Text {
    text.map_literals(|lit| SHIELDS.iter().fold(lit.to_owned(), |lit, (shield, plain)| lit.replace(*shield, plain)))
}

/// The text with its policy variables replaced: by what the request carries, else by one unknown value each.
///
/// A value is never a wildcard, so one that holds `*` or `?` stays unknown. Escaped characters come as [`SHIELDS`].
pub(super) fn resolve<'t>(text: &'t Text, request: &Request, variables: bool) -> Cow<'t, Text> {
    let holds = |part: &Part| matches!(part, Part::Lit(lit) if lit.contains("${"));
    if !variables || !text.parts().iter().any(holds) {
        return Cow::Borrowed(text);
    }
    let mut result = Text::default();
    for part in text.parts() {
        let mut rest: &str = match part {
            Part::Lit(lit) => lit,
            Part::Var(var) => {
                result.push(&var.clone().into());
                continue;
            }
        };
        while let Some((before, after)) = rest.split_once("${") {
            result.push_str(before);
            let Some((name, behind)) = after.split_once('}') else {
                rest = &rest[before.len()..];
                break;
            };
            if is_variable(name.trim()) {
                result.push(&variable(name.trim(), request));
            } else {
                result.push_str(&format!("${{{name}}}"));
            }
            rest = behind;
            if !rest.contains("${") {
                break;
            }
        }
        result.push_str(rest);
    }
    Cow::Owned(result)
}

/// Whether IAM can know a variable of this name: an escaped character, or a condition key, whose service stands before
/// a colon. A template's own `${Bucket}` or `${AWS::Region}` that was not replaced is neither and stays what it is.
fn is_variable(name: &str) -> bool {
    let key = name.split_once(',').map_or(name, |(key, _)| key.trim());
    matches!(key, "$" | "*" | "?") || key.contains(':') && !key.contains("::")
}

impl Document {
    /// A `${Name}` in a resource or a condition that is no policy variable, and so never becomes anything else.
    pub fn unreplaced(&self) -> Option<String> {
        let texts = self.statements.iter().flat_map(|statement| {
            let resources = statement.resource.iter().flat_map(|clause| &clause.items).map(|(item, _)| item);
            resources.chain(statement.conditions.iter().flat_map(|condition| &condition.values))
        });
        let literals = texts.flat_map(Text::parts).filter_map(|part| match part {
            Part::Lit(lit) => Some(lit),
            Part::Var(_) => None,
        });
        literals.flat_map(|lit| lit.split("${").skip(1)).find_map(|behind| {
            let (name, _) = behind.split_once('}')?;
            (!is_variable(name.trim())).then(|| format!("${{{name}}}"))
        })
    }
}

fn variable(name: &str, request: &Request) -> Text {
    if name == "$" {
        return "$".into();
    }
    if let Some((shield, _)) = SHIELDS.iter().find(|(_, plain)| *plain == name) {
        return shield.to_string().as_str().into();
    }
    let (key, fallback) = match name.split_once(',') {
        Some((key, fallback)) => (key.trim(), Some(fallback.trim().trim_matches('\''))),
        None => (name, None),
    };
    let plain =
        |text: &Text| text.parts().iter().all(|part| matches!(part, Part::Lit(lit) if !lit.contains(['*', '?'])));
    match (request.context.held(key), fallback) {
        (Held::Values(values), _) if values.len() == 1 && plain(&values[0]) => return values[0].clone(),
        (Held::Absent, Some(fallback)) if plain(&fallback.into()) => return fallback.into(),
        _ => {}
    }
    let shown = format!("policy variable {name}");
    Var {
        key: shown.as_str().into(),
        cause: Cause::new(
            CauseKind::Condition,
            format!("the policy variable '{name}' differs from request to request"),
        ),
        shown: shown.into(),
        shape: Shape::Any,
    }
    .into()
}
