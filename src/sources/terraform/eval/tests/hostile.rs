//! Texts that would take forever, or take the stack, if they were let.

use super::{Repository, Settings, instances, show};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// Evaluates a root module and says how much of `v` is known.
fn v_of(text: &str) -> String {
    let begun = Instant::now();
    let (evaluated, _) = Repository::new(&[("main.tf", text)]).evaluate(&Settings::default());
    assert!(begun.elapsed() < Duration::from_secs(20), "takes too long");
    let body = &evaluated.roots[0].instances[0].body;
    body.get("v").map(show).unwrap_or_default()
}

const READ: &str = "resource \"aws_sns_topic\" \"t\" { v = local.last }\n";

#[test]
fn a_long_chain_of_references_ends() {
    let mut text = format!("{READ}locals {{\n l0 = \"x\"\n");
    for i in 1..20_000 {
        writeln!(text, " l{i} = local.l{}", i - 1).unwrap();
    }
    text.push_str(" last = local.l19999\n}\n");
    assert!(v_of(&text).contains("too deeply"));
}

#[test]
fn doubling_ends() {
    for form in [
        "[local.lN, local.lN]",
        "\"${local.lN}${local.lN}\"",
        "concat(local.lN, local.lN)",
        "{ a = local.lN, b = local.lN }",
    ] {
        let first = if form.starts_with('"') { "\"xxxxxxxxxxxxxxxx\"" } else { "[\"x\"]" };
        let mut text = format!("{READ}locals {{\n l0 = {first}\n");
        for i in 1..60 {
            writeln!(text, " l{i} = {}", form.replace('N', &(i - 1).to_string())).unwrap();
        }
        text.push_str(" last = local.l59\n}\n");
        let shown = v_of(&text);
        assert!(shown.contains("too l") || shown.contains("more than"), "{form}: {}", &shown[..shown.len().min(200)]);
    }
}

#[test]
fn large_numbers_of_copies_end() {
    let text = "resource \"aws_sns_topic\" \"t\" { v = range(1000000000) }\n\
                resource \"aws_sns_topic\" \"u\" { count = 1000000000 }\n\
                resource \"aws_sns_topic\" \"w\" { for_each = setproduct(range(1000), range(1000), range(1000)) }\n";
    assert!(v_of(text).starts_with("?("));
}

#[test]
fn one_copy_speaks_for_more_than_are_read() {
    let text = "resource \"aws_sns_topic\" \"t\" {\n count = 1000000\n v = \"x\"\n}\n";
    let (evaluated, _) = Repository::new(&[("main.tf", text)]).evaluate(&Settings::default());
    let root = &evaluated.roots[0];
    assert_eq!(root.instances.len(), 1);
    assert_eq!(root.instances[0].existence, crate::model::Existence::Certain);
    assert_eq!(root.hidden.len(), 1);
}

#[test]
fn modules_that_fan_out_end() {
    let mut files = vec![("main.tf".to_owned(), "module \"m\" {\n source = \"./m0\"\n}".to_owned())];
    for i in 0..30 {
        let call = |name: &str| format!("module \"{name}\" {{\n source = \"../m{}\"\n}}\n", i + 1);
        files.push((format!("m{i}/main.tf"), format!("{}{}", call("a"), call("b"))));
    }
    files.push(("m30/main.tf".to_owned(), "resource \"aws_sns_topic\" \"t\" {}".to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (evaluated, _) = Repository::new(&files).evaluate(&Settings::default());
    assert!(evaluated.faults.iter().any(|(_, fault)| fault.contains("copies")));
    assert!(!evaluated.roots[0].hidden.is_empty());
}

#[test]
fn many_undecided_conditions_end() {
    let mut text = String::from("resource \"aws_sns_topic\" \"t\" { v = join(\",\", [");
    for i in 0..40 {
        write!(text, "var.v{i} ? \"a\" : \"b\", ").unwrap();
    }
    text.push_str("]) }\n");
    for i in 0..40 {
        writeln!(text, "variable \"v{i}\" {{ type = bool }}").unwrap();
    }
    let (evaluated, _) = Repository::new(&[("main.tf", &text)]).evaluate(&Settings::default());
    let shown = instances(&evaluated.roots[0]);
    assert!(shown.starts_with("aws_sns_topic.t {v: \"${join("), "{}", &shown[..shown.len().min(400)]);
}
