//! `aws cloudtrail create-trail` and what changes a trail afterwards.
//! <https://docs.aws.amazon.com/cli/latest/reference/cloudtrail/create-trail.html>

use super::{Bearing, Cx, bare, bearing, existence, more, option, set};
use crate::model::arn::Text;
use crate::model::attr::{Attr, Value};
use crate::model::event_selector::Selectors;
use crate::model::trail::{Insight, Trail};
use crate::model::{Protection, ResourceKind, Tag};
use crate::source_map::Span;
use crate::sources::block::{Absent, Block, MORE, hole, text};
use crate::sources::script::arguments::Command;
use crate::sources::selectors::{advanced_selector, basic_selector};
use crate::sources::shell::Guard;
use crate::sources::uses::bucket_name;
use crate::sources::value::{Field, Val, ValKind};
use crate::truth::Truth;

/// A trail in the making.
pub(super) struct State {
    pub name: Text,
    region: Text,
    profile: Option<Text>,
    endpoint: Option<Text>,
    header: Span,
    guards: Vec<Guard>,
    pub fields: Vec<Field>,
}

/// Starts and stops are calls of their own: this is the name of the attribute that they set.
pub(super) const LOGGING: &str = "start-logging";

impl Cx<'_> {
    pub(super) fn trail(&mut self, command: &Command) {
        match command.name.as_str() {
            "create-trail" => self.create_trail(command),
            "update-trail" | "put-event-selectors" | "put-insight-selectors" => self.change_trail(command, true),
            "start-logging" | "stop-logging" | "delete-trail" | "add-tags" | "remove-tags" => {
                self.change_trail(command, false);
            }
            _ => {}
        }
    }

    fn create_trail(&mut self, command: &Command) {
        let options = command.options(self.files);
        let name = option(&options, "--name").unwrap_or_else(|| self.nameless(command, "name of the trail"));
        let ValKind::Map(fields) = options.kind else { return };
        // Made twice, say in a loop written out: the second call fails or makes another trail in another Region.
        let known = self.trails.iter().any(|trail| {
            trail.name == name
                && trail.region == self.region(command)
                && trail.profile == command.global("--profile")
                && trail.endpoint == command.global("--endpoint-url")
                && trail.guards.iter().all(|guard| command.guards.contains(guard))
        });
        if known {
            return;
        }
        self.trails.push(State {
            name,
            region: self.region(command),
            profile: command.global("--profile"),
            endpoint: command.global("--endpoint-url"),
            header: command.header(),
            guards: command.guards.clone(),
            fields,
        });
    }

    fn change_trail(&mut self, command: &Command, makes_known: bool) {
        let options = command.options(self.files);
        let named = option(&options, "--name")
            .or_else(|| option(&options, "--trail-name"))
            .or_else(|| option(&options, "--resource-id"));
        let name = named.map_or_else(|| self.nameless(command, "name of the trail"), |name| bare(&name, ":trail/"));
        let region = self.region(command);
        let mut found = false;
        let mut gone = Vec::new();
        for (i, trail) in self.trails.iter_mut().enumerate() {
            let regions = trail.region.same(&region);
            // A call without a Region goes where the caller's calls go.
            let elsewhere = regions == Truth::False || trail.profile != command.global("--profile");
            let same = if elsewhere { Truth::False } else { trail.name.same(&name) };
            found |= same == Truth::True;
            let bearing = bearing(&same, &trail.guards, &command.guards, command);
            match (command.name.as_str(), &bearing) {
                (_, Bearing::None) => {}
                ("delete-trail", Bearing::Always) => gone.push(i),
                _ => change(trail, command, &options, &bearing),
            }
        }
        for i in gone.into_iter().rev() {
            self.trails.remove(i);
        }
        if !found && makes_known {
            let header = command.header();
            let why = format!("'{}' leaves what it does not name as it is", command.name);
            let mut trail = State {
                name,
                region,
                profile: command.global("--profile"),
                endpoint: command.global("--endpoint-url"),
                header,
                guards: command.guards.clone(),
                fields: vec![more(header, why)],
            };
            change(&mut trail, command, &options, &Bearing::Always);
            self.trails.push(trail);
        }
    }

    pub(super) fn finish_trails(&mut self) {
        let states = std::mem::take(&mut self.trails);
        for (i, state) in states.iter().enumerate() {
            let mut address = state.name.to_string();
            let twice = |other: &State| other.name == state.name && other.header != state.header;
            if states.iter().any(twice) {
                address = format!("{address}@{}", state.region);
            }
            if states[..i].iter().any(|other| twice(other) && other.region == state.region) {
                address = format!("{address}#{i}");
            }
            let trail = self.finish_trail(state, address);
            self.input.trails.items.push(trail);
        }
    }

    fn finish_trail(&self, state: &State, address: String) -> Trail {
        let val = Val { kind: ValKind::Map(state.fields.clone()), span: state.header };
        let block = self.block(&val);
        let account = self.input.account.clone();
        let arn = Text::format(
            "arn:aws:cloudtrail:{}:{}:trail/{}",
            &[&state.region, &account, &bare(&state.name, ":trail/")],
        );
        Trail {
            id: self.identity(ResourceKind::Trail, address, state.header, existence(&state.guards)),
            name: state.name.clone(),
            arn,
            account,
            home_region: state.region.clone(),
            bucket: block.text(&["--s3-bucket-name"]).map(bucket_name),
            prefix: block.text_or(&["--s3-key-prefix"], ""),
            // `CreateTrail` makes a trail that does not log until `StartLogging` is called.
            logging: block.flag(&[LOGGING], false),
            multi_region: block.flag(&["--is-multi-region-trail"], false),
            global_service_events: block.flag(&["--include-global-service-events"], true),
            organization: block.flag(&["--is-organization-trail"], false),
            log_file_validation: block.flag(&["--enable-log-file-validation"], false),
            kms_key: block.text(&["--kms-key-id"]),
            log_group: block.text(&["--cloud-watch-logs-log-group-arn"]),
            log_role: block.text(&["--cloud-watch-logs-role-arn"]),
            topic: block.text(&["--sns-topic-name"]),
            selectors: Selectors {
                basic: block.list(&["--event-selectors"], basic_selector),
                advanced: block.list(&["--advanced-event-selectors"], advanced_selector),
            },
            insights: block.list(&["--insight-selectors"], |block| Insight {
                kind: block.text(&["InsightType"]),
                categories: block.texts(&["EventCategories"]),
            }),
            tags: tags(&block),
            protection: Protection::Script,
        }
    }
}

/// What a call changes of a trail.
fn change(trail: &mut State, command: &Command, options: &Val, bearing: &Bearing) {
    let flag = |on: bool| Field {
        key: LOGGING.into(),
        key_span: command.header(),
        value: Val { kind: ValKind::Bool(on), span: command.header() },
    };
    let hidden = options.field(MORE);
    match command.name.as_str() {
        "start-logging" => set(&mut trail.fields, LOGGING, Some(flag(true)), bearing),
        "stop-logging" => set(&mut trail.fields, LOGGING, Some(flag(false)), bearing),
        "update-trail" => {
            for field in options.fields().iter().filter(|field| !["--name", MORE].contains(&&*field.key)) {
                set(&mut trail.fields, &field.key, Some(field.clone()), bearing);
            }
            if let Some(hidden) = hidden {
                // Whatever else it sets, nothing that was known before is certain any more.
                let kept: Vec<_> = options.fields().iter().map(|field| field.key.clone()).collect();
                for field in
                    trail.fields.iter_mut().filter(|field| !kept.contains(&field.key) && &*field.key != LOGGING)
                {
                    field.value = hidden.value.clone();
                }
                set(&mut trail.fields, MORE, Some(hidden.clone()), &Bearing::Always);
            }
        }
        "put-event-selectors" => {
            let names = ["--event-selectors", "--advanced-event-selectors"];
            // One kind replaces the other.
            for name in names {
                let new = options.field(name).or(hidden).map(|field| Field { key: name.into(), ..field.clone() });
                let new = new.or_else(|| Some(null(name, command.header())));
                set(&mut trail.fields, name, new, bearing);
            }
        }
        "put-insight-selectors" => {
            let name = "--insight-selectors";
            let new = options.field(name).or(hidden).map(|field| Field { key: name.into(), ..field.clone() });
            set(&mut trail.fields, name, new, bearing);
        }
        "add-tags" => {
            let new = options.field("--tags-list").or(hidden);
            let new = new.map(|field| Field { key: "--tags-list".into(), ..field.clone() });
            let both = match (trail.fields.iter().find(|field| &*field.key == "--tags-list"), new) {
                (Some(old), Some(new)) => Some(Field {
                    value: Val {
                        kind: ValKind::List(old.value.items().iter().chain(new.value.items()).cloned().collect()),
                        span: new.value.span,
                    },
                    ..new
                }),
                (_, new) => new,
            };
            set(&mut trail.fields, "--tags-list", both, bearing);
        }
        _ => {}
    }
}

fn null(key: &str, span: Span) -> Field {
    Field { key: key.into(), key_span: span, value: Val { kind: ValKind::Null, span } }
}

/// `--tags-list Key=owner,Value=audit …`
fn tags(block: &Block<'_>) -> Attr<Vec<Tag>> {
    block.attr(&["--tags-list"], Absent::Missing, |val| {
        let tag = |val: &Val| {
            let part = |key: &str| match val.get(key).map(text) {
                Some(Value::Known(text)) => text,
                _ => hole(val),
            };
            Tag { key: part("Key"), value: part("Value") }
        };
        match &val.kind {
            ValKind::List(items) => Value::Known(items.iter().map(tag).collect()),
            ValKind::Unknown(cause) => Value::Unknown(cause.clone()),
            _ => Value::Known(vec![tag(val)]),
        }
    })
}
