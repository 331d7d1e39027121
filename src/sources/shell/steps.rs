//! Which commands ask something, and which are a step that the next one follows: `is_prod && …`, `mkdir x && …`.

use tree_sitter::Node;

use super::words::{self, Piece, Word};

/// Commands whose failure is a fault and no answer.
const STEPS: &[&str] = &[
    "aws",
    ":",
    "true",
    "mkdir",
    "cd",
    "pushd",
    "popd",
    "echo",
    "printf",
    "set",
    "shopt",
    "export",
    "declare",
    "local",
    "readonly",
    "source",
    ".",
    "cp",
    "mv",
    "rm",
    "ln",
    "touch",
    "chmod",
    "chown",
    "cat",
    "tee",
    "sed",
    "awk",
    "jq",
    "sleep",
    "wait",
    "trap",
    "unset",
    "shift",
    "umask",
    "apt",
    "apt-get",
    "apk",
    "yum",
    "dnf",
    "microdnf",
    "brew",
    "pip",
    "pip3",
    "pipx",
    "poetry",
    "npm",
    "npx",
    "yarn",
    "pnpm",
    "make",
    "docker",
    "podman",
    "terraform",
    "tofu",
    "terragrunt",
    "cdk",
    "sam",
    "serverless",
    "pulumi",
    "git",
    "curl",
    "wget",
    "tar",
    "unzip",
    "zip",
    "gzip",
    "python",
    "python3",
    "node",
    "ruby",
    "go",
    "cargo",
    "kubectl",
    "helm",
    "ansible-playbook",
    "packer",
    "envsubst",
    "eval",
    "bash",
    "sh",
    "zsh",
    "ssh",
    "scp",
    "rsync",
    "systemctl",
    "service",
    "date",
    "mktemp",
    "sudo",
    "export",
    "aws-vault",
    "aws_completer",
    "saml2aws",
    "install",
    "tr",
    "cut",
    "sort",
    "openssl",
    "gpg",
    "base64",
];

/// What the names of functions and programs begin with that do something.
const VERBS: &[&str] = &[
    "add",
    "apply",
    "attach",
    "build",
    "configure",
    "copy",
    "create",
    "deploy",
    "do",
    "enable",
    "ensure",
    "execute",
    "info",
    "init",
    "install",
    "invoke",
    "log",
    "make",
    "prepare",
    "print",
    "provision",
    "put",
    "retry",
    "run",
    "say",
    "setup",
    "start",
    "update",
    "upload",
    "write",
];

/// Words before a command that run it.
const PREFIXES: &[&str] = &["sudo", "env", "time", "nohup", "exec", "nice", "builtin"];

/// Whether what stands behind `&&` hangs on an answer of this and not on its success as a step.
pub(super) fn asks(left: Node<'_>, script: &str) -> bool {
    let mut last = left;
    loop {
        let child = match last.kind() {
            // The last command of `a && b` is what `&& c` asks for.
            "list" | "pipeline" => last.child(last.child_count().saturating_sub(1) as _),
            "redirected_statement" => last.child(0),
            "subshell" | "compound_statement" => last.named_child(last.named_child_count().saturating_sub(1) as _),
            _ => None,
        };
        match child {
            Some(child) => last = child,
            None => break,
        }
    }
    match last.kind() {
        "test_command" | "negated_command" => true,
        "command" => {
            let words = words::command(script, last.start_byte(), last.end_byte());
            is_question(&words, script.get(left.byte_range()).unwrap_or_default())
        }
        "variable_assignment" => {
            let text = script.get(last.byte_range()).unwrap_or_default();
            text.split_once("$(").is_some_and(|(_, inner)| is_question(&words::command(inner, 0, inner.len()), inner))
        }
        _ => false,
    }
}

fn is_question(words: &[Word], whole: &str) -> bool {
    let texts: Vec<String> = words.iter().map(Word::text).collect();
    let skipped = texts.iter().take_while(|text| PREFIXES.contains(&text.as_str()) || is_assignment(text)).count();
    let (words, texts) = (words.get(skipped..).unwrap_or_default(), texts.get(skipped..).unwrap_or_default());
    let Some(first) = texts.first() else { return false };
    if words.first().is_some_and(|word| matches!(word.pieces.first(), Some(Piece::Expansion(..)))) {
        // `$ENABLED && …` runs `true` or `false`.
        return texts.len() == 1 && !first.contains("[@]");
    }
    let name = first.rsplit('/').next().unwrap_or(first);
    match name {
        // Asks whether something is there, and throws the answer away.
        "aws" => {
            let reads =
                |text: &String| ["get-", "describe-", "list-", "head-"].iter().any(|verb| text.starts_with(verb));
            texts.iter().any(|text| text.starts_with("head-")) || whole.contains("/dev/null") && texts.iter().any(reads)
        }
        "jq" => texts.iter().any(|text| text == "-e" || text == "--exit-status"),
        _ if STEPS.contains(&name) => false,
        _ => {
            let verb = name.split(['_', '-', '.', ':']).next().unwrap_or(name);
            !VERBS.contains(&verb)
        }
    }
}

fn is_assignment(text: &str) -> bool {
    text.split_once('=')
        .is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
}

/// Whether a command, or the last of a group, ends the script or what it stands in.
pub(super) fn ends(text: &str) -> bool {
    let word = text.trim_start_matches(['{', '(', ' ', '\n']);
    ["exit", "return", "break", "continue"].iter().any(|end| {
        word.strip_prefix(end).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || "_-.".contains(c)))
    }) || text.contains("exit ")
        || text.contains("return ")
}
