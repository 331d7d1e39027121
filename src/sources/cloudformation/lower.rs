//! From evaluated resources to the model.

use std::collections::HashSet;
use std::rc::Rc;

use super::eval::Scope;
use super::references;
use super::stack::{Resource, Stack, World, is_stack, nested_template};
use crate::model::arn::Text;
use crate::model::attr::Origin;
use crate::model::{Existence, Identity, Input, InputId, InputKind, ResourceKind};
use crate::source_map::Span;
use crate::sources::block::Block;
use crate::sources::grants;
use crate::sources::value::{Field, Val, ValKind};
use crate::syntax::{Kind, Node};
use crate::truth::{Cause, CauseKind, Causes, Truth};

mod iam;
mod monitoring;
mod organization;
mod storage;
mod trail;
mod user_data;
mod uses;

/// Lowers a root template with all that it nests.
pub(super) fn input<'t>(world: &World<'t>, stack: &Rc<Stack<'t>>, id: u32) -> Input {
    let template = stack.parsed.template;
    let top = template.root.entries().first().map_or(template.root.span, |entry| entry.key_span);
    let (account, region) = (stack.account(world.settings), stack.region(world.settings));
    let mut input =
        Input::new(InputId(id), InputKind::CloudFormation, template.path.clone(), Origin::Text(top), account, region);
    input.partition = stack.partition(world.settings);
    let mut hidden = Vec::new();
    walk(world, stack, &mut input, &mut hidden);
    grants::settle(&mut input);
    if let Some(causes) = hidden.into_iter().map(Causes::from).reduce(Causes::and) {
        input.incomplete(&Truth::Unknown(causes));
    }
    input
}

fn walk<'t>(world: &World<'t>, stack: &Rc<Stack<'t>>, input: &mut Input, hidden: &mut Vec<Cause>) {
    for resource in stack.resources(world) {
        let Some((scope, maybe)) = Scope::resource(world, stack, resource) else { continue };
        if is_stack(resource.kind) {
            match stack.child(world, resource) {
                Some(child) => walk(world, &child, input, hidden),
                None => hidden.push(not_nested(world, stack, resource)),
            }
            continue;
        }
        let maybe = stack.maybe.clone().or(maybe);
        let cx = Cx { world, stack, scope: &scope, resource, input: input.id, maybe };
        lower(&cx, input);
    }
    hidden.extend(stack.hidden.borrow().iter().cloned());
}

fn not_nested(world: &World<'_>, stack: &Stack<'_>, resource: &Resource<'_>) -> Cause {
    let detail = match nested_template(world, stack.parsed, resource) {
        Some(_) => format!("the nested stack '{}' is not followed", resource.id),
        None => format!("the template of the nested stack '{}' is not a local file of the scan", resource.id),
    };
    Cause::new(CauseKind::OutsideScope, detail)
}

fn lower(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    match cx.resource.kind {
        "AWS::CloudTrail::Trail" => trail::trail(cx, input),
        "AWS::CloudTrail::EventDataStore" => trail::event_data_store(cx, input),
        "AWS::S3::Bucket" => storage::bucket(cx, input),
        "AWS::S3::BucketPolicy" => storage::bucket_policy(cx, input),
        "AWS::KMS::Key" => storage::key(cx, input),
        "AWS::KMS::Alias" => storage::alias(cx, input),
        "AWS::Logs::LogGroup" => monitoring::log_group(cx, input),
        "AWS::Logs::MetricFilter" => monitoring::metric_filter(cx, input),
        "AWS::CloudWatch::Alarm" => monitoring::alarm(cx, input),
        "AWS::CloudWatch::CompositeAlarm" => monitoring::composite_alarm(cx, input),
        "AWS::SNS::Topic" => monitoring::topic(cx, input),
        "AWS::SNS::TopicPolicy" => monitoring::topic_policy(cx, input),
        "AWS::SNS::Subscription" => monitoring::subscription(cx, input),
        "AWS::IAM::User" | "AWS::IAM::Group" | "AWS::IAM::Role" => iam::principal(cx, input),
        "AWS::IAM::ManagedPolicy" | "AWS::IAM::Policy" => iam::policy(cx, input),
        "AWS::IAM::RolePolicy" | "AWS::IAM::UserPolicy" | "AWS::IAM::GroupPolicy" => iam::inline_policy(cx, input),
        "AWS::SSO::PermissionSet" => iam::permission_set(cx, input),
        "AWS::Serverless::Function" | "AWS::Serverless::StateMachine" => iam::function(cx, input),
        "AWS::Organizations::Organization" => organization::organization(cx, input),
        "AWS::Organizations::Policy" => organization::policy(cx, input),
        _ => {}
    }
    uses::uses(cx, input);
    user_data::invocations(cx, input);
}

/// One resource on its way into the model.
struct Cx<'c, 'w, 't> {
    world: &'w World<'t>,
    stack: &'c Rc<Stack<'t>>,
    scope: &'c Scope<'w, 't>,
    resource: &'c Rc<Resource<'t>>,
    input: InputId,
    maybe: Option<Cause>,
}

impl<'t> Cx<'_, '_, 't> {
    fn header(&self) -> Span {
        self.resource.header
    }

    fn origin(&self) -> Origin {
        Origin::Text(self.resource.header)
    }

    fn identity(&self, kind: ResourceKind) -> Identity {
        let address = format!("{}{}", self.stack.prefix, self.resource.id);
        Identity {
            input: self.input,
            kind,
            shown: references::cdk_path(self.resource.node).unwrap_or(&address).to_owned(),
            address,
            instances: Vec::new(),
            calls: Vec::new(),
            at: self.origin(),
            existence: self.maybe.clone().map_or(Existence::Certain, Existence::Maybe),
        }
    }

    /// The evaluated properties.
    fn properties(&self) -> Option<Val> {
        let node = self.resource.node.get("Properties")?;
        if !matches!(node.kind, Kind::Map(_) | Kind::Null) {
            // A fault of its own; what such properties say is not known.
            let cause = Cause::new(CauseKind::Invalid, format!("the 'Properties' are {}", node.kind_word()));
            return Some(Val { kind: ValKind::Unknown(cause), span: node.span });
        }
        let mut properties = self.scope.eval(node)?;
        if let ValKind::Map(fields) = &mut properties.kind
            && fields.len() < node.entries().len()
        {
            // A property that is written and comes to `AWS::NoValue` is not set, and still the place to look at.
            let known: HashSet<Box<str>> = fields.iter().map(|field| field.key.clone()).collect();
            let dropped = node.entries().iter().filter(|e| !e.key.starts_with("Fn::") && !known.contains(&e.key));
            fields.extend(dropped.map(|entry| Field {
                key: entry.key.clone(),
                key_span: entry.key_span,
                value: Val { kind: ValKind::Null, span: entry.value.span },
            }));
        }
        Some(properties)
    }

    fn block<'v>(&'v self, properties: &'v Option<Val>) -> Block<'v> {
        Block { val: properties.as_ref(), header: self.header(), prefix: "", faults: &self.world.faults }
    }

    fn name(&self) -> Text {
        references::name(self.scope, self.resource)
    }

    fn reference(&self, attribute: Option<&str>) -> Text {
        references::attribute(self.scope, self.resource, attribute)
    }

    fn account(&self) -> Text {
        self.stack.account(self.world.settings)
    }

    fn region(&self) -> Text {
        self.stack.region(self.world.settings)
    }

    fn property_node(&self, key: &str) -> Option<&'t Node> {
        self.resource.node.get("Properties").and_then(|properties| properties.get(key))
    }
}
