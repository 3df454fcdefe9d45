//! Counts in README that would otherwise be written by hand.
//!
//! In: the text of README. Out: the same text with the number between `<!-- count:NAME -->` and `<!-- /count -->`
//! as it is today.

use std::error::Error;

use stagecheck::rules::catalog;

const END: &str = "<!-- /count -->";

/// What can be counted, by the name in the marker.
fn count(name: &str) -> Option<usize> {
    match name {
        "rules" => Some(catalog::cards().len()),
        _ => None,
    }
}

/// README with its counts as they are.
///
/// # Errors
/// When a marker names nothing that is counted, or has no end.
pub fn written(readme: &str) -> Result<String, Box<dyn Error>> {
    const START: &str = "<!-- count:";
    let mut written = String::with_capacity(readme.len());
    let mut rest = readme;
    while let Some((before, marked)) = rest.split_once(START) {
        let (name, counted) = marked
            .split_once(" -->")
            .ok_or("a count marker is not closed")?;
        let (_, after) = counted
            .split_once(END)
            .ok_or_else(|| format!("`count:{name}` has no `{END}`"))?;
        let number = count(name).ok_or_else(|| format!("nothing is counted as `{name}`"))?;
        written.push_str(&format!("{before}{START}{name} -->{number}{END}"));
        rest = after;
    }
    written.push_str(rest);
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn a_stale_count_is_replaced_and_all_else_stays() {
        let stale = "the <!-- count:rules -->1<!-- /count --> rules";
        let fresh = written(stale).unwrap();
        let rules = stagecheck::rules::catalog::cards().len();
        let expected = format!("the <!-- count:rules -->{rules}<!-- /count --> rules");
        assert_eq!(fresh, expected);
        assert_eq!(written(&fresh).unwrap(), fresh);
    }

    #[test]
    fn an_unknown_or_open_marker_fails() {
        assert!(written("<!-- count:apples -->1<!-- /count -->").is_err());
        assert!(written("<!-- count:rules -->1").is_err());
    }
}
