//! What uses a bucket other than a trail, whatever source it was written in.

use super::block::{Absent, Block, text};
use crate::model::arn::{Part, Text};
use crate::model::attr::{Attr, Seen};
use crate::model::bucket::BucketUse;
use crate::model::{Identity, Input};

/// Notes that `by` writes into a bucket, unless it certainly names none.
pub fn record(input: &mut Input, by: &Identity, bucket: Attr<Text>, purpose: &'static str) {
    let names_none = bucket.cases().iter().all(|(_, seen)| match seen {
        Seen::Absent => true,
        Seen::Value(name) => name.is_certainly_empty(),
        _ => false,
    });
    if !names_none {
        input.bucket_uses.items.push(BucketUse { by: by.clone(), purpose, bucket: bucket.map(bucket_name) });
    }
}

/// A destination that may also be a log group or stream: only an S3 ARN names a bucket.
pub fn arn_of_bucket(block: &Block<'_>, path: &[&str]) -> Attr<Text> {
    block.attr(path, Absent::Missing, text).map(s3_arn_only)
}

/// The destination; empty where its ARN is not one of S3.
pub fn s3_arn_only(destination: &Text) -> Text {
    let other = matches!(destination.parts().first(), Some(Part::Lit(first))
        if first.starts_with("arn:") && !first.contains(":s3:"));
    if other { Text::default() } else { destination.clone() }
}

/// The ARN of a log group, without the `:*` that stands for its streams.
pub fn without_star(arn: &Text) -> Text {
    let mut result = Text::default();
    let parts = arn.parts();
    for (i, part) in parts.iter().enumerate() {
        match part {
            Part::Lit(text) if i + 1 == parts.len() => result.push_str(text.strip_suffix(":*").unwrap_or(text)),
            Part::Lit(text) => result.push_str(text),
            Part::Var(var) => result.push(&var.clone().into()),
        }
    }
    result
}

/// The bucket's name in a name, ARN, `s3://` location or S3 domain name.
pub fn bucket_name(text: &Text) -> Text {
    let mut rest = text.clone();
    if let Some(Part::Lit(first)) = text.parts().first() {
        let start = first.find(":s3:::").map(|at| at + ":s3:::".len());
        let start = start.or_else(|| first.starts_with("s3://").then_some("s3://".len()));
        if let Some(start) = start {
            rest = Text::from(&first[start..]);
            for part in &text.parts()[1..] {
                match part {
                    Part::Lit(lit) => rest.push_str(lit),
                    Part::Var(var) => rest.push(&var.clone().into()),
                }
            }
        }
    }
    // The name ends at the first slash, or where the S3 domain begins.
    let mut name = Text::default();
    for part in rest.parts() {
        match part {
            Part::Lit(lit) => {
                let end = lit.find('/').into_iter().chain(lit.find(".s3.")).min();
                name.push_str(&lit[..end.unwrap_or(lit.len())]);
                if end.is_some() {
                    break;
                }
            }
            Part::Var(var) => name.push(&var.clone().into()),
        }
    }
    name
}
