//! What stands at a place of a document.
//!
//! In: the nodes of a layer, or the lines of a text that does not parse, and an offset. Out: the config path there.

use npm_yaml::{Key, Node, NodeValue};
use source::{ConfigPath, Part};

/// What an offset is on.
#[derive(Debug)]
pub(super) struct At<'n> {
    /// The path of the value.
    pub(super) path: ConfigPath,
    /// Its key; `None` for an item of a list.
    pub(super) key: Option<&'n Key>,
    /// The value.
    pub(super) value: &'n Node,
}

/// The key or scalar at an offset; `None` between them.
pub(super) fn at<'n>(root: &'n Node, offset: usize) -> Option<At<'n>> {
    let mut path = ConfigPath::root();
    let mut node = root;
    let mut key = None;
    loop {
        let within = |start: u32, end: u32| (start as usize..=end as usize).contains(&offset);
        match &node.value {
            NodeValue::Mapping(entries) => {
                // The last that begins before the offset: an alias has its bytes elsewhere.
                let entry = entries
                    .iter()
                    .find(|entry| within(entry.key.span.start, entry.key.span.end))
                    .or_else(|| {
                        let holds = |value: &Node| within(value.span.start, value.span.end);
                        entries.iter().find(|entry| holds(&entry.value))
                    })?;
                path.push(Part::Key(entry.key.text.clone()));
                key = Some(&entry.key);
                node = &entry.value;
                if within(entry.key.span.start, entry.key.span.end) {
                    return Some(At {
                        path,
                        key,
                        value: node,
                    });
                }
            }
            NodeValue::Sequence(items) => {
                let mut items = items.iter().enumerate();
                let found = items.find(|(_, item)| within(item.span.start, item.span.end));
                let (index, item) = found?;
                path.push(Part::Item(index));
                key = None;
                node = item;
            }
            _ => {
                return Some(At {
                    path,
                    key,
                    value: node,
                });
            }
        }
    }
}

/// What is being typed on a line of YAML in block style.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed<'t> {
    /// A key of the mapping at a path. So much of it is there.
    Key(ConfigPath, &'t str),
    /// The value at a path. So much of it is there.
    Value(ConfigPath, &'t str),
}

/// What is being typed at an offset, by indentation alone: the text need not parse. `None` in a comment, and where more
/// than one key or value stands on the line.
pub(super) fn typed(text: &str, offset: usize) -> Option<Typed<'_>> {
    let before = text.get(..offset)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let (above, line) = before.split_at(start);
    if line.trim_start().starts_with('#') || line.contains(" #") {
        return None;
    }
    let mut column = 0;
    let mut rest = line;
    let mut own = Vec::new();
    loop {
        let trimmed = rest.trim_start_matches(' ');
        column += rest.len() - trimmed.len();
        rest = trimmed;
        match rest.strip_prefix("- ") {
            Some(behind) => {
                own.push((column, Part::Item(0)));
                column += 2;
                rest = behind;
            }
            None => break,
        }
    }
    // Above the first dash, else above the key itself.
    let top = own.first().map_or(column, |(column, _)| *column);
    let is_item = !own.is_empty();
    let mut path = parents(above, top, is_item);
    for (_, part) in own {
        path.push(part);
    }
    let Some((key, value)) = key_and_rest(rest) else {
        return match rest.contains([':', '{', '[', '"', '\'']) && !rest.contains("${") {
            true => None,
            false => Some(Typed::Key(path, rest)),
        };
    };
    path.push(Part::Key(key.into()));
    let value = value.trim_start();
    (!value.starts_with(['{', '[', '&', '*', '!'])).then_some(Typed::Value(path, value))
}

/// The keys and items that lines above stand for, of something at this column. An item may stand in the column of the key
/// that its list is under.
fn parents(above: &str, column: usize, is_item: bool) -> ConfigPath {
    let mut limit = if is_item { column + 1 } else { column };
    let mut parts: Vec<Part> = Vec::new();
    for line in above.lines().rev() {
        let content = line.trim_start_matches(' ');
        if content.trim().is_empty() || content.starts_with('#') {
            continue;
        }
        let mut at = line.len() - content.len();
        // A dash in the same column is that of another item of the same list.
        if is_item && at == column && content.starts_with("- ") {
            continue;
        }
        if at >= limit {
            continue;
        }
        let mut rest = content;
        let mut found: Vec<(usize, Part)> = Vec::new();
        while let Some(behind) = rest.strip_prefix("- ") {
            found.push((at, Part::Item(0)));
            let trimmed = behind.trim_start_matches(' ');
            at += 2 + behind.len() - trimmed.len();
            rest = trimmed;
        }
        if let Some((key, value)) = key_and_rest(rest)
            && (value.trim().is_empty() || value.trim_start().starts_with(['#', '&']))
        {
            found.push((at, Part::Key(key.into())));
        }
        found.retain(|(at, _)| *at < limit);
        let Some((first, _)) = found.first() else {
            // Something beside: a sibling's dash does not hold what is typed here.
            continue;
        };
        limit = *first;
        // `- a:` is an item of a list whose key may stand in the same column.
        if matches!(found.first(), Some((_, Part::Item(_)))) {
            limit += 1;
        }
        parts.extend(found.into_iter().rev().map(|(_, part)| part));
    }
    let mut path = ConfigPath::root();
    for part in dedup_items(parts) {
        path.push(part);
    }
    path
}

/// Parts from the top down. Dashes in one column above each other are one list.
fn dedup_items(parts: Vec<Part>) -> Vec<Part> {
    let mut down: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts.into_iter().rev() {
        if matches!((&part, down.last()), (Part::Item(_), Some(Part::Item(_)))) {
            continue;
        }
        down.push(part);
    }
    down
}

/// The key at the start of a line, unquoted, and what stands behind its colon.
fn key_and_rest(line: &str) -> Option<(&str, &str)> {
    if let Some(quote) = line.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let (key, rest) = line.get(1..)?.split_once(quote)?;
        let rest = rest.trim_start().strip_prefix(':')?;
        return Some((key, rest));
    }
    let at = line.match_indices(':').map(|(at, _)| at).find(|at| {
        line.get(at + 1..)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })?;
    let (key, rest) = line.split_at(at);
    Some((key.trim_end(), rest.get(1..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let offset = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        match typed(&text, offset) {
            Some(Typed::Key(path, so_far)) => format!("key of `{path}`: {so_far}"),
            Some(Typed::Value(path, so_far)) => format!("value of `{path}`: {so_far}"),
            None => "nothing".to_owned(),
        }
    }

    #[test]
    fn keys_and_values_are_placed_by_their_indentation() {
        for (text, expected) in [
            ("|", "key of ``: "),
            ("ap|", "key of ``: ap"),
            ("a:\n  b: 1\nc|", "key of ``: c"),
            ("a:\n  b:\n    |", "key of `a.b`: "),
            ("a:\n  b:\n    c: 1\n  d|", "key of `a`: d"),
            ("a:\n  b: x|", "value of `a.b`: x"),
            ("a:\n  b: |", "value of `a.b`: "),
            ("'a b':\n  c|", "key of `[\"a b\"]`: c"),
            ("a:\n  - b: 1\n    c|", "key of `a[0]`: c"),
            ("a:\n- b: 1\n- c|", "key of `a[0]`: c"),
            ("a:\n- b: 1\n  c: |", "value of `a[0].c`: "),
            ("a: # x\n  # y\n\n  b|", "key of `a`: b"),
            ("a: 1 # b|", "nothing"),
            ("# a: |", "nothing"),
            ("a: {b: |}", "nothing"),
            ("a: ${X|", "value of `a`: ${X"),
            ("u: http://h|", "value of `u`: http://h"),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    #[test]
    fn no_text_makes_it_stumble() {
        let text = "a:\r\n - é: '\n  -\t{[\"x\n😀: - - b\n";
        for (offset, _) in text.char_indices() {
            let _ = typed(text, offset);
            let document = npm_yaml::parse(text.get(..offset).unwrap());
            let _ = document
                .root
                .as_ref()
                .map(|root| at(root, offset).is_some());
        }
    }

    #[test]
    fn a_key_and_a_value_are_found_and_nothing_between_them() {
        let document = npm_yaml::parse("a:\n  - b: xy\n  - c\n");
        let root = document.root.unwrap();
        let path = |offset| at(&root, offset).map(|at| at.path.to_string());
        assert_eq!(path(0).as_deref(), Some("a"));
        assert_eq!(path(7).as_deref(), Some("a[0].b"));
        assert_eq!(path(11).as_deref(), Some("a[0].b"));
        assert_eq!(path(17).as_deref(), Some("a[1]"));
    }
}
