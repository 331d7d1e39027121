//! Who may import whom, and the size of files.

use std::path::Path;

use super::{entries, files, name, none, project};

/// From the lowest floor up; modules of one floor never see each other.
const FLOORS: &[&[&str]] = &[
    &["truth", "source_map"],
    &["model", "syntax"],
    &["finding"],
    &["sources", "checks"],
    &["config", "compare", "suppressions"],
    &["scan"],
    &["reports"],
    &["cli"],
];

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|modules| modules.contains(&module))
}

/// The code of a file that is no test: comments may name anything, and tests may build what they need.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text[..end].lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")).map(|(i, l)| (i + 1, l))
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests") || name(path) == "tests.rs"
}

/// The modules that a line names as `crate::module`.
fn named(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}

#[test]
fn imports_never_point_up() {
    let source = project().join("src");
    let mut faults = Vec::new();
    for path in files(&source, &["rs"]) {
        let relative = path.strip_prefix(&source).expect("is below").to_owned();
        let first = relative.components().next().map(|part| part.as_os_str().to_string_lossy().into_owned());
        let module = first.unwrap_or_default().trim_end_matches(".rs").to_owned();
        if module == "lib" || module == "main" || is_test(&relative) {
            continue;
        }
        let Some(own) = floor(&module) else {
            faults.push(format!("src/{}: on no floor", relative.display()));
            continue;
        };
        let text = std::fs::read_to_string(&path).expect("is text");
        for (line, code) in code(&text) {
            for other in named(code).filter(|other| *other != module) {
                let good = floor(other).is_some_and(|floor| floor < own);
                // A check sees the model only; pages are read by everybody.
                let sees = module != "checks" || ["finding", "model", "truth", "source_map"].contains(&other);
                if !good || !sees {
                    faults.push(format!("src/{}:{line}: {module} must not see {other}", relative.display()));
                }
            }
        }
    }
    none(&faults);
}

#[test]
fn no_file_is_too_long() {
    let mut faults = Vec::new();
    for path in ["src", "tests/suite"].iter().flat_map(|folder| files(&project().join(folder), &["rs"])) {
        let lines = std::fs::read_to_string(&path).expect("is text").lines().count();
        let limit = if name(&path) == "main.rs" && !is_test(&path) { 60 } else { 600 };
        if lines > limit {
            faults.push(format!("{}: {lines} lines, at most {limit}", path.display()));
        }
    }
    none(&faults);
}

#[test]
fn nothing_is_left_undone() {
    // Put together so that this file does not hold them.
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("/", "work/"),
    ];
    let folders = ["src", "tests/suite", "checks", "examples", ".github", ".ci"];
    let mut paths: Vec<_> = folders
        .iter()
        .flat_map(|folder| files(&project().join(folder), &["rs", "md", "yaml", "yml", "json"]))
        .collect();
    paths.extend(
        entries(project()).into_iter().filter(|path| path.extension().is_some_and(|e| e == "md" || e == "toml")),
    );
    let mut faults = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("is text");
        for (i, line) in text.lines().enumerate() {
            let found = words.iter().filter(|word| line.contains(**word));
            faults.extend(found.map(|word| format!("{}:{}: {word}", path.display(), i + 1)));
        }
    }
    none(&faults);
}
