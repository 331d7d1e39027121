//! What is left of a text says what the whole text says, at the same places.

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::Source;
use crate::scan::plans;
use crate::source_map::{FileId, Position, SourceMap, Span};

/// What is left of a text, read in parts of so many bytes.
fn sift(text: &[u8], part: usize) -> Option<SourceMap> {
    let (text, cuts) = Source { bytes: text, length: text.len() as u64, part }.sift()?;
    let mut map = SourceMap::default();
    map.add_cut("plan.json", text, cuts);
    Some(map)
}

/// Everything in words, with places as people count.
fn told(what: &impl Debug, map: &SourceMap) -> String {
    static PLACES: LazyLock<Regex> = LazyLock::new(|| {
        // The range of a word is in the script that was put together, not in the file.
        let pattern = r"range: \d+\.\.\d+|Span \{ file: FileId\(0\), start: (\d+), end: (\d+) \}|(\d+)\.\.(\d+)";
        Regex::new(pattern).expect("is a pattern")
    });
    let text = format!("{what:?}");
    let place = |captures: &Captures<'_>| {
        let mut numbers = captures.iter().skip(1).flatten().map(|number| number.as_str().parse().expect("an offset"));
        let (Some(start), Some(end)) = (numbers.next(), numbers.next()) else { return captures[0].to_owned() };
        format!("{:?}", map.positions(Span { file: FileId(0), start, end }))
    };
    PLACES.replace_all(&text, place).into_owned()
}

/// What a plan or state says, or its fault.
fn read(map: &SourceMap) -> String {
    match plans::parse(map.file(FileId(0)).text(), "plan.json", FileId(0)) {
        Ok(Some(document)) => {
            let mut read = document.read;
            // Tables without an order.
            let mut written: Vec<_> = std::mem::take(&mut read.written).into_iter().collect();
            written.sort();
            told(&(document.kind, read, written), map)
        }
        Ok(None) => "neither".to_owned(),
        Err(error) => told(&error, map),
    }
}

fn whole(text: &str) -> SourceMap {
    let mut map = SourceMap::default();
    map.add("plan.json", text);
    map
}

#[track_caller]
fn same(text: &str, part: usize) -> usize {
    let left = sift(text.as_bytes(), part).expect("is certainly a plan or state");
    let (one, other) = (read(&left), read(&whole(text)));
    // The whole would fill pages.
    let apart = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| {
        String::from_utf8_lossy(&text.as_bytes()[apart.saturating_sub(200)..]).chars().take(400).collect::<String>()
    };
    assert!(one == other, "in parts of {part}:\n{}\n{}", around(&one), around(&other));
    left.file(FileId(0)).text().len()
}

/// All plans and states of the tests.
fn samples() -> Vec<(PathBuf, String)> {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(path.read_dir().expect("is a folder").flatten().map(|entry| entry.path()));
        } else if path.extension().is_some_and(|extension| extension == "json" || extension == "tfstate")
            && let Ok(text) = std::fs::read_to_string(&path)
            && text.starts_with('{')
            && text.contains("\"terraform_version\"")
        {
            found.push((path, text));
        }
    }
    found.sort();
    found
}

/// The types that the model knows become foreign ones, every other resource; some characters are not ASCII.
fn mixed(text: &str) -> String {
    let mut parts = text.split("\"type\":");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (index, part) in parts.enumerate() {
        let foreign = index % 2 == 1 && part.trim_start().starts_with("\"aws_");
        out.push_str("\"type\":");
        out.push_str(&if foreign { part.replacen("aws_", "other_é😀_", 1) } else { part.to_owned() });
    }
    out
}

#[test]
fn what_is_left_of_a_plan_says_the_same_at_the_same_places() {
    let samples = samples();
    assert!(samples.len() > 50, "{}", samples.len());
    let (mut before, mut after) = (0, 0);
    for (index, (path, text)) in samples.iter().enumerate() {
        let text = mixed(text);
        let pretty = serde_json::from_str::<serde_json::Value>(&text).map(|json| format!("{json:#}"));
        let Ok(pretty) = pretty else { panic!("{} is no JSON", path.display()) };
        for text in [&text, &pretty] {
            before += text.len();
            after += same(text, 1024 * 64);
            same(text, 64 * (1 + index % 40));
        }
    }
    assert!(after * 2 < before, "{after} of {before} bytes are left");
}

/// A plan of these resources: types by letter, `x` for one that is not modelled.
fn plan(kinds: &str, space: &str) -> String {
    let resources: Vec<String> = kinds
        .chars()
        .enumerate()
        .map(|(index, kind)| {
            let kind = if kind == 'x' { "other_thing" } else { "aws_s3_bucket" };
            format!(
                "{{\"address\":{space}\"{kind}.r{index}\",\"mode\":\"managed\",{space}\"type\":\"{kind}\",\"name\":\"r{index}\",\
                 \"change\":{{\"actions\":[\"create\"],{space}\"before\":null,\"after\":{{\"bucket\":\"ü😀-{index}\"}}}}}}"
            )
        })
        .collect();
    format!(
        "{{\"format_version\":\"1.2\",{space}\"terraform_version\":\"1.14.0\",\"planned_values\":{{\"a\":[{{}}]}},\
         \"resource_changes\":[{}],{space}\"configuration\":{{\"root_module\":{{}}}}}}",
        resources.join(&format!(",{space}"))
    )
}

#[test]
fn gaps_lie_in_front_of_between_and_behind_what_stays() {
    for kinds in ["", "x", "b", "xxxxb", "bxxxx", "xbxxbbxxx", "bbb", "xxxxxxxxxxxxxxxxxxxx"] {
        for space in ["", " ", "\n", "\r\n \u{e9}\n".trim_end_matches("\u{e9}\n"), "\n\n\t"] {
            for part in [64, 128, 192, 1024] {
                same(&plan(kinds, space), part);
            }
        }
    }
}

#[test]
fn of_a_run_of_strangers_one_pair_of_brackets_is_left() {
    let (few, many) = (same(&plan("bxb", ""), 64), same(&plan(&format!("b{}b", "x".repeat(500)), ""), 64));
    // The name of the last bucket is two digits longer, twice.
    assert_eq!(many - few, 3 * 2, "{many} and {few}");
}

#[test]
fn what_is_left_out_is_never_held() {
    let long = format!("\"planned_values\":{{\"b\":\"{}\",", "x".repeat(200_000));
    let strange = format!("\"type\":\"other_thing\",\"more\":[{}0],", "0,".repeat(100_000));
    for (from, to) in [("\"planned_values\":{", &long), ("\"type\":\"other_thing\",", &strange)] {
        let text = plan("bxb", "").replacen(from, to, 1);
        let whole = Source { bytes: text.as_bytes(), length: text.len() as u64, part: 1024 };
        let (left, _) = whole.sift().expect("is a plan");
        assert!(left.capacity() < 10_000, "{}", left.capacity());
        same(&text, 1024);
    }
}

#[test]
fn places_behind_gaps_are_those_of_the_file() {
    let text = plan("xxb", "\n");
    let left = sift(text.as_bytes(), 64).expect("is a plan");
    let file = left.file(FileId(0));
    let at = file.text().find("ü😀-2").expect("stays");
    let line = text[..text.find("ü😀-2").expect("is there")].matches('\n').count() as u32 + 1;
    let start = text[..text.find("ü😀-2").expect("is there")].rfind('\n').expect("not the first line") + 1;
    let column = (text.find("ü😀-2").expect("is there") - start) as u32 + 1;
    assert_eq!(file.position(at), Position { line, column });
    assert_eq!(file.position(at + "ü😀".len()).column, column + 3);
}

#[test]
fn what_is_in_doubt_is_left_to_the_reader_that_tells_faults() {
    let good = plan("xbx", "");
    assert!(sift(good.as_bytes(), 64).is_some());
    let broken = [
        good.replacen("\"mode\":\"managed\"", "\"mode\":nul", 1),
        good.replacen("\"mode\":\"managed\"", "\"mode\":01", 1),
        good.replacen("\"mode\":\"managed\"", "\"mode\" \"managed\"", 1),
        good.replacen("\"mode\":\"managed\",", "\"mode\":\"managed\"", 1),
        good.replacen("\"mode\":\"managed\",", "\"mode\":\"managed\",,", 1),
        good.replacen("],", "]],", 1),
        good.replacen("}},{", "}],{", 1),
        good.replacen("other_thing.r0", "other_thing.r0\\x", 1),
        good.replacen("other_thing.r0", "other_thing.r0\\u12g4", 1),
        good.replacen("other_thing.r0", "other_thing.r0\t", 1),
        good.replacen("\"a\":[{}]", "\"a\":[{}}", 1),
        good.replacen("\"a\":[{}]", "\"a\":[{}", 1),
        format!("{good}x"),
        good[..good.len() - 1].to_owned(),
        format!("\u{feff}{good}"),
        good.replacen("\"a\":[{}]", &format!("\"a\":{}{}", "[".repeat(200), "]".repeat(200)), 1),
    ];
    for text in broken {
        assert!(sift(text.as_bytes(), 64).is_none(), "{text}");
    }
    let mut bytes = good.clone().into_bytes();
    let at = good.find("😀").expect("is there");
    bytes[at + 1] = b'x';
    for part in [64, 128, 192, 256, 320, 384, 448, 1024] {
        assert!(sift(&bytes, part).is_none());
    }
    // What speaks of itself as a template is none of ours.
    assert!(sift(good.replacen("\"planned_values\"", "\"Resources\"", 1).as_bytes(), 64).is_none());
    assert!(sift(good.replacen("\"format_version\"", "\"AWSTemplateFormatVersion\"", 1).as_bytes(), 64).is_none());
}

#[test]
fn scripts_stay_wherever_they_stand() {
    let script = "aws cloudtrail create-subscription --name a";
    for padding in 0..130 {
        let pad = "p".repeat(padding);
        let text = format!(
            "{{\"format_version\":\"1.2\",\"terraform_version\":\"1.14.0\",\"configuration\":{{\"root_module\":{{\
             \"module_calls\":{{\"m\":{{\"module\":{{\"resources\":[{{\"mode\":\"managed\",\"type\":\"terraform_data\",\
             \"name\":\"{pad}\",\"provisioners\":[{{\"type\":\"local-exec\",\"expressions\":{{\"command\":\
             {{\"constant_value\":\"{script}\"}}}}}}]}},{{\"type\":\"other_thing\"}}]}}}}}}}}}}}}"
        );
        let left = sift(text.as_bytes(), 64).expect("is a plan");
        assert!(left.file(FileId(0)).text().contains(script), "{padding}");
        same(&text, 64);
    }
}
