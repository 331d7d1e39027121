//! The documents: every YAML file is one, and every command line that they show is one of ours.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use clap::error::ErrorKind;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use serde_json::Value;
use trailwarden::cli::args::Cli;

use super::action::runner::yaml;
use super::cli::{BAD, GOOD, ONLY, command, folder};
use super::{all_files, entries, name, none, project};

/// A piece of a document, and where it is from.
struct Piece {
    from: String,
    text: String,
}

/// Workflows, templates, hooks, the action: whatever is read by another program.
fn yaml_files() -> Vec<PathBuf> {
    let mut files = vec![project().join("action.yml"), project().join(".pre-commit-hooks.yaml")];
    for folder in [".github/workflows", "docs"] {
        files.extend(entries(&project().join(folder)));
    }
    files.retain(|path| path.extension().is_some_and(|e| e == "yml" || e == "yaml"));
    files
}

fn pages() -> Vec<PathBuf> {
    let here = entries(project()).into_iter().chain(entries(&project().join("docs")));
    let pages = here.filter(|path| path.extension().is_some_and(|e| e == "md"));
    pages.chain(all_files(&project().join("checks"))).collect()
}

/// All strings of a document of YAML.
fn strings<'a>(value: &'a Value, all: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => all.push(text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, all)),
        Value::Object(items) => items.values().for_each(|item| strings(item, all)),
        _ => {}
    }
}

fn of_yaml(from: &str, text: &str, pieces: &mut Vec<Piece>) {
    let document = yaml(text);
    let mut all = Vec::new();
    strings(&document, &mut all);
    pieces.extend(all.into_iter().map(|text| Piece { from: from.to_owned(), text: text.to_owned() }));
}

/// Code of Markdown: spans, consoles, YAML.
fn of_page(path: &Path, pieces: &mut Vec<Piece>) {
    let text = fs::read_to_string(path).expect("is text");
    let from = name(path);
    let mut fence: Option<(String, String)> = None;
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
        match (event, &mut fence) {
            (Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))), _) => {
                fence = Some((info.to_string(), String::new()))
            }
            (Event::Text(text), Some((_, code))) => code.push_str(&text),
            (Event::End(TagEnd::CodeBlock), Some((info, code))) => {
                match info.as_str() {
                    "yaml" if from == "README.md" || path.starts_with(project().join("docs")) => {
                        of_yaml(&from, code, pieces);
                    }
                    "console" => {
                        let text = code.replace("\\\n", " ");
                        let typed = text.lines().filter_map(|line| line.strip_prefix("$ "));
                        pieces.extend(typed.map(|line| Piece { from: from.clone(), text: line.to_owned() }));
                    }
                    _ => {}
                }
                fence = None;
            }
            (Event::Code(code), _) => pieces.push(Piece { from: from.clone(), text: code.to_string() }),
            _ => {}
        }
    }
}

/// The words of a command up to where the shell ends it. Variables stay as they are.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut open) = (Vec::new(), String::new(), None, false);
    for c in text.chars() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), c) => word.push(c),
            (None, '"' | '\'') => (quote, open) = (Some(c), true),
            (None, '|' | '&' | ';' | '>' | '<' | '\n' | ')') => break,
            (None, '#') if word.is_empty() => break,
            (None, c) if c.is_whitespace() => {
                if open || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                open = false;
            }
            (None, c) => word.push(c),
        }
    }
    if open || !word.is_empty() {
        words.push(word);
    }
    words
}

/// The command lines of ours in a text: `trailwarden …` where a command may stand, and `cargo run … -- …`.
fn commands(text: &str) -> Vec<Vec<String>> {
    let text = text.replace("\\\n", " ");
    let mut found = Vec::new();
    for line in text.split(['\n', '|', ';']).flat_map(|line| line.split("&&")) {
        let line = line.trim();
        let line = line.strip_prefix("if ").or(line.strip_prefix("! ")).unwrap_or(line);
        let first = line.split_whitespace().next().unwrap_or_default();
        let ours = first == "trailwarden" || first.trim_matches('"').ends_with("/trailwarden$suffix");
        let rest = if ours {
            Some(&line[first.len()..])
        } else if line.starts_with("cargo run") {
            line.split_once(" -- ").map(|(_, rest)| rest)
        } else if line.starts_with("docker run") {
            line.split_once(" trailwarden ").map(|(_, rest)| rest)
        } else {
            None
        };
        if let Some(rest) = rest {
            found.push(words(rest));
        }
    }
    found
}

/// Placeholders, as people write them, stand for values.
fn filled(word: &str) -> String {
    match word {
        "CHECK" => "kms-encryption".to_owned(),
        "SHELL" => "bash".to_owned(),
        _ => word.replace("…", "x"),
    }
}

#[test]
fn every_command_line_is_one_of_ours() {
    let mut pieces = Vec::new();
    for path in pages() {
        of_page(&path, &mut pieces);
    }
    for path in yaml_files() {
        of_yaml(&name(&path), &fs::read_to_string(&path).expect("is text"), &mut pieces);
    }
    let (mut faults, mut seen) = (Vec::new(), std::collections::BTreeMap::<String, usize>::new());
    for Piece { from, text } in &pieces {
        for command in commands(text) {
            // The name of the program alone is a name.
            let Some(first) = command.first() else { continue };
            if first == "live" && !cfg!(feature = "live") {
                continue;
            }
            *seen.entry(from.clone()).or_default() += 1;
            let typed = std::iter::once("trailwarden".to_owned()).chain(command.iter().map(|word| filled(word)));
            if let Err(error) = Cli::try_parse_from(typed)
                && error.use_stderr()
                // The name of a command alone is a name, too.
                && !(command.len() == 1 && error.kind() == ErrorKind::MissingRequiredArgument)
            {
                faults.push(format!("{from}: trailwarden {}\n{error}", command.join(" ")));
            }
        }
    }
    none(&faults);
    for file in [
        "README.md",
        "github.md",
        "organization.md",
        "ci.yml",
        "release.yml",
        "gitlab-ci.yml",
        "azure-pipelines.yml",
        ".pre-commit-hooks.yaml",
    ] {
        let least = if cfg!(feature = "live") || file != "organization.md" { 1 } else { 0 };
        assert!(seen.get(file).copied().unwrap_or_default() >= least, "{file} shows no command: {seen:?}");
    }
    assert!(seen["README.md"] >= 12, "{seen:?}");
}

#[test]
fn commands_are_found_where_they_stand() {
    let found = commands(
        "cdk synth | trailwarden scan -\nif trailwarden scan \"a b\" \\\n  --quiet > out; then\n  echo trailwarden no",
    );
    assert_eq!(found, [vec!["scan", "-"], vec!["scan", "a b", "--quiet"]]);
    assert_eq!(
        commands("cargo run --locked -- scan examples --fail-on never"),
        [["scan", "examples", "--fail-on", "never"]]
    );
    assert!(Cli::try_parse_from(["trailwarden", "scan", "--no-such-flag"]).is_err());
}

/// Actions of others by commit, with the version beside it; jobs with a limit of time and of what they may.
#[test]
fn workflows_are_pinned_and_bounded() {
    let mut faults = Vec::new();
    let own = ["./", "trailwarden/trailwarden@v0"];
    let mut documents: Vec<(String, String)> =
        yaml_files().iter().map(|path| (name(path), fs::read_to_string(path).expect("is text"))).collect();
    documents.extend(
        ["README.md", "docs/github.md", "docs/organization.md"]
            .map(|page| (page.to_owned(), fs::read_to_string(project().join(page)).expect("is text"))),
    );
    let mut pinned = 0;
    for (from, text) in &documents {
        for line in text.lines().map(str::trim) {
            let Some(uses) = line.trim_start_matches("- ").strip_prefix("uses: ") else { continue };
            if own.contains(&uses) {
                continue;
            }
            let commit = uses.split_once('@').and_then(|(_, rest)| rest.split_once(" # v"));
            let good = commit.is_some_and(|(id, version)| {
                id.len() == 40 && id.bytes().all(|b| b.is_ascii_hexdigit()) && version.split('.').count() == 3
            });
            pinned += usize::from(good);
            if !good {
                faults.push(format!("{from}: {uses}"));
            }
        }
    }
    assert!(pinned >= 10);
    for path in entries(&project().join(".github/workflows")) {
        let workflow = yaml(&fs::read_to_string(&path).expect("is text"));
        let from = name(&path);
        if workflow["permissions"] != serde_json::json!({"contents": "read"}) {
            faults.push(format!("{from}: {} may do more", workflow["permissions"]));
        }
        for (id, job) in workflow["jobs"].as_object().expect("jobs") {
            if !job["timeout-minutes"].is_u64() {
                faults.push(format!("{from}: {id} has no limit of time"));
            }
            let mut all = Vec::new();
            for step in job["steps"].as_array().expect("steps") {
                strings(&step["run"], &mut all);
            }
            faults.extend(all.iter().filter(|run| run.contains("${{")).map(|run| format!("{from}: {run}")));
        }
    }
    none(&faults);
}

/// What other programs take from the templates.
#[test]
fn templates_publish_what_the_program_writes() {
    let read = |path: &str| yaml(&fs::read_to_string(project().join(path)).expect("is text"));
    let gitlab = read("docs/gitlab-ci.yml");
    let job = &gitlab["trailwarden"];
    let script = job["script"][0].as_str().expect("a script");
    for (report, format) in [("codequality", "gitlab"), ("sast", "gitlab-sast"), ("junit", "junit")] {
        let file = job["artifacts"]["reports"][report].as_str().expect("a file");
        assert!(script.contains(&format!("--output {format}={file}")), "{script}");
    }
    assert_eq!(job["artifacts"]["when"], "always");
    let azure = fs::read_to_string(project().join("docs/azure-pipelines.yml")).expect("is text");
    let steps = yaml(&azure);
    let tasks: Vec<_> =
        steps["steps"].as_array().expect("steps").iter().filter(|step| step["task"].is_string()).collect();
    assert_eq!(tasks[0]["inputs"]["ArtifactName"], "CodeAnalysisLogs");
    assert_eq!(tasks[1]["inputs"]["testResultsFormat"], "JUnit");
    assert!(tasks.iter().all(|task| task["condition"] == "succeededOrFailed()"));
}

/// The entries of the hooks, run as pre-commit runs them.
#[test]
fn hooks_run_as_pre_commit_runs_them() {
    let hooks = yaml(&fs::read_to_string(project().join(".pre-commit-hooks.yaml")).expect("is text"));
    let module = |text: &str| {
        format!("resource \"aws_cloudtrail\" \"t\" {{\n  name = \"t\"\n  s3_bucket_name = \"b\"\n{text}}}\n")
    };
    let good = module("  enable_log_file_validation = true\n");
    let here = folder(&[
        ("good.yaml", GOOD),
        ("other.yaml", "a: 1\n"),
        ("a/main.tf", &good),
        ("a/variables.tf", "variable \"x\" {}\n"),
        ("b/main.tf", &module("")),
    ]);
    let run = |hook: &Value, files: &[&str]| {
        let entry: Vec<&str> = hook["entry"].as_str().expect("an entry").split_whitespace().collect();
        assert_eq!(entry[0], "trailwarden");
        let passed = if hook["pass_filenames"] == false { &[] } else { files };
        command(here.path()).args(&entry[1..]).arg(ONLY).args(passed).assert()
    };
    let mut ids = Vec::new();
    for hook in hooks.as_array().expect("a list") {
        let known = [
            "id",
            "name",
            "description",
            "entry",
            "language",
            "types_or",
            "exclude",
            "pass_filenames",
            "require_serial",
        ];
        assert!(hook.as_object().expect("a hook").keys().all(|key| known.contains(&key.as_str())), "{hook}");
        ids.push(hook["id"].as_str().expect("an id"));
        let whole = hook["pass_filenames"] == false;
        // A file of a good module, and one of the bad one, together with nothing else.
        run(hook, &["a/variables.tf", "a/main.tf"]).code(if whole { 1 } else { 0 });
        run(hook, &["b/main.tf"]).code(1);
    }
    assert_eq!(ids, ["trailwarden", "trailwarden-terraform", "trailwarden-system"]);
    fs::write(here.path().join("b/main.tf"), good).expect("a file");
    for hook in hooks.as_array().expect("a list") {
        // Files of others are none of ours: the hook is silent about them.
        run(hook, &["a/main.tf", "b/main.tf"]).code(0);
    }
    fs::write(here.path().join("bad.yaml"), BAD).expect("a file");
    run(&hooks[0], &[]).code(1);
}

/// The image: nothing but the program, and no root.
#[test]
fn the_image_is_small_and_without_root() {
    let text = fs::read_to_string(project().join("Dockerfile")).expect("is text");
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().rposition(|line| line.starts_with("FROM ")).expect("an image");
    assert_eq!(lines[last], "FROM scratch");
    let after = &lines[last..];
    let user = after.iter().find_map(|line| line.strip_prefix("USER ")).expect("a user");
    assert!(user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)), "{user}");
    assert!(after.contains(&"ENTRYPOINT [\"/usr/bin/trailwarden\"]"));
    let copied = fs::read_to_string(project().join(".dockerignore")).expect("is text");
    for part in ["Cargo.toml", "Cargo.lock", "src", "checks", "data"] {
        assert!(copied.lines().any(|line| line == format!("!{part}")), "{part} is not copied");
    }
    // All that the sources include is there.
    let listed: Vec<&str> = copied.lines().filter_map(|line| line.strip_prefix('!')).collect();
    for path in all_files(&project().join("src")) {
        let text = fs::read_to_string(&path).unwrap_or_default();
        for file in text.split("include_str!(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let place = path.parent().expect("a folder").join(file).canonicalize().expect("the file is there");
            let inner = place.strip_prefix(project()).expect("is ours").to_owned();
            let first = inner.components().next().expect("a part").as_os_str().to_string_lossy().into_owned();
            assert!(listed.contains(&first.as_str()), "{} needs {first}", path.display());
        }
    }
}
