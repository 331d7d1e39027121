//! Account, Region and partition of each provider configuration.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::address::Address;
use super::configuration::{Known, parse};
use super::text::{Configuration, Source, Variable};
use crate::model::Tag;
use crate::model::arn::{Shape, Text, Var};
use crate::sources::terraform::instance::{Instance, Provider};
use crate::truth::{Cause, CauseKind};

/// What was learnt of one provider configuration.
#[derive(Debug, Default)]
struct Seen {
    accounts: BTreeSet<String>,
    regions: BTreeSet<String>,
    partitions: BTreeSet<&'static str>,
    /// Whether it has `default_tags`. What is in them, a plan tells in the `tags_all` of each resource, if it is known.
    default_tags: bool,
}

/// What is known of all.
#[derive(Debug, Default)]
pub(in super::super) struct Providers {
    seen: BTreeMap<String, Seen>,
}

const PARTITIONS: [&str; 6] = ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-eusc"];

fn partition(name: &str) -> Option<&'static str> {
    PARTITIONS.into_iter().find(|known| *known == name)
}

/// The partition that a Region belongs to.
fn partition_of(region: &str) -> &'static str {
    let starts = |start: &str| region.starts_with(start);
    match () {
        () if starts("cn-") => "aws-cn",
        () if starts("us-gov-") => "aws-us-gov",
        () if starts("us-iso-") => "aws-iso",
        () if starts("us-isob-") => "aws-iso-b",
        () if starts("eusc-") => "aws-eusc",
        () => "aws",
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn literal(instance: &Instance, name: &str) -> Option<String> {
    instance.written(name)?.text()?.literal().filter(|text| !text.is_empty()).map(str::to_owned)
}

impl Providers {
    /// Learns from an instance of this provider configuration.
    pub(in super::super) fn learn(&mut self, provider: &str, instance: &Instance) {
        let seen = self.seen.entry(provider.to_owned()).or_default();
        match &*instance.kind {
            "aws_caller_identity" => seen.accounts.extend(literal(instance, "account_id").filter(|id| is_account(id))),
            "aws_partition" => seen.partitions.extend(literal(instance, "partition").and_then(|name| partition(&name))),
            "aws_region" => {
                // Provider 6 calls it `region`.
                let region = literal(instance, "region").or_else(|| literal(instance, "name"));
                seen.regions.extend(region.or_else(|| literal(instance, "id")));
            }
            // The topic of a policy may belong to somebody else.
            "aws_sns_topic_policy" => {}
            _ if instance.data => {}
            _ => {
                let Some(arn) = literal(instance, "arn") else { return };
                let parts: Vec<&str> = arn.splitn(6, ':').collect();
                let [_, name, _, region, account, _] = parts[..] else { return };
                seen.partitions.extend(partition(name));
                seen.accounts.extend(is_account(account).then(|| account.to_owned()));
                if !region.is_empty() && literal(instance, "region").is_none_or(|own| own == region) {
                    seen.regions.insert(region.to_owned());
                }
            }
        }
    }

    /// Learns from the provider configurations themselves.
    pub(super) fn configured(
        &mut self,
        plan: &Known<'_>,
        configuration: &Configuration<'_>,
        variables: &Variables<'_>,
    ) {
        for (key, config) in &configuration.provider_config {
            if config.name != "aws" {
                continue;
            }
            let expressions = config.expressions.map_or(Value::Null, parse);
            let seen = self.seen.entry(key.to_string()).or_default();
            if seen.regions.is_empty() {
                seen.regions.extend(variables.value(plan, expressions.get("region")));
            }
            seen.default_tags = expressions.get("default_tags").is_some();
            let role = expressions.get("assume_role").and_then(|blocks| blocks.get(0)?.get("role_arn"));
            let role = variables.value(plan, role);
            let of_role = role.as_deref().and_then(|arn| arn.split(':').nth(4)).map(str::to_owned);
            if let Some(account) = of_role.filter(|account| is_account(account)) {
                seen.accounts = BTreeSet::from([account]);
            }
        }
        // Without credentials of their own all configurations are of one account.
        let own = |key: &str| {
            let config = configuration.provider_config.get(key);
            let expressions = config.and_then(|config| config.expressions).map_or(Value::Null, parse);
            ["assume_role", "assume_role_with_web_identity", "profile", "access_key", "shared_credentials_files"]
                .iter()
                .any(|name| expressions.get(name).is_some())
        };
        let shared: Vec<String> = configuration
            .provider_config
            .iter()
            .filter(|(key, c)| c.name == "aws" && !own(key))
            .map(|(key, _)| key.to_string())
            .collect();
        let accounts: BTreeSet<String> =
            shared.iter().filter_map(|key| self.seen.get(key)).flat_map(|seen| seen.accounts.clone()).collect();
        if accounts.len() == 1 {
            for key in &shared {
                self.seen.entry(key.clone()).or_default().accounts.clone_from(&accounts);
            }
        }
    }

    /// What is known of a provider configuration. `input` makes the holes its own.
    pub(in super::super) fn provider(&self, key: &str, input: &str) -> Provider {
        let seen = self.seen.get(key);
        let only = |texts: Option<&BTreeSet<String>>| match texts {
            Some(texts) if texts.len() == 1 => texts.first().map(|text| Text::from(text.as_str())),
            _ => None,
        };
        let hole = |what: &str, shape| {
            let cause =
                Cause::new(CauseKind::NotCollected, format!("nothing tells the {what} of the provider '{key}'"));
            Text::from(Var { key: format!("{input}#provider:{key}#{what}").into(), shown: what.into(), cause, shape })
        };
        let account = only(seen.map(|s| &s.accounts)).unwrap_or_else(|| hole("account", Shape::Account));
        let region = only(seen.map(|s| &s.regions)).unwrap_or_else(|| hole("Region", Shape::Name));
        let partition = match (seen.and_then(|s| s.partitions.first()), region.literal()) {
            (Some(partition), _) => partition,
            (None, Some(region)) => partition_of(region),
            (None, None) => "aws",
        };
        let unknown = || Tag { key: hole("tags", Shape::Any), value: hole("tags", Shape::Any) };
        let default_tags = seen.filter(|seen| seen.default_tags).map(|_| unknown()).into_iter().collect();
        Provider { account, region, partition, default_tags }
    }
}

/// The values of the root module's variables.
pub(super) struct Variables<'v> {
    pub source: Source<'v>,
    pub values: &'v BTreeMap<std::borrow::Cow<'v, str>, Variable<'v>>,
}

impl Variables<'_> {
    /// All values, in the syntax of `terraform.tfvars.json`.
    pub fn file(&self) -> String {
        let one = |(name, variable): (&std::borrow::Cow<'_, str>, &Variable<'_>)| {
            Some(format!("{}:{}", serde_json::Value::from(name.as_ref()), variable.value?.get()))
        };
        format!("{{{}}}", self.values.iter().filter_map(one).collect::<Vec<_>>().join(","))
    }

    /// The string that an expression of the root module is: a constant, or a variable without anything around it.
    /// Sensitive variables are not read.
    fn value(&self, plan: &Known<'_>, expression: Option<&Value>) -> Option<String> {
        let expression = expression?;
        if let Some(constant) = expression.get("constant_value") {
            return constant.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        }
        let references = super::configuration::references(expression);
        let [only] = references.as_slice() else { return None };
        let name = only.strip_prefix("var.")?;
        let sensitive = plan.module(&[])?.variables.get(name).is_some_and(|variable| variable.sensitive);
        let value = self.values.get(name)?.value.filter(|_| !sensitive)?;
        self.source.string(value).filter(|text| is_region(text))
    }
}

/// Whether a text can be a Region: what a variable gives may be a part of the expression only.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() >= 3
        && parts.last().is_some_and(|last| !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()))
        && parts.iter().rev().skip(1).all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// The provider configuration of an instance.
pub(super) fn key(known: &Known<'_>, address: &Address) -> String {
    known.provider(&address.bare()).unwrap_or("aws").to_owned()
}
