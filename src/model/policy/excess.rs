//! What a log bucket's policy grants beyond what CloudTrail needs.
//!
//! Each rule asks the evaluator whether somebody who needs nothing can get something through one Allow statement,
//! with every Deny of the policy in force.

use self::callers::{OTHER_SERVICE, stale};
use self::narrow::{Narrow, actions};
use super::old_accounts::{account_of, is_legacy};
use super::s3::{Action, CLOUDTRAIL, LogPlace, Power, any_of, in_log_place, object};
use super::service::number_or_sid;
use super::{Caller, Condition, Document, Effect, Held, PrincipalName, Reach, Request, Statement, instance, wildcard};
use crate::model::arn::Text;
use crate::model::trail::Trail;
use crate::truth::{CauseKind, Truth};

mod callers;
mod deputy;
mod narrow;

/// The bucket whose policy is judged.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    /// Its ARN.
    pub bucket: Text,
    /// The trails that deliver to it.
    pub trails: Vec<&'a Trail>,
    /// The account that owns it.
    pub owner: Text,
    /// Accounts that may read all logs.
    pub readers: &'a [String],
}

/// The rules, in the order of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Anyone gets something.
    Anyone = 1,
    /// Somebody other than CloudTrail may change logs or how they are kept.
    Writer,
    /// A wildcard takes in more than reading.
    Wildcard,
    /// CloudTrail may act for a trail of any account.
    Deputy,
    /// CloudTrail may write outside the log prefix.
    Prefix,
    /// Old per-Region accounts of CloudTrail are named.
    Legacy,
    /// Another account reads all logs.
    Reader,
}

/// How bad an excess is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// As the check says.
    Full,
    /// Less.
    Medium,
    /// Little.
    Low,
}

/// Something that a statement grants too much.
#[derive(Clone, Debug)]
pub struct Excess<'d> {
    /// Which rule it breaks.
    pub rule: Rule,
    /// The statement.
    pub statement: &'d Statement,
    /// Its number in the policy, counted from 0.
    pub number: usize,
    /// Whether it does.
    pub truth: Truth,
    /// A request that shows it.
    pub witness: Option<Request>,
    /// How bad it is.
    pub weight: Weight,
    /// Whom or what it is about: a principal, a resource, an account.
    pub about: Text,
    /// The condition that should have limited it, if there is one.
    pub condition: Option<&'d Condition>,
}

impl Document {
    /// All that the policy grants too much, or may.
    pub fn excesses<'d>(&'d self, place: &Place<'_>) -> Vec<Excess<'d>> {
        let mut found = Vec::new();
        let mut narrow = Narrow::of(self);
        for (number, statement) in self.statements.iter().enumerate() {
            if statement.is(Effect::Allow) == Truth::False {
                continue;
            }
            let document = match narrow.to(statement) {
                Ok(document) => document,
                Err(cause) => {
                    let judge = Judged::new(self, self, (statement, number), place);
                    let reach = Reach { truth: cause.into(), witness: None };
                    found.push(judge.excess(Rule::Anyone, reach, Text::default()));
                    continue;
                }
            };
            let judge = Judged::new(self, document, (statement, number), place);
            let anyone = judge.anyone();
            let public = anyone.truth == Truth::True;
            found.extend([anyone, judge.writer(public), judge.wildcard(), judge.deputy()]);
            found.extend([judge.prefix(), judge.legacy(), judge.reader()]);
        }
        found.retain(|excess| excess.truth != Truth::False);
        found
    }
}

impl Document {
    /// What anybody may do to the logs themselves or to what protects them, statement by
    /// statement, each with its number, counted from 0.
    pub fn public<'d>(&'d self, place: &Place<'_>) -> Vec<(&'d Statement, usize, Reach)> {
        let mut found = Vec::new();
        let mut narrow = Narrow::of(self);
        for (number, statement) in self.statements.iter().enumerate() {
            if statement.is(Effect::Allow) == Truth::False || statement.names_everyone() == Truth::False {
                continue;
            }
            let document = match narrow.to(statement) {
                Ok(document) => document,
                Err(cause) => {
                    found.push((statement, number, Reach { truth: cause.into(), witness: None }));
                    continue;
                }
            };
            let judged = Judged::new(self, document, (statement, number), place);
            let files: Vec<Text> = judged.resources(None);
            let asks = [document.by_anybody("", &Text::default()), document.by_stranger("", &Text::default())];
            let on_logs = |action: &Action| {
                action.power != Power::Read || matches!(action.name, "s3:GetObject" | "s3:GetObjectVersion")
            };
            let mut reach = Reach::NONE;
            for action in judged.actions.iter().filter_map(|(_, action)| *action).filter(|action| on_logs(action)) {
                for resource in files.iter().filter(|file| is_log(file, &place.bucket, action.on_objects)) {
                    for request in &asks {
                        if reach.truth != Truth::True {
                            let request = request.about(action.name, resource);
                            reach = reach.or(document.reach_through(statement, &request));
                        }
                    }
                }
            }
            if reach.truth != Truth::False {
                found.push((statement, number, reach));
            }
        }
        found
    }
}

/// Whether a resource is the bucket itself or, asked for objects, one that may be a log file.
fn is_log(resource: &Text, bucket: &Text, objects: bool) -> bool {
    if !objects {
        return resource == bucket;
    }
    resource != bucket && Text::format("{}/*AWSLogs/*", &[bucket]).matches(resource) != Truth::False
}

/// Whether a pattern of resources takes in log files of these shapes. The name of the bucket holds no wildcard, known or
/// not: where both begin with it, what follows decides.
fn holds_logs(item: &Text, bucket: &Text, shapes: &[Text]) -> Truth {
    // Without a trail that says where, log files may be anywhere.
    if shapes.is_empty() {
        return Truth::True;
    }
    let key = |text: &Text| text.after(bucket).unwrap_or_else(|| text.clone());
    let item = key(item);
    let written_out = item.literal().is_some();
    let near = shapes.iter().map(key).filter(|shape| item.overlaps(shape) != Truth::False);
    Truth::any(near.map(|shape| {
        // An account id that is written out is taken for the trail's own where that is not known.
        let pattern = any_of(&shape, written_out);
        if written_out && pattern.literal().is_some() { Truth::True } else { item.overlaps(&pattern) }
    }))
}

struct Judged<'d, 'p> {
    whole: &'d Document,
    /// The statement and all that may refuse what it grants: see [`Narrow`].
    document: &'p Document,
    statement: &'d Statement,
    number: usize,
    place: &'p Place<'p>,
    actions: Vec<(String, Option<&'static Action>)>,
}

impl<'d, 'p> Judged<'d, 'p> {
    fn new(
        whole: &'d Document,
        document: &'p Document,
        (statement, number): (&'d Statement, usize),
        place: &'p Place<'p>,
    ) -> Self {
        Self { whole, document, statement, number, place, actions: actions(statement, document) }
    }

    fn excess(&self, rule: Rule, reach: Reach, about: Text) -> Excess<'d> {
        Excess {
            rule,
            statement: self.statement,
            number: self.number,
            truth: reach.truth,
            witness: reach.witness,
            weight: Weight::Full,
            about,
            condition: None,
        }
    }

    fn resources(&self, action: Option<&Action>) -> Vec<Text> {
        let bucket = &self.place.bucket;
        let mut found = Vec::new();
        if action.is_none_or(|action| action.on_objects) {
            for trail in &self.place.trails {
                for prefix in trail.prefixes() {
                    found.push(trail.log_file(bucket, &prefix, LogPlace::Account));
                }
            }
            found.push(object(bucket, "another-object"));
            let all = object(bucket, "*");
            let named =
                self.statement.resource.iter().filter(|clause| !clause.negated).flat_map(|clause| &clause.items);
            found.extend(named.map(|(item, _)| instance(item)).filter(|item| all.matches(item) != Truth::False));
        }
        if action.is_none_or(|action| !action.on_objects) {
            found.push(bucket.clone());
        }
        found.dedup();
        found
    }

    /// Whether one of the requests that `make` builds is allowed through the statement, over the actions of `power`.
    fn reach(&self, power: impl Fn(Power) -> bool, make: impl Fn(&str, &Text) -> Vec<Request>) -> Reach {
        let mut result = Reach::NONE;
        for (name, action) in &self.actions {
            if !power(action.map_or(Power::Read, |action| action.power)) {
                continue;
            }
            for resource in self.resources(*action) {
                for request in make(name, &resource) {
                    result = result.or(self.document.reach_through(self.statement, &request));
                    if result.truth == Truth::True {
                        return result;
                    }
                }
            }
        }
        result
    }

    /// The bucket and the log files of its trails, each with whether it is one: what else the bucket may hold is no part
    /// of the logs.
    fn log_resources(&self, action: &Action) -> Vec<(Text, Truth)> {
        let bucket = &self.place.bucket;
        let trails = &self.place.trails;
        if !action.on_objects || trails.is_empty() {
            return self.resources(Some(action)).into_iter().map(|resource| (resource, Truth::True)).collect();
        }
        let mut found = Vec::new();
        for place in [LogPlace::Account, LogPlace::Digest, LogPlace::Organization] {
            for trail in trails
                .iter()
                .filter(|trail| place != LogPlace::Organization || trail.organization.is(&false) != Truth::True)
            {
                let files = trail.prefixes().into_iter().map(|prefix| trail.log_file(bucket, &prefix, place));
                found.extend(files.map(|file| (file, Truth::True)));
            }
        }
        let shapes: Vec<Text> = trails.iter().flat_map(|trail| trail.file_shapes(bucket)).collect();
        let named = self.statement.resource.iter().filter(|clause| !clause.negated).flat_map(|clause| &clause.items);
        found.extend(named.map(|(item, _)| (instance(item), holds_logs(item, bucket, &shapes))));
        let all = object(bucket, "*");
        found.retain(|(item, holds)| *holds != Truth::False && all.matches(item) != Truth::False);
        found.dedup();
        found
    }

    fn anyone(&self) -> Excess<'d> {
        let reach = if self.statement.names_everyone() == Truth::False {
            Reach::NONE
        } else {
            let none = Text::default();
            let asks = [self.document.by_anybody("", &none), self.document.by_stranger("", &none)];
            self.reach(|_| true, |action, resource| asks.iter().map(|ask| ask.about(action, resource)).collect())
        };
        self.excess(Rule::Anyone, reach, "*".into())
    }

    fn writer(&self, public: bool) -> Excess<'d> {
        let mut unknown = self.excess(Rule::Writer, Reach::NONE, Text::default());
        for (caller, trusted) in self.callers() {
            let legacy = matches!(&caller, Caller::Aws { account, .. } if is_legacy(account));
            let unnamed = caller == Caller::Anonymous || caller == Caller::Service(OTHER_SERVICE.into());
            if trusted || legacy || (public && unnamed) {
                continue;
            }
            let ask = self.by(&caller, "", &Text::default());
            let mut reach = Reach::NONE;
            for (name, action) in &self.actions {
                let Some(action) = action.filter(|action| action.power != Power::Read) else { continue };
                reach = reach.or(Reach::any(self.log_resources(action).into_iter().map(|(resource, holds)| {
                    let reach = self.document.reach_through(self.statement, &ask.about(name, &resource));
                    Reach { truth: reach.truth & holds, ..reach }
                })));
                if reach.truth == Truth::True {
                    break;
                }
            }
            // A service whose name is not known may be CloudTrail after all.
            let other = match &caller {
                Caller::Service(name) => !name.same(&CLOUDTRAIL.into()),
                _ => Truth::True,
            };
            let truth = reach.truth & other;
            match truth {
                Truth::True => return self.excess(Rule::Writer, Reach { truth, ..reach }, caller.name()),
                Truth::Unknown(_) => {
                    unknown = self.excess(Rule::Writer, Reach { truth, witness: None }, caller.name());
                }
                Truth::False => {}
            }
        }
        unknown
    }

    fn wildcard(&self) -> Excess<'d> {
        let Some(clause) = &self.statement.action else {
            return self.excess(Rule::Wildcard, Reach::NONE, Text::default());
        };
        // Only what a wildcard takes in counts here.
        let by_wildcard = |action: &str| {
            if clause.negated {
                return Truth::True;
            }
            let action = Text::from(action);
            Truth::any(clause.items.iter().map(|(item, _)| wildcard(item) & item.matches_ignoring_case(&action)))
                | clause.more.clone().map_or(Truth::False, Truth::from)
        };
        let callers = self.callers();
        let asks: Vec<Request> = callers.iter().map(|(caller, _)| self.by(caller, "", &Text::default())).collect();
        let mut result = Reach::NONE;
        let mut actions = self.actions.clone();
        if callers.iter().all(|(_, trusted)| *trusted) {
            // What CloudTrail needs shows nothing, unless the wildcard takes in nothing else.
            actions.sort_by_key(|(name, _)| name == "s3:PutObject");
        }
        for (name, action) in actions {
            let Some(action) = action.filter(|action| action.power != Power::Read) else { continue };
            let wild = by_wildcard(&name);
            if wild == Truth::False {
                continue;
            }
            for resource in self.resources(Some(action)) {
                for ask in &asks {
                    let reach = self.document.reach_through(self.statement, &ask.about(&name, &resource));
                    result = result.or(Reach { truth: reach.truth & wild.clone(), ..reach });
                }
            }
            if result.truth == Truth::True {
                break;
            }
        }
        // The one that takes in what the request asks for: others may be fine.
        let shows = |item: &Text| {
            result.witness.as_ref().is_none_or(|request| item.matches_ignoring_case(&request.action) == Truth::True)
        };
        let about = match clause.items.iter().find(|(item, _)| wildcard(item) != Truth::False && shows(item)) {
            Some((item, _)) if !clause.negated => item.clone(),
            _ => "NotAction".into(),
        };
        self.excess(Rule::Wildcard, result, about)
    }

    fn prefix(&self) -> Excess<'d> {
        let none = |judged: &Self| judged.excess(Rule::Prefix, Reach::NONE, Text::default());
        if self.for_cloudtrail() == Truth::False || self.statement.takes_action("s3:PutObject") == Truth::False {
            return none(self);
        }
        let caller = Caller::Service(CLOUDTRAIL.into());
        let writes = |key: &Text| {
            let mut request = self.by(&caller, "s3:PutObject", key);
            request.context.set("s3:x-amz-acl", Held::value("bucket-owner-full-control"));
            self.document.reach_through(self.statement, &request)
        };
        let all = object(&self.place.bucket, "*");
        let clause = self.statement.resource.as_ref();
        let items = clause.filter(|clause| !clause.negated).map_or(&[][..], |clause| &clause.items);
        for (item, _) in items {
            match in_log_place(item) {
                Truth::True => {}
                Truth::False => {
                    let reach =
                        Reach::any([object(&self.place.bucket, "another-object"), instance(item)].iter().map(|key| {
                            let mine = item.matches(key) & all.matches(key);
                            if mine == Truth::False { Reach::NONE } else { writes(key) }
                        }));
                    if reach.truth != Truth::False {
                        return Excess { weight: Weight::Medium, ..self.excess(Rule::Prefix, reach, item.clone()) };
                    }
                }
                unknown @ Truth::Unknown(_) => {
                    return self.excess(Rule::Prefix, Reach { truth: unknown, witness: None }, item.clone());
                }
            }
        }
        if clause.is_none_or(|clause| clause.negated) {
            let reach = writes(&object(&self.place.bucket, "another-object"));
            return Excess { weight: Weight::Medium, ..self.excess(Rule::Prefix, reach, "NotResource".into()) };
        }
        none(self)
    }

    fn legacy(&self) -> Excess<'d> {
        for name in self.statement.named_principals() {
            let PrincipalName::Aws(text) = name else { continue };
            if is_legacy(&account_of(text)) {
                let caller = Caller::Aws { account: account_of(text), arn: text.clone() };
                let ask = self.by(&caller, "", &Text::default());
                let reach = self.reach(|_| true, |action, resource| vec![ask.about(action, resource)]);
                let excess = self.excess(Rule::Legacy, reach, text.clone());
                return Excess { weight: Weight::Medium, ..excess };
            }
        }
        self.excess(Rule::Legacy, Reach::NONE, Text::default())
    }

    fn reader(&self) -> Excess<'d> {
        let owner = self.owner();
        let mut unknown = self.excess(Rule::Reader, Reach::NONE, Text::default());
        let whole = Truth::any(self.place.trails.iter().flat_map(|trail| trail.prefixes()).map(|prefix| {
            let logs = Text::format("{}/{}AWSLogs/", &[&self.place.bucket, &prefix]);
            // All of it, or all of one account's or organization's part.
            let mut file = logs.clone();
            file.push_str("*");
            self.statement.covers_resource(&file)
                | Truth::any(
                    self.place
                        .trails
                        .iter()
                        .map(|trail| self.statement.covers_resource(&Text::format("{}{}/*", &[&logs, &trail.account]))),
                )
        }));
        for name in self.statement.named_principals() {
            let (root, account) = match name {
                PrincipalName::Aws(text) if name.is_everyone() != Truth::True && !text.literal().is_some_and(stale) => {
                    let account = account_of(text);
                    (name.is_account(&account), account)
                }
                PrincipalName::CanonicalUser(id) => {
                    let label = number_or_sid(self.statement, self.number);
                    let cause = format!(
                        "{label} lets the canonical user '{id}' read all logs, and it cannot be told whose id that is"
                    );
                    (Truth::unknown(CauseKind::OutsideScope, cause), name.name())
                }
                _ => continue,
            };
            let reader = self.place.readers.iter().any(|reader| account.literal() == Some(reader));
            if root == Truth::False || reader || is_legacy(&account) {
                continue;
            }
            let caller = match name {
                PrincipalName::CanonicalUser(id) => Caller::CanonicalUser(id.clone()),
                _ => Caller::Aws { account: account.clone(), arn: name.name() },
            };
            let ask = self.by(&caller, "", &Text::default());
            let reach = self.reach(
                |power| power == Power::Read,
                |action, resource| {
                    let object = matches!(action, "s3:GetObject" | "s3:GetObjectVersion");
                    if object { vec![ask.about(action, resource)] } else { Vec::new() }
                },
            );
            let foreign = match !account.same(&owner) {
                Truth::Unknown(causes) => {
                    let (first, label) = (causes.first(), number_or_sid(self.statement, self.number));
                    let detail = format!(
                        "{label} lets '{}' read all logs, and whether that is the bucket's own account \
                         cannot be told: {}",
                        name.name(),
                        first.detail
                    );
                    Truth::unknown(first.kind, detail)
                }
                known => known,
            };
            let truth = reach.truth & root & whole.clone() & foreign;
            match truth {
                Truth::True => {
                    let excess = self.excess(Rule::Reader, Reach { truth, ..reach }, name.name());
                    return Excess { weight: Weight::Medium, ..excess };
                }
                Truth::Unknown(_) => {
                    let reach = Reach { truth, witness: None };
                    unknown = Excess { weight: Weight::Medium, ..self.excess(Rule::Reader, reach, name.name()) };
                }
                Truth::False => {}
            }
        }
        unknown
    }

    /// The account that owns the bucket; if that is not known, the one account that the policy names as the source.
    fn owner(&self) -> Text {
        // A source is a trail: only where the bucket is in the trails' account is their account the owner.
        let own = self.place.trails.iter().all(|trail| trail.account == self.place.owner);
        if !own || self.place.owner.literal().is_some() {
            return self.place.owner.clone();
        }
        let mut named: Vec<Text> = Vec::new();
        for condition in self.whole.statements.iter().flat_map(|statement| &statement.conditions) {
            let key = condition.key.literal().unwrap_or_default();
            for value in &condition.values {
                let account = match key {
                    _ if key.eq_ignore_ascii_case("aws:SourceAccount") => Some(value.clone()),
                    _ if key.eq_ignore_ascii_case("aws:SourceArn") => value.split(':').get(4).cloned(),
                    _ => None,
                };
                named.extend(account.filter(|account| !named.contains(account)));
            }
        }
        match named.as_slice() {
            [only] if only.literal().is_some_and(is_account) => only.clone(),
            _ => self.place.owner.clone(),
        }
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}
