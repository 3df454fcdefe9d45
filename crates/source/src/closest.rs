//! `did you mean`: the one place that decides which known name a written one was meant to be.
//!
//! In: a name as written and the names that exist. Out: the nearest, if it is near enough to be a slip.

/// The candidate that `written` was probably meant to be: at most a third of its characters (and at most
/// three) inserted, deleted, replaced or swapped; the first of equally near ones. `None` when nothing is near,
/// or `written` is itself a candidate.
pub fn closest<'c>(
    written: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let written: Vec<char> = written.chars().take(MAX_LENGTH + 1).collect();
    let allowed = (written.len() / 3).clamp(1, 3);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        // Each character more or less is an edit: most candidates need no closer look.
        let longer = candidate.chars().count().abs_diff(written.len());
        if longer > allowed {
            continue;
        }
        let distance = distance(&written, candidate);
        if distance == 0 {
            return None;
        }
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Whether two names differ by one slip of the keys: a letter inserted, deleted, replaced or swapped, or nothing but
/// case. Names that differ in their digits are of two things.
pub fn is_slip(written: &str, candidate: &str) -> bool {
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    differ_by_one_edit(written, candidate) && digits(written) == digits(candidate)
}

/// Linear in the names, without the table that [`distance`] needs: every key of every layer is asked against every
/// name of a secret. One edit is what is left between the longest common beginning and the longest common end.
fn differ_by_one_edit(written: &str, candidate: &str) -> bool {
    let (mut left, mut right) = (written.chars(), candidate.chars());
    while left
        .clone()
        .next()
        .is_some_and(|next| right.clone().next() == Some(next))
    {
        left.next();
        right.next();
    }
    while left
        .clone()
        .next_back()
        .is_some_and(|last| right.clone().next_back() == Some(last))
    {
        left.next_back();
        right.next_back();
    }
    let differing = |rest: &str| rest.chars().take(3).collect::<Vec<_>>();
    match (
        differing(left.as_str()).as_slice(),
        differing(right.as_str()).as_slice(),
    ) {
        ([_], []) | ([], [_]) | ([_], [_]) => true,
        ([a, b], [c, d]) if a == d && b == c => true,
        ([], []) => false,
        _ => same_but_for_case(left, right),
    }
}

/// Names longer than this are never compared: the effort grows with the product of the lengths.
const MAX_LENGTH: usize = 64;

/// Edits between two names, a swap of neighbours counted as one; case counts as half an edit, rounded up once.
fn distance(written: &[char], candidate: &str) -> usize {
    let candidate: Vec<char> = candidate.chars().take(MAX_LENGTH + 1).collect();
    if written.len() > MAX_LENGTH || candidate.len() > MAX_LENGTH {
        return usize::MAX;
    }
    if written != candidate && same_but_for_case(written.iter().copied(), candidate.iter().copied())
    {
        return 1;
    }
    let mut before_previous: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=candidate.len()).collect();
    for (row, left) in written.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, right) in candidate.iter().enumerate() {
            let value = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut least = (value(&previous, column) + usize::from(left != right))
                .min(value(&previous, column + 1) + 1)
                .min(value(&current, column) + 1);
            let swapped = row > 0
                && column > 0
                && written.get(row - 1) == Some(right)
                && candidate.get(column - 1) == Some(left);
            if swapped {
                least = least.min(value(&before_previous, column - 1) + 1);
            }
            current.push(least);
        }
        before_previous = std::mem::replace(&mut previous, current);
    }
    previous.last().copied().unwrap_or(usize::MAX)
}

fn same_but_for_case(left: impl Iterator<Item = char>, right: impl Iterator<Item = char>) -> bool {
    left.flat_map(char::to_lowercase)
        .eq(right.flat_map(char::to_lowercase))
}

#[cfg(test)]
mod tests {
    use super::{closest, differ_by_one_edit, distance};

    #[test]
    fn a_slip_is_recognised_and_a_different_word_is_not() {
        let known = ["connection", "client", "pool"];
        assert_eq!(closest("conection", known), Some("connection"));
        assert_eq!(closest("clinet", known), Some("client"));
        assert_eq!(closest("Client", known), Some("client"));
        assert_eq!(closest("pool", known), None);
        assert_eq!(closest("host", known), None);
    }

    #[test]
    fn long_names_are_never_compared() {
        let long = "a".repeat(10_000);
        assert_eq!(closest(&long, ["b"]), None);
        assert_eq!(closest("b", [long.as_str()]), None);
    }
    #[test]
    fn one_edit_is_a_distance_of_one() {
        let mut names = vec![String::new()];
        for length in 1..=4 {
            let shorter: Vec<String> = names
                .iter()
                .filter(|name| name.len() == length - 1)
                .cloned()
                .collect();
            names.extend(
                shorter
                    .iter()
                    .flat_map(|name| ["a", "A", "b"].map(|end| format!("{name}{end}"))),
            );
        }
        for written in &names {
            let characters: Vec<char> = written.chars().collect();
            for candidate in &names {
                let expected = distance(&characters, candidate) == 1;
                assert_eq!(
                    differ_by_one_edit(written, candidate),
                    expected,
                    "{written} {candidate}"
                );
            }
        }
    }
}
