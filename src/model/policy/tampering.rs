//! Actions that blind, redirect or delete an audit trail, and whether a principal's policies give one away.
//!
//! The table is `data/tampering-actions.json`. Only its critical and high rows count, and of those only the ones on
//! what an estate's trails are made of (`assets::Reach`); reading logs is disclosure, not tampering, and is not among them.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde::Deserialize;

use super::assets::{Asset, Assets, touches};
use super::eval::resolve;
use super::reach::is_chosen;
use super::{Caller, Clause, Context, Document, Effect, Held, Request, Statement};
use crate::model::arn::{Part, Text};
use crate::model::attr::{Attr, Seen};
use crate::model::principal::{Grantee, Principal, PrincipalKind, Principals};
use crate::model::{Input, InputId};
use crate::truth::{Cause, CauseKind, Causes, Truth};

/// How bad an action is; the worst sorts first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// Ends the record, or takes it away.
    Critical,
    /// Weakens it.
    High,
}

/// The kind of thing an action works on, by the ARN that IAM compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A trail.
    Trail,
    /// An event data store.
    DataStore,
    /// A log bucket.
    Bucket,
    /// The log files in a log bucket.
    Objects,
    /// The KMS key of log files.
    Key,
    /// The log group of a trail.
    Group,
    /// The streams of that log group.
    Streams,
}

/// A row of the table.
#[derive(Debug)]
pub struct Action {
    /// The IAM action: `cloudtrail:StopLogging`.
    pub name: String,
    /// How bad it is.
    pub harm: Harm,
    /// What it does, as the predicate of a sentence: "stops recording on a trail".
    pub effect: String,
    /// What it works on.
    pub kind: Kind,
}

/// The critical and high actions on trails, data stores, log buckets, keys and log groups, the worst first.
///
/// # Panics
/// If the table inside the program is malformed, which a test rules out.
pub fn actions() -> &'static [Action] {
    #[derive(Deserialize)]
    struct Table {
        actions: Vec<Row>,
    }
    #[derive(Deserialize)]
    struct Row {
        action: String,
        severity: String,
        effect: String,
    }
    static ACTIONS: OnceLock<Vec<Action>> = OnceLock::new();
    ACTIONS.get_or_init(|| {
        let text = include_str!("../../../data/tampering-actions.json");
        let table: Table = serde_json::from_str(text).expect("the table of tampering actions is well-formed");
        let mut actions: Vec<_> = table
            .actions
            .into_iter()
            .filter_map(|row| {
                let harm = match row.severity.as_str() {
                    "critical" => Harm::Critical,
                    "high" => Harm::High,
                    _ => return None,
                };
                Some(Action { kind: kind(&row.action)?, name: row.action, harm, effect: row.effect })
            })
            .collect();
        actions.sort_by_key(|action| action.harm);
        actions
    })
}

/// What an action works on; `None` for what is not a part of a trail.
fn kind(action: &str) -> Option<Kind> {
    let (service, name) = action.split_once(':')?;
    Some(match service {
        // Works on the organization, not on a trail.
        "cloudtrail" if name.ends_with("DelegatedAdmin") => return None,
        "cloudtrail" if name.contains("EventDataStore") => Kind::DataStore,
        "cloudtrail" => Kind::Trail,
        // Works on the account; a bucket's own four settings stay.
        "s3" if name == "PutAccountPublicAccessBlock" => return None,
        "s3" if name.contains("Object") && !name.contains("Bucket") || name == "BypassGovernanceRetention" => {
            Kind::Objects
        }
        "s3" => Kind::Bucket,
        // Works on a key store.
        "kms" if name.contains("KeyStore") => return None,
        "kms" => Kind::Key,
        "logs" if name.ends_with("LogStream") => Kind::Streams,
        "logs" => Kind::Group,
        _ => return None,
    })
}

/// A principal with all documents that are attached to it.
#[derive(Debug)]
pub struct Holder<'a> {
    /// The input that grants.
    pub input: InputId,
    /// The principal and what its requests carry; action and resource are filled in for each question.
    pub request: Request,
    /// The documents.
    pub documents: Vec<&'a Attr<Document>>,
}

/// What a principal may do to the audit log.
#[derive(Debug)]
pub struct Offence<'a> {
    /// The worst action.
    pub action: &'static Action,
    /// What it may do it to.
    pub asset: &'a Asset,
    /// The statement that allows it, with its number in its document; `None` when the document is not known.
    pub statement: Option<(&'a Statement, usize)>,
    /// A request that is allowed; `None` when no concrete one could be shown.
    pub example: Option<Request>,
}

/// The power of a principal over the audit log.
#[derive(Debug)]
pub enum Power<'a> {
    /// None.
    Harmless,
    /// It may do everything in the account.
    Full,
    /// Certainly this, and nothing worse.
    Some(Offence<'a>),
    /// Maybe this.
    Maybe(Offence<'a>, Causes),
}

/// What a permissions boundary leaves of a principal's power.
#[derive(Clone, Debug, PartialEq)]
pub enum Boundary<'a> {
    /// All of it.
    None,
    /// All of it that counts here, though not everything.
    Wide,
    /// Nothing of it.
    All,
    /// What this policy of the input allows.
    Document(&'a Attr<Document>),
    /// It cannot be told.
    Unknown(Causes),
}

impl<'a> Boundary<'a> {
    /// What a boundary, by ARN, leaves. Besides the input's own policies those of AWS are told apart that are known to
    /// hold back everything or nothing.
    pub fn of(boundary: &Attr<Text>, known: &Principals<'a>) -> Self {
        let whole = ["AdministratorAccess"];
        // It allows all that works on a trail, a bucket, a key or a log group.
        let wide = ["PowerUserAccess"];
        let narrow = ["ReadOnlyAccess", "SecurityAudit", "job-function/ViewOnlyAccess", "AWSCloudTrail_ReadOnlyAccess"];
        let is = |names: &[&str], arn: &Text| {
            Truth::any(
                names.iter().map(|name| Text::from(format!("arn:*:iam::aws:policy/{name}").as_str()).matches(arn)),
            )
        };
        let says = |seen: Seen<'_, Text>| match seen {
            Seen::Absent => Self::None,
            Seen::Hidden(cause) | Seen::Unseen(cause) => Self::Unknown(cause.clone().into()),
            Seen::Value(arn) if is(&whole, arn) == Truth::True => Self::None,
            Seen::Value(arn) if is(&wide, arn) == Truth::True => Self::Wide,
            Seen::Value(arn) if is(&narrow, arn) == Truth::True => Self::All,
            Seen::Value(arn) if let Some(document) = known.policy(arn) => Self::Document(document),
            Seen::Value(arn) => {
                let detail = format!("the permissions boundary '{arn}' may take it away");
                Self::Unknown(Cause::new(CauseKind::Unsupported, detail).into())
            }
        };
        let cases: Vec<_> = boundary.cases().into_iter().map(|(_, seen)| says(seen)).collect();
        match cases.split_first() {
            Some((first, rest)) if rest.iter().all(|other| other == first) => first.clone(),
            _ => {
                let detail = format!("what '{}' is depends on a condition that cannot be decided", boundary.name);
                Self::Unknown(Cause::new(CauseKind::Condition, detail).into())
            }
        }
    }
}

impl<'a> Holder<'a> {
    /// A principal of an input. `known` is its definition, where the input has it.
    pub fn new(input: &Input, to: &Grantee, known: Option<&Principal>, documents: Vec<&'a Attr<Document>>) -> Self {
        let word = match to.kind {
            PrincipalKind::User => "user",
            PrincipalKind::Group => "group",
            PrincipalKind::Role | PrincipalKind::PermissionSet | PrincipalKind::Function => "role",
        };
        let arn = known.map_or_else(
            || Text::format(&format!("arn:aws:iam::{{}}:{word}/{{}}"), &[&input.account, &to.name]),
            |principal| principal.arn.clone(),
        );
        // Members of a group and the roles made of a permission set ask under names of their own.
        let asks = match (to.kind, known) {
            (PrincipalKind::User | PrincipalKind::Role, Some(principal)) => Held::Values(vec![principal.arn.clone()]),
            _ => Held::Unknown(Cause::new(CauseKind::OutsideScope, format!("the ARN of '{}' is not known", to.name))),
        };
        let own = || Held::Values(vec![input.account.clone()]);
        let context = Context::default()
            .with("aws:PrincipalArn", asks)
            .with("aws:PrincipalAccount", own())
            .with("aws:ResourceAccount", own())
            .with("aws:RequestedRegion", Held::Values(vec![input.region.clone()]))
            .with("aws:PrincipalIsAWSService", Held::value("false"))
            .with("aws:SecureTransport", Held::value("true"));
        let caller = Caller::Aws { account: input.account.clone(), arn };
        let request = Request { caller, action: Text::default(), resource: Text::default(), context };
        Self { input: input.id, request, documents }
    }

    /// The principal's ARN as a witness shows it.
    pub fn shown(&self) -> String {
        self.request.caller.name().to_string()
    }

    /// What the principal may do to the assets.
    pub fn power(&self, assets: &'a Assets, boundary: &Boundary<'a>) -> Power<'a> {
        match boundary {
            Boundary::None if self.is_administrator() == Truth::True => Power::Full,
            Boundary::None | Boundary::Wide => self.granted(assets, None),
            Boundary::All => Power::Harmless,
            Boundary::Document(document) => {
                let (input, request) = (self.input, self.request.clone());
                self.granted(assets, Some(&Self { input, request, documents: vec![document] }))
            }
            Boundary::Unknown(why) => match self.granted(assets, None) {
                Power::Some(offence) => Power::Maybe(offence, why.clone()),
                Power::Maybe(offence, causes) => Power::Maybe(offence, causes.and(why.clone())),
                other => other,
            },
        }
    }

    fn granted(&self, assets: &'a Assets, within: Option<&Self>) -> Power<'a> {
        let mut doubt = None;
        for action in actions() {
            let request = Request { action: Text::from(action.name.as_str()), ..self.request.clone() };
            let question = Question { holder: self, action, request: request.clone() };
            let limit = within.map(|holder| Question { holder, action, request });
            // Most principals are asked about most actions in vain: leave before any resource is looked at.
            if question.takes_in() == Truth::False {
                continue;
            }
            for asset in question.assets(assets) {
                let left = || limit.as_ref().map_or(Truth::True, |limit| limit.gives(asset));
                let gives = match question.gives(asset) {
                    Truth::False => continue,
                    gives => gives & left(),
                };
                match gives {
                    Truth::False => {}
                    Truth::True => return Power::Some(question.offence(asset, &Truth::True)),
                    Truth::Unknown(causes) => {
                        doubt.get_or_insert_with(|| (question.offence(asset, &Truth::False), causes));
                    }
                }
            }
        }
        doubt.map_or(Power::Harmless, |(offence, causes)| Power::Maybe(offence, causes))
    }

    /// Whether some document allows everything on everything without a condition, and none takes back a part that
    /// counts here.
    fn is_administrator(&self) -> Truth {
        let all = |document: &Document| {
            Truth::any(document.statements.iter().map(|statement| {
                statement.is(Effect::Allow)
                    & Truth::known(statement.conditions.is_empty() && statement.unreadable.is_none())
                    & statement.action.as_ref().map_or(Truth::False, all_actions)
                    & statement.resource.as_ref().map_or(Truth::False, |clause| {
                        Truth::known(!clause.negated) & clause.holds(|item| item.covers(&Text::from("*")))
                    })
            }))
        };
        let takes_back = |document: &Document| {
            let any = |statement: &Statement| {
                Truth::any(actions().iter().map(|action| {
                    let name = Text::from(action.name.as_str());
                    statement
                        .action
                        .as_ref()
                        .map_or(Truth::True, |clause| clause.holds(|pattern| pattern.matches_ignoring_case(&name)))
                })) & statement.is(Effect::Deny)
            };
            Truth::any(document.statements.iter().map(any)) | may_say_more(document)
        };
        !self.none(&all) & self.none(&takes_back)
    }

    /// Whether `rule` is false of every document.
    fn none(&self, rule: &dyn Fn(&Document) -> Truth) -> Truth {
        Truth::all(self.documents.iter().map(|document| {
            document.fold(|seen| match seen {
                Seen::Value(document) => !rule(document),
                Seen::Hidden(cause) | Seen::Unseen(cause) => cause.clone().into(),
                Seen::Absent => Truth::True,
            })
        }))
    }
}

/// Whether an action clause takes in everything: `*`, or all but what is neither an administrator's mark (`iam`) nor
/// a part of the audit log.
fn all_actions(clause: &Clause<Text>) -> Truth {
    if !clause.negated {
        return clause.holds(|item| item.covers(&Text::from("*")) | item.covers(&Text::from("*:*")));
    }
    if let Some(cause) = &clause.more {
        return cause.clone().into();
    }
    let spared = ["iam:*", "cloudtrail:*", "s3:*", "kms:*", "logs:*"];
    Truth::all(clause.items.iter().flat_map(|(item, _)| {
        let item = item.lowercase();
        spared.map(|service| !item.overlaps(&Text::from(service)))
    }))
}

fn may_say_more(document: &Document) -> Truth {
    document.more.clone().map_or(Truth::False, Truth::from)
}

/// One action of one principal.
#[derive(Clone)]
struct Question<'h, 'a> {
    holder: &'h Holder<'a>,
    action: &'static Action,
    request: Request,
}

impl<'a> Question<'_, 'a> {
    fn statements(&self) -> impl Iterator<Item = (&'a Document, usize, &'a Statement)> {
        let documents = self.holder.documents.iter().flat_map(|document| document.possible());
        documents.flat_map(|document| document.statements.iter().enumerate().map(move |(i, s)| (document, i + 1, s)))
    }

    /// Whether some document names the action at all.
    fn takes_in(&self) -> Truth {
        !self.holder.none(&|document| {
            Truth::any(document.statements.iter().map(|s| s.is(Effect::Allow) & self.acts(s))) | may_say_more(document)
        })
    }

    /// The input's own assets, and those of other inputs that a statement names.
    fn assets(&self, assets: &'a Assets) -> Vec<&'a Asset> {
        let (input, kind) = (self.holder.input, self.action.kind);
        let mut found: Vec<_> = assets.own(input, kind).iter().collect();
        for (_, _, statement) in self.statements().filter(|(_, _, s)| self.acts(s) != Truth::False) {
            for (item, _) in statement.resource.iter().filter(|clause| !clause.negated).flat_map(|c| &c.items) {
                found.extend(assets.elsewhere(input, kind, item));
            }
        }
        found
    }

    fn acts(&self, statement: &Statement) -> Truth {
        statement.takes_action(&self.action.name)
    }

    /// Whether the principal may do it to the asset.
    fn gives(&self, asset: &Asset) -> Truth {
        let gives = !self.holder.none(&|document| {
            Truth::any(document.statements.iter().map(|s| self.allowed_by(s, document.variables, asset)))
                | may_say_more(document)
        });
        match gives {
            // What a Deny leaves over may be too fine for patterns to tell; one resource that is left shows it.
            Truth::Unknown(_) if !asset.any && asset.existence == Truth::True && self.shows(asset) => Truth::True,
            gives => gives,
        }
    }

    /// Whether a statement that certainly stands allows it on a concrete resource.
    fn shows(&self, asset: &Asset) -> bool {
        let certain = self.holder.documents.iter().filter(|document| document.cases().len() == 1);
        certain.flat_map(|document| document.possible()).any(|document| {
            document.statements.iter().any(|statement| {
                let base = statement.is(Effect::Allow) & self.acts(statement);
                let asked = self.filled(statement, document.variables);
                base & asked.holds(statement, document.variables) == Truth::True
                    && asked.example(statement, document.variables, asset).is_some()
            })
        })
    }

    /// The question with the condition keys that the principal chooses filled so that the statement holds, no Deny does.
    fn filled(&self, statement: &Statement, variables: bool) -> Cow<'_, Self> {
        let free = |key: &str| is_chosen(key, &self.action.name) && *self.request.context.held(key) == Held::Free;
        let denies: Vec<&Statement> = self
            .statements()
            .filter(|(_, _, s)| s.is(Effect::Deny) != Truth::False && self.acts(s) != Truth::False)
            .map(|(_, _, s)| s)
            .collect();
        let mut keys = denies.iter().copied().chain([statement]).flat_map(|s| &s.conditions).map(|c| &c.key);
        if !keys.any(|key| key.literal().is_some_and(free)) {
            return Cow::Borrowed(self);
        }
        Cow::Owned(Self { request: self.request.filled(statement, &denies, variables, free), ..self.clone() })
    }

    /// Whether the statement allows it, and no other statement takes it back.
    fn allowed_by(&self, statement: &Statement, variables: bool, asset: &Asset) -> Truth {
        let base = statement.is(Effect::Allow) & self.acts(statement);
        if base == Truth::False {
            return base;
        }
        // One choice that is allowed shows it; that none is takes all of them at once.
        if let Cow::Owned(asked) = self.filled(statement, variables)
            && asked.allowed_as_asked(statement, variables, asset, base.clone()) == Truth::True
        {
            return Truth::True;
        }
        self.allowed_as_asked(statement, variables, asset, base)
    }

    fn allowed_as_asked(&self, statement: &Statement, variables: bool, asset: &Asset, base: Truth) -> Truth {
        let base = base & self.holds(statement, variables);
        let Some(clause) = &statement.resource else { return base & !self.denied(&asset.forms) };
        let more = clause.more.clone().map_or(Truth::False, Truth::from);
        if clause.negated {
            let spared = Truth::any(clause.items.iter().map(|(item, _)| {
                let item = resolve(item, &self.request, variables);
                covers(&item, &asset.forms)
            }));
            return base & !(spared | more) & asset.existence.clone() & !self.denied(&asset.forms);
        }
        base & (Truth::any(clause.items.iter().map(|(item, _)| {
            let item = resolve(item, &self.request, variables);
            let part = part(&item, asset);
            meets(&item, asset) & !self.denied(&part)
        })) | more)
    }

    /// Whether the conditions of a statement hold, as far as it could be read.
    fn holds(&self, statement: &Statement, variables: bool) -> Truth {
        Truth::all(statement.conditions.iter().map(|condition| condition.holds(&self.request, variables)))
            & statement.unreadable.clone().map_or(Truth::True, Truth::from)
    }

    /// Whether a Deny takes in all of a part, which is given in several forms.
    fn denied(&self, forms: &[Text]) -> Truth {
        !self.holder.none(&|document| {
            Truth::any(document.statements.iter().map(|statement| {
                let base = statement.is(Effect::Deny) & self.acts(statement);
                if base == Truth::False {
                    return base;
                }
                let resource = statement.resource.as_ref().map_or(Truth::True, |clause| {
                    let items = clause.items.iter().map(|(item, _)| resolve(item, &self.request, document.variables));
                    let more = clause.more.clone().map_or(Truth::False, Truth::from);
                    if clause.negated {
                        !(Truth::any(items.map(|item| Truth::any(forms.iter().map(|f| touches(&item, f))))) | more)
                    } else {
                        Truth::any(items.map(|item| covers(&item, forms))) | more
                    }
                });
                base & resource & self.holds(statement, document.variables)
            })) | may_say_more(document)
        })
    }

    /// What the finding shows: the first statement whose own answer is `wanted`, or else one that may be meant.
    fn offence(&self, asset: &'a Asset, wanted: &Truth) -> Offence<'a> {
        let judged: Vec<_> = self
            .statements()
            .map(|(document, number, s)| {
                (self.allowed_by(s, document.variables, asset), (s, number, document.variables))
            })
            .filter(|(truth, _)| *truth != Truth::False)
            .collect();
        let best = judged.iter().find(|(truth, _)| truth == wanted).or(judged.first());
        let statement = best.map(|(_, (statement, number, _))| (*statement, *number));
        let example = best.and_then(|(_, (statement, _, variables))| {
            let asked = self.filled(statement, *variables);
            let resource = asked.example(statement, *variables, asset)?;
            Some(Request { resource, ..asked.request.clone() })
        });
        Offence { action: self.action, asset, statement, example }
    }

    /// A concrete resource that the statement takes in and no Deny does.
    fn example(&self, statement: &Statement, variables: bool, asset: &Asset) -> Option<Text> {
        let items = || statement.resource.iter().flat_map(|clause| &clause.items).map(|(item, _)| item);
        let fillings = ["x", "CloudTrail/x", "AWSLogs/x"];
        let concrete = |pattern: &Text| fillings.map(|filling| fill(pattern, filling));
        // `BUCKET/*.gz`: the file's name may have to end in a certain way.
        let endings = items().filter_map(|item| match item.parts().last() {
            Some(Part::Lit(lit)) => lit.rsplit_once('*').map(|(_, end)| format!("x{end}")),
            _ => None,
        });
        let ended = endings.flat_map(|end| asset.forms.iter().map(move |form| fill(form, &end)));
        let mut candidates = asset
            .sample
            .iter()
            .cloned()
            .chain(asset.forms.iter().flat_map(concrete))
            .chain(items().flat_map(concrete))
            .chain(ended);
        let allows = |resource: &Text| match &statement.resource {
            Some(clause) => clause.holds(|item| touches(&resolve(item, &self.request, variables), resource)),
            None => Truth::True,
        };
        candidates.find(|resource| {
            asset.forms.iter().any(|form| form.matches(resource) == Truth::True)
                && allows(resource) == Truth::True
                && self.denied(std::slice::from_ref(resource)) == Truth::False
        })
    }
}

/// Whether a resource of an Allow takes in some of the asset.
fn meets(item: &Text, asset: &Asset) -> Truth {
    if asset.any {
        // Only what takes in every thing of the kind is certain to take in one that matters.
        return match touches(item, &asset.forms[0]) {
            Truth::True if covers(item, &asset.forms) != Truth::True => Truth::unknown(
                CauseKind::OutsideScope,
                format!("what '{item}' names is not defined in what was scanned"),
            ),
            truth => truth,
        };
    }
    // `AWSLogs/ID/Config/*` lies where an organization's log files do, but holds none.
    if !asset.shapes.is_empty() && asset.shapes.iter().all(|shape| item.overlaps(shape) == Truth::False) {
        return Truth::False;
    }
    let met = Truth::any(asset.forms.iter().map(|form| touches(item, form)));
    // A trail that only may exist is no reproach, unless the statement takes in all others as well.
    if asset.kind == Kind::Trail && covers(item, &[Text::from("arn:aws:cloudtrail:*:*:trail/*")]) == Truth::True {
        met
    } else {
        met & asset.existence.clone()
    }
}

fn covers(item: &Text, forms: &[Text]) -> Truth {
    Truth::any(forms.iter().map(|form| match touches(item, form) {
        Truth::False => Truth::False,
        _ => item.covers(form),
    }))
}

/// The part of the asset that a resource of an Allow gives: all of it, or for files and streams what the narrower
/// pattern takes in.
fn part(item: &Text, asset: &Asset) -> Vec<Text> {
    let inside = || asset.forms.iter().any(|form| form.covers(item) == Truth::True);
    if matches!(asset.kind, Kind::Objects | Kind::Streams) && inside() {
        vec![item.clone()]
    } else {
        asset.forms.clone()
    }
}

/// The pattern with its wildcards replaced.
fn fill(pattern: &Text, filling: &str) -> Text {
    let mut result = Text::default();
    for piece in pattern.parts() {
        match piece {
            Part::Lit(lit) => result.push_str(&lit.replace('*', filling).replace('?', "x")),
            Part::Var(var) => result.push(&var.clone().into()),
        }
    }
    result
}

#[cfg(test)]
mod tests;
