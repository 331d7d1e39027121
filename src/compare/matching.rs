//! Which findings of a later scan are which of an earlier one.
//!
//! A finding is the earlier one with its fingerprint. Where that is gone, its place may have changed: the same fault at the
//! same address, in another owner. Such a pair is made only if the earlier owner no longer holds the resource at all, and the
//! later one did not hold it before: mending it in one file and breaking it in another are two events.

use std::collections::HashMap;
use std::hash::Hash;

use super::{COMMAND, Entry, Verdict};

/// Who is whom, one to one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// For each new entry its old one.
    pub of_new: Vec<Option<usize>>,
    /// For each old entry its new one.
    pub of_old: Vec<Option<usize>>,
}

/// How the severities of a pair may differ. A better pair is made first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rise {
    Equal,
    Fallen,
    Any,
}

/// Pairs entries. `remains` says of an old entry whether the new scan still judges its resource, `existed` of a new one
/// whether the old scan did.
///
/// Equal severities are paired first, then those that fell, and what rose last, so that of several equal faults at one
/// place those are left over that are news.
pub fn pair(old: &[Entry], new: &[Entry], remains: &dyn Fn(&Entry) -> bool, existed: &dyn Fn(&Entry) -> bool) -> Pairs {
    let mut pairs = Pairs { of_new: vec![None; new.len()], of_old: vec![None; old.len()] };
    let same = |entry: &Entry| Some((entry.fingerprint.clone(), entry.verdict));
    let beside = |entry: &Entry| moved(entry).map(|key| (key, entry.owner.clone()));
    // A call in a script is known by its words alone: of it, nothing else can be told.
    let gone: Vec<bool> = old.iter().map(|entry| entry.kind == COMMAND || !remains(entry)).collect();
    let came: Vec<bool> = new.iter().map(|entry| entry.kind == COMMAND || !existed(entry)).collect();
    for rises in [&[Rise::Equal, Rise::Fallen][..], &[Rise::Any]] {
        for rise in rises {
            pairs.pass(old, new, *rise, same, (&|_| true, &|_| true));
            pairs.pass(old, new, *rise, beside, (&|_| true, &|_| true));
        }
        for rise in rises {
            pairs.pass(old, new, *rise, moved, (&|at| gone[at], &|at| came[at]));
        }
    }
    pairs
}

/// The identity without the owner.
fn moved(entry: &Entry) -> Option<(String, Verdict)> {
    Some((entry.moved.clone(), entry.verdict)).filter(|(moved, _)| !moved.is_empty())
}

impl Pairs {
    /// Pairs what is left by a key. Both sides are gone through in one order, from the worst severity.
    fn pass<K: Eq + Hash>(
        &mut self,
        old: &[Entry],
        new: &[Entry],
        rise: Rise,
        key: impl Fn(&Entry) -> Option<K>,
        takes: (&dyn Fn(usize) -> bool, &dyn Fn(usize) -> bool),
    ) {
        let mut groups: HashMap<K, (Vec<usize>, Vec<usize>)> = HashMap::new();
        for at in (0..new.len()).filter(|at| self.of_new[*at].is_none() && takes.1(*at)) {
            if let Some(key) = key(&new[at]) {
                groups.entry(key).or_default().1.push(at);
            }
        }
        for at in (0..old.len()).filter(|at| self.of_old[*at].is_none() && takes.0(*at)) {
            if let Some(group) = key(&old[at]).and_then(|key| groups.get_mut(&key)) {
                group.0.push(at);
            }
        }
        for (mut olds, mut news) in groups.into_values() {
            olds.sort_by_key(|at| order(&old[*at]));
            news.sort_by_key(|at| order(&new[*at]));
            let mut rest = olds.into_iter().peekable();
            for at in news {
                // An old one that is worse than all that follows has no equal.
                while rise == Rise::Equal && rest.next_if(|next| old[*next].severity > new[at].severity).is_some() {}
                let good = |next: &usize| match rise {
                    Rise::Equal => old[*next].severity == new[at].severity,
                    Rise::Fallen => old[*next].severity >= new[at].severity,
                    Rise::Any => true,
                };
                if let Some(found) = rest.next_if(good) {
                    self.of_new[at] = Some(found);
                    self.of_old[found] = Some(at);
                }
            }
        }
    }
}

type Order<'a> = (std::cmp::Reverse<crate::finding::Severity>, &'a str, &'a str, &'a str);

fn order(entry: &Entry) -> Order<'_> {
    (std::cmp::Reverse(entry.severity), &entry.owner, &entry.address, &entry.fingerprint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity::{self, High, Low, Medium};

    fn entry(owner: &str, fingerprint: &str, severity: Severity) -> Entry {
        Entry {
            check: "kms-encryption".to_owned(),
            verdict: Verdict::Fail,
            severity,
            owner: owner.to_owned(),
            kind: "trail".to_owned(),
            address: "Trail".to_owned(),
            path: None,
            fingerprint: fingerprint.to_owned(),
            moved: "m".to_owned(),
        }
    }

    fn paired(old: &[Entry], new: &[Entry]) -> Vec<Option<usize>> {
        let remains = |entry: &Entry| new.iter().any(|new| new.owner == entry.owner);
        let existed = |entry: &Entry| old.iter().any(|old| old.owner == entry.owner);
        let pairs = pair(old, new, &remains, &existed);
        for (at, found) in pairs.of_new.iter().enumerate() {
            if let Some(found) = found {
                assert_eq!(pairs.of_old[*found], Some(at));
            }
        }
        pairs.of_new
    }

    #[test]
    fn the_fingerprint_comes_first() {
        let old = [entry("a", "1", High), entry("b", "2", High)];
        let new = [entry("b", "2", High), entry("a", "1", High)];
        assert_eq!(paired(&old, &new), [Some(1), Some(0)]);
    }

    #[test]
    fn a_renamed_owner_is_found_once() {
        let old = [entry("a", "1", High)];
        assert_eq!(paired(&old, &[entry("b", "2", High), entry("c", "3", High)]), [Some(0), None]);
    }

    #[test]
    fn an_owner_that_remains_has_not_moved() {
        let (old, new) = ([entry("a", "1", High)], [entry("b", "2", High)]);
        assert_eq!(pair(&old, &new, &|_| true, &|_| false).of_new, [None], "mended here and broken there");
        assert_eq!(pair(&old, &new, &|_| false, &|_| true).of_new, [None], "deleted here and broken there");
        let mut old = old;
        old[0].moved.clear();
        assert_eq!(paired(&old, &new), [None], "a report that does not know it");
    }

    #[test]
    fn equal_faults_are_paired_by_severity() {
        // The counter of equal faults follows the severity: the worse one takes the first fingerprint.
        let (first, second) = (entry("a", "1", Medium), entry("a", "2", Medium));
        let worse = entry("a", "1", High);
        assert_eq!(paired(std::slice::from_ref(&first), &[worse.clone(), second.clone()]), [None, Some(0)]);
        assert_eq!(paired(&[worse.clone(), second], std::slice::from_ref(&first)), [Some(1)]);
        assert_eq!(paired(&[worse], &[entry("a", "1", Low)]), [Some(0)]);
        assert_eq!(paired(&[first], &[entry("a", "1", High)]), [Some(0)], "it rose, and is the same");
    }

    #[test]
    fn verdicts_are_never_mixed() {
        let mut unknown = entry("a", "1", High);
        unknown.verdict = Verdict::Unknown;
        assert_eq!(paired(&[unknown], &[entry("a", "1", High)]), [None]);
    }
}
