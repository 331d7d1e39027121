//! What `Ref` and `Fn::GetAtt` give for each type of resource (the "Return values" of its page in the CloudFormation
//! resource reference).

use super::eval::Scope;
use super::stack::{Resource, is_stack};
use crate::model::arn::{Shape, Text};
use crate::source_map::Span;
use crate::sources::value::{Val, ValKind};
use crate::syntax::Node;
use crate::truth::{Cause, CauseKind};
use std::rc::Rc;

/// The value of `Ref` (no attribute) or `Fn::GetAtt`; `None` only when an output of a nested stack is `NoValue`.
pub(super) fn reference<'t>(
    scope: &Scope<'_, 't>,
    resource: &Rc<Resource<'t>>,
    attribute: Option<&str>,
    span: Span,
) -> Option<Val> {
    let nested = is_stack(resource.kind);
    if let Some(output) = attribute.and_then(|attribute| attribute.strip_prefix("Outputs."))
        && nested
        && let Some(value) = nested_output(scope, resource, output, span)
    {
        return value;
    }
    let text = Names { scope, resource }.text(attribute);
    Some(Val { kind: ValKind::Text(text), span })
}

/// An output of a nested stack that was scanned; inner `None` is `AWS::NoValue`.
fn nested_output<'t>(
    scope: &Scope<'_, 't>,
    resource: &Rc<Resource<'t>>,
    output: &str,
    span: Span,
) -> Option<Option<Val>> {
    let child = scope.stack.child(scope.world, resource)?;
    child.resources(scope.world);
    let entry = child.parsed.outputs.iter().find(|entry| &*entry.key == output)?;
    let value = entry.value.get("Value")?;
    // An output whose condition is false does not exist.
    let (inside, _) = Scope::top(scope.world, &child).under_condition_of(&entry.value)?;
    let mark = format!("output:{output}");
    if !child.visiting.borrow_mut().insert(mark.clone()) {
        scope.world.fault(entry.key_span, format!("the output '{output}' depends on itself"));
        return None;
    }
    let answer = inside.eval(value);
    child.visiting.borrow_mut().remove(&mark);
    Some(answer.map(|value| super::eval::respan(value, span)))
}

/// The physical name of a resource, as lowering needs it.
pub(super) fn name<'t>(scope: &Scope<'_, 't>, resource: &Rc<Resource<'t>>) -> Text {
    Names { scope, resource }.name()
}

/// An attribute of a resource, as lowering needs it.
pub(super) fn attribute<'t>(scope: &Scope<'_, 't>, resource: &Rc<Resource<'t>>, attribute: Option<&str>) -> Text {
    Names { scope, resource }.text(attribute)
}

struct Names<'s, 'w, 't> {
    scope: &'s Scope<'w, 't>,
    resource: &'s Rc<Resource<'t>>,
}

impl<'t> Names<'_, '_, 't> {
    fn hole(&self, attribute: Option<&str>, shape: Shape) -> Text {
        let id = &self.resource.id;
        let (key, shown) = match attribute {
            None => (id.clone(), id.clone()),
            Some(attribute) => (format!("{id}.{attribute}"), format!("{id}.{attribute}")),
        };
        let cause = Cause::new(CauseKind::AfterApply, format!("'{shown}' is known once the stack is made"));
        self.scope.stack.hole(&key, &shown, cause, shape)
    }

    /// A property's text, if it is written and does not depend on an open choice.
    fn property(&self, property: &str) -> Option<Text> {
        let node = self.resource.node.get("Properties").and_then(|p| p.get(property))?;
        let mark = format!("name:{}", self.resource.id);
        if !self.scope.stack.visiting.borrow_mut().insert(mark.clone()) {
            let message = format!("the name of '{}' refers to itself through other resources", self.resource.id);
            self.scope.world.fault(node.span, message);
            return None;
        }
        let scope = Scope::resource(self.scope.world, &self.scope.stack, self.resource);
        let value = scope.and_then(|(scope, _)| scope.eval(node));
        self.scope.stack.visiting.borrow_mut().remove(&mark);
        value.and_then(|value| value.text()).filter(|text| !text.is_certainly_empty())
    }

    fn name(&self) -> Text {
        let property = match self.resource.kind {
            "AWS::S3::Bucket" => "BucketName",
            "AWS::CloudTrail::Trail" => "TrailName",
            "AWS::Logs::LogGroup" => "LogGroupName",
            "AWS::SNS::Topic" => "TopicName",
            "AWS::IAM::Role" => "RoleName",
            "AWS::IAM::User" => "UserName",
            "AWS::IAM::Group" => "GroupName",
            "AWS::IAM::ManagedPolicy" => "ManagedPolicyName",
            "AWS::KMS::Alias" => "AliasName",
            "AWS::SSO::PermissionSet" | "AWS::CloudTrail::EventDataStore" => "Name",
            "AWS::CloudWatch::Alarm" | "AWS::CloudWatch::CompositeAlarm" => "AlarmName",
            "AWS::Lambda::Function" | "AWS::Serverless::Function" => "FunctionName",
            _ => "",
        };
        self.property(property).unwrap_or_else(|| self.hole(None, self.made_up(property)))
    }

    /// The shape of a name that is not written: made up by AWS, unless a name is written that cannot be told.
    fn made_up(&self, property: &str) -> Shape {
        let written = self.resource.node.get("Properties").is_some_and(|p| p.get(property).is_some());
        if written { Shape::Name } else { Shape::Generated }
    }

    fn path(&self) -> Text {
        self.property("Path").unwrap_or_else(|| Text::from("/"))
    }

    fn arn(&self, template: &str, rest: &[&Text]) -> Text {
        let settings = self.scope.world.settings;
        let stack = &self.scope.stack;
        let mut values = Vec::new();
        let (region, account) = (stack.region(settings), stack.account(settings));
        let partition = Text::from(stack.partition(settings));
        let mut rest = rest.iter();
        let mut shape = String::new();
        for (i, piece) in template.split('{').enumerate() {
            if i == 0 {
                shape.push_str(piece);
                continue;
            }
            let (which, tail) = piece.split_once('}').unwrap_or(("", piece));
            values.push(match which {
                "p" => &partition,
                "r" => &region,
                "a" => &account,
                _ => match rest.next() {
                    Some(value) => *value,
                    None => continue,
                },
            });
            shape.push_str("{}");
            shape.push_str(tail);
        }
        Text::format(&shape, &values)
    }

    fn text(&self, attribute: Option<&str>) -> Text {
        let name = || self.name();
        let generic = || self.hole(attribute, Shape::Any);
        match (self.resource.kind, attribute) {
            ("AWS::S3::Bucket", None) => name(),
            ("AWS::S3::Bucket", Some("Arn")) => self.arn("arn:{p}:s3:::{}", &[&name()]),
            ("AWS::S3::Bucket", Some("DomainName")) => Text::format("{}.s3.amazonaws.com", &[&name()]),
            ("AWS::CloudTrail::Trail", None) => name(),
            ("AWS::CloudTrail::Trail", Some("Arn")) => self.arn("arn:{p}:cloudtrail:{r}:{a}:trail/{}", &[&name()]),
            ("AWS::KMS::Key", None | Some("KeyId")) => self.hole(None, Shape::Generated),
            ("AWS::KMS::Key", Some("Arn")) => {
                self.arn("arn:{p}:kms:{r}:{a}:key/{}", &[&self.hole(None, Shape::Generated)])
            }
            ("AWS::KMS::Alias", None) => name(),
            ("AWS::Logs::LogGroup", None) => name(),
            ("AWS::Logs::LogGroup", Some("Arn")) => self.arn("arn:{p}:logs:{r}:{a}:log-group:{}:*", &[&name()]),
            ("AWS::CloudWatch::Alarm" | "AWS::CloudWatch::CompositeAlarm", None) => name(),
            ("AWS::CloudWatch::Alarm" | "AWS::CloudWatch::CompositeAlarm", Some("Arn")) => {
                self.arn("arn:{p}:cloudwatch:{r}:{a}:alarm:{}", &[&name()])
            }
            ("AWS::SNS::Topic", None | Some("TopicArn")) => self.arn("arn:{p}:sns:{r}:{a}:{}", &[&name()]),
            ("AWS::SNS::Topic", Some("TopicName")) => name(),
            ("AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group", None) => name(),
            ("AWS::IAM::Role", Some("Arn")) => self.arn("arn:{p}:iam::{a}:role{}{}", &[&self.path(), &name()]),
            ("AWS::IAM::User", Some("Arn")) => self.arn("arn:{p}:iam::{a}:user{}{}", &[&self.path(), &name()]),
            ("AWS::IAM::Group", Some("Arn")) => self.arn("arn:{p}:iam::{a}:group{}{}", &[&self.path(), &name()]),
            ("AWS::IAM::ManagedPolicy", None | Some("PolicyArn")) => {
                self.arn("arn:{p}:iam::{a}:policy{}{}", &[&self.path(), &name()])
            }
            ("AWS::Organizations::Account", None | Some("AccountId")) => self.hole(None, Shape::Account),
            ("AWS::Organizations::Organization", Some("ManagementAccountId")) => self.hole(attribute, Shape::Account),
            (_, None) => self.hole(None, Shape::Name),
            _ => generic(),
        }
    }
}

/// The text of `Metadata: aws:cdk:path`, the name a CDK user knows the resource by.
pub(super) fn cdk_path(node: &Node) -> Option<&str> {
    node.get("Metadata").and_then(|metadata| metadata.get("aws:cdk:path")).and_then(Node::as_str)
}
