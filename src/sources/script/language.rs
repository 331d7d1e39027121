//! The language of a file, by its name and its first line.

use std::path::Path;

/// A language that scripts are written in, or that holds scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// `sh`, `bash`, `zsh` and their like.
    Shell,
    /// Recipes of `make`.
    Make,
    /// `RUN` and its like.
    Docker,
    /// Pipelines, playbooks, build specifications: which keys hold commands tells them apart.
    Yaml,
    /// `package.json`: its `scripts`.
    Package,
    /// Pipelines of Jenkins.
    Groovy,
    /// Python.
    Python,
    /// JavaScript and TypeScript.
    Node,
    /// Ruby.
    Ruby,
    /// PowerShell.
    PowerShell,
    /// Batch files of Windows.
    Batch,
    /// Pages: their code blocks, when asked for.
    Markdown,
}

/// By extension, sorted.
const EXTENSIONS: [(&str, Language); 36] = [
    ("bash", Language::Shell),
    ("bashrc", Language::Shell),
    ("bat", Language::Batch),
    ("bats", Language::Shell),
    ("cjs", Language::Node),
    ("cmd", Language::Batch),
    ("command", Language::Shell),
    ("cts", Language::Node),
    ("dockerfile", Language::Docker),
    ("envrc", Language::Shell),
    ("groovy", Language::Groovy),
    ("jenkinsfile", Language::Groovy),
    ("js", Language::Node),
    ("jsx", Language::Node),
    ("ksh", Language::Shell),
    ("make", Language::Make),
    ("markdown", Language::Markdown),
    ("md", Language::Markdown),
    ("mdx", Language::Markdown),
    ("mjs", Language::Node),
    ("mk", Language::Make),
    ("mts", Language::Node),
    ("profile", Language::Shell),
    ("ps1", Language::PowerShell),
    ("psm1", Language::PowerShell),
    ("py", Language::Python),
    ("pyw", Language::Python),
    ("rake", Language::Ruby),
    ("rb", Language::Ruby),
    ("sh", Language::Shell),
    ("ts", Language::Node),
    ("tsx", Language::Node),
    ("yaml", Language::Yaml),
    ("yml", Language::Yaml),
    ("zsh", Language::Shell),
    ("zshrc", Language::Shell),
];

/// Extensions of templates, which stand behind that of the language: `setup.sh.tftpl`.
const TEMPLATES: [&str; 9] = ["dist", "erb", "example", "in", "j2", "sample", "template", "tftpl", "tpl"];

impl Language {
    /// The language of a file of this path that begins so; `None` if it holds no scripts that can be read.
    pub fn of(path: &Path, text: &[u8]) -> Option<Self> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let mut name = name.to_ascii_lowercase();
        while let Some((rest, last)) = name.rsplit_once('.') {
            if rest.is_empty() || !TEMPLATES.contains(&last) {
                break;
            }
            name = rest.to_owned();
        }
        let stem = name.split('.').next().unwrap_or_default();
        match name.as_str() {
            "makefile" | "gnumakefile" => return Some(Self::Make),
            "rakefile" | "vagrantfile" | "gemfile" | "capfile" => return Some(Self::Ruby),
            "package.json" => return Some(Self::Package),
            _ => {}
        }
        match stem {
            "dockerfile" | "containerfile" => return Some(Self::Docker),
            "makefile" => return Some(Self::Make),
            "jenkinsfile" => return Some(Self::Groovy),
            _ => {}
        }
        let extension = name.rsplit_once('.').map(|(_, extension)| extension);
        if let Some(extension) = extension
            && let Ok(at) = EXTENSIONS.binary_search_by_key(&extension, |(known, _)| known)
        {
            return Some(EXTENSIONS[at].1);
        }
        Self::of_first_line(text)
    }

    /// What `#!` says.
    fn of_first_line(text: &[u8]) -> Option<Self> {
        let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
        if text.starts_with(b"#cloud-config") {
            return Some(Self::Yaml);
        }
        let line = text.strip_prefix(b"#!")?;
        let line = &line[..line.len().min(256)];
        let line = String::from_utf8_lossy(line.split(|byte| *byte == b'\n').next()?).into_owned();
        let mut words = line.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
        let mut program = words.next()?;
        if program == "env" {
            program = words.find(|word| !word.starts_with('-') && !word.contains('='))?;
        }
        let program = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        Some(match program {
            "sh" | "bash" | "zsh" | "dash" | "ksh" | "ash" | "bats" => Self::Shell,
            "python" | "pypy" => Self::Python,
            "node" | "nodejs" | "deno" | "bun" | "tsx" | "zx" | "ts-node" => Self::Node,
            "ruby" => Self::Ruby,
            "pwsh" | "powershell" => Self::PowerShell,
            "make" => Self::Make,
            "ansible-playbook" => Self::Yaml,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_first_lines_tell() {
        assert!(EXTENSIONS.is_sorted_by_key(|(extension, _)| extension));
        for (path, text, language) in [
            ("a/deploy.sh", "", Some(Language::Shell)),
            ("a/DEPLOY.SH.tftpl", "", Some(Language::Shell)),
            ("Makefile", "", Some(Language::Make)),
            ("build/Dockerfile.prod", "", Some(Language::Docker)),
            ("Jenkinsfile", "", Some(Language::Groovy)),
            (".github/workflows/x.yml", "", Some(Language::Yaml)),
            ("bin/deploy", "#!/usr/bin/env bash\n", Some(Language::Shell)),
            ("bin/deploy", "#!/usr/bin/env -S python3.11 -u\n", Some(Language::Python)),
            ("bin/deploy", "#!/bin/sh", Some(Language::Shell)),
            ("bin/deploy", "aws", None),
            ("bin/deploy", "#!/usr/bin/perl", None),
            ("notes.txt", "", None),
            (".sh", "", Some(Language::Shell)),
        ] {
            assert_eq!(Language::of(Path::new(path), text.as_bytes()), language, "{path} {text}");
        }
    }
}
