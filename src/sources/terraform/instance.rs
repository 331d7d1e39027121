//! One instance of a resource or data source, as every form of Terraform gives it.

use std::sync::Arc;

use super::attributes::Arguments;
use crate::model::arn::Text;
use crate::model::{Existence, Tag};
use crate::source_map::Span;
use crate::sources::value::{Val, ValKind};

/// The provider configuration that a resource uses: it decides account, Region and partition.
#[derive(Clone, Debug)]
pub struct Provider {
    /// The account; a hole when it is not known. All resources of one provider configuration share the hole.
    pub account: Text,
    /// The Region; likewise.
    pub region: Text,
    /// `aws` when nothing says otherwise.
    pub partition: &'static str,
    /// The tags that it gives all its resources. A tag whose key is a hole stands for those that are not known.
    pub default_tags: Arc<[Tag]>,
}

/// One instance of a resource or data source.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Whether it is a data source.
    pub data: bool,
    /// The resource type: `aws_cloudtrail`.
    pub kind: Box<str>,
    /// The address without instance keys, with the module path: `module.audit.aws_cloudtrail.this`.
    pub address: String,
    /// The address with instance keys: `module.audit[0].aws_cloudtrail.this["eu"]`; equal to `address` when there are
    /// none. A key that cannot be known stands as `[?]`.
    pub instance: String,
    /// What makes its unknown names its own within a scan: the input and the instance address.
    pub key: String,
    /// Where attributes point that are not written: the block's header in a `.tf` file, the address in a plan.
    pub header: Span,
    /// The headers of the `module` blocks that it was reached through, outermost first.
    pub calls: Vec<Span>,
    /// Whether it exists: `count` and `for_each` that cannot be decided make it a maybe.
    pub existence: Existence,
    /// Account, Region and partition.
    pub provider: Provider,
    /// Its arguments, evaluated, as a mapping. A nested block is a list of mappings under the block's type, as in a plan,
    /// also where only one may stand. What is not written, or null, is left out or is null. What is written and cannot be
    /// known is [`ValKind::Unknown`] or a text with holes, never left out. `dynamic` blocks are expanded.
    /// A plan or state also holds what the provider computed, where that is known.
    pub body: Val,
}

impl Instance {
    /// The argument or computed attribute of this name, if it is in the body and not null.
    pub fn written(&self, name: &str) -> Option<&Val> {
        self.body.get(name).filter(|val| val.kind != ValKind::Null)
    }
}

impl Arguments for Instance {
    fn kind(&self) -> &str {
        &self.kind
    }

    fn is_data(&self) -> bool {
        self.data
    }

    fn key(&self) -> &str {
        &self.key
    }

    fn shown(&self) -> &str {
        &self.instance
    }

    fn argument(&self, name: &str) -> Option<Val> {
        self.written(name).cloned()
    }

    fn provider(&self) -> &Provider {
        &self.provider
    }
}
