//! Questions about a part of a policy that need no request.

use super::{Clause, Effect, PrincipalName, Statement};
use crate::model::arn::Text;
use crate::model::attr::Value;
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

    /// What tells it from the other statements of its policy: its Sid, else what it says.
    pub fn label(&self) -> String {
        if let Some(sid) = self.sid.as_ref().filter(|sid| !sid.is_certainly_empty()) {
            return sid.to_string();
        }
        let effect = match &self.effect {
            Value::Known(Effect::Allow) => "Allow",
            Value::Known(Effect::Deny) => "Deny",
            Value::Unknown(_) => "?",
        };
        let mut words = vec![effect.to_owned()];
        words.extend(self.principal.as_ref().map(|clause| clause.shown("to", |name| name.name().to_string())));
        words.extend(self.action.as_ref().map(|clause| clause.shown("", ToString::to_string)));
        words.extend(self.resource.as_ref().map(|clause| clause.shown("on", ToString::to_string)));
        let mut keys: Vec<String> = self.conditions.iter().map(|c| format!("{} {}", c.operator, c.key)).collect();
        keys.sort();
        if !keys.is_empty() {
            words.push(format!("if {}", keys.join(", ")));
        }
        words.retain(|word| !word.is_empty());
        words.join(" ")
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

impl PrincipalName {
    /// The name as written; `*` for everybody.
    pub fn name(&self) -> Text {
        match self {
            Self::Everyone => "*".into(),
            Self::Aws(text) | Self::Service(text) | Self::Federated(text) | Self::CanonicalUser(text) => text.clone(),
        }
    }
}

impl<T> Clause<T> {
    /// Its values in a fixed order.
    fn shown(&self, lead: &str, show: impl Fn(&T) -> String) -> String {
        let mut items: Vec<String> = self.items.iter().map(|(item, _)| show(item)).collect();
        items.sort();
        let not = if self.negated { "not " } else { "" };
        format!("{lead} {not}{}", items.join(", ")).trim().to_owned()
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
