//! What looking for scripts costs: a scan of ten thousand mixed files of which ten call the AWS CLI for a trail, against
//! the same walk with one substring search over the same bytes. Both are measured in turns; the ratio is of the medians.
//!
//!     cargo bench --bench scripts

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ignore::{WalkBuilder, WalkState};
use trailwarden::checks::CHECKS;
use trailwarden::scan::{self, Request};

const FILES: usize = 10_000;
const RELEVANT: usize = 10;
const ROUNDS: usize = 31;

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn main() {
    let tree = tempfile::tempdir().expect("a temporary folder");
    let bytes = fill(tree.path());
    let (mut searches, mut scans) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let searched = timed(|| assert_eq!(search(tree.path()), RELEVANT));
        let scanned = timed(|| judge(tree.path()));
        // The first round fills the caches of the system.
        if round > 0 {
            searches.push(searched);
            scans.push(scanned);
        }
    }
    let (search, scan) = (median(searches), median(scans));
    println!("{FILES} files, {:.1} MB, {RELEVANT} relevant", bytes as f64 / 1e6);
    println!("walk and one substring search: {search:?}");
    println!("scan: {scan:?}");
    println!("ratio: {:.2}", scan.as_secs_f64() / search.as_secs_f64());
}

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The files that hold the word, found by the same walk.
fn search(root: &Path) -> usize {
    let found = AtomicUsize::new(0);
    let finder = memchr::memmem::Finder::new("cloudtrail");
    let mut builder = WalkBuilder::new(root);
    builder.hidden(false).ignore(false).git_global(false).require_git(false);
    builder.build_parallel().run(|| {
        Box::new(|entry| {
            if let Ok(entry) = entry
                && entry.file_type().is_some_and(|kind| kind.is_file())
                && let Ok(bytes) = std::fs::read(entry.path())
                && finder.find(&bytes).is_some()
            {
                found.fetch_add(1, Ordering::Relaxed);
            }
            WalkState::Continue
        })
    });
    found.into_inner()
}

fn judge(root: &Path) {
    let request = Request {
        paths: vec![root.to_owned()],
        repo_root: Some(root.to_owned()),
        checks: CHECKS.iter().collect(),
        ..Request::default()
    };
    let scan = scan::run(&request).expect("the folder exists");
    assert_eq!(scan.inputs.len(), RELEVANT);
}

/// Writes the files and returns how many bytes they have.
fn fill(root: &Path) -> usize {
    let kinds: [(&str, &str); 10] = [
        ("sh", "#!/bin/sh\nset -eu\nfor file in \"$@\"; do\n  aws s3 cp \"$file\" s3://artifacts/\ndone\n"),
        ("py", "import subprocess\n\n\ndef run(name):\n    subprocess.run([\"aws\", \"ecs\", \"list-tasks\", name])\n"),
        (
            "yml",
            "on: push\njobs:\n  build:\n    steps:\n      - run: make test\n      - run: aws ecr get-login-password\n",
        ),
        (
            "md",
            "# Notes\n\nDeploy with `make deploy`. The role policy is in the wiki.\n\n```sh\naws sts get-caller-identity\n```\n",
        ),
        ("js", "const { exec } = require(\"child_process\");\nexec(\"npm run build\");\nmodule.exports = { a: 1 };\n"),
        ("json", "{\"name\": \"service\", \"scripts\": {\"build\": \"tsc\"}, \"version\": \"1.0.0\"}\n"),
        ("go", "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"hello\")\n}\n"),
        ("yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: service}\nspec: {ports: [{port: 80}]}\n"),
        ("txt", "Nothing in this file is of interest to anybody who looks for audit trails.\n"),
        ("rb", "task :build do\n  sh \"bundle install\"\n  system(\"aws\", \"s3\", \"ls\")\nend\n"),
    ];
    let mut total = 0;
    for i in 0..FILES {
        let (extension, text) = kinds[i % kinds.len()];
        let folder = root.join((i % 100).to_string());
        std::fs::create_dir_all(&folder).expect("can be made");
        // From a few hundred bytes to sixteen thousand.
        let mut text = text.repeat(2 + (i * 7919) % (16_000 / text.len()));
        let mut path = folder.join(format!("{i}.{extension}"));
        if i % (FILES / RELEVANT) == 0 {
            path.set_extension("sh");
            text.push_str("aws cloudtrail create-trail --name audit --s3-bucket-name audit-logs\n");
        }
        total += text.len();
        std::fs::write(path, text).expect("can be written");
    }
    total
}
