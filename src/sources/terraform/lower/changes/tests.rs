//! What plans take away.

use serde_json::{Value, json};

use super::found;
use crate::model::arn::Text;
use crate::model::change::{Loss, Part, PlanChange, Setting};
use crate::model::event_selector::event;
use crate::model::{InputId, InputKind};
use crate::source_map::{FileId, Span};
use crate::sources::terraform::lower::RootInfo;
use crate::sources::terraform::plan;
use crate::truth::Truth;

const FILE: FileId = FileId(0);

fn change(address: &str, actions: &[&str], before: Value, after: Value) -> Value {
    let kind = address.split('.').next().expect("has a type");
    let change = json!({"actions": actions, "before": before, "after": after, "after_unknown": {}});
    json!({"address": address, "mode": "managed", "type": kind, "change": change})
}

fn losses(changes: &[Value]) -> Vec<PlanChange> {
    let text = json!({"format_version": "1.2", "resource_changes": changes}).to_string();
    let read = plan::instances(&plan::read(&text, FILE).expect("is a plan"), "in").expect("can be read");
    let at = Span::new(FILE, 0, 1);
    let root = RootInfo {
        kind: InputKind::TerraformPlan,
        path: "in".to_owned(),
        at,
        hidden: Vec::new(),
        unread: Vec::new(),
        provider: read.provider.clone(),
    };
    found(&read, &root, InputId(3))
}

fn trail(more: Value) -> Value {
    let mut trail = json!({"name": "main", "s3_bucket_name": "logs", "enable_logging": true, "kms_key_id": "alias/a"});
    let (trail_fields, more) = (trail.as_object_mut().expect("is an object"), more.as_object().expect("is an object"));
    trail_fields.extend(more.clone());
    trail
}

const TRAIL: &str = "aws_cloudtrail.main";

fn kinds(losses: &[PlanChange]) -> Vec<(&str, Loss, bool)> {
    losses.iter().map(|loss| (loss.id.instance(), loss.loss, loss.certain == Truth::True)).collect()
}

#[test]
fn a_replacement_keeps_protection_or_does_not() {
    let replaced = |after| losses(&[change(TRAIL, &["delete", "create"], trail(json!({})), trail(after))]);
    let (part, kept) = (Part::Trail, true);
    assert_eq!(kinds(&replaced(json!({"name": "other"}))), [(TRAIL, Loss::Replaced { part, kept }, true)]);
    let weaker =
        [(TRAIL, Loss::Weakened(Setting::Encryption), true), (TRAIL, Loss::Replaced { part, kept: false }, true)];
    assert_eq!(kinds(&replaced(json!({"kms_key_id": ""}))), weaker);
}

#[test]
fn what_a_bucket_still_shows_of_its_companion_is_past() {
    let bucket = |tags: Value| json!({"bucket": "logs", "versioning": [{"enabled": true}], "tags": tags});
    let versioning = json!({"bucket": "logs", "versioning_configuration": [{"status": "Enabled"}]});
    let gone = change("aws_s3_bucket_versioning.logs", &["delete"], versioning, Value::Null);
    let expected = [("aws_s3_bucket_versioning.logs", Loss::Deleted(Part::Versioning), true)];
    for (actions, tags) in [(["no-op"], json!(null)), (["update"], json!({"team": "audit"}))] {
        let found = losses(&[
            change(TRAIL, &["no-op"], trail(json!({})), trail(json!({}))),
            change("aws_s3_bucket.logs", &actions, bucket(json!(null)), bucket(tags)),
            gone.clone(),
        ]);
        assert_eq!(kinds(&found), expected, "{actions:?}");
    }
}

#[test]
fn what_is_forgotten_protects_on() {
    let versioning = json!({"bucket": "logs", "versioning_configuration": [{"status": "Enabled"}]});
    let found = losses(&[
        change(TRAIL, &["forget"], trail(json!({})), Value::Null),
        change("aws_s3_bucket.logs", &["no-op"], json!({"bucket": "logs"}), json!({"bucket": "logs"})),
        change("aws_s3_bucket_versioning.logs", &["forget"], versioning, Value::Null),
    ]);
    assert_eq!(kinds(&found), []);
}

#[test]
fn what_is_added_may_weaken_what_stays() {
    let rules = |bucket: &str| json!({"bucket": bucket, "rule": [{"id": "old", "status": "Enabled", "expiration": [{"days": 1}]}]});
    let with = |bucket: &str| {
        losses(&[
            change(TRAIL, &["no-op"], trail(json!({})), trail(json!({}))),
            change("aws_s3_bucket.logs", &["no-op"], json!({"bucket": "logs"}), json!({"bucket": "logs"})),
            change("aws_s3_bucket_lifecycle_configuration.new", &["create"], Value::Null, rules(bucket)),
        ])
    };
    assert_eq!(with("logs").len(), 1);
    assert_eq!(kinds(&with("other")), []);
}

#[test]
fn a_lost_event_was_recorded_and_is_not_any_more() {
    let selectors = |sources: Value| {
        json!({"advanced_event_selector": [{"field_selector": [
            {"field": "eventCategory", "equals": ["Management"]},
            {"field": "eventSource", "not_equals": sources}]}]})
    };
    let narrowed = |before: Value, after: Value| {
        losses(&[change(TRAIL, &["update"], trail(selectors(before)), trail(selectors(after)))])
    };
    let found = narrowed(json!(["rdsdata.amazonaws.com"]), json!(["rdsdata.amazonaws.com", "kms.amazonaws.com"]));
    let [loss] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(loss.loss, Loss::Weakened(Setting::Selectors));
    let lost = loss.lost.as_ref().expect("there is one");
    assert_eq!(lost.get(event::SOURCE), Some(&Text::from("kms.amazonaws.com")));
    // More is recorded, or the same in another order.
    assert_eq!(
        kinds(&narrowed(json!(["kms.amazonaws.com", "rdsdata.amazonaws.com"]), json!(["kms.amazonaws.com"]))),
        []
    );
    let turned =
        (json!(["kms.amazonaws.com", "rdsdata.amazonaws.com"]), json!(["rdsdata.amazonaws.com", "kms.amazonaws.com"]));
    assert_eq!(kinds(&narrowed(turned.0, turned.1)), []);
}

#[test]
fn buckets_that_no_trail_of_the_plan_uses_are_told_by_name() {
    let found = losses(&[change("aws_s3_bucket.other", &["delete"], json!({"bucket": "other"}), Value::Null)]);
    let [loss] = found.as_slice() else { panic!("{found:?}") };
    assert!(!loss.used);
    assert_eq!(loss.names, [Text::from("other")]);
    assert_eq!(loss.id.input, InputId(3));
}
