//! A part of an organization, so that several runs share the work.

use std::str::FromStr;

/// One of `count` parts: every account is in exactly one, whatever other accounts there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which part, from 1.
    index: u64,
    /// How many there are.
    count: u64,
}

impl Shard {
    /// Whether an account is in it. AWS gives ids at random, so that the parts are of about one size.
    pub fn contains(self, account: &str) -> bool {
        account.parse::<u64>().map_or(0, |id| id % self.count) == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    /// `3/10`: the third of ten.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
        match parts {
            Some((index, count)) if 1 <= index && index <= count => Ok(Self { index, count }),
            _ => Err("a shard looks like 3/10, the third of ten".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_is_in_one_shard() {
        let shards: Vec<Shard> = (1..=7).map(|n| format!("{n}/7").parse().expect("is one")).collect();
        for account in (0..1000_u64).map(|n| format!("{:012}", n * 7_919_333 + 3)).chain(["no id".to_owned()]) {
            assert_eq!(shards.iter().filter(|shard| shard.contains(&account)).count(), 1, "{account}");
        }
    }

    #[test]
    fn what_is_no_shard() {
        for bad in ["", "1", "0/3", "4/3", "1/0", "0/0", "-1/3", "a/b", "1/2/3", "1 / 2"] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
    }
}
