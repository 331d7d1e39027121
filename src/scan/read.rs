//! From texts to templates, in parallel; the order of the paths decides every id.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::detect::{self, Text};
use super::plans::{self, Document};
use super::scripts::Script;
use super::walk::{self, Base, Found, Walked};
use super::{Gap, Progress, internal, terraform};
use crate::source_map::{FileId, SourceMap, Span};
use crate::sources::cloudformation::{self, Template};
use crate::sources::script::{self, Caller, Language, Source};
use crate::sources::terraform::module::ConfigFile;
use crate::syntax::{self, Node};

/// What came of the texts.
pub(super) struct Read {
    /// All templates, by path.
    pub(super) templates: Vec<Template>,
    /// Plans and states of Terraform, by path.
    pub(super) plans: Vec<Document>,
    /// The files of Terraform modules, by path.
    pub(super) files: Vec<ConfigFile>,
    /// Scripts, by path.
    pub(super) scripts: Vec<Script>,
    /// How paths are reported.
    pub(super) base: Base,
    /// What could not be read.
    pub(super) gaps: Vec<Gap>,
}

/// Parses the files, and the local templates that their nested stacks refer to.
pub(super) fn templates(walked: Walked, caller: &Caller, sources: &mut SourceMap, report: &dyn Fn(Progress)) -> Read {
    let Walked { mut found, mut gaps, base, .. } = walked;
    let configuration = found.extract_if(.., |file| terraform::is_ours(file)).collect();
    let files = terraform::files(configuration, &base, sources, &mut gaps);
    let mut places: BTreeSet<PathBuf> = found.iter().filter_map(|file| file.place.clone()).collect();
    let mut templates = Vec::new();
    let mut plans = Vec::new();
    let mut scripts: Vec<Script> = Vec::new();
    while !found.is_empty() {
        report(Progress::Parsing(found.len()));
        let texts: Vec<Entered> = found.into_iter().filter_map(|file| enter(file, sources, &mut gaps)).collect();
        let map = &*sources;
        let parsed: Vec<Result<Parsed, Vec<Gap>>> = texts.par_iter().map(|text| parse(text, caller, map)).collect();
        let mut referred = BTreeSet::new();
        for (text, result) in texts.iter().zip(parsed) {
            match result {
                Ok(Parsed::Plan(document)) => {
                    document.read.secrets.iter().for_each(|span| sources.hide(*span));
                    plans.push(*document);
                }
                Ok(Parsed::Script(script)) => scripts.push(script),
                Ok(Parsed::Templates(mut documents)) => {
                    let secrets = documents.iter().flat_map(|template| cloudformation::secrets(&template.root));
                    secrets.for_each(|span| sources.hide(span));
                    if let Some(place) = &text.place {
                        documents.iter().for_each(|template| nested(&template.root, place, &base, &mut referred));
                    }
                    templates.append(&mut documents);
                }
                Err(mut faults) => {
                    hide_all(text.file, sources);
                    gaps.append(&mut faults);
                }
            }
        }
        let new: Vec<PathBuf> = referred.into_iter().filter(|place| places.insert(place.clone())).collect();
        found = new.iter().filter_map(|place| walk::referred(place, &base)).collect();
    }
    templates.sort_by(|a, b| (&a.path, a.root.span).cmp(&(&b.path, b.root.span)));
    plans.sort_by(|a: &Document, b| a.path.cmp(&b.path));
    scripts.sort_by(|a, b| a.path.cmp(&b.path));
    Read { templates, plans, files, scripts, base, gaps }
}

/// A text that is in the map.
pub(super) struct Entered {
    /// Its id there.
    pub(super) file: FileId,
    place: Option<PathBuf>,
    named: bool,
    ours: bool,
    /// Whether it is worth reading as a plan or state.
    plan: bool,
    script: Option<Language>,
}

/// Takes a text into the map; what is none becomes a gap.
pub(super) fn enter(found: Found, sources: &mut SourceMap, gaps: &mut Vec<Gap>) -> Option<Entered> {
    let Found { path, place, named, suspect } = found;
    match suspect.text {
        Text::Whole(text) => {
            let plan = detect::may_be_plan(text.as_bytes()) && detect::has_plan_mark(text.as_bytes());
            let file = sources.add(path, text);
            if plan {
                sources.withhold(file);
            }
            Some(Entered { file, place, named, ours: suspect.ours, plan, script: suspect.script })
        }
        // What a script says in another encoding is a comment or a text: its commands are still there.
        Text::Broken { text, .. } if suspect.script.is_some() && !(suspect.ours && detect::marked(text.as_bytes())) => {
            let file = sources.add(path, text);
            Some(Entered { file, place, named, ours: false, plan: false, script: suspect.script })
        }
        Text::Cut(text, cuts) => {
            let file = sources.add_cut(path, text, cuts);
            sources.withhold(file);
            Some(Entered { file, place, named, ours: suspect.ours, plan: true, script: None })
        }
        Text::Broken { text, at } => {
            if suspect.ours {
                // Offsets in the map count without the mark.
                let at = if text.starts_with('\u{feff}') { at.saturating_sub(3) } else { at };
                let file = sources.add(path.clone(), text);
                hide_all(file, sources);
                let span = Some(Span::new(file, at, at + char::REPLACEMENT_CHARACTER.len_utf8()));
                let message = "the file is not valid UTF-8 here".to_owned();
                gaps.push(Gap { path: Some(path), span, reason: "not-utf-8", message, ..Gap::default() });
            }
            None
        }
        Text::Binary => {
            if suspect.ours {
                gaps.push(Gap::new(&path, "syntax", "the file holds NUL bytes: it is no text"));
            }
            None
        }
    }
}

/// Hides a text that cannot be read but speaks of secrets: where they stand cannot be told, and a password with odd
/// characters is a likely reason that it cannot be read.
fn hide_all(file: FileId, sources: &mut SourceMap) {
    let text = sources.file(file).text();
    if memchr::memmem::find(text.as_bytes(), b"NoEcho").is_some() {
        let span = Span::new(file, 0, text.len());
        sources.hide(span);
    }
}

/// What a text turned out to be.
enum Parsed {
    Templates(Vec<Template>),
    Plan(Box<Document>),
    Script(Script),
}

/// The calls in a script; the error when that panics.
fn script(text: &Entered, language: Language, caller: &Caller, sources: &SourceMap) -> Result<Script, Vec<Gap>> {
    let source = sources.file(text.file);
    let path = source.path().to_owned();
    let read = || {
        let source = Source { text: source.text(), path: &path, file: text.file, caller };
        script::commands(source, language)
    };
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(commands) => Ok(Script { file: text.file, commands, named: text.named, path }),
        Err(_) => Err(vec![internal(&path)]),
    }
}

fn parse(text: &Entered, caller: &Caller, sources: &SourceMap) -> Result<Parsed, Vec<Gap>> {
    let source = sources.file(text.file);
    let path = source.path();
    let fault = |gap: Gap| if text.ours { vec![gap] } else { Vec::new() };
    if text.plan {
        match catch_unwind(AssertUnwindSafe(|| plans::parse(source.text(), path, text.file))) {
            Ok(Ok(Some(document))) => return Ok(Parsed::Plan(Box::new(document))),
            Ok(Ok(None)) => {}
            Ok(Err(error)) => {
                let span = Some(error.span);
                return Err(fault(Gap {
                    path: Some(path.to_owned()),
                    span,
                    reason: "syntax",
                    message: error.message,
                    ..Gap::default()
                }));
            }
            Err(_) => return Err(vec![internal(path)]),
        }
    }
    let speaks = detect::marked(source.text().as_bytes());
    if let Some(language) =
        text.script.filter(|language| !speaks && !matches!(language, Language::Yaml | Language::Package))
    {
        return script(text, language, caller, sources).map(Parsed::Script);
    }
    // CloudFormation reads what begins with a brace as JSON; a file that says it is JSON gets no YAML's leniency.
    let strict = path.to_ascii_lowercase().ends_with(".json") && source.text().trim_start().starts_with(['{', '[']);
    let parsed = catch_unwind(AssertUnwindSafe(|| {
        if strict {
            syntax::json::parse(source.text(), text.file).map(|root| vec![root])
        } else {
            syntax::parse_any(source.text(), text.file)
        }
    }));
    let documents = match parsed {
        Ok(Ok(documents)) => documents,
        Ok(Err(_)) if text.script.is_some() && !(text.ours && speaks) && !text.named => {
            let language = text.script.unwrap_or(Language::Shell);
            return script(text, language, caller, sources).map(Parsed::Script);
        }
        Ok(Err(error)) => {
            let span = Some(error.span);
            return Err(fault(Gap {
                path: Some(path.to_owned()),
                span,
                reason: "syntax",
                message: error.message,
                ..Gap::default()
            }));
        }
        Err(_) => return Err(vec![internal(path)]),
    };
    let list = documents.iter().find(|root| root.items().iter().any(cloudformation::is_template)).map(|root| root.span);
    let templates: Vec<Template> = documents
        .into_iter()
        .filter(cloudformation::is_template)
        .map(|root| Template { file: text.file, path: path.to_owned(), root })
        .collect();
    let may_be_script = text.script.filter(|_| templates.is_empty() && (list.is_none() || !speaks));
    if let Some(language) = may_be_script {
        let script = script(text, language, caller, sources)?;
        // A file of YAML that says nothing to us and was named is a mistake.
        if !text.named || !script.commands.is_empty() || !matches!(language, Language::Yaml | Language::Package) {
            return Ok(Parsed::Script(script));
        }
    }
    match (templates.is_empty(), list) {
        (true, Some(span)) => {
            let message = "the document is a list: a CloudFormation template is a mapping".to_owned();
            Err(fault(Gap {
                path: Some(path.to_owned()),
                span: Some(span),
                reason: "template",
                message,
                ..Gap::default()
            }))
        }
        (true, None) if text.named => Err(vec![Gap::new(
            path,
            "template",
            "the file is neither a CloudFormation template nor a plan or state of Terraform, and no script that calls aws",
        )]),
        _ => Ok(Parsed::Templates(templates)),
    }
}

/// The local templates of nested stacks: a path instead of a URL, which `aws cloudformation package` uploads.
fn nested(root: &Node, place: &Path, base: &Base, referred: &mut BTreeSet<PathBuf>) {
    for resource in root.get("Resources").map_or(&[][..], Node::entries) {
        let resource = &resource.value;
        let attribute = match resource.get("Type").and_then(Node::as_str) {
            Some("AWS::CloudFormation::Stack") => "TemplateURL",
            Some("AWS::Serverless::Application") => "Location",
            _ => continue,
        };
        let written = resource.get("Properties").and_then(|properties| properties.get(attribute));
        // The CDK uploads what it wrote beside the template and keeps the path here.
        let asset = resource.get("Metadata").and_then(|metadata| metadata.get("aws:asset:path"));
        let urls = [written, asset].into_iter().flatten().filter_map(Node::as_str);
        for url in urls.filter(|url| !url.contains("://")) {
            let target = place.parent().map(|folder| folder.join(url)).and_then(|path| path.canonicalize().ok());
            referred.extend(target.filter(|target| target.is_file() && base.holds(target)));
        }
    }
}
