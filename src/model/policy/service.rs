//! The requests that CloudTrail makes for a trail, and how a request is told to a reader.

use super::{Context, Document, Held, Request, STRANGER, Statement};
use crate::model::arn::Text;
use crate::model::trail::Trail;
use crate::truth::{Cause, CauseKind};

use super::Caller;

/// CloudTrail's service principal, in every partition.
pub const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// How to name the trail for which CloudTrail may act, as a remedy says it. The policy is made before the trail.
pub const SOURCE: &str = "the trail's ARN as 'aws:SourceArn' (written out from the trail's name: a reference to the \
                          trail would be circular) or its account as 'aws:SourceAccount'";

/// What CloudTrail asks for on behalf of a trail.
pub fn for_trail(trail: &Trail, action: &str, resource: &Text) -> Request {
    let cause = Cause::new(CauseKind::Unsupported, "AWS does not tell what CloudTrail sends");
    let context = Context::with_rest(Held::Unknown(cause))
        .with("aws:SourceArn", Held::Values(vec![trail.arn.clone()]))
        .with("aws:SourceAccount", Held::Values(vec![trail.account.clone()]))
        .with("aws:PrincipalIsAWSService", Held::value("true"))
        .with("aws:PrincipalServiceName", Held::value(CLOUDTRAIL))
        .with("aws:SecureTransport", Held::value("true"));
    Request { caller: Caller::Service(CLOUDTRAIL.into()), action: action.into(), resource: resource.clone(), context }
}

/// What CloudTrail asks for on behalf of a trail of an account that the policy does not know.
pub fn for_stranger(document: &Document, action: &str, resource: &Text) -> Request {
    let like = format!("arn:aws:cloudtrail:us-east-1:{STRANGER}:trail/any");
    document.by_deputy(CLOUDTRAIL, &like, action, resource)
}

/// How sentences name a statement: by its id, else by its number, counted from 0.
pub fn number_or_sid(statement: &Statement, number: usize) -> String {
    match &statement.sid {
        Some(sid) if !sid.is_certainly_empty() => format!("the statement '{sid}'"),
        _ => format!("statement {}", number + 1),
    }
}
