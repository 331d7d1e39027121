//! Statements for CloudTrail that do not say for whose trails it may act.

use super::{Excess, Judged, Rule, Weight};
use crate::model::arn::Text;
use crate::model::policy::s3::{CLOUDTRAIL, Power};
use crate::model::policy::{Caller, Condition, Held, PrincipalName, Reach, Request, STRANGER, instance};
use crate::truth::Truth;

impl<'d> Judged<'d, '_> {
    /// Whether the statement is for CloudTrail: it names the service, or everybody that acts for a source.
    pub(super) fn for_cloudtrail(&self) -> Truth {
        let service = Caller::Service(CLOUDTRAIL.into());
        let named = |name: &PrincipalName| matches!(name, PrincipalName::Service(_));
        let named = Truth::any(self.statement.named_principals().filter(|n| named(n)).map(|name| name.is(&service)));
        let sourced = self.statement.conditions.iter().any(|condition| condition.key.literal().is_some_and(is_service));
        named | (self.statement.names_everyone() & Truth::known(sourced))
    }

    pub(super) fn deputy(&self) -> Excess<'d> {
        let cloudtrail = self.for_cloudtrail();
        if cloudtrail == Truth::False {
            return self.excess(Rule::Deputy, Reach::NONE, Text::default());
        }
        let condition = self.statement.conditions.iter().find(|condition| is_source(condition));
        let strange = format!("arn:aws:cloudtrail:us-east-1:{STRANGER}:trail/any");
        let ask = self.document.by_deputy(CLOUDTRAIL, &strange, "", &Text::default());
        let make = |action: &str, resource: &Text| vec![ask.about(action, resource)];
        let reads = |power: Power| power == Power::Read;
        let mut reach = self.reach(|power| !reads(power), make);
        let writes = reach.truth != Truth::False;
        if reach.truth != Truth::True {
            reach = reach.or(self.reach(reads, make));
        }
        // Where no condition asks for the trail, any will do; a reader wants to see one.
        if let Some(request) = &mut reach.witness
            && !matches!(request.context.held("aws:SourceArn"), Held::Values(_))
        {
            request.context.set("aws:SourceArn", Held::value(strange.as_str()));
        }
        reach.truth = reach.truth & cloudtrail.clone();
        if reach.truth == Truth::False {
            return self.foreign(cloudtrail);
        }
        let weight = if writes { Weight::Full } else { Weight::Low };
        Excess { weight, condition, ..self.excess(Rule::Deputy, reach, Text::default()) }
    }

    /// Whether a condition names only accounts that are proven to be others than the trails', and one of them.
    fn foreign(&self, cloudtrail: Truth) -> Excess<'d> {
        if self.place.trails.is_empty() {
            return self.excess(Rule::Deputy, Reach::NONE, Text::default());
        }
        for condition in &self.statement.conditions {
            let key = condition.key.literal().unwrap_or_default();
            let negated = condition.operator.literal().is_none_or(|operator| operator.to_lowercase().contains("not"));
            if negated || condition.more.is_some() {
                continue;
            }
            let accounts: Vec<Text> = if key.eq_ignore_ascii_case("aws:SourceAccount") {
                condition.values.clone()
            } else if key.eq_ignore_ascii_case("aws:SourceArn") {
                condition.values.iter().filter_map(|value| value.split(':').get(4).cloned()).collect()
            } else {
                continue;
            };
            let Some(first) = accounts.first().cloned() else { continue };
            let own =
                |account: &Text| Truth::any(self.place.trails.iter().map(|trail| account.matches(&trail.account)));
            if accounts.len() == condition.values.len() && accounts.iter().all(|account| own(account) == Truth::False) {
                let source = if key.eq_ignore_ascii_case("aws:SourceArn") {
                    condition.values.first().map(instance)
                } else {
                    None
                };
                let source = source
                    .unwrap_or_else(|| Text::format("arn:aws:cloudtrail:us-east-1:{}:trail/any", &[&instance(&first)]));
                let witness = self.reach(|_| true, |action, resource| vec![self.by_trail(&source, action, resource)]);
                let reach = Reach { truth: cloudtrail, witness: witness.witness };
                let excess = self.excess(Rule::Deputy, reach, first);
                return Excess { weight: Weight::Medium, condition: Some(condition), ..excess };
            }
        }
        self.excess(Rule::Deputy, Reach::NONE, Text::default())
    }

    /// A request that CloudTrail makes for the trail of this ARN.
    fn by_trail(&self, source: &Text, action: &str, resource: &Text) -> Request {
        let mut request = self.by(&Caller::Service(CLOUDTRAIL.into()), action, resource);
        let account = source.split(':').get(4).cloned().unwrap_or_default();
        request.context.set("aws:SourceArn", Held::Values(vec![source.clone()]));
        request.context.set("aws:SourceAccount", Held::Values(vec![account]));
        request.context.set("aws:PrincipalServiceName", Held::value(CLOUDTRAIL));
        request
    }
}

/// Whether the condition asks for whom a service acts.
fn is_source(condition: &Condition) -> bool {
    condition.key.literal().is_some_and(|key| key.to_ascii_lowercase().starts_with("aws:source") && is_service(key))
}

/// Whether the key tells services, or those for whom they act, from others.
fn is_service(key: &str) -> bool {
    [
        "aws:SourceArn",
        "aws:SourceAccount",
        "aws:SourceOrgID",
        "aws:SourceOrgPaths",
        "aws:PrincipalServiceName",
        "aws:PrincipalServiceNamesList",
        "aws:PrincipalIsAWSService",
    ]
    .iter()
    .any(|known| key.eq_ignore_ascii_case(known))
}
