//! Questions about a part of a policy that need no request.

use super::{Clause, PrincipalName, Statement};
use crate::model::arn::Text;
use crate::truth::{CauseKind, Truth};

impl Statement {
    /// Whether its principal takes in people that it does not name: `*` in any form, or `NotPrincipal`.
    pub fn names_everyone(&self) -> Truth {
        self.principal
            .as_ref()
            .map_or(Truth::False, |clause| Truth::known(clause.negated) | clause.holds(PrincipalName::is_everyone))
    }

    /// The principals it names; none for the `Not…` form.
    pub fn named_principals(&self) -> impl Iterator<Item = &PrincipalName> {
        self.principal
            .iter()
            .filter(|clause| !clause.negated)
            .flat_map(|clause| clause.items.iter().map(|(name, _)| name))
    }

    /// Whether its action clause takes in this action.
    pub fn takes_action(&self, action: &str) -> Truth {
        let action = Text::from(action);
        self.action.as_ref().map_or_else(
            || Truth::unknown(CauseKind::Invalid, "a statement has neither 'Action' nor 'NotAction'"),
            |clause| clause.holds(|pattern| pattern.matches_ignoring_case(&action)),
        )
    }

    /// Whether its resource clause shares a resource with the pattern; true where it has none.
    pub fn touches_resource(&self, pattern: &Text) -> Truth {
        self.resource.as_ref().map_or(Truth::True, |clause| clause.touches(pattern))
    }

    /// Whether its resource clause takes in all that the pattern does; true where it has none.
    pub fn covers_resource(&self, pattern: &Text) -> Truth {
        self.resource.as_ref().map_or(Truth::True, |clause| clause.covers(pattern))
    }
}

impl Clause<Text> {
    /// Whether it shares a string with the pattern.
    pub fn touches(&self, pattern: &Text) -> Truth {
        // The `Not…` form misses the pattern only if it excludes all of it.
        self.holds(|item| if self.negated { item.covers(pattern) } else { item.overlaps(pattern) })
    }

    /// Whether it takes in all that the pattern does. One item has to do so alone.
    pub fn covers(&self, pattern: &Text) -> Truth {
        // The `Not…` form takes in all of it only if it excludes nothing of it.
        self.holds(|item| if self.negated { item.overlaps(pattern) } else { item.covers(pattern) })
    }

    /// Whether, as a clause of actions, it takes in more than the patterns of `list`. The `Not…` form always does.
    pub fn reaches_beyond(&self, list: &[&str]) -> Truth {
        if self.negated {
            return Truth::True;
        }
        self.holds(|item| {
            let item = item.lowercase();
            !Truth::any(list.iter().map(|known| Text::from(*known).lowercase().covers(&item)))
        })
    }

    /// Whether an item holds a wildcard, or may; true for the `Not…` form.
    pub fn has_wildcard(&self) -> Truth {
        if self.negated {
            return Truth::True;
        }
        self.holds(wildcard)
    }
}

/// Whether the pattern holds `*` or `?`, or may.
pub fn wildcard(pattern: &Text) -> Truth {
    use crate::model::arn::{Part, Shape};
    Truth::any(pattern.parts().iter().map(|part| match part {
        Part::Lit(text) => Truth::known(text.contains(['*', '?'])),
        Part::Var(var) if var.shape == Shape::Any => var.cause.clone().into(),
        Part::Var(_) => Truth::False,
    }))
}
