//! Who may stop, redirect or delete the audit log through policies of the input.

use std::collections::HashMap;

use crate::finding::allow::AllowList;
use crate::finding::{Judge, Severity, Witness};
use crate::model::arn::Text;
use crate::model::attr::{Attr, Seen};
use crate::model::policy::Document;
use crate::model::policy::assets::Assets;
use crate::model::policy::tampering::{Boundary, Harm, Holder, Offence, Power};
use crate::model::policy::{Held, Request};
use crate::model::principal::{Grant, GrantedPolicy, PrincipalKind, Principals};
use crate::model::{Estate, Input, ResourceKind};
use crate::truth::{CauseKind, Causes, Truth};

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    let allow = AllowList::new(judge.options());
    let assets = Assets::of(estate);
    for input in &estate.inputs {
        let principals = Principals::of(input);
        let mut whole = Whole::default();
        for grants in by_principal(input) {
            one(judge, input, &assets, &grants, &principals, &allow, &mut whole);
        }
        whole.finding(judge, input);
    }
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

/// What is said about the input as a whole.
#[derive(Default)]
struct Whole<'a> {
    judged: usize,
    found: usize,
    administrators: Vec<&'a Grant>,
    allowed: Vec<&'a Grant>,
}

fn one<'a>(
    judge: &mut Judge<'_>,
    input: &'a Input,
    assets: &'a Assets,
    grants: &[&'a Grant],
    principals: &Principals<'a>,
    allow: &AllowList,
    whole: &mut Whole<'a>,
) {
    let grant = grants[0];
    let documents: Vec<_> = grants
        .iter()
        .filter_map(|grant| match &grant.policy {
            GrantedPolicy::Document(document) => Some(document),
            GrantedPolicy::Managed(_) => None,
        })
        .collect();
    whole.judged += 1;
    let receiver = principals.receiver(grant);
    let boundary = receiver.map_or(Boundary::None, |principal| Boundary::of(&principal.boundary, principals));
    if grants.iter().any(|grant| is_administrator(grant)) && matches!(boundary, Boundary::None) {
        whole.administrators.push(grant);
        return;
    }
    if documents.is_empty() {
        return;
    }
    let holder = Holder::new(input, &grant.to, receiver, documents);
    let (offence, doubt) = match holder.power(assets, &boundary) {
        Power::Harmless => return,
        Power::Full => return whole.administrators.push(grant),
        Power::Some(offence) => (offence, None),
        Power::Maybe(offence, causes) => (offence, Some(causes)),
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

/// Whether the attachment is of the AWS managed policy of administrators.
fn is_administrator(grant: &Grant) -> bool {
    let GrantedPolicy::Managed(policy) = &grant.policy else { return false };
    let named = |policy: &Text| Text::from("arn:*:iam::aws:policy/AdministratorAccess").matches(policy);
    let bare = |policy: &Text| {
        Truth::known(grant.to.kind == PrincipalKind::Function) & policy.same(&Text::from("AdministratorAccess"))
    };
    policy.satisfies(|policy| named(policy) | bare(policy)) == Truth::True
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
        let mut draft = judge.on_input(input).claim(claim, "").because(match self.administrators.len() {
            0 => "none allows anybody to stop, redirect or delete it".to_owned(),
            1 => "1 full administrator was counted".to_owned(),
            n => format!("{n} full administrators were counted"),
        });
        for (noun, grants) in [("full administrator", &self.administrators), ("named by 'allow'", &self.allowed)] {
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
