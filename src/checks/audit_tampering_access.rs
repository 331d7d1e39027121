//! Who may stop, redirect or delete the audit log through policies of the input.

use std::collections::HashMap;

use crate::finding::allow::AllowList;
use crate::finding::{Judge, Severity, Witness};
use crate::model::arn::Text;
use crate::model::attr::{Attr, Seen};
use crate::model::policy::assets::Assets;
use crate::model::policy::tampering::{Boundary, Harm, Holder, Offence, Power};
use crate::model::policy::{Document, Effect, Held, Request};
use crate::model::principal::{Grant, GrantedPolicy, PrincipalKind, Principals};
use crate::model::{Estate, Input, ResourceKind};
use crate::truth::{CauseKind, Causes, Truth};

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    let allow = AllowList::new(judge.options());
    let assets = Assets::of(estate);
    for input in &estate.inputs {
        if is_out_of_reach(input) {
            judge
                .on_input(input)
                .claim("defines no policy that lets anybody tamper with the audit log", "")
                .not_applicable(
                    CauseKind::NoSubject,
                    "the account has no trail of its own, and nobody in it can change the trail of its organization",
                );
            continue;
        }
        let (principals, refusals) = (Principals::of(input), Refusals::of(input));
        let mut whole = Whole::default();
        for grants in by_principal(input) {
            one(judge, input, &assets, &grants, &principals, &refusals, &allow, &mut whole);
        }
        whole.finding(judge, input);
    }
}

/// Whether all that records a live account is another account's.
fn is_out_of_reach(input: &Input) -> bool {
    let Some(live) = &input.live else { return false };
    input.trails.items.is_empty()
        && input.event_data_stores.items.is_empty()
        && input.trails.complete == Truth::True
        && !live.visitors.is_empty()
        // A bucket of logs may lie here, whoever owns the trail.
        && input.buckets.items.is_empty()
}

/// The attachments of each principal, in the order of the first.
fn by_principal(input: &Input) -> Vec<Vec<&Grant>> {
    let mut places: HashMap<(&str, &Text), usize> = HashMap::new();
    let mut found: Vec<Vec<&Grant>> = Vec::new();
    for grant in &input.grants {
        let place = *places.entry((grant.id.instance(), &grant.to.name)).or_insert(found.len());
        match found.get_mut(place) {
            Some(grants) => grants.push(grant),
            None => found.push(vec![grant]),
        }
    }
    found
}

/// What policies take back from a principal, whichever resource attaches them. A principal that is only a name has a
/// finding at each policy that gives it something, but a Deny of any other one holds there as well.
struct Refusals<'a>(HashMap<(PrincipalKind, &'a Text), Vec<(&'a str, Refusal)>>);

/// What one attachment takes back.
enum Refusal {
    /// Everything: AWS's own policy for that.
    All,
    /// What this document, without its Allows, does.
    Document(Attr<Document>),
}

impl<'a> Refusals<'a> {
    fn of(input: &'a Input) -> Self {
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for grant in &input.grants {
            let refusal = match &grant.policy {
                GrantedPolicy::Document(document) => Refusal::Document(document.map(|document| {
                    let mut denies = document.clone();
                    denies.statements.retain(|statement| statement.is(Effect::Deny) != Truth::False);
                    denies
                })),
                GrantedPolicy::Managed(_) if is_of_aws(grant, &["AWSDenyAll"]) => Refusal::All,
                GrantedPolicy::Managed(_) => continue,
            };
            let address = grant.id.address.as_str();
            found.entry((grant.to.kind, &grant.to.name)).or_default().push((address, refusal));
        }
        Self(found)
    }

    fn to(&self, grant: &'a Grant) -> &[(&'a str, Refusal)] {
        self.0.get(&(grant.to.kind, &grant.to.name)).map_or(&[], Vec::as_slice)
    }
}

/// What is said about the input as a whole.
#[derive(Default)]
struct Whole<'a> {
    judged: usize,
    found: usize,
    administrators: Vec<&'a Grant>,
    /// Attachments of AWS's own policies that allow it, which are no policies of the input.
    managed: Vec<&'a Grant>,
    allowed: Vec<&'a Grant>,
    /// Attachments of which a plan tells no more than that there is a policy: its text is made when it is applied.
    unmade: Vec<&'a Grant>,
}

#[expect(clippy::too_many_arguments, reason = "one principal of a loop over all of them")]
fn one<'a>(
    judge: &mut Judge<'_>,
    input: &'a Input,
    assets: &Assets,
    grants: &[&'a Grant],
    principals: &Principals<'a>,
    refusals: &Refusals<'a>,
    allow: &AllowList,
    whole: &mut Whole<'a>,
) {
    let grant = grants[0];
    let mut documents: Vec<_> = grants
        .iter()
        .filter_map(|grant| match &grant.policy {
            GrantedPolicy::Document(document) => Some(document),
            GrantedPolicy::Managed(_) => None,
        })
        .collect();
    whole.judged += 1;
    let receiver = principals.receiver(grant);
    let boundary = receiver.map_or(Boundary::None, |principal| Boundary::of(&principal.boundary, principals));
    let refused = refusals.to(grant);
    if boundary == Boundary::All || refused.iter().any(|(_, refusal)| matches!(refusal, Refusal::All)) {
        return;
    }
    if grants.iter().any(|grant| is_of_aws(grant, &ADMINISTRATORS)) && matches!(boundary, Boundary::None) {
        whole.administrators.push(grant);
        return;
    }
    whole.managed.extend(grants.iter().filter(|grant| is_of_aws(grant, &POWERFUL)));
    if documents.is_empty() {
        return;
    }
    documents.extend(refused.iter().filter_map(|(address, refusal)| match refusal {
        Refusal::Document(document) if *address != grant.id.address => Some(document),
        _ => None,
    }));
    let holder = Holder::new(input, &grant.to, receiver, documents);
    let (offence, doubt) = match holder.power(assets, &boundary) {
        Power::Harmless => return,
        Power::Full => return whole.administrators.push(grant),
        Power::Some(offence) => (offence, None),
        Power::Maybe(offence, causes) => {
            let unmade = causes.iter().all(|cause| cause.kind == CauseKind::AfterApply);
            if unmade && offence.statement.is_none() {
                return whole.unmade.push(grant);
            }
            (offence, Some(causes))
        }
    };
    match allow.names(grant, receiver) {
        Truth::True => whole.allowed.push(grant),
        Truth::Unknown(causes) => {
            let causes = doubt.map_or_else(|| causes.clone(), |doubt| doubt.and(causes.clone()));
            offend(judge, grant, holder_of_statement(input, grants, &offence), &holder, &offence, Some(causes), whole);
        }
        Truth::False => {
            offend(judge, grant, holder_of_statement(input, grants, &offence), &holder, &offence, doubt, whole)
        }
    }
}

/// AWS's policy for administrators.
const ADMINISTRATORS: [&str; 1] = ["AdministratorAccess"];

/// AWS's policies that let their holders stop or redirect a trail.
const POWERFUL: [&str; 4] =
    ["AdministratorAccess", "PowerUserAccess", "AWSCloudTrail_FullAccess", "AWSCloudTrailFullAccess"];

/// Whether the attachment is certainly of one of these policies of AWS.
fn is_of_aws(grant: &Grant, names: &[&str]) -> bool {
    let GrantedPolicy::Managed(policy) = &grant.policy else { return false };
    let function = Truth::known(grant.to.kind == PrincipalKind::Function);
    let is = |name: &&str, policy: &Text| {
        Text::from(format!("arn:*:iam::aws:policy/{name}").as_str()).matches(policy)
            | (function.clone() & policy.same(&Text::from(*name)))
    };
    policy.satisfies(|policy| Truth::any(names.iter().map(|name| is(name, policy)))) == Truth::True
}

/// The resource whose policy holds the statement: a managed policy, or what attaches the policy.
fn holder_of_statement<'g>(input: &'g Input, grants: &[&'g Grant], offence: &Offence<'_>) -> &'g str {
    let Some((wanted, _)) = offence.statement else { return &grants[0].by.shown };
    let holds = |document: &Attr<Document>| {
        document.possible().flat_map(|document| &document.statements).any(|own| own.at == wanted.at)
    };
    let managed = input.managed_policies.iter().find(|policy| holds(&policy.document)).map(|policy| &policy.id);
    let by_grant = || {
        let held = |grant: &&&Grant| matches!(&grant.policy, GrantedPolicy::Document(document) if holds(document));
        grants.iter().find(held).unwrap_or(&grants[0])
    };
    managed.map_or_else(|| by_grant().by.shown.as_str(), |id| id.shown.as_str())
}

fn offend(
    judge: &mut Judge<'_>,
    grant: &Grant,
    by: &str,
    holder: &Holder<'_>,
    offence: &Offence<'_>,
    doubt: Option<Causes>,
    whole: &mut Whole<'_>,
) {
    whole.found += 1;
    let (action, asset) = (offence.action, offence.asset);
    let who = format!("{} '{}'", grant.to.kind.noun(), grant.to.name);
    let statement = match offence.statement {
        Some((statement, number)) => match &statement.sid {
            Some(sid) if !sid.is_certainly_empty() => format!("the statement '{sid}'"),
            _ => format!("statement {number}"),
        },
        None => "a policy that cannot be read".to_owned(),
    };
    let (holds, fails) = if grant.id.kind == ResourceKind::Principal {
        ("is kept from tampering with the audit log".to_owned(), "can tamper with the audit log".to_owned())
    } else {
        (format!("keeps the {who} away from the audit log"), format!("lets the {who} tamper with the audit log"))
    };
    let narrow =
        if asset.any { "name the trails that are meant".to_owned() } else { format!("leave {} out", asset.shown) };
    let mut draft = judge
        .on(grant)
        .claim(holds, fails)
        .because(format!("{statement} of '{by}' allows '{}' on {}", action.name, asset.shown))
        .fault(format!("{who}: {}", action.name))
        .severity(match action.harm {
            Harm::Critical => Severity::Critical,
            Harm::High => Severity::High,
        })
        .related(format!("this is {}", asset.shown), &asset.at)
        .remedy(format!(
            "Take '{}' out of what {statement} of '{by}' allows: list the actions that are needed instead of a \
             wildcard, or {narrow} in 'Resource'. Name break-glass principals in the option 'allow'.",
            action.name
        ));
    if let Some((statement, _)) = offence.statement {
        let at = statement.action.as_ref().map_or(&statement.at, |clause| &clause.at);
        let written = statement.action.as_ref().map_or_else(String::new, |clause| {
            let items: Vec<_> = clause.items.iter().map(|(item, _)| item.to_string()).collect();
            format!("{}{}", if clause.negated { "all but " } else { "" }, items.join(", "))
        });
        let element = statement.action.as_ref().map_or("Action", |c| if c.negated { "NotAction" } else { "Action" });
        let wanted = format!("nothing that {}", action.effect);
        draft = draft.at(at).evidence(element, wanted, written, at);
    }
    match doubt {
        Some(causes) => draft.unknown(causes),
        None => draft.fail_with(offence.example.as_ref().map(|request| Witness::Request {
            principal: holder.shown(),
            action: action.name.clone(),
            resource: request.resource.to_string(),
            context: chosen(request, holder),
        })),
    }
}

impl Whole<'_> {
    fn finding(&self, judge: &mut Judge<'_>, input: &Input) {
        if self.found > 0 && self.administrators.is_empty() {
            return;
        }
        let claim = if self.found > 0 {
            "holds full administrators, who are not judged one by one"
        } else if self.administrators.is_empty() {
            "defines no policy that lets anybody tamper with the audit log"
        } else {
            "defines no policy that lets anybody but its full administrators tamper with the audit log"
        };
        let mut says = match self.administrators.len() {
            0 => "none allows anybody to stop, redirect or delete it".to_owned(),
            1 => "1 full administrator was counted".to_owned(),
            n => format!("{n} full administrators were counted"),
        };
        match self.managed.len() {
            0 => {}
            1 => says.push_str("; 1 attachment of a policy of AWS that does allow it was counted"),
            n => says.push_str(&format!("; {n} attachments of policies of AWS that do allow it were counted")),
        }
        let mut draft = judge.on_input(input).claim(claim, "").because(says);
        for (noun, grants) in [
            ("full administrator", &self.administrators),
            ("holder of a policy of AWS", &self.managed),
            ("named by 'allow'", &self.allowed),
            ("policy that is known after apply", &self.unmade),
        ] {
            for grant in grants {
                let who = format!("{} '{}'", grant.to.kind.noun(), grant.to.name);
                draft = draft.evidence(noun, "few, and known", who, &grant.at);
            }
        }
        for grant in &input.grants {
            if let GrantedPolicy::Managed(policy) = &grant.policy
                && !of_aws(policy)
            {
                let seen = policy.observed();
                draft = draft.evidence(policy.name.to_string(), "judged where it is defined", seen, &grant.at);
            }
        }
        match input.unread(&input.grants) {
            Some(causes) if self.found == 0 => draft.unknown(causes),
            _ if self.found == 0 && !self.unmade.is_empty() => {
                let names: Vec<_> = self.unmade.iter().map(|grant| format!("'{}'", grant.by.shown)).collect();
                let detail = format!("the plan does not tell the text of the policies of {}", names.join(", "));
                draft.not_applicable(CauseKind::AfterApply, detail)
            }
            _ if self.judged == 0 => draft
                .not_applicable(CauseKind::NoSubject, "it attaches no policy to a user, group, role or permission set"),
            _ => draft.pass(),
        }
    }
}

/// What the principal has to send: the keys of the request beyond those that say who it is.
fn chosen(request: &Request, holder: &Holder<'_>) -> Vec<(String, String)> {
    let fixed = |key: &str| holder.request.context.keys().any(|(own, _)| own.eq_ignore_ascii_case(key));
    let sent = request.context.keys().filter(|(key, _)| !fixed(key));
    sent.filter_map(|(key, held)| match held {
        Held::Values(values) => {
            let values: Vec<_> = values.iter().map(ToString::to_string).collect();
            Some((key.to_owned(), values.join(", ")))
        }
        _ => None,
    })
    .collect()
}

/// Whether an attached policy is certainly one of AWS.
fn of_aws(policy: &Attr<Text>) -> bool {
    policy.fold(|seen| match seen {
        Seen::Value(arn) => Text::from("arn:*:iam::aws:policy/*").matches(arn),
        Seen::Hidden(cause) | Seen::Unseen(cause) => cause.clone().into(),
        Seen::Absent => Truth::True,
    }) == Truth::True
}
