//! Plays the runner of GitHub: reads `action.yml`, evaluates its expressions, runs its steps and takes their commands.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::expression::{evaluate, fill, is_true};
use crate::project;

/// How many annotations of one kind of a step are kept.
const MOST: usize = 10;

/// What a job is started with.
pub struct Runner {
    /// The checkout.
    pub workspace: PathBuf,
    /// `with:` of the step that uses the action.
    pub inputs: Vec<(&'static str, String)>,
    /// The context `github`.
    pub github: Value,
    /// Further variables.
    pub env: Vec<(&'static str, String)>,
    /// Whether code scanning takes the upload.
    pub takes_uploads: bool,
}

/// What became of a job.
#[derive(Debug, Default)]
pub struct Job {
    pub failed: bool,
    pub annotations: Vec<Annotation>,
    pub summary: String,
    /// The outputs of the action.
    pub outputs: BTreeMap<String, String>,
    /// The outputs of its steps: `scan.status`.
    pub steps: BTreeMap<String, String>,
    /// The SARIF reports that were uploaded, or should have been.
    pub uploads: Vec<Value>,
    pub log: String,
    /// Keeps the files of the job.
    _temp: Option<tempfile::TempDir>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    pub kind: String,
    pub file: Option<String>,
    pub line: Option<String>,
    pub title: String,
    pub text: String,
}

impl Job {
    /// The annotations of lines of files.
    pub fn on_lines(&self) -> Vec<&Annotation> {
        self.annotations.iter().filter(|annotation| annotation.file.is_some()).collect()
    }

    pub fn says(&self, kind: &str, text: &str) -> bool {
        self.annotations.iter().any(|annotation| annotation.kind == kind && annotation.text.contains(text))
    }
}

/// A document of YAML as JSON.
pub fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("no YAML: {error}\n{text}"))
}

impl Runner {
    /// Runs the action as a step of a job.
    pub fn run(&self) -> Job {
        let action = yaml(&fs::read_to_string(project().join("action.yml")).expect("is text"));
        let temp = tempfile::tempdir().expect("a folder");
        let mut inputs = serde_json::Map::new();
        for (name, declared) in action["inputs"].as_object().expect("inputs") {
            let default = declared["default"].as_str().unwrap_or_default();
            inputs.insert(name.clone(), fill(default, &json!({"github": self.github})).into());
        }
        for (name, value) in &self.inputs {
            assert!(inputs.insert((*name).to_owned(), value.clone().into()).is_some(), "no such input: {name}");
        }
        let mut context = json!({"github": self.github, "inputs": inputs, "steps": {}});
        let mut job = Job::default();
        for step in action["runs"]["steps"].as_array().expect("steps") {
            self.step(step, &mut context, temp.path(), &mut job);
        }
        for (name, output) in action["outputs"].as_object().expect("outputs") {
            job.outputs.insert(name.clone(), fill(output["value"].as_str().expect("a value"), &context));
        }
        for (step, seen) in context["steps"].as_object().expect("steps") {
            for (name, value) in seen["outputs"].as_object().into_iter().flatten() {
                job.steps.insert(format!("{step}.{name}"), value.as_str().expect("a string").to_owned());
            }
        }
        job._temp = Some(temp);
        job
    }

    fn step(&self, step: &Value, context: &mut Value, temp: &Path, job: &mut Job) {
        let id = step["id"].as_str().expect("every step has an id");
        let wanted = step["if"].as_str().is_none_or(|condition| is_true(&evaluate(condition, context)));
        if job.failed || !wanted {
            context["steps"][id] = json!({"outcome": "skipped", "conclusion": "skipped", "outputs": {}});
            return;
        }
        let mut outputs = serde_json::Map::new();
        let good = match step["uses"].as_str() {
            Some(uses) => {
                assert!(uses.starts_with("github/codeql-action/upload-sarif@"), "{uses}");
                let file = fill(step["with"]["sarif_file"].as_str().expect("a file"), context);
                let text = fs::read(&file).expect("the report is there");
                job.uploads.push(serde_json::from_slice(&text).expect("JSON"));
                self.takes_uploads
            }
            None => self.shell(step, context, temp, job, &mut outputs),
        };
        let forgiven = step["continue-on-error"] == true;
        let outcome = if good { "success" } else { "failure" };
        job.failed |= !good && !forgiven;
        context["steps"][id] = json!({"outcome": outcome, "outputs": outputs});
    }

    fn shell(
        &self,
        step: &Value,
        context: &Value,
        temp: &Path,
        job: &mut Job,
        outputs: &mut serde_json::Map<String, Value>,
    ) -> bool {
        assert_eq!(step["shell"], "bash");
        let run = step["run"].as_str().expect("a script");
        assert!(!run.contains("${{"), "an expression becomes a part of a script: {run}");
        let files = tempfile::tempdir().expect("a folder");
        let file = |name: &str| files.path().join(name);
        for name in ["script.sh", "output", "summary"] {
            fs::write(file(name), if name == "script.sh" { run } else { "" }).expect("a file");
        }
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(file("script.sh"));
        command.current_dir(&self.workspace).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", temp);
        command.env("GITHUB_ACTION_PATH", project()).env("RUNNER_TEMP", temp).env("GITHUB_WORKSPACE", &self.workspace);
        command.env("GITHUB_OUTPUT", file("output")).env("GITHUB_STEP_SUMMARY", file("summary"));
        command.env("GITHUB_REPOSITORY", self.github["repository"].as_str().unwrap_or_default());
        command.env("GITHUB_EVENT_NAME", self.github["event_name"].as_str().unwrap_or_default());
        command.env("GITHUB_ACTOR", self.github["actor"].as_str().unwrap_or_default());
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        for (name, value) in step["env"].as_object().expect("an environment") {
            command.env(name, fill(value.as_str().expect("a string"), context));
        }
        let output = command.output().expect("bash can be started");
        for stream in [output.stdout, output.stderr] {
            let text = String::from_utf8(stream).expect("UTF-8");
            take(&text, job);
        }
        for line in fs::read_to_string(file("output")).expect("is text").lines() {
            let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("no output: {line}"));
            let twice = outputs.insert(name.to_owned(), value.into());
            assert_eq!(twice, None, "{name} is set twice");
        }
        job.summary.push_str(&fs::read_to_string(file("summary")).expect("is text"));
        output.status.success()
    }
}

/// What the runner does with the output of a step: it takes commands at the beginning of lines, and those in the old form
/// anywhere. A carriage return ends a line, too.
fn take(text: &str, job: &mut Job) {
    let mut counts = BTreeMap::new();
    for line in text.split(['\n', '\r']) {
        job.log.push_str(line);
        job.log.push('\n');
        let Some((head, message)) = line.trim_start().strip_prefix("::").and_then(|rest| rest.split_once("::")) else {
            assert!(!line.contains("##["), "a command in the old form: {line}");
            continue;
        };
        let (kind, properties) = head.split_once(' ').unwrap_or((head, ""));
        assert!(["error", "warning", "notice"].contains(&kind), "a command of somebody else: {line}");
        let count: &mut usize = counts.entry(kind.to_owned()).or_default();
        *count += 1;
        if *count > MOST {
            continue;
        }
        let decode = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
        let property = |wanted: &str| {
            let pairs = properties.split(',').filter_map(|pair| pair.split_once('='));
            let found = pairs.into_iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| decode(&value.replace("%3A", ":").replace("%2C", ",")))
        };
        job.annotations.push(Annotation {
            kind: kind.to_owned(),
            file: property("file"),
            line: property("line"),
            title: property("title").unwrap_or_default(),
            text: decode(message),
        });
    }
}
