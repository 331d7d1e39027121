//! The GitHub Action: its steps run as a workflow would run them, over a shallow clone of a pull request.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value, json};

use super::cli::{BAD, GOOD};
use runner::{Job, Runner};

mod expression;
pub mod runner;

/// The bad line of [`flawed`].
const LINE: &str = "8";

/// [`GOOD`] with one bad line.
fn flawed() -> String {
    GOOD.replace("EnableLogFileValidation: true", "EnableLogFileValidation: false")
}

fn git(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    command.current_dir(folder).args([
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.com",
        "-c",
        "commit.gpgsign=false",
    ]);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let output = command.args(args).output().expect("git can be started");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A repository with a pull request, and a clone of it as `actions/checkout` makes one.
struct Repository {
    folder: tempfile::TempDir,
    base: String,
    head: String,
}

impl Repository {
    /// `base` are the files of the branch `main`, `change` those that the pull request writes.
    fn new(base: &[(&str, &str)], change: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let origin = folder.path().join("origin");
        fs::create_dir(&origin).expect("a folder");
        git(&origin, &["init", "--quiet", "--initial-branch=main"]);
        let commit = |files: &[(&str, &str)], message: &str| {
            for (path, text) in files {
                fs::write(origin.join(path), text).expect("a file");
            }
            git(&origin, &["add", "--all"]);
            git(&origin, &["commit", "--quiet", "--allow-empty", "-m", message]);
            git(&origin, &["rev-parse", "HEAD"])
        };
        commit(base, "base");
        git(&origin, &["checkout", "--quiet", "-b", "change"]);
        let head = commit(change, "change");
        git(&origin, &["checkout", "--quiet", "main"]);
        // The base went on since the branch was made.
        let base = commit(&[("notes.txt", "later")], "later");
        git(&origin, &["checkout", "--quiet", "--detach"]);
        git(&origin, &["merge", "--quiet", "--no-ff", "-m", "merge", "change"]);
        git(&origin, &["update-ref", "refs/pull/1/merge", "HEAD"]);
        git(&origin, &["checkout", "--quiet", "main"]);
        Self { folder, base, head }
    }

    fn origin(&self) -> PathBuf {
        self.folder.path().join("origin")
    }

    /// A clone of depth 1.
    fn clone(&self, name: &str) -> PathBuf {
        let clone = self.folder.path().join(name);
        fs::create_dir(&clone).expect("a folder");
        git(&clone, &["init", "--quiet"]);
        git(&clone, &["remote", "add", "origin", &format!("file://{}", self.origin().display())]);
        git(&clone, &["fetch", "--quiet", "--no-tags", "--depth=1", "origin", "refs/pull/1/merge"]);
        git(&clone, &["checkout", "--quiet", "--force", "FETCH_HEAD"]);
        clone
    }

    fn pull_request(&self) -> Value {
        json!({
            "repository": "us/ours", "event_name": "pull_request", "actor": "somebody", "token": "secret-token",
            "event": {"pull_request": {
                "base": {"sha": self.base}, "head": {"sha": self.head, "repo": {"full_name": "us/ours"}},
            }},
        })
    }

    /// A job over a fresh clone, with code scanning that answers as given.
    fn job(&self, name: &str, api: &Api) -> Runner {
        Runner {
            workspace: self.clone(name),
            inputs: vec![
                ("binary", env!("CARGO_BIN_EXE_trailwarden").to_owned()),
                ("args", "--only=log-file-validation".to_owned()),
            ],
            github: self.pull_request(),
            env: vec![("GITHUB_API_URL", api.url.clone())],
            takes_uploads: true,
        }
    }
}

/// A stand-in for the API of GitHub.
struct Api {
    url: String,
    requests: Receiver<String>,
}

impl Api {
    fn new(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (sender, requests) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let (mut seen, mut buffer) = (Vec::new(), [0; 1024]);
                while !seen.ends_with(b"\r\n\r\n") {
                    match stream.read(&mut buffer) {
                        Ok(count) if count > 0 => seen.extend_from_slice(&buffer[..count]),
                        _ => break,
                    }
                }
                let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]");
                let _ = stream.write_all(answer.as_bytes());
                if sender.send(String::from_utf8_lossy(&seen).into_owned()).is_err() {
                    return;
                }
            }
        });
        Self { url, requests }
    }
}

fn one_bad_line() -> Repository {
    Repository::new(&[("trail.yaml", GOOD)], &[("trail.yaml", &flawed())])
}

/// What every job with the one bad line must say, whatever code scanning does.
fn assert_one_finding(job: &Job) {
    let lines = job.on_lines();
    assert_eq!(lines.len(), 1, "{:?}", job.annotations);
    assert_eq!((lines[0].file.as_deref(), lines[0].line.as_deref()), (Some("trail.yaml"), Some(LINE)));
    assert_eq!(lines[0].kind, "warning");
    assert!(job.summary.contains("log\\-file\\-validation") && job.summary.contains("1 fail"), "{}", job.summary);
    assert_eq!((&*job.outputs["findings-count"], &*job.outputs["new-findings-count"]), ("1", "1"));
    assert!(job.failed);
}

#[test]
fn a_bad_line_gets_one_annotation_and_closes_when_it_is_mended() {
    let api = Api::new(200);
    let job = one_bad_line().job("clone", &api).run();
    assert_one_finding(&job);
    assert_eq!(job.uploads.len(), 1);
    let result = &job.uploads[0]["runs"][0]["results"][0];
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "trail.yaml");
    assert_eq!(place["region"]["startLine"].to_string(), LINE);
    assert!(job.annotations.iter().all(|annotation| annotation.kind != "notice"), "{:?}", job.annotations);
    let request = api.requests.recv().expect("a request");
    assert!(request.contains("/repos/us/ours/code-scanning/") && request.contains("Bearer secret-token"), "{request}");
    assert!(!job.log.contains("secret-token"));

    let mended = Repository::new(&[("trail.yaml", GOOD)], &[("mended.txt", "mended")]);
    let job = mended.job("clone", &api).run();
    assert!(!job.failed, "{}", job.log);
    assert_eq!(job.annotations, []);
    assert!(job.summary.contains("Nothing fails"), "{}", job.summary);
    assert_eq!((&*job.outputs["findings-count"], &*job.outputs["new-findings-count"]), ("0", "0"));
    // An alert is closed by a run without it, not by the lack of a run.
    assert_eq!(job.uploads[0]["runs"][0]["results"], json!([]));
    assert_eq!(
        job.uploads[0]["runs"][0]["automationDetails"]["id"],
        json!("trailwarden/iac/"),
        "the category is the same in both"
    );
}

#[test]
fn without_code_scanning_there_are_summary_and_annotations() {
    let job = one_bad_line().job("clone", &Api::new(403)).run();
    assert_one_finding(&job);
    assert_eq!(job.uploads, Vec::<Value>::new());
    assert!(job.says("notice", "not enabled") && job.says("notice", "security-events: write"), "{:?}", job.annotations);
    assert!(Path::new(&job.outputs["sarif-file"]).is_file());
}

#[test]
fn a_refused_upload_fails_no_job() {
    let repository = one_bad_line();
    for (name, api) in [("yes", Api::new(200)), ("nothing-yet", Api::new(404)), ("broken", Api::new(500))] {
        let mut runner = repository.job(name, &api);
        runner.takes_uploads = false;
        runner.inputs.push(("fail-on", "never".to_owned()));
        let job = runner.run();
        assert!(!job.failed, "{}", job.log);
        assert_eq!((job.uploads.len(), job.on_lines().len()), (1, 1), "{name}");
        assert!(job.says("notice", "did not take the report"), "{:?}", job.annotations);
    }
}

#[test]
fn forks_and_dependabot_are_not_asked_to_upload() {
    let api = Api::new(200);
    let repository = one_bad_line();
    let mut fork = repository.job("fork", &api);
    fork.github["event"]["pull_request"]["head"]["repo"]["full_name"] = json!("them/theirs");
    let mut dependabot = repository.job("dependabot", &api);
    dependabot.github["actor"] = json!("dependabot[bot]");
    dependabot.github["event_name"] = json!("push");
    dependabot.github["event"] = json!({});
    for (mut runner, why) in [(fork, "another repository"), (dependabot, "Dependabot")] {
        let job = runner.run();
        assert_one_finding(&job);
        assert_eq!(job.uploads, Vec::<Value>::new());
        assert!(job.says("notice", why), "{:?}", job.annotations);
        assert!(api.requests.try_recv().is_err(), "the API was asked");
        runner.inputs.push(("upload-sarif", "true".to_owned()));
        assert_eq!(runner.run().uploads.len(), 1);
        *runner.inputs.last_mut().expect("an input") = ("upload-sarif", "false".to_owned());
        let job = runner.run();
        assert!(job.uploads.is_empty() && !job.says("notice", ""), "{:?}", job.annotations);
    }
}

#[test]
fn the_base_is_fetched_into_a_shallow_clone() {
    let repository = one_bad_line();
    let api = Api::new(403);
    let runner = repository.job("clone", &api);
    // What GitHub calls the base may be older than what the merge commit was made from.
    let parent = git(&runner.workspace, &["cat-file", "commit", "HEAD"]);
    assert!(parent.contains(&format!("parent {}", repository.base)));
    let mut stale = repository.job("stale", &api);
    stale.github["event"]["pull_request"]["base"]["sha"] = json!("0".repeat(40));
    for runner in [runner, stale] {
        let job = runner.run();
        assert_eq!(job.steps["prepare.base"], repository.base, "{}", job.log);
        assert!(!job.steps.contains_key("prepare.base-missing"));
    }
    // A checkout of the branch itself, and a name instead of a commit.
    let head = repository.job("head", &api);
    git(&head.workspace, &["fetch", "--quiet", "--depth=1", "origin", "change"]);
    git(&head.workspace, &["checkout", "--quiet", "FETCH_HEAD"]);
    assert_eq!(head.run().steps["prepare.base"], repository.base);
    for name in ["main", "origin/main"] {
        let mut named = repository.job(&name.replace('/', "-"), &api);
        named.github["event"] = json!({});
        named.inputs.push(("base-ref", name.to_owned()));
        assert_eq!(named.run().steps["prepare.base"], repository.base, "{name}");
    }
}

#[test]
fn without_the_base_everything_is_reported() {
    let repository = Repository::new(&[("trail.yaml", GOOD), ("old.yaml", BAD)], &[("trail.yaml", &flawed())]);
    let runner = repository.job("clone", &Api::new(403));
    fs::rename(repository.origin(), repository.folder.path().join("gone")).expect("is moved");
    let job = runner.run();
    assert_eq!(job.steps["prepare.base-missing"], repository.base);
    assert!(job.says("notice", "could not be fetched"), "{:?}", job.annotations);
    assert!(job.summary.starts_with("> The base"), "{}", job.summary);
    assert_eq!((job.on_lines().len(), &*job.outputs["findings-count"]), (2, "2"));
}

#[test]
fn nothing_that_users_say_is_evaluated() {
    let repository = one_bad_line();
    let mark = repository.folder.path().join("mark");
    let grim = format!("$(touch {0})`touch {0}`\"; touch {0}; '", mark.display());
    for name in
        ["fail-on", "base-ref", "config", "category", "args", "paths", "baseline", "upload-sarif", "binary", "build"]
    {
        for value in [grim.clone(), "x\n::error file=evil::x\nfindings-count=0".to_owned(), "--help".to_owned()] {
            let mut runner = repository.job("clone", &Api::new(403));
            runner.inputs.retain(|(known, _)| *known != name);
            runner.inputs.push((name, value));
            let job = runner.run();
            assert!(!mark.exists(), "{name} was run");
            assert!(job.annotations.iter().all(|a| a.file.as_deref() != Some("evil")), "{name}: {:?}", job.annotations);
            fs::remove_dir_all(&runner.workspace).expect("is removed");
        }
    }
}

#[cfg(unix)]
#[test]
fn nothing_that_names_say_is_evaluated() {
    let names = [
        "a\n::set-output name=x::y\n.yaml",
        "b%0A::error file=evil::x.yaml",
        "c\r##[error]x ]]> <script>.yaml",
        "=d()\u{202e}\u{1b}[31m.yaml",
    ];
    let bad: Vec<(&str, &str)> =
        names.iter().map(|name| (*name, BAD)).chain([("e\n::error::.tf", "resource {{{")]).collect();
    let repository = Repository::new(&[], &bad);
    let mut runner = repository.job("clone", &Api::new(200));
    runner.inputs.push(("base-ref", "none".to_owned()));
    // The runner of these tests takes no command but ours.
    let job = runner.run();
    assert_eq!(job.outputs["findings-count"], "4");
    assert_eq!(job.on_lines().len(), 5, "{:?}", job.annotations);
    assert!(job.annotations.iter().all(|a| a.file.as_deref() != Some("evil")));
    assert!(!job.summary.contains("<script>"));
}

#[test]
fn what_does_not_run_fails_and_says_so() {
    let repository = one_bad_line();
    for (input, value, says) in [
        ("config", "none.yaml", "none.yaml"),
        ("paths", "no-such-folder", "no-such-folder"),
        ("fail-on", "sometimes", "sometimes"),
    ] {
        let mut runner = repository.job(input, &Api::new(200));
        runner.inputs.extend([(input, value.to_owned()), ("base-ref", "none".to_owned())]);
        let job = runner.run();
        assert!(job.failed && job.says("error", says), "{input}: {:?}", job.annotations);
        assert!(job.summary.contains("Nothing was scanned"), "{}", job.summary);
        assert!(!job.outputs["findings-count"].contains('0'));
        assert_eq!(job.steps["scan.status"], "2");
    }
}

#[test]
fn an_incomplete_scan_fails_and_is_uploaded() {
    let repository = Repository::new(&[("trail.yaml", GOOD)], &[("broken.tf", "resource {{{")]);
    let mut runner = repository.job("clone", &Api::new(200));
    runner.inputs.push(("base-ref", "none".to_owned()));
    let job = runner.run();
    assert!(job.failed && job.steps["scan.status"] == "3");
    assert_eq!(job.uploads[0]["runs"][0]["invocations"][0]["executionSuccessful"], false);
    assert!(job.summary.contains("The scan is incomplete"));
}

#[test]
fn several_paths_and_arguments() {
    let repository = Repository::new(&[], &[("a b.yaml", BAD), ("c.yaml", BAD), ("d.yaml", BAD)]);
    let mut runner = repository.job("clone", &Api::new(200));
    runner.inputs.retain(|(name, _)| *name != "args");
    runner.inputs.extend([
        ("paths", "  a b.yaml\r\n\n c.yaml\n".to_owned()),
        ("args", "--only\nlog-file-validation\n".to_owned()),
        ("base-ref", "none".to_owned()),
        ("category", "audit".to_owned()),
    ]);
    let job = runner.run();
    let files: Vec<_> = job.on_lines().into_iter().filter_map(|a| a.file.as_deref()).collect();
    assert_eq!(files, ["a b.yaml", "c.yaml"]);
    assert_eq!(job.uploads[0]["runs"][0]["automationDetails"]["id"], "audit/");
}

/// A release of a program that prints who it is, and the line of its checksum.
#[cfg(target_os = "linux")]
fn release(folder: &Path) -> String {
    use std::os::unix::fs::PermissionsExt;
    let name = format!("trailwarden-9.9.9-{}-unknown-linux-musl.tar.gz", std::env::consts::ARCH);
    let program = folder.join("trailwarden");
    fs::write(&program, "#!/bin/sh\necho released\n").expect("a file");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("is ours");
    let release = folder.join("v9.9.9");
    fs::create_dir(&release).expect("a folder");
    let packed =
        Command::new("tar").current_dir(folder).args(["-czf"]).arg(release.join(&name)).arg("trailwarden").status();
    assert!(packed.expect("tar can be started").success());
    let sum = Command::new("sha256sum").arg(release.join(&name)).output().expect("sha256sum can be started").stdout;
    format!("{}  {name}\n", String::from_utf8_lossy(&sum[..64]))
}

#[cfg(target_os = "linux")]
#[test]
fn a_release_is_run_only_if_its_checksum_is_the_pinned_one() {
    let repository = one_bad_line();
    let folder = tempfile::tempdir().expect("a folder");
    let line = release(folder.path());
    let forged = format!("{}{}", "0".repeat(64), &line[64..]);
    for (name, sums, runs) in
        [("good", line.clone(), true), ("forged", forged, false), ("gone", line.replace("9.9.9", "9.9.8"), false)]
    {
        let list = folder.path().join(name);
        fs::write(&list, format!("# a comment\n{sums}")).expect("a file");
        let mut runner = repository.job(name, &Api::new(200));
        runner.inputs.retain(|(known, _)| *known != "binary");
        runner.env.push(("TRAILWARDEN_CHECKSUMS", list.display().to_string()));
        runner.env.push(("TRAILWARDEN_RELEASES", format!("file://{}", folder.path().display())));
        let job = runner.run();
        assert_eq!(job.log.contains("released"), runs, "{name}: {}", job.log);
        assert_eq!(job.steps.contains_key("prepare.binary"), runs);
        assert!(job.failed);
        let why = if name == "forged" { "It is not run" } else { "could not be downloaded" };
        assert!(runs || job.says("error", why), "{:?}", job.annotations);
    }
}

#[test]
fn on_a_pull_request_only_what_is_new_counts() {
    let repository = Repository::new(&[("trail.yaml", GOOD), ("old.yaml", BAD)], &[("trail.yaml", &flawed())]);
    let api = Api::new(200);
    let job = repository.job("clone", &api).run();
    let lines = job.on_lines();
    assert_eq!(lines.len(), 1, "{:?}", job.annotations);
    assert_eq!((lines[0].file.as_deref(), lines[0].line.as_deref()), (Some("trail.yaml"), Some(LINE)));
    assert_eq!((&*job.outputs["findings-count"], &*job.outputs["new-findings-count"]), ("2", "1"));
    assert!(job.failed && job.summary.contains("1 baselined"), "{}", job.summary);
    // GitHub compares with the base itself: what is left out would look mended.
    assert_eq!(job.uploads[0]["runs"][0]["results"].as_array().map(Vec::len), Some(2));

    // What the base had is no reason to fail.
    let quiet = Repository::new(&[("old.yaml", BAD)], &[("new.yaml", GOOD)]);
    let job = quiet.job("clone", &api).run();
    assert!(!job.failed, "{}", job.log);
    assert_eq!((&*job.outputs["findings-count"], &*job.outputs["new-findings-count"]), ("1", "0"));
    assert_eq!(job.on_lines().len(), 0, "{:?}", job.annotations);

    // A push has no base: everything counts.
    let mut push = quiet.job("push", &api);
    push.github["event"] = json!({"before": quiet.base});
    push.github["event_name"] = json!("push");
    let job = push.run();
    assert!(job.failed);
    assert_eq!(job.outputs["new-findings-count"], "1");
}

#[test]
fn accepted_findings_do_not_count() {
    let repository = Repository::new(&[("old.yaml", BAD)], &[("trail.yaml", &flawed())]);
    let mut runner = repository.job("clone", &Api::new(200));
    let program = env!("CARGO_BIN_EXE_trailwarden");
    let mut accept = Command::new(program);
    accept.current_dir(&runner.workspace).args([
        "scan",
        "--only=log-file-validation",
        "--write-baseline=accepted.json",
    ]);
    assert!(accept.arg("old.yaml").output().expect("can be started").status.code().is_some());
    runner.inputs.push(("baseline", "accepted.json".to_owned()));
    let job = runner.run();
    assert!(!job.steps.contains_key("prepare.base"));
    assert_eq!((&*job.outputs["findings-count"], &*job.outputs["new-findings-count"]), ("2", "1"), "{}", job.log);
    assert_eq!(job.on_lines().len(), 1);
    assert_eq!(job.uploads[0]["runs"][0]["results"].as_array().map(Vec::len), Some(1));
}
