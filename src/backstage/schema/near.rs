//! The known word that a person most likely meant.

/// The nearest of `known` to `word`, when it is near enough to be a slip: one or two letters changed, added,
/// lost or swapped, fewer in short words; or only case, `-` and `_` differ.
pub(super) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let length = word.chars().count();
    // Long texts are no slips of the hand, and the distance costs the product of the lengths.
    if length > 64 {
        return None;
    }
    let limit = match length {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    let plain = plain(word);
    let candidates = known
        .into_iter()
        .filter(|known| *known != word && known.len() <= 256);
    let near = candidates.filter_map(|known| {
        let distance = if self::plain(known) == plain {
            0
        } else {
            distance(word, known)
        };
        (distance <= limit).then_some((distance, known))
    });
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

fn plain(word: &str) -> String {
    let letters = word.chars().filter(|c| !matches!(c, '-' | '_'));
    letters.flat_map(char::to_lowercase).collect()
}

/// How many letters must be changed, added, removed or swapped with their neighbour (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &to) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX / 2);
            let mut best = at(&last, j) + usize::from(from != to);
            best = best.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped =
                i > 0 && j > 0 && a.get(i - 1) == Some(&to) && b.get(j - 1) == Some(&from);
            if swapped {
                best = best.min(at(&before_last, j - 1) + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_one_or_two_letters_are_near() {
        let known = ["connection", "client", "prefix", "pluginDivisionMode"];
        assert_eq!(nearest("conection", known), Some("connection"));
        assert_eq!(nearest("cleint", known), Some("client"));
        assert_eq!(
            nearest("plugin-division-mode", known),
            Some("pluginDivisionMode")
        );
    }

    #[test]
    fn other_words_and_the_word_itself_are_not() {
        let known = ["host", "port", "client"];
        assert_eq!(nearest("pool", known), None);
        assert_eq!(nearest("post", ["post"]), None);
        assert_eq!(nearest("timeout", known), None);
        assert_eq!(nearest("db", ["dc"]), None);
    }
}
