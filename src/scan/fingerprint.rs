//! The identity of a finding across runs.

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::finding::Finding;
use crate::model::{Estate, ResourceKind};

/// Sets every fingerprint. The findings are sorted, so that the counter of otherwise equal ones does not change when
/// lines move.
pub(super) fn fill(findings: &mut [Finding], estate: &Estate) {
    let mut seen: HashMap<String, u32> = HashMap::new();
    for finding in findings {
        let owner = estate.inputs.get(finding.subject.input.0 as usize).map_or("", |input| input.owner());
        // The address of a command is its line; its words are in the fault.
        let address = match finding.subject.kind {
            ResourceKind::Command => "",
            _ => finding.subject.address.as_str(),
        };
        let fields = [finding.check, owner, address, finding.fault.as_str()];
        finding.moved = digest(&[finding.check, address, finding.fault.as_str()], 1);
        let first = digest(&fields, 1);
        let count = seen.entry(first.clone()).or_insert(0);
        *count += 1;
        finding.fingerprint = if *count == 1 { first } else { digest(&fields, *count) };
    }
}

/// Each field is preceded by its length: no two lists of fields give the same bytes. The counter is left out of the
/// first, so that a second of its kind does not change it.
fn digest(fields: &[&str], count: u32) -> String {
    let mut hasher = Sha256::new();
    for field in fields {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field.as_bytes());
    }
    if count > 1 {
        hasher.update(u64::from(count).to_be_bytes());
    }
    let mut text = "sha256:".to_owned();
    for byte in hasher.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_do_not_run_together() {
        assert_ne!(digest(&["ab", "c"], 1), digest(&["a", "bc"], 1));
        assert_ne!(digest(&["a"], 1), digest(&["a"], 2));
        assert_eq!(digest(&["a"], 1).len(), "sha256:".len() + 64);
    }
}
