//! Provider configurations: which account and Region a resource is in.
//! <https://developer.hashicorp.com/terraform/language/modules/develop/providers>

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::World;
use super::blocks::reference_name;
use super::instance::ModuleInstance;
use super::scope::Scope;
use crate::model::Tag;
use crate::model::arn::{Shape, Text, Var};
use crate::sources::terraform::instance::Provider;
use crate::sources::terraform::module::{Call, Layers, Resource};
use crate::sources::value::{Val, ValKind};
use crate::sources::{block, partition};
use crate::syntax::hcl::ExprKind;
use crate::truth::{Cause, CauseKind};

/// A provider configuration.
#[derive(Debug)]
pub(super) struct Account {
    pub provider: Provider,
}

/// What decides whose account a provider works in; a configuration with none of these uses the surroundings.
const CREDENTIALS: [&str; 6] =
    ["profile", "access_key", "shared_credentials_files", "shared_credentials_file", "shared_config_files", "token"];

impl<'t> World<'t> {
    /// The provider configuration of a resource.
    pub(super) fn provider_of(&self, module: &Rc<ModuleInstance<'t>>, resource: &Resource<'t>) -> Provider {
        match resource.body.expr("provider").map(|expr| (reference_name(expr), expr)) {
            Some((Some(name), _)) => self.account(module, &name).provider.clone(),
            // One of several configurations, by a key (OpenTofu).
            Some((None, expr)) => self.elsewhere(&format!("{}{}", module.address, self.source(expr))).provider,
            None => self.account(module, resource.kind.split('_').next().unwrap_or("aws")).provider.clone(),
        }
    }

    /// The provider configuration that a module knows by a name: `aws`, `aws.logs`.
    pub(super) fn account(&self, module: &Rc<ModuleInstance<'t>>, name: &str) -> Rc<Account> {
        let known = module.passed.get(name).cloned().or_else(|| module.accounts.borrow().get(name).cloned());
        if let Some(known) = known {
            return known;
        }
        let found = self.find_account(module, name);
        module.accounts.borrow_mut().insert(name.to_owned(), found.clone());
        found
    }

    fn find_account(&self, module: &Rc<ModuleInstance<'t>>, name: &str) -> Rc<Account> {
        let (local, alias) = match name.split_once('.') {
            Some((local, alias)) => (local, Some(alias.to_owned())),
            None => (name, None),
        };
        let own = module.module.providers.iter().find(|((known, a), _)| *known == local && *a == alias);
        if let Some((_, block)) = own {
            // An empty block inside a called module only says that one is passed.
            if module.parent.is_none() || !block.body.names().iter().all(|name| matches!(*name, "alias" | "version")) {
                return Rc::new(self.configured(module, name, &block.body));
            }
        }
        match &module.parent {
            // The default configuration is handed down; others only by `providers`.
            Some(parent) if alias.is_none() => self.account(&parent.module, name),
            Some(_) => Rc::new(self.elsewhere(&format!("{}.{name}", module.address))),
            None if alias.is_none() => Rc::new(self.surroundings()),
            None => Rc::new(self.elsewhere(name)),
        }
    }

    /// The configurations that a call passes, by the name inside the module.
    pub(super) fn passed(&self, outer: &Rc<ModuleInstance<'t>>, call: &Call<'t>) -> BTreeMap<String, Rc<Account>> {
        let Some(ExprKind::Object(entries)) = call.body.expr("providers").map(|expr| &expr.kind) else {
            return BTreeMap::new();
        };
        let entry = |(inside, outside): &(_, _)| {
            let account = match reference_name(outside) {
                Some(name) => self.account(outer, &name),
                None => Rc::new(self.elsewhere(&format!("{}{}", outer.address, self.source(outside)))),
            };
            Some((reference_name(inside)?, account))
        };
        entries.iter().filter_map(entry).collect()
    }

    /// The configuration that a `provider` block writes.
    fn configured(&self, module: &Rc<ModuleInstance<'t>>, name: &str, body: &Layers<'t>) -> Account {
        let scope = Scope::top(module);
        let read = |expr| {
            let val = super::choice::decide_all(self.eval(expr, &scope), &module.assumed);
            match &val.kind {
                ValKind::Text(text) if !text.is_certainly_empty() => Some(text.clone()),
                ValKind::Null | ValKind::Text(_) => None,
                _ => Some(self.unread(&val, module, name)),
            }
        };
        let region = body.expr("region").and_then(read);
        let partition = region.as_ref().and_then(Text::literal).map_or("aws", partition::of_region);
        let roles: Vec<Text> = ["assume_role", "assume_role_with_web_identity"]
            .iter()
            .flat_map(|kind| body.blocks(kind))
            .filter_map(|block| block.body.attribute("role_arn").and_then(|role| read(&role.value)))
            .collect();
        let allowed = body.expr("allowed_account_ids").map(|expr| self.eval(expr, &scope));
        let single = match allowed.as_ref().map(Val::items) {
            Some([only]) => only.text(),
            _ => None,
        };
        // The last role of a chain is the one that is worked with.
        let of_role =
            roles.last().and_then(|role| role.split(':').into_iter().nth(4)).filter(|id| !id.is_certainly_empty());
        let mut marks: Vec<String> = roles.iter().map(super::operators::key_of).collect();
        marks.extend(
            CREDENTIALS
                .iter()
                .filter_map(|name| body.expr(name))
                .filter(|expr| !matches!(expr.kind, ExprKind::Null))
                .map(|expr| read(expr).map_or_else(|| self.source(expr), |text| super::operators::key_of(&text))),
        );
        let account = single.or(of_role).unwrap_or_else(|| self.account_hole(&marks.join(" ")));
        let region = region.unwrap_or_else(|| self.region_hole());
        let default_tags = self.default_tags(module, body);
        Account { provider: Provider { account, region, partition, default_tags } }
    }

    /// The tags of `default_tags`.
    fn default_tags(&self, module: &Rc<ModuleInstance<'t>>, body: &Layers<'t>) -> Arc<[Tag]> {
        let blocks = self.blocks(&body.blocks("default_tags"), "default_tags", &Scope::top(module));
        let blocks = super::choice::decide_all(blocks, &module.assumed);
        match &blocks.kind {
            ValKind::List(items) => items.iter().filter_map(|item| item.get("tags")).flat_map(block::tags).collect(),
            _ => block::tags(&blocks).into(),
        }
    }

    /// Without any configuration: what the surroundings of the run say.
    fn surroundings(&self) -> Account {
        let region = self.region_hole();
        let partition = region.literal().map_or("aws", partition::of_region);
        let account = self.account_hole("");
        Account { provider: Provider { account, region, partition, default_tags: [].into() } }
    }

    /// A configuration that is not here.
    fn elsewhere(&self, name: &str) -> Account {
        let part = |what: &str, shape| {
            let cause = Cause::new(CauseKind::OutsideScope, format!("the provider '{name}' is configured elsewhere"));
            let shown = format!("the {what} of provider {name}");
            Text::from(Var { key: format!("{}#{what}:{name}", self.key).into(), shown: shown.into(), cause, shape })
        };
        let (account, region) = (part("account", Shape::Account), part("region", Shape::Name));
        let default_tags = [Tag { key: part("key of a tag", Shape::Any), value: part("tag", Shape::Any) }].into();
        Account { provider: Provider { account, region, partition: "aws", default_tags } }
    }

    /// The account of credentials; those that nothing names are the ones that `--account` is about.
    fn account_hole(&self, credentials: &str) -> Text {
        if credentials.is_empty()
            && let Some(account) = &self.settings.account
        {
            return account.clone();
        }
        let cause = Cause::new(CauseKind::OutsideScope, "the account is known when Terraform runs");
        let key = format!("{}#account:{credentials}", self.key).into();
        Var { key, shown: "the account id".into(), cause, shape: Shape::Account }.into()
    }

    fn region_hole(&self) -> Text {
        if let Some(region) = &self.settings.region {
            return region.clone();
        }
        let cause = Cause::new(CauseKind::OutsideScope, "the Region is known when Terraform runs");
        Var { key: format!("{}#region", self.key).into(), shown: "the Region".into(), cause, shape: Shape::Name }.into()
    }

    /// A setting of a provider that cannot be told.
    fn unread(&self, val: &Val, module: &Rc<ModuleInstance<'t>>, name: &str) -> Text {
        let cause = match &val.kind {
            ValKind::Unknown(cause) => cause.clone(),
            _ => Cause::new(CauseKind::Condition, format!("the configuration of provider '{name}' cannot be decided")),
        };
        let key = format!("{}#provider:{name}@{}", module.key, val.span.start).into();
        Var { key, shown: format!("a setting of provider {name}").into(), cause, shape: Shape::Any }.into()
    }
}
