//! The pieces of a `Fn::Sub` string.

/// A piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'s> {
    /// Plain text.
    Text(&'s str),
    /// The name between `${` and `}`.
    Name(&'s str),
}

/// Takes a `Fn::Sub` string apart; `${!Literal}` is the text `${Literal}`.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let Some(end) = rest[at..].find('}').map(|n| at + n) else { break };
        let name = &rest[at + 2..end];
        if let Some(literal) = name.strip_prefix('!') {
            pieces.push(Piece::Text(&rest[..at + 2]));
            // The closing brace belongs to the text.
            let start = end - literal.len();
            pieces.push(Piece::Text(&rest[start..=end]));
        } else if name.contains("${") || name.chars().any(char::is_whitespace) && name.trim().is_empty() {
            pieces.push(Piece::Text(&rest[..=end]));
        } else {
            pieces.push(Piece::Text(&rest[..at]));
            pieces.push(Piece::Name(name.trim()));
        }
        rest = &rest[end + 1..];
    }
    pieces.push(Piece::Text(rest));
    pieces.into_iter().filter(|piece| *piece != Piece::Text(""))
}
