//! The list of principals that may hold dangerous grants (`allow`).

use globset::{Glob, GlobMatcher};

use super::Options;
use crate::model::Identity;
use crate::model::arn::{Part, Shape, Text};
use crate::model::principal::{Grant, Principal};
use crate::truth::{CauseKind, Truth};

/// The globs of [`Options::allow`], read once.
#[derive(Debug)]
pub struct AllowList(Vec<Entry>);

#[derive(Debug)]
enum Entry {
    /// Only `*` and `?`: comparable with names that have unknown parts.
    Plain(Text),
    /// With classes or alternatives: comparable with literal names only.
    Rich(GlobMatcher),
}

impl AllowList {
    /// Reads the globs; one that is malformed names nobody.
    pub fn new(options: &Options) -> Self {
        let entry = |glob: &String| {
            if glob.contains(['[', '{', '\\']) {
                Glob::new(glob).ok().map(|glob| Entry::Rich(glob.compile_matcher()))
            } else {
                Some(Entry::Plain(Text::from(glob.as_str())))
            }
        };
        Self(options.allow.iter().filter_map(entry).collect())
    }

    /// Whether the list names who receives a grant: by name, by ARN (of `principal`, where the input defines it), or,
    /// where AWS generates the name, by the address.
    pub fn names(&self, grant: &Grant, principal: Option<&Principal>) -> Truth {
        let mut known_as = vec![said_name(&grant.to.name, &grant.id)];
        if let Some(principal) = principal {
            known_as.push(said_name(&principal.name, &principal.id));
            known_as.push(principal.arn.clone());
        }
        Truth::any(self.0.iter().flat_map(|entry| known_as.iter().map(|name| entry.names(name))))
    }
}

impl Entry {
    fn names(&self, name: &Text) -> Truth {
        match (self, name.literal(), name.causes()) {
            // A generated name is never what somebody wrote on a list beforehand.
            _ if generated(name) => Truth::False,
            (Self::Plain(glob), ..) => glob.matches(name),
            (Self::Rich(glob), Some(name), _) => Truth::known(glob.is_match(name)),
            (Self::Rich(_), None, Some(causes)) => Truth::Unknown(causes),
            (Self::Rich(_), None, None) => Truth::False,
        }
    }
}

/// The name; for one that AWS generates the address, the only name that a person can write down beforehand.
fn said_name(name: &Text, id: &Identity) -> Text {
    let made_up = name.vars().any(|var| var.shape == Shape::Generated);
    if made_up || matches!(name.parts(), [Part::Var(var)] if var.shape == Shape::Name) {
        Text::from(id.address.as_str())
    } else {
        name.clone()
    }
}

fn generated(name: &Text) -> bool {
    name.vars().any(|var| var.cause.kind == CauseKind::AfterApply)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::arn::Var;
    use crate::model::attr::{Attr, Origin};
    use crate::model::principal::{GrantedPolicy, Grantee, PrincipalKind};
    use crate::model::{Existence, InputId, ResourceKind};
    use crate::truth::Cause;

    fn grant(name: Text) -> Grant {
        let at = Origin::Api { call: "test", arn: "x".into() };
        let id = Identity {
            input: InputId(0),
            kind: ResourceKind::Principal,
            address: "BreakGlass".to_owned(),
            instances: Vec::new(),
            calls: Vec::new(),
            shown: "BreakGlass".to_owned(),
            at: at.clone(),
            existence: Existence::Certain,
        };
        let policy = GrantedPolicy::Managed(Attr::missing("x", at.clone()));
        Grant { by: id.clone(), id, to: Grantee { kind: PrincipalKind::Role, name }, policy, at }
    }

    fn hole(kind: CauseKind, shape: Shape) -> Text {
        Var { key: "k".into(), shown: "k".into(), cause: Cause::new(kind, "x"), shape }.into()
    }

    fn names(globs: &[&str], name: Text) -> Truth {
        let allow = globs.iter().map(|&glob| glob.to_owned()).collect();
        AllowList::new(&Options { allow, ..Options::default() }).names(&grant(name), None)
    }

    #[test]
    fn literal_names() {
        assert_eq!(names(&[], "admin".into()), Truth::False);
        assert_eq!(names(&["break-*"], "break-glass".into()), Truth::True);
        assert_eq!(names(&["break-*"], "Break-glass".into()), Truth::False);
        assert_eq!(names(&["{ops,break}-glass"], "ops-glass".into()), Truth::True);
        assert_eq!(names(&["[", "x"], "y".into()), Truth::False);
    }

    #[test]
    fn generated_names_go_by_their_address() {
        assert_eq!(names(&["BreakGl*"], hole(CauseKind::AfterApply, Shape::Name)), Truth::True);
        assert_eq!(names(&["admin"], hole(CauseKind::AfterApply, Shape::Name)), Truth::False);
    }

    #[test]
    fn unknown_names_may_be_meant() {
        assert!(matches!(names(&["admin"], hole(CauseKind::Parameter, Shape::Any)), Truth::Unknown(_)));
        assert_eq!(names(&["*"], hole(CauseKind::Parameter, Shape::Any)), Truth::True);
        let name = Text::format("dev-{}", &[&hole(CauseKind::Parameter, Shape::Any)]);
        assert_eq!(names(&["admin-*"], name.clone()), Truth::False);
        assert!(matches!(names(&["{admin,dev}-*"], name), Truth::Unknown(_)));
    }
}
