//! What only the answers of a live account tell: its Regions, the trails of others that record in it, how deliveries
//! went, and its place in an organization.

use std::collections::HashMap;

use super::arn::Text;
use super::attr::{Attr, Show};
use super::trail::Trail;
use super::{Census, Identity, Input, ResourceKind};
use crate::truth::{Cause, Causes, Truth};

/// A moment: seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl Moment {
    /// From RFC 3339, or ISO 8601 as the AWS CLI prints it; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let format = &time::format_description::well_known::Iso8601::DEFAULT;
        time::OffsetDateTime::parse(text, format).ok().map(|time| Self(time.unix_timestamp()))
    }
}

impl Show for Moment {
    fn show(&self) -> String {
        let format = &time::format_description::well_known::Rfc3339;
        let time = time::OffsetDateTime::from_unix_timestamp(self.0).ok();
        time.and_then(|time| time.format(format).ok()).unwrap_or_else(|| self.0.to_string())
    }
}

/// What is known of a live account beyond its resources.
#[derive(Debug)]
pub struct Live {
    /// When it was seen: what "stale" is measured against. `None` if nothing says it.
    pub clock: Option<Moment>,
    /// The Regions that are enabled.
    pub regions: Census<Region>,
    /// Trails of other accounts that record here: an organization's. They give credit and are judged elsewhere.
    pub visitors: Vec<Trail>,
    /// How deliveries went, by the address of the trail.
    pub deliveries: HashMap<String, Delivery>,
    /// `Enabled`, `Disabled`, `PendingDeletion`, …, by the address of the key.
    pub key_states: HashMap<String, Attr<Text>>,
    /// Whether it belongs to an organization.
    pub membership: Membership,
    /// The management account's id, where it is known.
    pub management_account: Option<String>,
    /// Things that the account names and that were not read.
    pub unread: Vec<Unread>,
}

impl Live {
    /// Why a thing of this name was not read.
    pub fn why_unread(&self, kind: ResourceKind, name: &Text) -> Option<&Cause> {
        self.unread.iter().find(|unread| unread.kind == kind && unread.name == *name).map(|unread| &unread.cause)
    }
}

/// An enabled Region of an account.
#[derive(Clone, Debug)]
pub struct Region {
    /// Its name.
    pub name: String,
    /// Whether all trails that work there were seen; never false.
    pub seen: Truth,
}

/// A thing that was asked about in vain.
#[derive(Clone, Debug)]
pub struct Unread {
    /// What it is.
    pub kind: ResourceKind,
    /// How the account names it.
    pub name: Text,
    /// Why.
    pub cause: Cause,
}

/// Whether an account belongs to an organization, and what it may do there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Membership {
    /// It belongs to none.
    Alone,
    /// It is a member.
    Member,
    /// It may manage the organization's trails for the management account.
    Delegated,
    /// It is the management account.
    Management,
    /// It cannot be told.
    Unknown(Causes),
}

/// How a trail's deliveries went, as `GetTrailStatus` tells. Errors are codes of the service that receives; none is
/// an empty text. Source: CloudTrail API reference, GetTrailStatus.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// When log files last reached the bucket.
    pub time: Attr<Moment>,
    /// Why the last delivery of log files failed.
    pub error: Attr<Text>,
    /// Why the last delivery of a digest file failed.
    pub digest_error: Attr<Text>,
    /// When events last reached the log group.
    pub logs_time: Attr<Moment>,
    /// Why the last delivery to the log group failed.
    pub logs_error: Attr<Text>,
    /// Why the last notification failed.
    pub notification_error: Attr<Text>,
    /// When logging was last switched on.
    pub started: Attr<Moment>,
}

impl Input {
    /// How the deliveries of one of its trails went; `None` for what is not live.
    pub fn delivery(&self, trail: &Trail) -> Option<&Delivery> {
        self.live.as_ref()?.deliveries.get(&trail.id.address)
    }

    /// The address of findings about the whole input: the account's id, or `*`.
    pub fn whole_address(&self) -> &str {
        self.live.as_ref().and_then(|_| self.account.literal()).unwrap_or("*")
    }

    /// Who the owner is in identities across runs: the account, or the path.
    pub fn owner(&self) -> &str {
        self.live.as_ref().and_then(|_| self.account.literal()).unwrap_or(&self.owner)
    }
}

impl Identity {
    /// The part of an ARN that stands at this place, counted from 0; `None` if the address is no ARN or the part is
    /// empty.
    pub fn arn_part(&self, at: usize) -> Option<&str> {
        let address = self.address.strip_prefix("arn:")?;
        address.split(':').nth(at.checked_sub(1)?).filter(|part| !part.is_empty())
    }
}
