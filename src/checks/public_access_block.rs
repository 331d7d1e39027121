//! The four settings that keep a bucket from becoming public.

use crate::finding::{Judge, Severity};
use crate::model::Estate;
use crate::model::attr::Attr;
use crate::model::bucket::PublicAccessBlock;
use crate::truth::Truth;

/// What the settings do, for sources spell their names differently.
const FOUR: &str =
    "those that block public ACLs, block public policies, ignore public ACLs and restrict public buckets";

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for target in estate.log_buckets() {
        let mut draft = judge.on(&target).claim("blocks public access", "does not block public access in full");
        let block = match target.here() {
            Ok(bucket) => &bucket.block,
            Err(causes) => {
                draft.at(&target.named_at()).unknown(causes);
                continue;
            }
        };
        draft = draft.remedy(format!("Set all four settings under '{}' to true: {FOUR}.", block.name));
        if block.written() == Truth::False {
            // New buckets block public access of their own accord since April 2023, but nothing puts it back.
            draft = draft.severity(Severity::Low).because(format!(
                "'{}' is not set, so nothing restores its four settings when they are turned off",
                block.name
            ));
        } else if let Some(written) = block.possible().next() {
            let says: Vec<String> = settings(written).iter().map(|setting| setting.says()).collect();
            draft = draft.because(says.join(", "));
            // Where the first setting that is off stands; without one, where the settings stand.
            let first = settings(written).into_iter().find(|setting| setting.is(&true) == Truth::False);
            if let Some(off) = first {
                draft = draft.at(&off.at).fault(&*off.name);
            }
            for setting in settings(written) {
                draft = draft.looks_at(setting, "true");
            }
        }
        draft
            .looks_whether(block, "all four settings true")
            .rule(block.satisfies(|block| Truth::all(settings(block).iter().map(|setting| setting.is(&true)))));
    }
}

fn settings(block: &PublicAccessBlock) -> [&Attr<bool>; 4] {
    [&block.block_acls, &block.block_policy, &block.ignore_acls, &block.restrict_buckets]
}
