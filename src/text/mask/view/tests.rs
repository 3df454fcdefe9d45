use super::*;

/// The view of `text` in which each `«…»` is hidden, with labels on the given pieces of text.
fn viewed(text: &str, labels: &[&str]) -> View {
    let mut plain = String::new();
    let mut hidden: Vec<Span> = Vec::new();
    let mut open = 0;
    for character in text.chars() {
        match character {
            '«' => open = plain.len(),
            '»' => hidden.push(Span::new(open, plain.len())),
            _ => plain.push(character),
        }
    }
    let source = Source::new("app-config.yaml", plain.clone());
    let labels: Vec<Span> = labels
        .iter()
        .map(|label| {
            let start = plain.find(label).unwrap();
            Span::new(start, start + label.len())
        })
        .collect();
    view(&source, &hidden, &labels, 1)
}

fn labelled(view: &View) -> Vec<&str> {
    view.labels
        .iter()
        .map(|label| &view.text[label.range()])
        .collect()
}

#[test]
fn secrets_read_as_the_mask_and_labels_move_along() {
    let view = viewed(
        "a: 1\nurl: pg://u:«hunter2»@host/db\nb: 2\nc: 3\n",
        &["hunter2", "host"],
    );
    assert_eq!(view.text, "a: 1\nurl: pg://u:********@host/db\nb: 2");
    assert_eq!(view.first_line, 1);
    assert_eq!(labelled(&view), ["********", "host"]);
}

#[test]
fn a_label_inside_or_across_a_secret_stands_on_the_whole_mask() {
    let view = viewed("x: «hunter2»y\n", &["unter", "2y", ": hun"]);
    assert_eq!(labelled(&view), ["********", "********y", ": ********"]);
}

#[test]
fn lines_far_from_every_label_are_empty_but_counted() {
    let view = viewed("a\nb\nc\nd\ne\nf\ng\nh\n", &["b", "g"]);
    assert_eq!(view.text, "a\nb\nc\n\n\nf\ng\nh");
    assert_eq!(labelled(&view), ["b", "g"]);
    let view = viewed("a\nb\nc\nd\ne\n", &["d"]);
    assert_eq!((view.first_line, view.text.as_str()), (3, "c\nd\ne"));
}

#[test]
fn a_secret_of_several_lines_is_masked_line_by_line_and_labelled_on_the_first() {
    let view = viewed(
        "key: |\n  «one\n  two\n\n  three»\nnext: 1\n",
        &["one\n  two\n\n  three"],
    );
    assert_eq!(view.text, "key: |\n  ********\n  ********");
    assert_eq!(labelled(&view), ["********"]);
    let view = viewed("key: |\n  «one\n  two»\nnext: 1\n", &["next"]);
    assert_eq!(view.text, "  ********\nnext: 1\n");
}

#[test]
fn control_characters_are_escaped_and_labels_move_along() {
    let view = viewed("a: \x1b[31mred\u{202e}\r\nb: 1\rc\n", &["red", "c"]);
    assert_eq!(view.text, "a: \\x1b[31mred\\u{202e}\nb: 1\\rc\n");
    assert_eq!(labelled(&view), ["red", "c"]);
}

#[test]
fn a_byte_order_mark_is_not_shown() {
    let view = viewed("\u{feff}a: 1\n", &["a"]);
    assert_eq!(view.text, "a: 1\n");
    assert_eq!(labelled(&view), ["a"]);
}

#[test]
fn long_lines_are_clipped_around_the_label() {
    let text = format!("{}needle{}\n", "a".repeat(100_000), "ü".repeat(100_000));
    let view = viewed(&text, &["needle"]);
    let line = view.text.lines().next().unwrap();
    assert_eq!(line.chars().count(), WIDEST_LINE + 2);
    assert!(line.starts_with("…a") && line.ends_with("ü…"));
    assert_eq!(labelled(&view), ["needle"]);
}

#[test]
fn a_label_in_a_clipped_part_stands_on_the_ellipsis() {
    let view = viewed(
        &format!("first{}last\n", " x".repeat(500)),
        &["first", "last"],
    );
    assert_eq!(labelled(&view), ["first", "…"]);
}

#[test]
fn a_long_secret_in_a_long_line_is_no_longer_than_any_other() {
    let text = format!(
        "k: {}«{}»{}\n",
        "a".repeat(500),
        "s".repeat(5000),
        "b".repeat(500)
    );
    let view = viewed(&text, &["sss"]);
    assert!(view.text.contains("a********b"));
    assert!(!view.text.contains("sss"));
    assert_eq!(labelled(&view), ["********"]);
}

#[test]
fn labels_at_the_ends_of_lines_and_text_stay_there() {
    let source = Source::new("a", "a:\nb: 1");
    let view = view(&source, &[], &[Span::at(2), Span::at(7), Span::at(99)], 0);
    assert_eq!(view.text, "a:\nb: 1");
    assert_eq!(view.labels, [Span::at(2), Span::at(7), Span::at(7)]);
}
