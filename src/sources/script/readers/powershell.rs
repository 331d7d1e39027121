//! PowerShell, turned into words that a shell reads.
//! <https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.core/about/about_quoting_rules>

use super::super::snippet::Snippet;
use super::nesting::Nesting;

/// A whole script.
pub(super) fn snippet(text: &str) -> Snippet {
    let mut reader = Reader { text, at: 0, out: Snippet::new(false), nesting: Nesting::new(text), open: 0 };
    while reader.at < text.len() {
        reader.statement();
    }
    reader.out
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    out: Snippet,
    nesting: Nesting<'a>,
    /// Conditions around the statement.
    open: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Reads up to the end of a statement and writes it as a line of a shell.
    fn statement(&mut self) {
        self.blanks(true);
        let start = self.at;
        if start >= self.text.len() {
            return;
        }
        if self.peek().is_some_and(|c| matches!(c, '{' | '}' | ')' | ';' | '(' | ']')) {
            self.at += 1;
            return;
        }
        if self.assignment() {
            return;
        }
        let around = self.nesting.around(start);
        self.open = around.len();
        for (condition, place) in &around {
            self.out.open(condition, place.clone());
        }
        let before = self.at;
        // `& aws …` and `. script` call what stands behind.
        while self.peek().is_some_and(|c| matches!(c, '&' | '.')) {
            self.at += 1;
            self.blanks(false);
        }
        let word = self.rest().split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        if matches!(word.as_str(), "invoke-expression" | "iex") {
            self.at += word.len();
            self.blanks(false);
            self.out.put("eval ", start..self.at);
        } else if word == "start-process" {
            self.start_process();
        }
        self.words();
        if self.at == before {
            self.at += self.peek().map_or(1, char::len_utf8);
        }
        self.out.put("\n", self.at.min(self.text.len())..self.at.min(self.text.len()));
        for (_, place) in around.iter().rev() {
            self.out.close(place.clone());
        }
    }

    /// `Start-Process aws -ArgumentList …`: the option's name goes.
    fn start_process(&mut self) {
        self.at += "start-process".len();
        self.blanks(false);
        for option in ["-FilePath", "-filepath"] {
            if self.rest().starts_with(option) {
                self.at += option.len();
            }
        }
        self.blanks(false);
        let end = self.rest().find(char::is_whitespace).unwrap_or(self.rest().len());
        for (at, c) in self.text[self.at..self.at + end].char_indices() {
            if c != '"' && c != '\'' {
                let at = self.at + at;
                self.out.quoted(c, at..at + c.len_utf8());
            }
        }
        self.at += end;
        self.out.put(" ", self.at..self.at);
        self.blanks(false);
        let option = self.rest().split_whitespace().next().unwrap_or_default().to_owned();
        if !option.eq_ignore_ascii_case("-ArgumentList") && !option.eq_ignore_ascii_case("-Args") {
            return;
        }
        self.at += option.len();
        self.blanks(false);
        // One string of all arguments: it is split like a command line.
        if let Some(quote @ ('"' | '\'')) = self.peek() {
            let inner = self.rest()[1..].find(quote).map(|end| (self.at + 1, self.at + 1 + end));
            if let Some((from, to)) = inner
                && self.text[from..to].contains(' ')
            {
                self.out.copy(self.text, from..to);
                self.at = to + 1;
            }
        }
    }

    fn blanks(&mut self, lines: bool) {
        loop {
            let rest = self.rest();
            if rest.starts_with("<#") {
                self.at += rest.find("#>").map_or(rest.len(), |end| end + 2);
            } else if rest.starts_with("`\n") {
                self.at += 2;
            } else if rest.starts_with("`\r\n") {
                self.at += 3;
            } else if rest.starts_with('#') {
                let end = rest.find('\n').unwrap_or(rest.len());
                self.at += end;
                if !lines {
                    return;
                }
            } else if rest.starts_with([' ', '\t']) || lines && rest.starts_with(['\n', '\r']) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    /// `$name = value`, when the value is a string, a list or a number.
    fn assignment(&mut self) -> bool {
        let start = self.at;
        let Some(rest) = self.rest().strip_prefix('$') else { return false };
        let rest = rest.strip_prefix("env:").or_else(|| rest.strip_prefix("script:")).unwrap_or(rest);
        let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let name = rest[..length].to_owned();
        let behind = rest[length..].trim_start_matches([' ', '\t']);
        let Some(value) = behind.strip_prefix('=').filter(|value| !value.starts_with('=')) else { return false };
        if name.is_empty() {
            return false;
        }
        self.at = self.text.len() - value.len();
        self.blanks(false);
        let list = self.rest().starts_with("@(");
        self.out.put(&name, start..start + 1);
        if list {
            self.at += 2;
            self.out.put("=(", start..self.at);
            loop {
                self.blanks(true);
                match self.peek() {
                    None => break,
                    Some(')') => {
                        self.at += 1;
                        break;
                    }
                    Some(',') => self.at += 1,
                    Some(_) => {
                        let before = self.at;
                        self.word(&[',', ')']);
                        if self.at == before {
                            self.at += self.peek().map_or(1, char::len_utf8);
                        }
                        self.out.put(" ", self.at..self.at);
                    }
                }
            }
            self.out.put(")\n", self.at..self.at);
            return true;
        }
        self.out.put("=", start..self.at);
        if self.peek().is_some_and(|c| matches!(c, '"' | '\'' | '@') || c.is_ascii_digit()) {
            self.word(&[]);
        } else {
            let line = self.rest().find('\n').map_or(self.rest().len(), |end| end);
            let written = self.rest()[..line].trim_end().to_owned();
            // A call in the value runs: it is a statement of its own.
            let calls = written.starts_with(['&', 'a', '(']) && written.contains("aws");
            self.out.unknown(&written, self.at..self.at + written.len());
            self.out.put("\n", self.at..self.at);
            if !calls {
                self.at += line;
            }
            return true;
        }
        self.out.put("\n", self.at..self.at);
        true
    }

    /// The words up to the end of the statement.
    fn words(&mut self) {
        loop {
            self.blanks(false);
            match self.peek() {
                None | Some('\n' | '\r' | ';' | '{' | '}' | ')' | '#') => return,
                Some('|') => {
                    self.out.put(" | ", self.at..self.at + 1);
                    self.at += 1;
                }
                Some('&') => {
                    self.out.put("&", self.at..self.at + 1);
                    self.at += 1;
                }
                Some('>') => {
                    let end = self.rest().find(['\n', ';', '|']).unwrap_or(self.rest().len());
                    self.at += end;
                }
                Some(_) => {
                    let before = self.at;
                    self.word(&[]);
                    if self.at == before {
                        self.at += self.peek().map_or(1, char::len_utf8);
                    }
                    self.out.put(" ", self.at..self.at);
                }
            }
        }
    }

    /// One word, quotes undone. `ends` are further characters that end it.
    fn word(&mut self, ends: &[char]) {
        while let Some(c) = self.peek() {
            let here = self.at..self.at + c.len_utf8();
            if ends.contains(&c) {
                return;
            }
            match c {
                ' ' | '\t' | '\n' | '\r' | ';' | '|' | '{' | '}' | ')' | '>' => return,
                '"' => {
                    self.at += 1;
                    self.string('"', true);
                }
                '\'' => {
                    self.at += 1;
                    self.string('\'', false);
                }
                '@' if self.rest().starts_with("@\"") || self.rest().starts_with("@'") => {
                    let quote = if self.rest().starts_with("@\"") { '"' } else { '\'' };
                    let close = format!("\n{quote}@");
                    let body = self.rest().find('\n').map_or(self.text.len(), |end| self.at + end + 1);
                    let end = self.text[body - 1..].find(&close).map_or(self.text.len(), |end| body - 1 + end);
                    self.at = body.min(end);
                    while self.at < end {
                        self.character(quote == '"');
                    }
                    self.at = (end + close.len()).min(self.text.len());
                }
                '@' if self.rest()[1..].starts_with(|c: char| c.is_ascii_alphabetic()) => {
                    // Splatting of a list.
                    let length = self.rest()[1..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
                    let length = length.unwrap_or(self.rest().len() - 1);
                    let name = self.rest()[1..=length].to_owned();
                    self.out.put(&format!("\"${{{name}[@]}}\""), here.start..here.start + 1 + length);
                    self.at += 1 + length;
                }
                '$' | '`' => self.character(true),
                '(' => {
                    let end = self.rest().find(')').map_or(self.rest().len(), |end| end + 1);
                    let written = self.rest()[..end].to_owned();
                    self.out.unknown(&written, here.start..here.start + end);
                    self.at += end;
                }
                _ => {
                    self.out.quoted(c, here.clone());
                    self.at = here.end;
                }
            }
        }
    }

    /// The rest of a quoted string.
    fn string(&mut self, quote: char, expands: bool) {
        self.out.put("\"\"", self.at..self.at);
        while let Some(c) = self.peek() {
            if c == quote {
                self.at += 1;
                if self.peek() != Some(quote) {
                    return;
                }
                // Twice is the character itself.
                self.out.quoted(quote, self.at - 1..self.at + 1);
                self.at += 1;
            } else {
                self.character(expands);
            }
        }
    }

    /// One character of text in which variables are replaced, or not.
    fn character(&mut self, expands: bool) {
        let Some(c) = self.peek() else { return };
        let start = self.at;
        let next = start + c.len_utf8();
        match c {
            '`' if expands => {
                let escaped = self.text[next..].chars().next();
                let length = escaped.map_or(0, char::len_utf8);
                match escaped {
                    Some('n') => self.out.quoted('\n', start..next + length),
                    Some('t') => self.out.quoted('\t', start..next + length),
                    Some('r' | '\n' | '\r') | None => {}
                    Some(other) => self.out.quoted(other, start..next + length),
                }
                self.at = next + length;
            }
            '$' if expands => {
                let rest = &self.text[next..];
                if rest.starts_with('(') {
                    let end = rest.find(')').map_or(rest.len(), |end| end + 1);
                    let written = rest[..end].to_owned();
                    self.out.unknown(&written, start..next + end);
                    self.at = next + end;
                    return;
                }
                let braced = rest.strip_prefix('{').unwrap_or(rest);
                let name = braced.strip_prefix("env:").or_else(|| braced.strip_prefix("script:")).unwrap_or(braced);
                let length = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
                if length == 0 {
                    self.out.quoted('$', start..next);
                    self.at = next;
                    return;
                }
                let word = name[..length].to_owned();
                let mut end = self.text.len() - name.len() + length;
                end += usize::from(rest.starts_with('{') && self.text[end..].starts_with('}'));
                self.out.put(&format!("${{{word}}}"), start..end);
                self.at = end;
            }
            c => {
                self.out.quoted(c, start..next);
                self.at = next;
            }
        }
    }
}
