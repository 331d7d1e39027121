//! A missed event made fit for people: with nothing that does not matter, and with values that records have.

use super::{Asks, Expr, Json, Reading};

/// Values that records have, by field; the first that will do is taken.
const USUAL: [(&str, &[&str]); 9] = [
    ("eventType", &["AwsApiCall", "AwsConsoleSignIn", "AwsServiceEvent"]),
    ("eventName", &["StopLogging", "ConsoleLogin", "CreateAccessKey", "RunInstances"]),
    ("eventSource", &["ec2.amazonaws.com", "iam.amazonaws.com", "s3.amazonaws.com"]),
    ("errorCode", &["Client.UnauthorizedOperation", "AccessDenied", "AccessDeniedException"]),
    ("userIdentity.type", &["IAMUser", "AssumedRole", "Root"]),
    ("awsRegion", &["us-east-1", "eu-west-1", "ap-southeast-2"]),
    ("sourceIPAddress", &["192.0.2.10", "198.51.100.20"]),
    ("additionalEventData.MFAUsed", &["No"]),
    ("responseElements.ConsoleLogin", &["Success", "Failure"]),
];

/// Whether, however it is read, the pattern matches the event and no filter does.
fn is_missed(event: &[(String, Json)], filters: &[&Expr], pattern: &Expr) -> bool {
    let says = |expr: &Expr, wanted: bool| Reading::all().all(|r| expr.matches(event, r) == Some(wanted));
    says(pattern, true) && filters.iter().all(|filter| says(filter, false))
}

/// The event without the fields that matter neither to the pattern it fulfils nor to the filters that miss it, and with
/// usual values where they serve as well.
pub fn lean(mut event: Vec<(String, Json)>, filters: &[&Expr], pattern: &Expr) -> Vec<(String, Json)> {
    for at in (0..event.len()).rev() {
        let field = event.remove(at);
        if !is_missed(&event, filters, pattern) {
            event.insert(at, field);
        }
    }
    for at in 0..event.len() {
        let Some((_, usual)) = USUAL.iter().find(|(field, _)| *field == event[at].0) else { continue };
        let before = event[at].1.clone();
        let fits = usual.iter().any(|value| {
            event[at].1 = Json::String((*value).to_owned());
            is_missed(&event, filters, pattern)
        });
        if !fits {
            event[at].1 = before;
        }
    }
    decisive(&mut event, filters, pattern);
    event
}

/// How many values of filters are tried.
const MOST_VALUES: usize = 50;

/// Adds the fields for want of which a filter misses the event: with one of the filter's values there it would match.
fn decisive(event: &mut Vec<(String, Json)>, filters: &[&Expr], pattern: &Expr) {
    let mut asked = Vec::new();
    for filter in filters {
        values(filter, &mut asked);
    }
    for (field, wanted) in asked {
        if event.iter().any(|(known, _)| *known == *field) {
            continue;
        }
        event.push((field.to_owned(), Json::String(wanted)));
        let would_match = filters
            .iter()
            .any(|filter| Reading::all().next().is_some_and(|reading| filter.matches(event, reading) == Some(true)));
        event.pop();
        if !would_match {
            continue;
        }
        let usual = USUAL.iter().find(|(known, _)| *known == field).map_or(&["other"][..], |(_, usual)| usual);
        for value in usual {
            event.push((field.to_owned(), Json::String((*value).to_owned())));
            if is_missed(event, filters, pattern) {
                break;
            }
            event.pop();
        }
    }
    event.sort_by(|a, b| a.0.cmp(&b.0));
}

/// The fields that a pattern compares with a string, with that string.
fn values<'e>(expr: &'e Expr, found: &mut Vec<(&'e str, String)>) {
    match expr {
        Expr::All(parts) | Expr::Any(parts) => parts.iter().for_each(|part| values(part, found)),
        Expr::Test(test) => {
            if let Asks::Like(pattern, true) = &test.asks
                && found.len() < MOST_VALUES
                && let Some(text) = pattern.literal()
            {
                found.push((&test.field, text));
            }
        }
    }
}
