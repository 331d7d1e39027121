//! Calls of `aws cloudtrail create-subscription` and `update-subscription`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::finding::Judge;
use crate::model::Estate;
use crate::model::invocation::{Invocation, Word};

mod fix;

/// The commands and flags, and what replaces them.
#[derive(Deserialize)]
struct Replacements {
    commands: Vec<Command>,
    flags: Vec<Flag>,
}

#[derive(Deserialize)]
struct Command {
    name: String,
    replacement: Vec<String>,
}

#[derive(Deserialize)]
struct Flag {
    flag: String,
    create_trail: Option<String>,
    update_trail: Option<String>,
}

static REPLACEMENTS: LazyLock<Replacements> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/deprecated-cli-flags.json"))
        .expect("the embedded file is well-formed")
});

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for invocation in estate.inputs.iter().flat_map(|input| &input.invocations) {
        let Some(name) = invocation.command.literal() else { continue };
        let Some(command) = REPLACEMENTS.commands.iter().find(|command| command.name == name) else { continue };
        let given = arguments(invocation);
        if given.first().and_then(|word| word.text.literal()) == Some("help") {
            continue;
        }
        let at = given_command(invocation).map_or(&invocation.id.at, |word| &word.at);
        judge
            .on(invocation)
            .claim("exists in every AWS CLI", format!("is the deprecated '{name}'"))
            .because(
                "AWS CLI v2 has no such command, and in v1 the trail it makes records one Region without log file \
                 validation",
            )
            .evidence("command", command.replacement.join(" and "), name, at)
            .fault(name)
            .remedy(remedy(command, given))
            .fix(fix::edits(invocation, command.name == "create-subscription"))
            .fail();
    }
}

/// The word that names the command.
fn given_command(invocation: &Invocation) -> Option<&Word> {
    invocation.words.iter().find(|word| word.text == invocation.command)
}

/// The words behind the command.
fn arguments(invocation: &Invocation) -> &[Word] {
    let place = invocation.words.iter().position(|word| word.text == invocation.command);
    place.map_or(&[], |place| &invocation.words[place + 1..])
}

fn remedy(command: &Command, given: &[Word]) -> String {
    let creates = command.name == "create-subscription";
    // The order of the table, each flag once.
    let mut used: BTreeSet<usize> = BTreeSet::new();
    for word in given {
        let text = word.text.to_string();
        let written = text.split_once('=').map_or(text.as_str(), |(flag, _)| flag);
        used.extend(known_flag(written));
    }
    let mut steps: Vec<String> = Vec::new();
    for place in used {
        let flag = &REPLACEMENTS.flags[place];
        let heir = if creates { &flag.create_trail } else { &flag.update_trail };
        steps.extend(step(&flag.flag, heir.as_deref(), given));
    }
    let calls: Vec<String> = command.replacement.iter().map(|name| format!("'aws cloudtrail {name}'")).collect();
    let mut text = format!("Use {}", calls.join(" and then "));
    if !steps.is_empty() {
        text.push_str(": ");
        text.push_str(&steps.join("; "));
    }
    text.push_str(". Add --is-multi-region-trail, --enable-log-file-validation and --kms-key-id.");
    text
}

/// What to do with one flag; `None` when it stays as it is.
fn step(flag: &str, heir: Option<&str>, given: &[Word]) -> Option<String> {
    Some(match (flag, heir) {
        ("--s3-new-bucket", Some(heir)) => {
            format!(
                "{flag} becomes {heir}, once the bucket and its policy exist (s3api create-bucket, put-bucket-policy)"
            )
        }
        ("--sns-new-topic", Some(heir)) => {
            format!(
                "{flag} becomes {heir}, once the topic and its policy exist (sns create-topic, set-topic-attributes)"
            )
        }
        ("--include-global-service-events", Some(heir)) => match global_events(given).as_deref() {
            Some("true") => format!("{flag} takes no value any more: leave out its 'true'"),
            Some("false") => {
                format!("{flag} takes no value any more: its 'false' is --no-include-global-service-events")
            }
            _ => format!("{flag} takes no value any more: {heir}"),
        },
        ("--s3-custom-policy", None) => format!("{flag} has no heir: s3api put-bucket-policy --policy"),
        ("--sns-custom-policy", None) => {
            format!("{flag} has no heir: sns set-topic-attributes --attribute-name Policy")
        }
        (_, None) => format!("{flag} has no heir"),
        (_, Some(heir)) if heir == flag => return None,
        (_, Some(heir)) => format!("{flag} becomes {heir}"),
    })
}

/// The value of `--include-global-service-events`.
fn global_events(given: &[Word]) -> Option<String> {
    for (i, word) in given.iter().enumerate() {
        let text = word.text.to_string();
        let (flag, inline) = text.split_once('=').map_or((&*text, None), |(flag, value)| (flag, Some(value)));
        if known_flag(flag).is_some_and(|place| REPLACEMENTS.flags[place].flag == "--include-global-service-events") {
            let value = inline.map(str::to_owned).or_else(|| given.get(i + 1).map(|word| word.text.to_string()));
            return value.map(|value| value.to_ascii_lowercase());
        }
    }
    None
}

/// The flag that was written, maybe abbreviated: AWS CLI v1 takes every beginning that only one flag has.
fn known_flag(written: &str) -> Option<usize> {
    if !written.starts_with("--") || written.len() < 3 {
        return None;
    }
    if let Some(place) = REPLACEMENTS.flags.iter().position(|flag| flag.flag == written) {
        return Some(place);
    }
    let mut fits = REPLACEMENTS.flags.iter().enumerate().filter(|(_, flag)| flag.flag.starts_with(written));
    match (fits.next(), fits.next()) {
        (Some((place, _)), None) => Some(place),
        _ => None,
    }
}
