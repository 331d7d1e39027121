//! What a scan has seen, so that a finding that it no longer has is called mended only if it looked.

use std::collections::{HashMap, HashSet};

use super::{Entry, Subject, Verdict};

/// What became of a known finding that a later scan does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The scan looked, and it is not there.
    Fixed,
    /// There is another verdict about the same subject: unknown instead of fail, or the other way round.
    Changed,
    /// The scan did not look: another scope, or a gap.
    Unseen,
}

/// What was judged.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    checks: HashSet<String>,
    owners: HashSet<String>,
    /// Accounts, and whether all of them was read.
    accounts: HashMap<String, bool>,
    /// Files, folders and accounts in which something could not be read.
    torn: HashSet<String>,
    /// Inputs of which parts are elsewhere.
    partial: HashSet<String>,
    /// Whether there is a gap of which nobody can say what it hides.
    blind: bool,
    subjects: HashMap<Subject, Seen>,
}

/// The verdicts about a subject.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    fail: bool,
    unknown: bool,
}

impl Coverage {
    /// Of these checks.
    pub fn of<'a>(checks: impl IntoIterator<Item = &'a str>) -> Self {
        Self { checks: checks.into_iter().map(str::to_owned).collect(), ..Self::default() }
    }

    /// Adds an input by what owns its findings.
    pub fn input(&mut self, owner: &str, complete: bool) {
        self.owners.insert(owner.to_owned());
        if !complete {
            self.partial.insert(owner.to_owned());
        }
    }

    /// Adds an account.
    pub fn account(&mut self, id: &str, complete: bool) {
        // An account that two recordings have is read if one of them has all of it.
        *self.accounts.entry(id.to_owned()).or_insert(complete) |= complete;
    }

    /// Adds something that could not be read.
    pub fn gap(&mut self, path: Option<&str>, account: Option<&str>) {
        self.blind |= path.is_none() && account.is_none();
        self.torn.extend(account.map(str::to_owned));
        let Some(path) = path else { return };
        // A folder above the file may be the module that it belongs to, a part of the path the account of a recording.
        self.torn.extend([".".to_owned(), String::new(), path.to_owned()]);
        self.torn.extend(path.match_indices('/').map(|(at, _)| path[..at].to_owned()));
        self.torn.extend(path.split('/').map(str::to_owned));
    }

    /// Adds a verdict.
    pub fn verdict(&mut self, subject: Subject, verdict: Verdict) {
        let seen = self.subjects.entry(subject).or_default();
        seen.fail |= verdict == Verdict::Fail;
        seen.unknown |= verdict == Verdict::Unknown;
    }

    /// Whether there is a verdict about the subject of an entry.
    pub fn judges(&self, entry: &Entry) -> bool {
        self.subjects.contains_key(&entry.subject())
    }

    /// What became of an entry that the scan does not have. `empty` says of an owner that is no input whether that is
    /// because the scan looked at it and there was nothing of ours, or no such file.
    pub fn fate(&self, entry: &Entry, empty: &dyn Fn(&str) -> bool) -> Fate {
        if !self.checks.contains(&entry.check) || self.blind {
            return Fate::Unseen;
        }
        if let Some(seen) = self.subjects.get(&entry.subject()).filter(|_| entry.kind != super::COMMAND) {
            let other = if entry.verdict == Verdict::Fail { seen.unknown } else { seen.fail };
            return if other { Fate::Changed } else { Fate::Fixed };
        }
        let owner = entry.owner.as_str();
        let torn = self.torn.contains(owner) || entry.path.as_ref().is_some_and(|path| self.torn.contains(path));
        let looked = match self.accounts.get(owner) {
            Some(complete) => *complete,
            None => self.owners.contains(owner) || empty(owner),
        };
        let elsewhere = self.partial.contains(owner) && is_nested(&entry.address);
        if torn || !looked || elsewhere { Fate::Unseen } else { Fate::Fixed }
    }
}

/// Whether an address is of something that a template or module holds by calling another.
fn is_nested(address: &str) -> bool {
    address.starts_with("module.") || (address.contains('/') && !address.starts_with("arn:"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;

    fn entry(owner: &str, address: &str) -> Entry {
        Entry {
            check: "insights".to_owned(),
            verdict: Verdict::Fail,
            severity: Severity::Low,
            owner: owner.to_owned(),
            kind: "trail".to_owned(),
            address: address.to_owned(),
            path: Some(owner.to_owned()),
            fingerprint: String::new(),
            moved: String::new(),
        }
    }

    fn fate(coverage: &Coverage, owner: &str, address: &str) -> Fate {
        coverage.fate(&entry(owner, address), &|owner| owner == "deleted.yaml")
    }

    #[test]
    fn what_was_not_looked_at_is_not_fixed() {
        let mut seen = Coverage::of(["insights"]);
        seen.input("a.yaml", true);
        seen.input("b.yaml", false);
        seen.account("111111111111", true);
        seen.account("222222222222", false);
        seen.verdict(Subject::new("insights", "222222222222", "trail", "Trail"), Verdict::Pass);
        seen.verdict(Subject::new("insights", "a.yaml", "trail", "Doubt"), Verdict::Unknown);
        for (owner, address, wanted) in [
            ("a.yaml", "Trail", Fate::Fixed),
            ("a.yaml", "Doubt", Fate::Changed),
            ("b.yaml", "Trail", Fate::Fixed),
            ("b.yaml", "Nested/Trail", Fate::Unseen),
            ("b.yaml", "module.audit.aws_cloudtrail.this", Fate::Unseen),
            ("c.yaml", "Trail", Fate::Unseen),
            ("deleted.yaml", "Trail", Fate::Fixed),
            ("111111111111", "Trail", Fate::Fixed),
            ("222222222222", "Other", Fate::Unseen),
            ("222222222222", "Trail", Fate::Fixed),
            ("333333333333", "Trail", Fate::Unseen),
        ] {
            assert_eq!(fate(&seen, owner, address), wanted, "{owner} {address}");
        }
        let other = Entry { check: "kms-encryption".to_owned(), ..entry("a.yaml", "Trail") };
        assert_eq!(seen.fate(&other, &|_| false), Fate::Unseen, "a check that was not run");
    }

    #[test]
    fn gaps_hide_what_is_in_their_file_and_module() {
        let mut seen = Coverage::of(["insights"]);
        for owner in ["infra/audit", "infra/other", "a.yaml"] {
            seen.input(owner, true);
        }
        seen.gap(Some("infra/audit/main.tf"), None);
        assert_eq!(fate(&seen, "infra/audit", "x"), Fate::Unseen);
        assert_eq!(fate(&seen, "infra/other", "x"), Fate::Fixed);
        assert_eq!(fate(&seen, "a.yaml", "x"), Fate::Fixed);
        seen.gap(None, Some("111111111111"));
        assert_eq!(fate(&seen, "a.yaml", "x"), Fate::Fixed);
        seen.gap(None, None);
        assert_eq!(fate(&seen, "a.yaml", "x"), Fate::Unseen);
    }
}
