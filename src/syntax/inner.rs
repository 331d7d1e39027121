//! Places inside a string: which byte of the file stands for which byte of a string's value.
use super::Node;

/// For every byte of the string's value (and one past the end), the offset in the file's text of the character it
/// was written as: through quotes, escapes, block-scalar indentation and line folding.
/// `None` if `node` is no string or cannot be aligned.
pub fn offsets(text: &str, node: &Node) -> Option<Vec<u32>> {
    let _ = (text, node);
    todo!()
}
