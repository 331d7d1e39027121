//! The word that may have been meant.

/// The nearest of the words, if it is near enough to be a slip of the keyboard.
pub fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Nobody types a word this long by mistake; the distance costs the product of the lengths.
    if word.len() > 100 {
        return None;
    }
    let near = words.into_iter().map(|other| (distance(word, other), other)).min();
    let limit = word.chars().count().max(6) / 2;
    near.filter(|(distance, _)| *distance <= limit).map(|(_, near)| near)
}

/// How many characters must be inserted, removed or replaced to make one word of the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_proposed_and_far_ones_are_not() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(nearest("serverity", ["enabled", "severity"]), Some("severity"));
        assert_eq!(nearest("zzzzzzzz", ["enabled", "severity"]), None);
        assert_eq!(nearest(&"x".repeat(1000), ["x"]), None);
    }
}
