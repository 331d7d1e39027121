//! Which calls are found in scripts, and where.

use std::collections::HashSet;

use super::Repository;
use crate::model::attr::Origin;
use crate::model::{Existence, InputId, Subject};
use crate::sources::terraform::commands::invocations;
use crate::sources::terraform::eval::Settings;

/// The calls of all roots: `path:line`, and the text from the first word to the last.
fn found(files: &[(&str, &str)]) -> Vec<(String, String)> {
    let (evaluated, mut map) = Repository::new(files).evaluate(&Settings::default());
    assert_eq!(evaluated.faults, []);
    let mut seen = HashSet::new();
    let mut calls = Vec::new();
    for root in evaluated.roots {
        for invocation in invocations(root.commands, InputId(0), &mut map, &mut seen).0 {
            let Origin::Text(span) = invocation.identity().at else { panic!("is in a text") };
            calls.push((invocation.id.address, map.text(span).to_owned()));
        }
    }
    calls
}

fn lines(files: &[(&str, &str)]) -> Vec<String> {
    found(files).into_iter().map(|(address, _)| address).collect()
}

/// A host with this expression as user data.
fn host(script: &str) -> String {
    format!("resource \"aws_instance\" \"h\" {{\n  user_data = {script}\n}}\n")
}

const CALL: &str = "aws cloudtrail create-subscription --name a";

#[test]
fn a_call_stands_at_its_own_words() {
    let text = host(
        "<<-EOF\n    #!/bin/sh\n    echo \"x\"; aws cloudtrail \\\n      create-subscription --name \"${var.n}\" && true\n  EOF",
    );
    let text = format!("variable \"n\" {{}}\n{text}");
    let call = "aws cloudtrail \\\n      create-subscription --name \"${var.n}\"";
    assert_eq!(found(&[("main.tf", &text)]), [("main.tf:5".to_owned(), call.to_owned())]);
}

#[test]
fn escapes_before_a_call_do_not_move_it() {
    let text = host("\"echo \\\"\\u00e9\\\"\\n$${HOME}\\naws cloudtrail create-subscription --name a\\n\"");
    assert_eq!(found(&[("main.tf", &text)]), [("main.tf:2".to_owned(), CALL.to_owned())]);
}

#[test]
fn scripts_are_found_wherever_a_resource_runs_them() {
    let provisioner = |kind: &str, body: &str| {
        format!("resource \"null_resource\" \"r\" {{\n  provisioner \"{kind}\" {{\n    {body}\n  }}\n}}\n")
    };
    let quoted = format!("\"{CALL}\"");
    let cases = [
        provisioner("local-exec", &format!("command = {quoted}")),
        provisioner("remote-exec", &format!("inline = [\"true\", {quoted}]")),
        host(&quoted),
        host(&format!("base64encode({quoted})")),
        host(&format!("join(\"\\n\", [\"#!/bin/sh\", {quoted}])")),
        host(&format!("var.x ? {quoted} : \"\"")) + "variable \"x\" {}\n",
        host("format(\"aws cloudtrail %s --name a\", \"create-subscription\")"),
        host("local.s") + &format!("locals {{ s = {quoted} }}\n"),
        host("\"aws cloudtrail ${local.s} --name a\"") + "locals { s = \"create-subscription\" }\n",
        host("\"%{ for x in var.l ~}\\naws cloudtrail create-subscription --name ${x}\\n%{ endfor ~}\"")
            + "variable \"l\" {}\n",
        host(&quoted).replace("aws_instance", "aws_launch_template"),
        host(&quoted).replace("aws_instance", "aws_launch_configuration"),
        host(&format!("base64encode({quoted})")).replace("user_data", "user_data_base64"),
    ];
    for text in cases {
        assert_eq!(lines(&[("main.tf", &text)]).len(), 1, "{text}");
    }
}

#[test]
fn other_texts_are_no_scripts() {
    let quoted = format!("\"{CALL}\"");
    let cases = [
        format!("# {CALL}\n"),
        host(&format!("<<EOF\n# {CALL}\nEOF")),
        host(&format!("\"echo '{CALL}'\"")),
        host("\"aws events create-subscription --name a # cloudtrail\""),
        host(&quoted).replace("user_data", "description"),
        host(&quoted).replace("aws_instance", "aws_sns_topic"),
        host(&quoted).replace("resource", "data"),
        format!("variable \"x\" {{\n  description = {quoted}\n}}\n"),
        format!("resource \"null_resource\" \"r\" {{\n  triggers = {{ a = {quoted} }}\n}}\n"),
        host(&quoted).replace("{\n", "{\n  count = 0\n"),
        host(&format!("false ? {quoted} : \"true\"")),
        host("sensitive(local.s)") + &format!("locals {{ s = {quoted} }}\n"),
    ];
    for text in cases {
        assert_eq!(lines(&[("main.tf", &text)]), [""; 0], "{text}");
    }
}

#[test]
fn files_and_templates_keep_their_own_places() {
    let template =
        "\u{feff}#!/bin/sh\n%{ if on }\necho ${name}\n%{ endif }\naws cloudtrail update-subscription --name ${name}\n";
    let text = host("templatefile(\"${path.module}/s.tftpl\", { name = \"a\", on = var.on })") + "variable \"on\" {}\n";
    let calls = found(&[("main.tf", &text), ("s.tftpl", template)]);
    assert_eq!(calls, [("s.tftpl:5".to_owned(), "aws cloudtrail update-subscription --name ${name}".to_owned())]);
    let script = format!("true\n{CALL}\n");
    let text = "resource \"terraform_data\" \"r\" {\n  provisioner \"remote-exec\" {\n    scripts = [\"a.sh\", \"../b.sh\"]\n  }\n}\n";
    assert_eq!(lines(&[("main.tf", text), ("a.sh", &script)]), ["a.sh:2"]);
    assert_eq!(lines(&[("main.tf", &host("file(\"a.sh\")")), ("a.sh", &script)]), ["a.sh:2"]);
}

#[test]
fn a_module_of_two_roots_is_told_once() {
    let module = host(&format!("\"{CALL}\""));
    let call = "module \"m\" {\n  source = \"../m\"\n}\n";
    assert_eq!(lines(&[("a/main.tf", call), ("b/main.tf", call), ("m/main.tf", &module)]), ["m/main.tf:2"]);
    // Each call of a module gives it another script, which stands with the caller.
    let module = format!("variable \"s\" {{}}\n{}", host("var.s"));
    let call = |name: &str| format!("module \"{name}\" {{\n  source = \"./m\"\n  s = \"{CALL}\"\n}}\n");
    let text = call("a") + &call("b");
    assert_eq!(lines(&[("main.tf", &text), ("m/main.tf", &module)]), ["main.tf:3", "main.tf:7"]);
}

#[test]
fn a_resource_that_may_not_exist_is_said_to() {
    let text = host(&format!("\"{CALL}\"")).replace("{\n", "{\n  count = var.on ? 1 : 0\n") + "variable \"on\" {}\n";
    let (evaluated, _) = Repository::new(&[("main.tf", &text)]).evaluate(&Settings::default());
    let existence = &evaluated.roots[0].commands[0].existence;
    assert!(matches!(existence, Existence::Maybe(_)), "{existence:?}");
}

#[test]
fn circles_and_doubling_end() {
    let circle = host("local.a") + "locals {\n  a = \"${local.b}\"\n  b = \"${local.a}\"\n}\n";
    assert_eq!(lines(&[("main.tf", &circle)]), [""; 0]);
    let mut text = host("local.a0") + &format!("locals {{\n  a40 = \"{CALL}\\n\"\n");
    for i in 0..40 {
        text.push_str(&format!("  a{i} = \"${{local.a{0}}}${{local.a{0}}}\"\n", i + 1));
    }
    text.push_str("}\n");
    let (evaluated, _) = Repository::new(&[("main.tf", &text)]).evaluate(&Settings::default());
    assert!(!evaluated.roots[0].commands.is_empty());
}
