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
        let distance = distance(&written, candidate, allowed);
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

/// Edits between two names, a swap of neighbours counted as one; case counts as half an edit, rounded up once. Where it
/// is sure to be more than `allowed`, any greater number.
///
/// Names of a schema are many, and every unknown key is asked against all of them: nothing is allocated here.
fn distance(written: &[char], candidate: &str, allowed: usize) -> usize {
    let mut characters = ['\0'; MAX_LENGTH];
    let mut length = 0;
    for character in candidate.chars() {
        let Some(free) = characters.get_mut(length) else {
            return usize::MAX;
        };
        *free = character;
        length += 1;
    }
    let candidate = characters.get(..length).unwrap_or_default();
    if written.len() > MAX_LENGTH {
        return usize::MAX;
    }
    if written != candidate && same_but_for_case(written.iter().copied(), candidate.iter().copied())
    {
        return 1;
    }
    let value = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX / 2);
    let mut before_previous = [usize::MAX / 2; MAX_LENGTH + 1];
    let mut previous: [usize; MAX_LENGTH + 1] = std::array::from_fn(|column| column);
    let mut current = [usize::MAX / 2; MAX_LENGTH + 1];
    let mut least_before = 0;
    for (row, left) in written.iter().enumerate() {
        let mut beside = row + 1;
        let mut least_here = beside;
        current[0] = beside;
        for (column, right) in candidate.iter().enumerate() {
            let mut least = (value(&previous, column) + usize::from(left != right))
                .min(value(&previous, column + 1) + 1)
                .min(beside + 1);
            let swapped = row > 0
                && column > 0
                && written.get(row - 1) == Some(right)
                && candidate.get(column - 1) == Some(left);
            if swapped {
                least = least.min(value(&before_previous, column - 1) + 1);
            }
            if let Some(cell) = current.get_mut(column + 1) {
                *cell = least;
            }
            beside = least;
            least_here = least_here.min(least);
        }
        // A swap reaches two rows back, nothing further: both must be beyond what is allowed.
        if least_here.min(least_before) > allowed {
            return usize::MAX;
        }
        least_before = least_here;
        std::mem::swap(&mut before_previous, &mut previous);
        std::mem::swap(&mut previous, &mut current);
    }
    value(&previous, candidate.len())
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
    fn a_bound_changes_no_distance_within_it() {
        let mut names = vec![String::new()];
        for _ in 0..5 {
            let longer = |name: &String| ["a", "b", "B"].map(|end| format!("{name}{end}"));
            names.extend(names.clone().iter().flat_map(longer));
            names.sort();
            names.dedup();
        }
        for written in &names {
            let characters: Vec<char> = written.chars().collect();
            for candidate in names.iter().step_by(7) {
                let exact = distance(&characters, candidate, usize::MAX / 4);
                for allowed in 1..=3 {
                    let bounded = distance(&characters, candidate, allowed);
                    assert!(
                        bounded == exact || (exact > allowed && bounded > allowed),
                        "{written} {candidate}: {exact}, {bounded} where {allowed} are allowed"
                    );
                }
            }
        }
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
                let expected = distance(&characters, candidate, 3) == 1;
                assert_eq!(
                    differ_by_one_edit(written, candidate),
                    expected,
                    "{written} {candidate}"
                );
            }
        }
    }
}
