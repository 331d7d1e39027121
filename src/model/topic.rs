//! SNS topics.
use super::arn::Text;
use super::attr::Attr;
use super::policy::Document;
use super::{Identity, Subject};

/// An SNS topic.
#[derive(Clone, Debug)]
pub struct Topic {
    /// Who it is.
    pub id: Identity,
    /// Its name; a hole when generated.
    pub name: Text,
    /// Its ARN.
    pub arn: Text,
}

impl Subject for Topic {
    fn identity(&self) -> &Identity {
        &self.id
    }
}

/// The policy of one or more topics.
#[derive(Clone, Debug)]
pub struct TopicPolicy {
    /// Who it is.
    pub id: Identity,
    /// The topics, by ARN.
    pub topics: Attr<Vec<Text>>,
    /// The policy.
    pub document: Attr<Document>,
}

/// A subscription to a topic.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// Who it is.
    pub id: Identity,
    /// The topic, by ARN.
    pub topic: Attr<Text>,
}
