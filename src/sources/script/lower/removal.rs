//! Calls that take something away from an audit trail.

use std::sync::Arc;

use super::{Cx, bare, option};
use crate::model::Identity;
use crate::model::arn::Text;
use crate::model::attr::{Origin, Value};
use crate::model::change::{Loss, Part, PlanChange, Setting};
use crate::source_map::Span;
use crate::sources::block::boolean;
use crate::sources::script::arguments::Command;
use crate::sources::uses::bucket_name;
use crate::sources::value::{Val, ValKind};
use crate::truth::Truth;

/// Switches of `update-trail` that protect, and what is lost without them.
const SWITCHES: [(&str, Setting); 4] = [
    ("--is-multi-region-trail", Setting::MultiRegion),
    ("--enable-log-file-validation", Setting::Validation),
    ("--is-organization-trail", Setting::Organization),
    ("--include-global-service-events", Setting::GlobalServices),
];

/// Options of `update-trail` that protect unless their value is empty.
const VALUES: [(&str, Setting); 2] =
    [("--kms-key-id", Setting::Encryption), ("--cloud-watch-logs-log-group-arn", Setting::CloudWatchLogs)];

/// What a call of `aws cloudtrail` takes away by its name alone.
pub fn of_trail(id: &Identity, command: &str) -> Option<PlanChange> {
    let loss = match command {
        "stop-logging" => Loss::Weakened(Setting::Logging),
        "delete-trail" => Loss::Deleted(Part::Trail),
        _ => return None,
    };
    Some(PlanChange {
        id: id.clone(),
        loss,
        certain: Truth::True,
        attribute: command.into(),
        before: String::new(),
        after: String::new(),
        at: id.at.clone(),
        used: true,
        names: Vec::new(),
        lost: None,
    })
}

impl Cx<'_> {
    pub(super) fn removal(&mut self, command: &Command) {
        let options = command.options(self.files);
        let header = command.header();
        match (command.service.as_str(), command.name.as_str()) {
            ("cloudtrail", name @ ("stop-logging" | "delete-trail")) => {
                let change = of_trail(&self.of_command(command), name);
                self.input.changes.items.extend(change);
            }
            ("cloudtrail", "update-trail") => self.weakened(command, &options),
            ("s3api", "delete-bucket") | ("s3", "rb") => {
                let named = match command.service.as_str() {
                    "s3" => command.operand().map(|operand| operand.text.clone()),
                    _ => option(&options, "--bucket"),
                };
                self.loss(command, Loss::Deleted(Part::Bucket), &command.name, header, Some(named));
            }
            ("s3api", "delete-bucket-policy") => {
                let named = option(&options, "--bucket");
                self.loss(command, Loss::Deleted(Part::Policy), &command.name, header, Some(named));
            }
            ("s3api", "delete-public-access-block") => {
                let named = option(&options, "--bucket");
                self.loss(command, Loss::Deleted(Part::PublicAccessBlock), &command.name, header, Some(named));
            }
            ("s3api", "put-public-access-block") => {
                let named = option(&options, "--bucket");
                let field = options.field("--public-access-block-configuration");
                if let Some(field) = field.filter(|field| is_all_off(&field.value)) {
                    let lost = Loss::Weakened(Setting::PublicAccess);
                    self.loss(command, lost, "--public-access-block-configuration", field.span(), Some(named));
                }
            }
            ("s3api", "put-bucket-versioning") => {
                let configuration = options.get("--versioning-configuration");
                let status = configuration.and_then(|val| val.field("Status"));
                let named = option(&options, "--bucket");
                if let Some(field) = status.filter(|field| is(&field.value, "Suspended")) {
                    let lost = Loss::Weakened(Setting::Versioning);
                    self.loss(command, lost, "--versioning-configuration", field.span(), Some(named.clone()));
                }
                let delete = configuration.and_then(|val| val.field("MFADelete"));
                if let Some(field) = delete.filter(|field| is(&field.value, "Disabled")) {
                    let lost = Loss::Weakened(Setting::MfaDelete);
                    self.loss(command, lost, "--versioning-configuration", field.span(), Some(named));
                }
            }
            ("kms", "disable-key") => {
                let named = option(&options, "--key-id");
                self.loss(command, Loss::Weakened(Setting::KeyEnabled), "disable-key", header, Some(named));
            }
            ("kms", "schedule-key-deletion") => {
                let named = option(&options, "--key-id");
                self.loss(command, Loss::Deleted(Part::Key), &command.name, header, Some(named));
            }
            _ => {}
        }
    }

    fn weakened(&mut self, command: &Command, options: &Val) {
        for (option, setting) in SWITCHES {
            let field = options.field(option).filter(|field| field.value.kind == ValKind::Bool(false));
            if let Some(field) = field {
                self.loss(command, Loss::Weakened(setting), option, field.span(), None);
            }
        }
        for (option, setting) in VALUES {
            let empty = |val: &Val| val.text().is_some_and(|text| text.is_certainly_empty());
            if let Some(field) = options.field(option).filter(|field| empty(&field.value)) {
                self.loss(command, Loss::Weakened(setting), option, field.span(), None);
            }
        }
    }

    /// Notes a loss: of a trail for certain, of what `named` says only if a trail of the scan uses it.
    fn loss(&mut self, command: &Command, loss: Loss, attribute: &str, at: Span, named: Option<Option<Text>>) {
        let names: Vec<Text> = match &named {
            None => Vec::new(),
            Some(Some(name)) => vec![bucket_name(&bare(name, ":key/")), name.clone()],
            Some(None) => return,
        };
        let change = PlanChange {
            id: self.of_command(command),
            loss,
            certain: Truth::True,
            attribute: Arc::from(attribute),
            before: String::new(),
            after: String::new(),
            at: Origin::Text(at),
            used: named.is_none(),
            names,
            lost: None,
        };
        self.input.changes.items.push(change);
    }
}

/// Whether all four settings that keep the public out are written as off.
fn is_all_off(block: &Val) -> bool {
    let four = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];
    four.iter().all(|key| block.get(key).is_some_and(|val| boolean(val) == Value::Known(false)))
}

fn is(val: &Val, wanted: &str) -> bool {
    val.text().is_some_and(|text| text.literal() == Some(wanted))
}
