//! Functions that read files: below the repository root only, by paths seen from the root module.

use super::scope::Scope;
use super::{World, error, text_val, unknown};
use crate::model::arn::Text;
use crate::source_map::Span;
use crate::sources::embed;
use crate::sources::terraform::module::join;
use crate::sources::value::{Val, ValKind};
use crate::syntax::hcl::native;
use crate::truth::{Cause, CauseKind};

/// How many entries of directories `fileset` looks at.
const MOST_ENTRIES: usize = 10_000;

impl<'t> World<'t> {
    /// Calls one of the functions that read files. The arguments are no choices.
    pub(super) fn file_function(&self, name: &str, args: &[Val], span: Span, scope: &Scope<'_, 't>) -> Val {
        let Some(text) = args.first().and_then(Val::text) else {
            return match args.first().map(|arg| &arg.kind) {
                Some(ValKind::Unknown(cause)) => Val { kind: ValKind::Unknown(cause.clone()), span },
                _ => error(span, format!("'{name}' needs a path")),
            };
        };
        let Some(written) = text.literal() else {
            let cause = text.vars().next().map(|var| var.cause.clone());
            let cause = cause.unwrap_or_else(|| Cause::new(CauseKind::Unsupported, "the path is not known"));
            return Val { kind: ValKind::Unknown(cause), span };
        };
        let Some(path) = join(self.root, written) else {
            let detail = format!("the path '{written}' leads out of the repository");
            return unknown(span, CauseKind::OutsideScope, detail);
        };
        match (name, args.get(1)) {
            // Paths are all seen from the root module, where an absolute one would be of this machine only.
            ("abspath", _) => text_val(written, span),
            ("fileexists", _) => Val { kind: ValKind::Bool(self.reader.read(&path).is_ok()), span },
            ("file", _) => match self.reader.read(&path) {
                Ok(text) if self.charge(text.len() / 16) => embed::assembled(Text::from(&*text), span),
                Ok(_) => unknown(span, CauseKind::Unsupported, "the module is too large to evaluate"),
                Err(cause) => Val { kind: ValKind::Unknown(cause), span },
            },
            ("templatefile", Some(vars)) => self.template_file(&path, vars, span, scope),
            ("fileset", Some(pattern)) => self.file_set(&path, pattern, span),
            _ => unknown(span, CauseKind::Unsupported, format!("the function '{name}' is not evaluated")),
        }
    }

    fn template_file(&self, path: &str, vars: &Val, span: Span, scope: &Scope<'_, 't>) -> Val {
        if let ValKind::Unknown(cause) = &vars.kind {
            return Val { kind: ValKind::Unknown(cause.clone()), span };
        }
        let text = match self.reader.read(path) {
            Ok(text) => text,
            Err(cause) => return Val { kind: ValKind::Unknown(cause), span },
        };
        let pieces = match native::template(&text, span.file) {
            Ok(pieces) if self.charge(text.len() / 16) => pieces,
            Ok(_) => return unknown(span, CauseKind::Unsupported, "the module is too large to evaluate"),
            Err(fault) => {
                let detail = format!("the template '{path}' cannot be read: {fault}");
                return unknown(span, CauseKind::Unsupported, detail);
            }
        };
        let inner = Scope { frame: None, repeat: None, at: Some(span), sealed: Some(vars), ..*scope };
        self.text_of(&pieces, span, &inner)
    }

    /// The files of a directory whose path from there matches a pattern.
    fn file_set(&self, dir: &str, pattern: &Val, span: Span) -> Val {
        let pattern = match pattern.text() {
            Some(text) => match text.literal() {
                Some(literal) => literal.to_owned(),
                None => return unknown(span, CauseKind::Unsupported, "the pattern of 'fileset' is not known"),
            },
            None => return error(span, "'fileset' needs a pattern"),
        };
        let glob = globset::GlobBuilder::new(&pattern).literal_separator(true).build();
        let Ok(glob) = glob.map(|glob| glob.compile_matcher()) else {
            return unknown(span, CauseKind::Unsupported, "the pattern of 'fileset' is not read");
        };
        let mut found = Vec::new();
        let mut seen = 0;
        let mut queue = vec![String::new()];
        while let Some(below) = queue.pop() {
            let here = if below.is_empty() { dir.to_owned() } else { format!("{dir}/{below}") };
            for name in self.reader.list(here.trim_start_matches('/').trim_end_matches('/')) {
                seen += 1;
                if seen > MOST_ENTRIES {
                    return unknown(span, CauseKind::Unsupported, "there are too many files for 'fileset'");
                }
                match name.strip_suffix('/') {
                    Some(name) => queue.push(format!("{below}{name}/")),
                    None if glob.is_match(format!("{below}{name}")) => found.push(format!("{below}{name}")),
                    None => {}
                }
            }
        }
        found.sort();
        Val { kind: ValKind::List(found.iter().map(|path| text_val(path, span)).collect()), span }
    }
}
