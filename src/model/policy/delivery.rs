//! Whether a bucket policy lets CloudTrail deliver the logs of a trail.

use super::s3::{LogPlace, organization_hole};
use super::service::number_or_sid;
use super::{Caller, Clause, Document, Effect, Held, PrincipalName, Request, Statement};
use crate::model::arn::{Part, Text};
use crate::model::attr::{Origin, Value};
use crate::model::trail::Trail;
use crate::truth::{Cause, Causes, Truth};

/// Stands for every account that the policy does not write out. Unlike a stranger it may be the trail's own.
const OTHER: &str = "some account";

/// The most values of one unknown that are tried: policies name a handful of accounts and Regions.
const MOST: usize = 12;

/// The keys that hold a trail's ARN: of the request, and of what its key is used for.
const SOURCE: &str = "aws:SourceArn";
const CONTEXT: &str = "kms:EncryptionContext:aws:cloudtrail:arn";

/// Something that CloudTrail must be allowed to do for a trail.
#[derive(Clone, Debug)]
pub struct Need {
    /// The action.
    pub action: &'static str,
    /// The bucket or an object.
    pub resource: Text,
    /// Which files; `None` for the check of the bucket's ACL.
    pub place: Option<LogPlace>,
    /// Whether the policy allows it.
    pub met: Truth,
    /// Whether a Deny refuses it.
    pub refused: Truth,
    /// A statement that would allow it, were it not for a condition that the trail does not fulfil.
    pub almost: Option<Almost>,
}

/// A condition that stands between a statement and what it is there for.
#[derive(Clone, Debug)]
pub struct Almost {
    /// The statement, as sentences name it.
    pub statement: String,
    /// The operator as written.
    pub operator: Text,
    /// The key as written.
    pub key: Text,
    /// The condition's own place.
    pub at: Origin,
}

impl Document {
    /// What CloudTrail must be allowed to do for the trail in the bucket, and whether this policy allows it.
    ///
    /// An account, Region or organization that the policy names is taken for the trail's own when that is not known.
    pub fn delivery(&self, trail: &Trail, bucket: &Text) -> Vec<Need> {
        let mut needs = vec![self.need(trail, "s3:GetBucketAcl", std::slice::from_ref(bucket), None)];
        let files = |place| -> Vec<Text> {
            trail.prefixes().iter().map(|prefix| trail.log_file(bucket, prefix, place)).collect()
        };
        let mut write = |place, wanted: Truth| {
            let mut need = self.need(trail, "s3:PutObject", &files(place), Some(place));
            need.met = need.met | !wanted.clone();
            need.refused = need.refused & wanted;
            needs.push(need);
        };
        write(LogPlace::Account, Truth::True);
        write(LogPlace::Digest, trail.log_file_validation.is(&true));
        write(LogPlace::Organization, trail.organization.is(&true));
        needs
    }

    /// Whether the policy allows a request that CloudTrail makes for the trail. An account or Region that the policy
    /// names is taken for the trail's own when that is not known.
    pub fn allows_for(&self, trail: &Trail, request: &Request) -> Truth {
        self.presuming(trail, request, &|document, request| document.allows_cloudtrail(request))
    }

    fn need(&self, trail: &Trail, action: &'static str, resources: &[Text], place: Option<LogPlace>) -> Need {
        let requests: Vec<Request> = resources
            .iter()
            .map(|resource| trail.delivery(action, resource.clone(), place.unwrap_or(LogPlace::Account)))
            .collect();
        let judge = |says: &dyn Fn(&Self, &Request) -> Truth| {
            let all: Vec<Truth> = requests.iter().map(|request| self.presuming(trail, request, says)).collect();
            match all.as_slice() {
                [one] => one.clone(),
                // Several prefixes are possible: they have to agree.
                many if many.windows(2).all(|pair| pair[0] == pair[1]) => many.first().cloned().unwrap_or(Truth::True),
                many => many
                    .iter()
                    .find(|truth| matches!(truth, Truth::Unknown(_)))
                    .cloned()
                    .unwrap_or_else(|| crate::model::attr::either(many.iter().map(|t| (None, t.clone())).collect())),
            }
        };
        Need {
            action,
            resource: resources.first().cloned().unwrap_or_default(),
            place,
            met: judge(&|document, request| document.allows_cloudtrail(request)),
            refused: judge(&|document, request| document.denies(request)),
            almost: requests.first().and_then(|request| self.almost(request)),
        }
    }

    /// The first statement that would allow the request without a condition that certainly does not hold.
    fn almost(&self, request: &Request) -> Option<Almost> {
        self.statements.iter().enumerate().find_map(|(i, statement)| {
            let failing = statement.conditions.iter().find(|c| c.holds(request, self.variables) == Truth::False)?;
            let free = Statement { conditions: Vec::new(), ..statement.clone() };
            let allows = free.is(Effect::Allow) & free.applies(request, self.variables);
            (allows == Truth::True).then(|| Almost {
                statement: number_or_sid(statement, i),
                operator: failing.operator.clone(),
                key: failing.key.clone(),
                at: failing.at.clone(),
            })
        })
    }

    /// The answer, where what the trail's account, Region and organization are decides: true if it is true for one
    /// that the policy names, false if it is false for all of them and for any other.
    fn presuming(&self, trail: &Trail, request: &Request, says: &dyn Fn(&Self, &Request) -> Truth) -> Truth {
        let plain = says(self, request);
        if !matches!(plain, Truth::Unknown(_)) {
            return plain;
        }
        let mut worlds = vec![(self.clone(), request.clone())];
        let mut cut = false;
        for (hole, mut values) in self.presumptions(trail) {
            if !request.mentions(&hole) {
                continue;
            }
            cut |= values.len() > MOST;
            values.truncate(MOST);
            worlds = worlds
                .iter()
                .flat_map(|(document, request)| {
                    values.iter().map(|value| {
                        let replace = |text: &Text| replaced(text, &hole, value);
                        (document.mapped(&replace), request.mapped(&replace))
                    })
                })
                .collect();
        }
        let answers: Vec<Truth> = worlds
            .iter()
            .map(|(document, request)| match says(document, request) {
                Truth::Unknown(causes) => Truth::Unknown(document.blame(request).unwrap_or(causes)),
                known => known,
            })
            .collect();
        if answers.contains(&Truth::True) {
            Truth::True
        } else if !cut && answers.iter().all(|answer| *answer == Truth::False) {
            Truth::False
        } else {
            // What is presumed does not stand in the way; what is still unknown then does.
            answers.into_iter().find(|answer| matches!(answer, Truth::Unknown(_))).unwrap_or(plain)
        }
    }

    /// Which conditions of which statements leave open whether the policy allows the request; `None` if none does.
    fn blame(&self, request: &Request) -> Option<Causes> {
        let mut found: Vec<Cause> = Vec::new();
        let grants = |s: &Statement| s.is(Effect::Allow) & s.applies(request, self.variables);
        let allowed = Truth::any(self.statements.iter().map(grants)) == Truth::True;
        for (number, statement) in self.statements.iter().enumerate() {
            let granted_anyway = allowed && statement.is(Effect::Allow) == Truth::True;
            if granted_anyway || !matches!(statement.applies(request, self.variables), Truth::Unknown(_)) {
                continue;
            }
            for condition in &statement.conditions {
                if let Truth::Unknown(causes) = condition.holds(request, self.variables) {
                    let where_ = format!("{} asks for '{}'", number_or_sid(statement, number), condition.key);
                    found.extend(causes.iter().map(|c| Cause::new(c.kind, format!("{where_}, and {}", c.detail))));
                }
            }
            // Principals and resources name what is missing in them themselves.
            let bare = Statement { conditions: Vec::new(), ..statement.clone() };
            if let Truth::Unknown(causes) = bare.applies(request, self.variables) {
                found.extend(causes.iter().cloned());
            }
            if let Value::Unknown(cause) = &statement.effect {
                found.push(cause.clone());
            }
        }
        found.extend(self.more.clone());
        found.into_iter().map(Causes::from).reduce(Causes::and)
    }

    /// Holes of the trail, each with what the policy names in their place and one value that it does not name.
    fn presumptions(&self, trail: &Trail) -> Vec<(Text, Vec<Text>)> {
        let mut accounts: Vec<Text> = Vec::new();
        let mut regions: Vec<Text> = Vec::new();
        let mut organizations: Vec<Text> = Vec::new();
        let add = |list: &mut Vec<Text>, text: Text| {
            if !list.contains(&text) {
                list.push(text);
            }
        };
        for statement in &self.statements {
            for condition in &statement.conditions {
                let Some(key) = condition.key.literal() else { continue };
                for value in &condition.values {
                    if key.eq_ignore_ascii_case("aws:SourceAccount") {
                        add(&mut accounts, value.clone());
                    } else if key.eq_ignore_ascii_case("aws:SourceOrgID") {
                        // What is not written out decides nothing: it may be another organization.
                        value.literal().into_iter().for_each(|id| add(&mut organizations, id.into()));
                    } else if [SOURCE, CONTEXT].iter().any(|known| key.eq_ignore_ascii_case(known)) {
                        let pieces = value.split(':');
                        pieces.get(4).into_iter().for_each(|account| add(&mut accounts, account.clone()));
                        pieces.get(3).into_iter().for_each(|region| add(&mut regions, region.clone()));
                    }
                }
            }
            for (pattern, _) in statement.resource.iter().flat_map(|clause| &clause.items) {
                let mut segments = pattern.split('/').into_iter().skip_while(|part| part.literal() != Some("AWSLogs"));
                if let Some(owner) = segments.nth(1) {
                    // A lone value that is not known and not an account's may be the id of the organization.
                    let may_be_one = matches!(owner.parts(), [Part::Var(var)] if !var.shape.is_account());
                    if owner.starts_with("o-") == Truth::True || may_be_one && owner != trail.account {
                        add(&mut organizations, owner);
                    } else {
                        add(&mut accounts, owner);
                    }
                }
            }
        }
        accounts
            .retain(|text| text.literal().is_some_and(|id| id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit())));
        regions.retain(|text| text.literal().is_some_and(|region| !region.is_empty() && !region.contains(['*', '?'])));
        organizations.retain(|text| text.literal().is_none_or(|id| !id.contains(['*', '?'])));
        let mut found = Vec::new();
        let is_hole = |text: &Text| matches!(text.parts(), [Part::Var(_)]);
        if is_hole(&trail.account) {
            accounts.insert(0, OTHER.into());
            found.push((trail.account.clone(), accounts));
        }
        if is_hole(&trail.home_region) {
            regions.insert(0, "another region".into());
            found.push((trail.home_region.clone(), regions));
        }
        organizations.insert(0, format!("o-{OTHER}").as_str().into());
        found.push((organization_hole().into(), organizations));
        found
    }

    fn mapped(&self, turn: &dyn Fn(&Text) -> Text) -> Self {
        let texts = |clause: &Clause<Text>| Clause {
            items: clause.items.iter().map(|(text, at)| (turn(text), at.clone())).collect(),
            ..clause.clone()
        };
        let mut mapped = self.clone();
        for statement in &mut mapped.statements {
            let Statement { principal, action, resource, conditions, .. } = statement;
            if let Some(clause) = principal {
                for (name, _) in &mut clause.items {
                    match name {
                        PrincipalName::Everyone => {}
                        PrincipalName::Aws(text)
                        | PrincipalName::Service(text)
                        | PrincipalName::Federated(text)
                        | PrincipalName::CanonicalUser(text) => *text = turn(text),
                    }
                }
            }
            *action = action.as_ref().map(texts);
            *resource = resource.as_ref().map(texts);
            for condition in conditions {
                condition.values = condition.values.iter().map(turn).collect();
            }
        }
        mapped
    }
}

impl Request {
    /// Whether its resource or a condition key holds the hole.
    fn mentions(&self, hole: &Text) -> bool {
        let holds = |text: &Text| text.parts().iter().any(|part| hole.parts().contains(part));
        holds(&self.resource)
            || self.context.keys().any(|(_, held)| matches!(held, Held::Values(values) if values.iter().any(holds)))
    }

    /// The request with its texts turned into others.
    pub(super) fn mapped(&self, turn: &dyn Fn(&Text) -> Text) -> Self {
        let mut mapped = self.clone();
        mapped.resource = turn(&self.resource);
        mapped.caller = match &self.caller {
            Caller::Aws { account, arn } => Caller::Aws { account: turn(account), arn: turn(arn) },
            other => other.clone(),
        };
        let keys: Vec<(String, Held)> = self.context.keys().map(|(key, held)| (key.to_owned(), held.clone())).collect();
        for (key, held) in keys {
            if let Held::Values(values) = held {
                mapped.context.set(&key, Held::Values(values.iter().map(turn).collect()));
            }
        }
        mapped
    }
}

/// The text with a hole filled. `o-` in front of the organization's hole belongs to its id.
fn replaced(text: &Text, hole: &Text, value: &Text) -> Text {
    let [Part::Var(hole)] = hole.parts() else { return text.clone() };
    let id = *hole == organization_hole();
    let mut result = Text::default();
    for (i, part) in text.parts().iter().enumerate() {
        let next = text.parts().get(i + 1);
        match part {
            Part::Lit(literal) if id && next == Some(&Part::Var(hole.clone())) => {
                result.push_str(literal.strip_suffix("o-").unwrap_or(literal));
            }
            Part::Lit(literal) => result.push_str(literal),
            Part::Var(var) if var == hole => result.push(value),
            Part::Var(var) => result.push(&var.clone().into()),
        }
    }
    result
}
