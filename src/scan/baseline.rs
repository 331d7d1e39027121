//! A scan beside what was known before: what is news, what is mended, and what nobody looked at.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::{Exclude, STDIN, Scan};
use crate::compare::{Coverage, Entry, Fate, Known, Pairs, Place, Subject, Verdict, pair};
use crate::finding::{Finding, Outcome, Standing};
use crate::model::{InputKind, ResourceKind};
use crate::sources::aws::recording::Status;
use crate::truth::Truth;

/// What was known, and what became of it.
#[derive(Clone, Debug, Default)]
pub struct Against {
    /// What was known.
    pub known: Known,
    /// For each known finding the identity of the finding that it is now, or why there is none.
    pub now: Vec<Result<String, Fate>>,
}

impl Against {
    /// The known findings with this fate.
    fn with(&self, fate: Fate) -> impl Iterator<Item = &Entry> {
        self.known.entries.iter().zip(&self.now).filter(move |(_, now)| **now == Err(fate)).map(|(entry, _)| entry)
    }

    /// Known findings that are mended.
    pub fn fixed(&self) -> impl Iterator<Item = &Entry> {
        self.with(Fate::Fixed)
    }

    /// Known findings that this scan says nothing about.
    pub fn unseen(&self) -> impl Iterator<Item = &Entry> {
        self.with(Fate::Unseen)
    }
}

impl Scan {
    /// What holds the resource of a finding: the template, the folder of the root module, the script, the live account.
    pub fn owner(&self, finding: &Finding) -> &str {
        self.estate.inputs.get(finding.subject.input.0 as usize).map_or("", |input| input.owner())
    }

    /// Compares with what was known. Fails and unknown verdicts that are known and no worse than they were stand as
    /// baselined. `rewritten` are the findings of a baseline that is to be written anew, where that is another; they
    /// change no standing.
    pub fn compare(&mut self, known: Option<Known>, rewritten: Option<Known>) {
        self.rewritten = rewritten.map(|known| self.against(known).0);
        let Some(known) = known else { return };
        let (against, pairs, at) = self.against(known);
        for (found, at) in pairs.of_new.iter().zip(at) {
            let finding = &mut self.findings[at];
            let known = found.is_some_and(|old| against.known.entries[old].severity >= finding.severity);
            if known && finding.standing == Standing::New {
                finding.standing = Standing::Baselined;
            }
        }
        self.baseline = Some(against);
    }

    /// The open findings, as a baseline holds them: fails and unknown verdicts that nobody suppressed.
    pub fn entries(&self) -> Vec<Entry> {
        let open = |finding: &&Finding| matches!(finding.standing, Standing::New | Standing::Baselined);
        self.findings.iter().filter(open).filter_map(|finding| self.entry(finding)).collect()
    }

    /// Where the resources are that were judged, but those of live accounts, which never move.
    pub fn inventory(&self) -> HashSet<Place> {
        let live = |finding: &&Finding| {
            self.estate.inputs.get(finding.subject.input.0 as usize).is_some_and(|input| input.live.is_some())
        };
        let files =
            self.findings.iter().filter(|finding| !live(finding) && finding.subject.kind != ResourceKind::Command);
        files.map(|finding| (self.owner(finding).to_owned(), finding.subject.address.clone())).collect()
    }

    /// The places that a baseline of these entries holds: those of this scan, and of what it did not look at those that were known.
    pub fn places(&self, entries: &[Entry]) -> HashSet<Place> {
        let held: HashSet<&str> = entries.iter().map(|entry| entry.owner.as_str()).collect();
        let mut places = self.inventory();
        let owners: HashSet<String> = places.iter().map(|(owner, _)| owner.clone()).collect();
        let known = self.rewritten.iter().chain(&self.baseline).filter_map(|against| against.known.inventory.as_ref());
        let kept = known.flatten().filter(|(owner, _)| !owners.contains(owner));
        let kept = kept.filter(|(owner, _)| held.contains(owner.as_str()) || !self.reach.holds(owner));
        places.extend(kept.cloned().collect::<Vec<_>>());
        places
    }

    /// What a baseline is rewritten to: the open findings, and what was known and is not known to be mended. The number is
    /// of those that are kept although the scan does not have them.
    pub fn rewritten(&self) -> (Vec<Entry>, usize) {
        let mut entries = self.entries();
        let mut kept = 0;
        // What was found and is not listed was filtered out.
        let listed: HashSet<&str> = self.findings.iter().map(|finding| finding.fingerprint.as_str()).collect();
        let mut held: HashSet<String> = entries.iter().map(|entry| entry.fingerprint.clone()).collect();
        for against in self.rewritten.iter().chain(&self.baseline) {
            for (entry, now) in against.known.entries.iter().zip(&against.now) {
                let keep = match now {
                    Ok(now) => !listed.contains(now.as_str()),
                    Err(Fate::Fixed) => false,
                    Err(Fate::Changed) => entry.verdict == Verdict::Fail,
                    Err(Fate::Unseen) => crate::checks::CHECKS.iter().any(|check| check.id == entry.check),
                };
                if keep && held.insert(entry.fingerprint.clone()) {
                    entries.push(entry.clone());
                    kept += 1;
                }
            }
        }
        (entries, kept)
    }

    /// The pairs, with the position of each new entry among the findings.
    fn against(&self, known: Known) -> (Against, Pairs, Vec<usize>) {
        let found = self.findings.iter().enumerate().filter_map(|(at, finding)| Some((at, self.entry(finding)?)));
        let (at, new): (Vec<usize>, Vec<Entry>) = found.unzip();
        let seen = self.coverage();
        let pairs = pair(&known.entries, &new, &|entry| seen.judges(entry), &known.held());
        // Elsewhere the root is what the paths have in common, so that a path says something only beside another of its root.
        let own: HashSet<&str> = self.estate.inputs.iter().map(|input| input.owner()).collect();
        let anchored = self.reach.anchored || known.owners().any(|owner| own.contains(owner));
        let looked = |owner: &str| anchored && self.reach.holds(owner);
        let now = |(entry, now): (&Entry, &Option<usize>)| match now {
            Some(at) => Ok(new[*at].fingerprint.clone()),
            None => Err(seen.fate(entry, &looked)),
        };
        let now = known.entries.iter().zip(&pairs.of_old).map(now).collect();
        (Against { known, now }, pairs, at)
    }

    fn entry(&self, finding: &Finding) -> Option<Entry> {
        let verdict = verdict(&finding.outcome);
        matches!(verdict, Verdict::Fail | Verdict::Unknown).then(|| Entry {
            check: finding.check.to_owned(),
            verdict,
            severity: finding.severity,
            owner: self.owner(finding).to_owned(),
            kind: finding.subject.kind.word().to_owned(),
            address: finding.subject.address.clone(),
            path: self.path(finding),
            fingerprint: finding.fingerprint.clone(),
            moved: finding.moved.clone(),
        })
    }

    fn path(&self, finding: &Finding) -> Option<String> {
        match finding.at {
            crate::model::attr::Origin::Text(span) => Some(self.sources.file(span.file).path().to_owned()),
            crate::model::attr::Origin::Api { .. } => None,
        }
    }

    fn coverage(&self) -> Coverage {
        let mut seen = Coverage::of(self.checks.iter().map(|check| check.id));
        for input in self.estate.inputs.iter().filter(|input| input.kind != InputKind::Recording) {
            seen.input(input.owner(), input.complete == Truth::True);
        }
        for account in &self.accounts {
            seen.account(&account.id, account.status == Status::Complete);
        }
        for gap in &self.gaps {
            seen.gap(gap.path.as_deref(), gap.account.as_deref());
        }
        for finding in &self.findings {
            let (kind, address) = (finding.subject.kind.word(), &finding.subject.address);
            let subject = Subject::new(finding.check, self.owner(finding), kind, address);
            seen.verdict(subject, verdict(&finding.outcome));
        }
        seen
    }
}

/// Where a scan of files looked.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// The folders that reported paths are relative to.
    pub(super) roots: Vec<PathBuf>,
    /// The real places of what was scanned.
    pub(super) places: Vec<PathBuf>,
    /// What was left out.
    pub(super) exclude: Exclude,
    /// Whether the root is one that does not depend on what is scanned: a repository's, or one that was named.
    pub(super) anchored: bool,
}

impl Reach {
    /// Whether the scan looked at a file or folder, as reports name it. It also did if there is none: a file that was
    /// deleted holds nothing.
    fn holds(&self, owner: &str) -> bool {
        let account = owner.len() == 12 && owner.bytes().all(|byte| byte.is_ascii_digit());
        let plain = owner.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if !plain || account || owner == STDIN || self.roots.is_empty() {
            return false;
        }
        let there = self.roots.iter().map(|root| root.join(owner)).find(|place| place.symlink_metadata().is_ok());
        there.is_none_or(|there| self.places.iter().any(|place| there.starts_with(place)) && !self.is_left_out(&there))
    }

    fn is_left_out(&self, place: &Path) -> bool {
        let folder = self.exclude.folder.canonicalize().unwrap_or_default();
        let (Ok(globs), Ok(inner)) = (self.exclude.build(), place.strip_prefix(&folder)) else { return false };
        inner.ancestors().any(|part| globs.is_match(part))
    }
}

fn verdict(outcome: &Outcome) -> Verdict {
    match outcome {
        Outcome::Pass => Verdict::Pass,
        Outcome::Fail(_) => Verdict::Fail,
        Outcome::Unknown(_) => Verdict::Unknown,
        Outcome::NotApplicable(_) => Verdict::NotApplicable,
    }
}
