//! Here-documents that become files or arguments: `cat > policy.json <<EOF`, `"$(cat <<EOF … EOF)"`.

use tree_sitter::Node;

use super::words::{self, Char, Word};

/// The file that a command writes from a here-document: `cat > FILE`, `tee FILE`.
pub(super) fn written(
    script: &str,
    command: Node<'_>,
    redirect: Option<Node<'_>>,
    body: Node<'_>,
) -> Option<(String, Word)> {
    let words = words::command(script, command.start_byte(), command.end_byte());
    let mut texts: Vec<String> = words.iter().map(Word::text).collect();
    if texts.first().is_some_and(|first| first == "sudo") {
        texts.remove(0);
    }
    let redirect = redirect?;
    let line = line_around(script, command.start_byte(), redirect.start_byte());
    let path = match texts.first().map(String::as_str) {
        Some("cat") => target(line)?,
        Some("tee") => texts.iter().skip(1).find(|word| !word.starts_with('-'))?.clone(),
        _ => return None,
    };
    let delimiter = script.get(redirect.start_byte()..body.start_byte())?.trim_start_matches(['<', '-', ' ', '\t']);
    let quoted = delimiter.starts_with(['\'', '"', '\\']);
    let range = body.byte_range();
    let word =
        if quoted { literal(script, range.start, range.end) } else { words::document(script, range.start, range.end) };
    Some((path, word))
}

/// The line from the command's beginning on: redirections stand before or behind the here-document's word.
fn line_around(script: &str, start: usize, at: usize) -> &str {
    let end = script.get(at..).and_then(|rest| rest.find('\n')).map_or(script.len(), |end| at + end);
    script.get(start..end).unwrap_or_default()
}

/// The path behind `>` or `>>`.
fn target(line: &str) -> Option<String> {
    let (_, behind) = line.split_once('>')?;
    let behind = behind.trim_start_matches(['>', '|']).trim_start();
    let path: String = behind.chars().take_while(|c| !c.is_whitespace() && !";|&<>".contains(*c)).collect();
    let path = path.trim_matches(['"', '\'']);
    (!path.is_empty()).then(|| path.to_owned())
}

fn literal(script: &str, start: usize, end: usize) -> Word {
    let text = script.get(start..end).unwrap_or_default();
    let chars =
        text.char_indices().map(|(at, c)| Char { c, start: start + at, end: start + at + c.len_utf8(), raw: false });
    Word::of(chars.collect(), start..end)
}

/// The here-document in `$(cat <<EOF …)`, whose characters stand in the script one after the other; or the path of
/// `$(cat FILE)` and `$(<FILE)`.
pub(super) fn substituted(script: &str, written: &[Char]) -> Option<Substituted> {
    let (first, last) = (written.first()?, written.last()?);
    let whole = script.get(first.start..last.end).filter(|whole| whole.chars().count() == written.len())?;
    let inner = whole.strip_prefix("$(")?.strip_suffix(')')?;
    let trimmed = inner.trim();
    if let Some(path) = trimmed.strip_prefix('<').filter(|path| !path.starts_with('<')) {
        return Some(Substituted::File(path.trim().trim_matches(['"', '\'']).to_owned()));
    }
    let rest = trimmed.strip_prefix("cat")?.trim_start();
    let Some(rest) = rest.strip_prefix("<<") else {
        let path = rest.trim_matches(['"', '\'']);
        let plain = !path.is_empty() && !path.starts_with('-') && !path.contains([' ', '|', ';', '<', '>', '\n']);
        return plain.then(|| Substituted::File(path.to_owned()));
    };
    let rest = rest.strip_prefix('-').unwrap_or(rest).trim_start();
    let (word, _) = rest.split_once('\n')?;
    let word = word.trim();
    let quoted = word.starts_with(['\'', '"', '\\']);
    let word = word.trim_matches(['\'', '"', '\\']);
    let start = first.start + whole.find('\n')? + 1;
    let mut end = start;
    for line in script.get(start..last.end)?.split_inclusive('\n') {
        if line.trim().trim_end_matches(')').trim_end() == word {
            break;
        }
        end += line.len();
    }
    let word = if quoted { literal(script, start, end) } else { words::document(script, start, end) };
    Some(Substituted::Text(word))
}

/// What stands for a command substitution.
pub(super) enum Substituted {
    /// These characters.
    Text(Word),
    /// What a file holds.
    File(String),
}
