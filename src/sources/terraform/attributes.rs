//! What a resource exports: the value of `aws_s3_bucket.logs.arn` and the like, whether written, computed or not known.
//!
//! A computed attribute is put together from arguments where the provider's documentation ("Attribute Reference" of
//! each resource) says how, so that everything that refers to a resource refers to it by equal texts.

use super::instance::Provider;
use super::policy_document;
use crate::model::arn::{Part, Shape, Text, Var};
use crate::source_map::Span;
use crate::sources::value::{Field, Val, ValKind};
use crate::truth::{Cause, CauseKind};

mod exports;
mod service_accounts;
#[cfg(test)]
mod tests;

use exports::{Export, export};

/// What must be known of an instance to tell its attributes. Arguments are asked for one by one, so that a form that
/// evaluates lazily evaluates no more than it must.
pub trait Arguments {
    /// The resource type: `aws_s3_bucket`.
    fn kind(&self) -> &str;
    /// Whether it is a data source.
    fn is_data(&self) -> bool;
    /// What makes its unknown names its own: [`super::instance::Instance::key`].
    fn key(&self) -> &str;
    /// Its address as people write it.
    fn shown(&self) -> &str;
    /// The argument (or attribute known from a plan or state) of this name; `None` when not written or null.
    fn argument(&self, name: &str) -> Option<Val>;
    /// Account, Region and partition.
    fn provider(&self) -> &Provider;
}

/// How deep attributes may be made from other attributes: `target_key_arn` from `target_key_id` and the like.
const MOST_STEPS: u8 = 6;

/// The attribute `name` of an instance, at the place of the reference.
pub fn attribute(of: &dyn Arguments, name: &str, span: Span) -> Val {
    Exporter { of, span }.value(name, MOST_STEPS)
}

/// As [`attribute`], for attributes that are strings.
pub fn text(of: &dyn Arguments, name: &str, span: Span) -> Text {
    let exporter = Exporter { of, span };
    exporter.text(name, MOST_STEPS)
}

/// A value that is known once the change is applied; equal for equal instances and names.
pub fn hole(of: &dyn Arguments, name: &str, shape: Shape) -> Text {
    let shown = format!("{}.{name}", of.shown());
    let cause = Cause::new(CauseKind::AfterApply, format!("'{shown}' is known after apply"));
    because(of, name, shape, cause)
}

/// A value that is not known, for a reason of its own; equal for equal instances and names.
pub fn because(of: &dyn Arguments, name: &str, shape: Shape, cause: Cause) -> Text {
    let shown = format!("{}.{name}", of.shown());
    Var { key: format!("{}#{name}", of.key()).into(), shown: shown.into(), cause, shape }.into()
}

/// The Region that a resource is in: its own argument (provider 6), what a state knows, or the provider's.
pub fn region(of: &dyn Arguments, span: Span) -> Text {
    Exporter { of, span }.region()
}

/// The account that a resource is in: of its ARN, where that is known, or the provider's.
pub fn account(of: &dyn Arguments, span: Span) -> Text {
    Exporter { of, span }.account()
}

/// One instance whose attributes are asked for.
struct Exporter<'a> {
    of: &'a dyn Arguments,
    span: Span,
}

impl Exporter<'_> {
    fn value(&self, name: &str, steps: u8) -> Val {
        let text = |text| Val { kind: ValKind::Text(text), span: self.span };
        if self.is_name(name) {
            return text(self.text(name, steps));
        }
        let rebuilt = self.of.kind() == "aws_iam_policy_document" && matches!(name, "json" | "minified_json");
        if let Some(mut val) = self.of.argument(name)
            // Its parts are known better than the whole.
            && !(rebuilt && val.text().is_none_or(|text| text.causes().is_some()))
        {
            val.span = self.span;
            return val;
        }
        match (self.of.kind(), name) {
            _ if rebuilt && self.of.is_data() => self.policy_document(),
            ("aws_organizations_organization", "roots") => self.roots(),
            _ => text(self.text(name, steps)),
        }
    }

    /// Whether an attribute is a name that others join by. Such a name is always a text: where it cannot be told what is
    /// written, it is a hole of the resource's own, so that all references to the resource stay equal.
    fn is_name(&self, name: &str) -> bool {
        exports::names(self.of.kind()).is_some_and(|names| names.name == name) && !self.of.is_data()
    }

    fn text(&self, name: &str, steps: u8) -> Text {
        if self.is_name(name) {
            return self.name(name);
        }
        match self.of.argument(name).map(|val| (val.text(), val.kind)) {
            Some((Some(text), _)) if !text.is_certainly_empty() => return text,
            // Written, and not known: a hole with the reason.
            Some((None, ValKind::Unknown(cause))) => return because(self.of, name, Shape::Any, cause),
            Some((None, ValKind::Choice { .. })) => {
                return because(self.of, name, Shape::Any, undecided(self.of, name));
            }
            _ => {}
        }
        let Some(rest) = steps.checked_sub(1) else { return hole(self.of, name, Shape::Any) };
        match export(self.of.kind(), self.of.is_data(), name) {
            Some(Export::Made(shape)) => hole(self.of, name, shape),
            Some(Export::Like(template)) => self.fill(template, rest),
            Some(Export::ServiceAccount(accounts)) => self.service_account(accounts, name),
            Some(Export::TargetKeyArn) => self.key_arn(self.text("target_key_id", rest)),
            Some(Export::ReplicaKeyId) => self.replica_key_id(),
            Some(Export::NamedPolicy) => self.named_policy(),
            None => hole(self.of, name, Shape::Any),
        }
    }

    /// The name of a resource: as written, else its prefix and what the provider makes up.
    fn name(&self, name: &str) -> Text {
        let written = match self.of.argument(name) {
            Some(val) => match (val.text(), &val.kind) {
                (Some(text), _) => Some(text),
                (None, ValKind::Unknown(cause)) => Some(because(self.of, name, Shape::Name, cause.clone())),
                (None, ValKind::Choice { .. }) => Some(because(self.of, name, Shape::Name, undecided(self.of, name))),
                _ => None,
            },
            None => None,
        };
        if let Some(text) = written.filter(|text| !text.is_certainly_empty()) {
            return text;
        }
        let made = hole(self.of, name, Shape::Generated);
        let prefix = exports::names(self.of.kind()).and_then(|names| names.prefix);
        match prefix.and_then(|prefix| self.of.argument(prefix)).and_then(|val| val.text()) {
            // Part of a name made up by the provider: with the same prefix still no other resource has it.
            Some(prefix) => Text::concat([&prefix, &made]),
            None => made,
        }
    }

    fn region(&self) -> Text {
        match self.of.argument("region").and_then(|val| val.text()) {
            Some(region) if !region.is_certainly_empty() => region,
            _ => self.in_own_arn(3).unwrap_or_else(|| self.of.provider().region.clone()),
        }
    }

    fn account(&self) -> Text {
        let known = self.in_own_arn(4).filter(|account| {
            account.literal().is_some_and(|id| id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()))
        });
        known.unwrap_or_else(|| self.of.provider().account.clone())
    }

    /// A piece of the resource's own ARN, where that is known: a state often does not tell the provider's Region or
    /// account, and never those of an alias.
    fn in_own_arn(&self, piece: usize) -> Option<Text> {
        if self.of.is_data() {
            return None;
        }
        let arn = self.of.argument("arn").and_then(|val| val.text())?;
        let piece = arn.literal()?.split(':').nth(piece)?;
        if piece.is_empty() { None } else { Some(piece.into()) }
    }

    /// A template with its `{…}` replaced: partition, Region and account of the provider, or other attributes.
    fn fill(&self, template: &str, steps: u8) -> Text {
        let mut result = Text::default();
        for (i, piece) in template.split('{').enumerate() {
            if i == 0 {
                result.push_str(piece);
                continue;
            }
            let (which, tail) = piece.split_once('}').unwrap_or(("", piece));
            match which {
                "partition" => result.push_str(self.of.provider().partition),
                "suffix" => result.push_str(exports::dns_suffix(self.of.provider().partition)),
                "region" => result.push(&self.region()),
                "account" => result.push(&self.account()),
                // The path of IAM is "/" unless it is written.
                "path" => match self.of.argument("path").and_then(|val| val.text()) {
                    Some(path) if !path.is_certainly_empty() => result.push(&path),
                    _ => result.push_str("/"),
                },
                other => result.push(&self.text(other, steps)),
            }
            result.push_str(tail);
        }
        result
    }

    fn service_account(&self, accounts: &[(&str, &str)], name: &str) -> Text {
        let region = self.region();
        let known = region.literal().and_then(|region| accounts.iter().find(|(known, _)| *known == region));
        let account = match known {
            Some((_, account)) => Text::from(*account),
            None => hole(self.of, "id", Shape::Account),
        };
        match name {
            "arn" => Text::format("arn:{}:iam::{}:root", &[&self.of.provider().partition.into(), &account]),
            _ => account,
        }
    }

    /// The ARN of the key with this id; an ARN stays as it is.
    fn key_arn(&self, key: Text) -> Text {
        if matches!(key.parts().first(), Some(Part::Lit(first)) if first.starts_with("arn:")) {
            return key;
        }
        let provider = self.of.provider();
        let parts = [&provider.partition.into(), &self.region(), &self.account(), &key];
        Text::format("arn:{}:kms:{}:{}:key/{}", &parts)
    }

    /// A replica has the id of its primary key.
    fn replica_key_id(&self) -> Text {
        let primary = self.of.argument("primary_key_arn").and_then(|val| val.text());
        let id = primary.and_then(|arn| crate::model::lookup::after_last(&arn, ":key/"));
        let id = id.map(|id| match id.parts() {
            [Part::Lit(first), rest @ ..] => {
                let mut bare = Text::from(first.strip_prefix("key/").unwrap_or(first));
                rest.iter().for_each(|part| match part {
                    Part::Lit(text) => bare.push_str(text),
                    Part::Var(var) => bare.push(&var.clone().into()),
                });
                bare
            }
            _ => id,
        });
        id.unwrap_or_else(|| hole(self.of, "key_id", Shape::Generated))
    }

    /// The ARN that the data source `aws_iam_policy` finds by name. The provider refuses a name that two policies have,
    /// so a name that AWS uses is the policy of AWS.
    fn named_policy(&self) -> Text {
        let name = self.of.argument("name").and_then(|val| val.text());
        let managed = name.as_ref().and_then(Text::literal).and_then(exports::managed_policy);
        match managed {
            Some(path) => Text::from(format!("arn:{}:iam::aws:policy/{path}", self.of.provider().partition).as_str()),
            None => hole(self.of, "arn", Shape::Any),
        }
    }

    /// The root of an organization, as `roots[0]` reads it.
    fn roots(&self) -> Val {
        let field = |key: &str, shape| Field {
            key: key.into(),
            key_span: self.span,
            value: Val { kind: ValKind::Text(hole(self.of, &format!("roots[0].{key}"), shape)), span: self.span },
        };
        let fields = vec![field("id", Shape::Generated), field("arn", Shape::Any), field("name", Shape::Any)];
        let root = Val { kind: ValKind::Map(fields), span: self.span };
        Val { kind: ValKind::List(vec![root]), span: self.span }
    }

    fn policy_document(&self) -> Val {
        let fields = policy_document::ARGUMENTS.iter().filter_map(|name| {
            let value = self.of.argument(name)?;
            Some(Field { key: (*name).into(), key_span: value.span, value })
        });
        let body = Val { kind: ValKind::Map(fields.collect()), span: self.span };
        policy_document::document(&body, self.span)
    }
}

fn undecided(of: &dyn Arguments, name: &str) -> Cause {
    Cause::new(CauseKind::Condition, format!("'{name}' of '{}' depends on what cannot be decided", of.shown()))
}
