//! Programs that run commands: the strings and lists which reach a call that runs them.

use std::collections::HashMap;
use std::ops::Range;

use super::super::language::Language;
use super::super::snippet::Snippet;
use super::lexer::{self, Kind, Piece, Token};
use super::nesting::Nesting;
use super::powershell;

/// The scripts that a program runs.
pub(super) fn snippets(text: &str, language: Language) -> Vec<Snippet> {
    let tokens = lexer::tokens(text, language);
    let mut program = Program { text, language, tokens: &tokens, assigned: HashMap::new() };
    program.assignments();
    let nesting = Nesting::new(text);
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Some((value, windows)) = program.run(at) else { continue };
        let mut snippet = Snippet::new(false);
        let around = nesting.around(token.at.start);
        for (condition, place) in &around {
            snippet.open(condition, place.clone());
        }
        if windows {
            let mut script = Snippet::new(true);
            program.write(&value, &mut script, 0);
            let inner = powershell::snippet(script.text());
            snippet.append(&inner.mapped(|at| script.place(&(at..at + 1)).start as u32));
        } else {
            program.write(&value, &mut snippet, 0);
        }
        snippet.put("\n", token.at.clone());
        for (_, place) in around.iter().rev() {
            snippet.close(place.clone());
        }
        found.push(snippet);
    }
    found
}

/// A value as far as it can be read.
#[derive(Clone, Debug)]
enum Value {
    Text(Vec<Piece>),
    List(Vec<Value>),
    /// The name of a variable, or any other expression.
    Unknown(Range<usize>),
}

struct Program<'a> {
    text: &'a str,
    language: Language,
    tokens: &'a [Token],
    /// For each variable the places of its assignments: the token where the value begins, and whether it is added.
    assigned: HashMap<&'a str, Vec<(usize, bool)>>,
}

/// How deep values are followed, and how many pieces one may have.
const DEEPEST: usize = 8;
const MOST: usize = 4096;

impl<'a> Program<'a> {
    fn word(&self, at: usize) -> Option<&'a str> {
        let token = self.tokens.get(at).filter(|token| token.kind == Kind::Word)?;
        self.text.get(token.at.clone())
    }

    fn is_sign(&self, at: usize, sign: char) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Sign(sign))
    }

    fn assignments(&mut self) {
        for at in 0..self.tokens.len() {
            let Some(name) = self.word(at) else { continue };
            let of_other = at > 0 && self.is_sign(at - 1, '.');
            let next = |skip: usize, sign: char| self.is_sign(at + skip, sign);
            let place = if of_other {
                None
            } else if let Some(value) = self.behind_type(at) {
                Some((value, false))
            } else if next(1, '=') && !next(2, '=') && !next(2, '~') && !next(2, '>') {
                Some((at + 2, false))
            } else if next(1, '+') && next(2, '=') || next(1, '<') && next(2, '<') && self.language == Language::Ruby {
                Some((at + 3, true))
            } else if next(1, '.')
                && matches!(self.word(at + 2), Some("append" | "extend" | "push" | "concat" | "insert"))
                && next(3, '(')
            {
                Some((at + 4, true))
            } else {
                None
            };
            // A keyword argument is no assignment.
            let argument =
                self.language == Language::Python && at > 0 && (self.is_sign(at - 1, '(') || self.is_sign(at - 1, ','));
            if let Some(place) = place.filter(|_| !argument) {
                self.assigned.entry(name).or_default().push(place);
            }
        }
    }

    /// For `name: type = value` the token where the value begins.
    fn behind_type(&self, at: usize) -> Option<usize> {
        if !self.is_sign(at + 1, ':') {
            return None;
        }
        let part = |token: &Token| matches!(token.kind, Kind::Word | Kind::Sign('[' | ']' | '<' | '>' | '|' | '.'));
        let length = self.tokens.get(at + 2..)?.iter().take(12).take_while(|token| part(token)).count();
        let sign = at + 2 + length;
        (length > 0 && self.is_sign(sign, '=') && !self.is_sign(sign + 1, '=')).then_some(sign + 1)
    }

    /// What the call at this token runs, and whether PowerShell runs it.
    fn run(&self, at: usize) -> Option<(Value, bool)> {
        if let Kind::Command(pieces) = &self.tokens[at].kind {
            return Some((Value::Text(pieces.clone()), false));
        }
        let name = self.word(at)?;
        let owner = (at >= 2 && self.is_sign(at - 1, '.')).then(|| self.word(at - 2)).flatten();
        let defines = at > 0 && matches!(self.word(at - 1), Some("def" | "function" | "class" | "import" | "require"));
        if defines || !self.runs(owner, name) {
            return None;
        }
        // `$`…`` of zx stands right before its template.
        if name == "$" {
            let Kind::Str(pieces) = &self.tokens.get(at + 1)?.kind else { return None };
            return Some((Value::Text(pieces.clone()), false));
        }
        let windows = matches!(name, "powershell" | "pwsh");
        let mut first = at + 1;
        let parens = self.is_sign(first, '(');
        if parens {
            first += 1;
        } else if !matches!(self.language, Language::Ruby | Language::Groovy) {
            return None;
        }
        // `sh(script: '…')` and `sh script: '…'`
        let mut label = first;
        if self.language == Language::Groovy {
            while self.word(label).is_some() && self.is_sign(label + 1, ':') && self.word(label) != Some("script") {
                label = self.argument_end(label);
                label += usize::from(self.is_sign(label, ','));
            }
            if self.word(label) == Some("script") && self.is_sign(label + 1, ':') {
                first = label + 2;
            }
        }
        if matches!((self.language, self.word(first)), (Language::Python, Some("args"))) && self.is_sign(first + 1, '=')
        {
            first += 2;
        }
        // Options of Ruby's calls stand before the command: an environment.
        if self.language == Language::Ruby && self.is_sign(first, '{') {
            first = self.argument_end(first) + 1;
        }
        let (value, next) = self.expression(first, 0)?;
        let Value::Text(pieces) = &value else { return Some((value, windows)) };
        // `spawn("aws", ["cloudtrail", …])`, `system("aws", "cloudtrail", …)`
        let one_word = !pieces.iter().any(|piece| matches!(piece, Piece::Char(c, _) if c.is_whitespace()));
        if !one_word || !self.is_sign(next, ',') || windows || pieces.is_empty() {
            return Some((value, windows));
        }
        let mut words = vec![value.clone()];
        let mut place = next;
        while self.is_sign(place, ',') && words.len() < MOST {
            let option =
                self.word(place + 1).is_some() && (self.is_sign(place + 2, '=') || self.is_sign(place + 2, ':'));
            if option || self.is_sign(place + 1, '{') {
                break;
            }
            // A splat stands before a list.
            let mut begin = place + 1;
            while self.is_sign(begin, '*') || self.is_sign(begin, '.') {
                begin += 1;
            }
            let Some((more, next)) = self.expression(begin, 0) else { break };
            match more {
                Value::List(items) => words.extend(items),
                Value::Text(_) => words.push(more),
                // A callback is no word.
                Value::Unknown(_) if self.language == Language::Node => break,
                Value::Unknown(_) => words.push(more),
            }
            place = next;
        }
        Some((Value::List(words), false))
    }

    /// Whether a call of this name runs its argument.
    fn runs(&self, owner: Option<&str>, name: &str) -> bool {
        match self.language {
            Language::Python => match owner {
                Some("subprocess" | "sp") => matches!(
                    name,
                    "run" | "call" | "check_call" | "check_output" | "Popen" | "getoutput" | "getstatusoutput"
                ),
                Some("os") => matches!(name, "system" | "popen"),
                Some("asyncio") => matches!(name, "create_subprocess_shell" | "create_subprocess_exec"),
                Some("ctx" | "c" | "context" | "connection" | "conn") => matches!(name, "run" | "sudo" | "local"),
                Some("sh" | "commands") => matches!(name, "getoutput" | "getstatusoutput"),
                Some("self" | "utils" | "util" | "shell" | "helpers") => is_runner(name),
                Some(_) => false,
                None => {
                    matches!(name, "Popen" | "check_call" | "check_output" | "getoutput" | "system" | "popen")
                        || is_runner(name)
                }
            },
            Language::Node => {
                let owned = owner.is_none_or(|owner| {
                    matches!(
                        owner,
                        "child_process" | "cp" | "childProcess" | "shell" | "shelljs" | "execa" | "execSync" | "this"
                    )
                });
                owned
                    && (matches!(
                        name,
                        "exec"
                            | "execSync"
                            | "execFile"
                            | "execFileSync"
                            | "spawn"
                            | "spawnSync"
                            | "execa"
                            | "execaSync"
                    ) || matches!(name, "$" | "execaCommand" | "execaCommandSync" | "execAsync" | "execPromise")
                        || is_runner(name))
            }
            Language::Ruby => {
                owner.is_none_or(|owner| {
                    matches!(owner, "Kernel" | "Open3" | "IO" | "Process" | "Mixlib" | "self" | "PTY")
                }) && (matches!(
                    name,
                    "system"
                        | "exec"
                        | "spawn"
                        | "sh"
                        | "popen"
                        | "capture2"
                        | "capture2e"
                        | "capture3"
                        | "popen3"
                        | "popen2e"
                ) || is_runner(name))
            }
            Language::Groovy => {
                owner.is_none_or(|owner| matches!(owner, "script" | "steps" | "this"))
                    && matches!(name, "sh" | "bat" | "powershell" | "pwsh")
            }
            _ => false,
        }
    }

    /// The value of the expression that begins at a token, and the token behind it.
    fn expression(&self, at: usize, depth: usize) -> Option<(Value, usize)> {
        if depth > DEEPEST {
            return None;
        }
        let (mut value, mut next) = self.primary(at, depth)?;
        loop {
            if self.is_sign(next, '+') || self.is_sign(next, '<') && self.is_sign(next + 1, '<') {
                let skip = if self.is_sign(next, '+') { 1 } else { 2 };
                let Some((more, after)) = self.primary(next + skip, depth + 1) else { return Some((value, next)) };
                value = joined(value, more);
                next = after;
            } else if let (Value::Text(pieces), Some(Token { kind: Kind::Str(more), .. })) =
                (&mut value, self.tokens.get(next))
                && matches!(self.language, Language::Python | Language::Ruby)
            {
                // Adjacent strings are one.
                pieces.extend(more.iter().cloned());
                next += 1;
            } else if self.is_sign(next, '%') && matches!(value, Value::Text(_)) {
                value = formatted(value, '%');
                next = self.primary(next + 1, depth + 1).map_or(next + 1, |(_, after)| after);
            } else if self.is_sign(next, '.') && self.word(next + 1).is_some() {
                let method = self.word(next + 1).unwrap_or_default();
                let called = self.is_sign(next + 2, '(');
                let after = if called { self.close(next + 2) + 1 } else { next + 2 };
                value = match method {
                    "format" => formatted(value, '{'),
                    "split" | "strip" | "trim" | "stripIndent" | "rstrip" | "lstrip" | "chomp" | "squish"
                    | "toString" | "shellsplit" | "decode" | "freeze" | "flatten" => value,
                    "join" => match value {
                        // `" ".join([...])` of Python, `[...].join(" ")` of the others.
                        Value::Text(_) => self.expression(next + 3, depth + 1).map_or(value, |(list, _)| spaced(list)),
                        list => spaced(list),
                    },
                    "execute" if self.language == Language::Groovy => value,
                    "concat" => match self.expression(next + 3, depth + 1) {
                        Some((more, _)) => joined(value, more),
                        None => value,
                    },
                    _ => Value::Unknown(
                        self.tokens[at].at.start..self.tokens[(after - 1).min(self.tokens.len() - 1)].at.end,
                    ),
                };
                next = after;
            } else {
                return Some((value, next));
            }
        }
    }

    fn primary(&self, at: usize, depth: usize) -> Option<(Value, usize)> {
        if depth > DEEPEST {
            return None;
        }
        let token = self.tokens.get(at)?;
        match &token.kind {
            Kind::Str(pieces) | Kind::Command(pieces) => Some((Value::Text(pieces.clone()), at + 1)),
            Kind::Sign('[') => {
                let end = self.close(at);
                let mut items = Vec::new();
                let mut place = at + 1;
                while place < end && items.len() < MOST {
                    // A splat of a list.
                    let spread = self.is_sign(place, '*') || self.is_sign(place, '.');
                    while self.is_sign(place, '*') || self.is_sign(place, '.') {
                        place += 1;
                    }
                    let (item, next) = self.expression(place, depth + 1)?;
                    match item {
                        Value::List(more) if spread => items.extend(more),
                        item => items.push(item),
                    }
                    // What cannot be read ends at the comma.
                    place = if self.is_sign(next, ',') || next >= end {
                        next + 1
                    } else {
                        if let Some(last) = items.last_mut() {
                            *last = Value::Unknown(token.at.clone());
                        }
                        self.argument_end(next) + 1
                    };
                }
                Some((Value::List(items), end + 1))
            }
            Kind::Sign('(') => {
                let end = self.close(at);
                let (value, _) = self.expression(at + 1, depth + 1)?;
                Some((value, end + 1))
            }
            Kind::Word => {
                let name = self.word(at)?;
                if matches!(name, "shlex" | "Shellwords") && self.is_sign(at + 1, '.') && self.is_sign(at + 3, '(') {
                    let (value, _) = self.expression(at + 4, depth + 1)?;
                    return Some((value, self.close(at + 3) + 1));
                }
                if matches!(name, "await" | "new" | "f") {
                    return self.primary(at + 1, depth + 1);
                }
                if self.is_sign(at + 1, '(') || self.is_sign(at + 1, '[') {
                    let end = self.close(at + 1);
                    return Some((
                        Value::Unknown(token.at.start..self.tokens.get(end).map_or(token.at.end, |t| t.at.end)),
                        end + 1,
                    ));
                }
                Some((self.variable(name, at, depth), at + 1))
            }
            Kind::Sign(_) => None,
        }
    }

    /// The value of a variable where it is used: the last assignment before, with what is added to it.
    fn variable(&self, name: &str, at: usize, depth: usize) -> Value {
        let unknown = Value::Unknown(self.tokens[at].at.clone());
        let Some(places) = self.assigned.get(name) else { return unknown };
        let before: Vec<&(usize, bool)> = places.iter().filter(|(place, _)| *place < at).collect();
        let base = before.iter().rposition(|(_, added)| !added);
        let Some(base) = base else { return unknown };
        let Some((mut value, _)) = self.expression(before[base].0, depth + 1) else { return unknown };
        // A value that an earlier line gives too may come from there.
        let several = before[..base].iter().any(|(_, added)| !added);
        for (place, _) in &before[base + 1..] {
            if let Some((more, _)) = self.expression(*place, depth + 1) {
                value = match (value, more) {
                    (Value::List(mut items), Value::List(more)) => {
                        items.extend(more);
                        Value::List(items)
                    }
                    (Value::List(mut items), more) => {
                        items.push(more);
                        Value::List(items)
                    }
                    (value, more) => joined(value, more),
                };
            }
        }
        // What is added may be added under a condition, so more or less may be there.
        let open = several || before.len() > base + 1;
        match value {
            Value::List(mut items) if open => {
                items.push(unknown);
                Value::List(items)
            }
            Value::Text(mut pieces) if open => {
                let place = self.tokens[at].at.clone();
                pieces.push(Piece::Char(' ', place.clone()));
                pieces.push(Piece::Hole(place));
                Value::Text(pieces)
            }
            value => value,
        }
    }

    /// The token that closes the bracket at `at`.
    fn close(&self, at: usize) -> usize {
        let mut depth = 0_usize;
        for (i, token) in self.tokens.iter().enumerate().skip(at).take(20_000) {
            match token.kind {
                Kind::Sign('(' | '[' | '{') => depth += 1,
                Kind::Sign(')' | ']' | '}') => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return i;
                    }
                }
                _ => {}
            }
        }
        self.tokens.len()
    }

    /// The comma or closing bracket behind the argument that begins at `at`.
    fn argument_end(&self, at: usize) -> usize {
        let mut i = at;
        while let Some(token) = self.tokens.get(i) {
            match token.kind {
                Kind::Sign('(' | '[' | '{') => i = self.close(i),
                Kind::Sign(',' | ')' | ']' | '}') => return i,
                _ => {}
            }
            i += 1;
        }
        i
    }

    /// Writes a value as a shell would read it.
    fn write(&self, value: &Value, snippet: &mut Snippet, depth: usize) {
        match value {
            Value::Text(pieces) => {
                for piece in pieces {
                    match piece {
                        Piece::Char(c, at) => snippet.put(c.encode_utf8(&mut [0; 4]), at.clone()),
                        Piece::Hole(at) => self.hole(at, snippet),
                    }
                }
            }
            Value::List(items) => {
                for item in items {
                    match item {
                        Value::Text(pieces) if pieces.is_empty() => snippet.put("''", 0..0),
                        Value::Text(pieces) => {
                            for piece in pieces {
                                match piece {
                                    Piece::Char(c, at) => snippet.quoted(*c, at.clone()),
                                    Piece::Hole(at) => {
                                        snippet.put("\"", at.clone());
                                        self.hole(at, snippet);
                                        snippet.put("\"", at.clone());
                                    }
                                }
                            }
                        }
                        Value::List(_) if depth < DEEPEST => self.write(item, snippet, depth + 1),
                        Value::List(_) => {}
                        Value::Unknown(at) => snippet.unknown(self.text.get(at.clone()).unwrap_or("x"), at.clone()),
                    }
                    snippet.put(" ", 0..0);
                }
            }
            Value::Unknown(at) => snippet.unknown(self.text.get(at.clone()).unwrap_or("x"), at.clone()),
        }
    }

    /// What is put into a string: the variable's value where it is a plain one with a known text.
    fn hole(&self, at: &Range<usize>, snippet: &mut Snippet) {
        let written = self.text.get(at.clone()).unwrap_or_default();
        let name = written.trim_matches(|c| "$#{}".contains(c)).trim();
        let only = self.assigned.get(name).filter(|places| places.len() == 1).map(|places| places[0].0);
        if let Some(place) = only
            && let Some(Token { kind: Kind::Str(pieces), .. }) = self.tokens.get(place)
            && pieces.iter().all(|piece| matches!(piece, Piece::Char(..)))
        {
            for piece in pieces.iter().take(MOST) {
                if let Piece::Char(c, _) = piece {
                    snippet.put(c.encode_utf8(&mut [0; 4]), at.clone());
                }
            }
            return;
        }
        snippet.unknown(name, at.clone());
    }
}

/// Functions of a program that run their arguments go by such names.
fn is_runner(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().replace('_', "").as_str(),
        "run"
            | "runcmd"
            | "runcommand"
            | "execute"
            | "executecommand"
            | "shell"
            | "shellout"
            | "bash"
            | "execcmd"
            | "execcommand"
            | "runshell"
            | "runsh"
            | "runaws"
    )
}

fn joined(a: Value, b: Value) -> Value {
    match (a, b) {
        (Value::Text(mut a), Value::Text(b)) => {
            a.extend(b);
            Value::Text(a)
        }
        (Value::Text(mut a), Value::Unknown(at)) => {
            a.push(Piece::Hole(at));
            Value::Text(a)
        }
        (Value::Unknown(at), Value::Text(b)) => Value::Text(std::iter::once(Piece::Hole(at)).chain(b).collect()),
        (Value::List(mut a), Value::List(b)) => {
            a.extend(b);
            Value::List(a)
        }
        (Value::List(mut a), b) => {
            a.push(b);
            Value::List(a)
        }
        (a, _) => a,
    }
}

/// A list as one text.
fn spaced(value: Value) -> Value {
    let Value::List(items) = value else { return value };
    let mut pieces = Vec::new();
    for item in items {
        match item {
            Value::Text(text) => pieces.extend(text),
            Value::Unknown(at) => pieces.push(Piece::Hole(at)),
            Value::List(_) => {}
        }
        let at = match pieces.last() {
            Some(Piece::Char(_, at) | Piece::Hole(at)) => at.end..at.end,
            None => 0..0,
        };
        pieces.push(Piece::Char(' ', at));
    }
    Value::Text(pieces)
}

/// Placeholders of a format become holes: `%s` and its like, or `{…}`.
fn formatted(value: Value, mark: char) -> Value {
    let Value::Text(pieces) = value else { return value };
    let mut result = Vec::new();
    let mut i = 0;
    while let Some(piece) = pieces.get(i) {
        let Piece::Char(c, at) = piece else {
            result.push(piece.clone());
            i += 1;
            continue;
        };
        let end = (i + 1..pieces.len().min(i + 40)).find(|j| match &pieces[*j] {
            Piece::Char(c, _) if mark == '{' => *c == '}',
            Piece::Char(c, _) => matches!(c, 's' | 'd' | 'r' | 'i'),
            Piece::Hole(_) => false,
        });
        match end.filter(|_| *c == mark) {
            Some(end) => {
                let last = match &pieces[end] {
                    Piece::Char(_, at) | Piece::Hole(at) => at.end,
                };
                result.push(Piece::Hole(at.start..last));
                i = end + 1;
            }
            None => {
                result.push(piece.clone());
                i += 1;
            }
        }
    }
    Value::Text(result)
}
