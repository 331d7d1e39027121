//! Tables that are generated: `UPDATE=1 cargo test` rewrites them, plain `cargo test` verifies.

use std::fs;
use std::path::Path;

use trailwarden::cli::catalog;

use super::{none, project};

/// The text between the markers `<!-- generated:NAME -->` and `<!-- /generated -->` replaced.
fn replaced(document: &str, name: &str, text: &str) -> Option<String> {
    let (open, close) = (format!("<!-- generated:{name} -->\n"), "<!-- /generated -->");
    let start = document.find(&open)? + open.len();
    let end = start + document[start..].find(close)?;
    Some(format!("{}\n{text}\n{}", &document[..start], &document[end..]))
}

fn verify(path: &Path, wanted: &str) -> Option<String> {
    let actual = fs::read_to_string(path).unwrap_or_default();
    if actual == wanted {
        return None;
    }
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        fs::create_dir_all(path.parent()?).expect("a folder");
        fs::write(path, wanted).expect("the file is writable");
        return None;
    }
    Some(format!("{} is out of date: run UPDATE=1 cargo test", path.display()))
}

#[test]
fn the_readme_lists_all_checks() {
    let path = project().join("README.md");
    let readme = fs::read_to_string(&path).expect("there is a README");
    let table = catalog::markdown().expect("the pages are sound");
    let wanted = replaced(&readme, "checks", &table).expect("the README has the markers");
    none(&verify(&path, &wanted).into_iter().collect::<Vec<_>>());
}
