//! Whether each delivery of log files is announced, by a topic that only this account's trails can use.

use crate::finding::{Draft, Judge};
use crate::model::arn::Text;
use crate::model::attr::Seen;
use crate::model::policy::{Document, Reach, service};
use crate::model::topic::TopicPolicy;
use crate::model::trail::Trail;
use crate::model::{Estate, outside};
use crate::truth::{Cause, CauseKind, Truth};

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for trail in estate.own_trails() {
        let topic = &trail.topic;
        let name = &topic.name;
        let given = topic.given();
        let published = over_policies(estate, trail, &|document, arn| {
            document.allows_for(trail, &service::for_trail(trail, "sns:Publish", arn))
        });
        let scoped = over_policies(estate, trail, &|document, arn| {
            !document.reach(&service::for_stranger(document, "sns:Publish", arn)).truth
        });
        // Whoever can publish can announce files that are none.
        let closed = over_policies(estate, trail, &|document, arn| {
            let asked = [document.by_anybody("sns:Publish", arn), document.by_stranger("sns:Publish", arn)];
            !Reach::any(asked.iter().map(|request| document.reach(request))).truth
        });
        let draft = judge
            .on(trail)
            .claim("announces its log files on a topic of its own", "does not announce its log files")
            .looks_at(topic, "a topic whose policy is scoped to the trail");
        let scope = format!(
            "Limit what the topic's policy allows to 'cloudtrail.amazonaws.com' by a 'Condition': 'StringEquals' with \
             {}.",
            service::SOURCE
        );
        match (&given, &published, &(scoped.clone() & closed.clone())) {
            (Truth::False, ..) => draft
                .because(match topic.written() {
                    Truth::True => format!("'{name}' is empty"),
                    _ => topic.says(),
                })
                .remedy(format!(
                    "Set '{name}' to a topic whose policy allows 'sns:Publish' to 'cloudtrail.amazonaws.com', \
                     limited by {}.",
                    service::SOURCE
                ))
                .fail(),
            (_, Truth::False, _) => with_policies(draft, estate, trail)
                .because("the topic's policy does not allow 'sns:Publish' to 'cloudtrail.amazonaws.com' for the trail")
                .fault("publish")
                .remedy(format!("Allow 'sns:Publish' to 'cloudtrail.amazonaws.com' in the topic's policy. {scope}"))
                .fail(),
            (_, _, Truth::False) if scoped != Truth::False => with_policies(draft, estate, trail)
                .claim("", "announces its log files on a topic that strangers can use")
                .because("the topic's policy allows 'sns:Publish' to people of any account")
                .fault("open")
                .remedy(
                    "Name the principals that may publish in the topic's policy, or limit the statement by a \
                     'Condition' on 'aws:PrincipalOrgID' or 'AWS:SourceOwner'.",
                )
                .fail(),
            (_, _, Truth::False) => with_policies(draft, estate, trail)
                .claim("", "announces its log files on a topic that trails of other accounts can use")
                .because(
                    "the topic's policy allows 'sns:Publish' to 'cloudtrail.amazonaws.com' without asking for which \
                     trail",
                )
                .fault("scope")
                .remedy(scope)
                .fail(),
            _ => draft.rule(given & published & scoped & closed),
        }
    }
}

/// Judges the policies of the trail's topic. Unknown while none is in the estate; true where no topic is set, which is
/// another rule's business.
fn over_policies(estate: &Estate, trail: &Trail, rule: &dyn Fn(&Document, &Text) -> Truth) -> Truth {
    trail.topic.fold(|seen| match seen {
        Seen::Absent => Truth::True,
        Seen::Hidden(cause) | Seen::Unseen(cause) => cause.clone().into(),
        Seen::Value(topic) if topic.is_certainly_empty() => Truth::True,
        Seen::Value(topic) => {
            let arn = topic_arn(estate, trail, topic);
            let mut policies = policies(estate, &arn).peekable();
            if policies.peek().is_none() {
                return Cause::new(CauseKind::OutsideScope, outside("policy of the topic", topic)).into();
            }
            Truth::all(policies.map(|policy| policy.document.satisfies(|document| rule(document, &arn))))
        }
    })
}

/// The topic's ARN: trails take the ARN or, for a topic beside them, the name.
fn topic_arn(estate: &Estate, trail: &Trail, topic: &Text) -> Text {
    let own = estate.input(trail.id.input);
    match own.topics.iter().find(|known| known.arn == *topic || known.name == *topic) {
        Some(known) => known.arn.clone(),
        None if topic.starts_with("arn:") == Truth::False => {
            Text::format("arn:aws:sns:{}:{}:{}", &[&trail.home_region, &trail.account, topic])
        }
        None => topic.clone(),
    }
}

fn policies<'a>(estate: &'a Estate, arn: &'a Text) -> impl Iterator<Item = &'a TopicPolicy> {
    estate
        .inputs
        .iter()
        .flat_map(|input| &input.topic_policies)
        .filter(move |policy| policy.topics.possible().flatten().any(|topic| topic == arn))
}

fn with_policies<'j, 'o>(mut draft: Draft<'j, 'o>, estate: &Estate, trail: &Trail) -> Draft<'j, 'o> {
    for topic in trail.topic.possible() {
        let arn = topic_arn(estate, trail, topic);
        for policy in policies(estate, &arn) {
            draft = draft.related("the topic's policy is here", &policy.document.at);
        }
    }
    draft
}
