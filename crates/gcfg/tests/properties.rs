//! What holds for every text.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use gcfg::{Document, Entry, Options, Section, parse};
use proptest::prelude::*;
use source::Span;

const TEMPLATE: Options = Options {
    template: true,
    refuse_byte_order_mark: false,
};

/// Text made of what means something to the reader, so that it gets far.
fn text() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "[",
        "]",
        "[S]\n",
        "[S \"x\"]\n",
        "\"",
        "\\",
        "\\\n",
        "\\\"",
        "\\n",
        "=",
        " = ",
        ";",
        "#",
        ":",
        "\n",
        "\r\n",
        "\r",
        " ",
        "\t",
        "Key",
        "k-1",
        "value",
        "é",
        "\u{a0}",
        "\u{feff}",
        "\0",
        "{{",
        "}}",
        "{{ x }}",
        "{{ \"}}\" }}",
        "{%",
        "%}",
        "{% if x %}",
        "{% endif %}",
        "{# ; #}",
        "<%",
        "%>",
        "<%= x %>",
        "{{ if x }}",
        "'",
        "{{\nx\n}}",
    ]);
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        text().prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..200),
        (text(), any::<u8>(), any::<prop::sample::Index>()).prop_map(|(text, byte, at)| {
            let mut bytes = text.into_bytes();
            let at = at.index(bytes.len() + 1);
            bytes.insert(at, byte);
            bytes
        }),
    ]
}

fn entries(document: &Document) -> impl Iterator<Item = &Entry> {
    let below = document
        .sections
        .iter()
        .flat_map(|section| &section.entries);
    document.orphans.iter().chain(below)
}

/// Every span of a document, and those that must not overlap each other, in order.
fn spans(document: &Document) -> (Vec<Span>, Vec<Span>) {
    let mut all = Vec::new();
    let mut apart: Vec<Span> = document
        .comments
        .iter()
        .map(|comment| comment.span)
        .collect();
    for Section {
        span,
        name,
        subsection,
        ..
    } in &document.sections
    {
        all.push(name.span);
        all.extend(subsection.as_ref().map(|name| name.span));
        apart.push(*span);
    }
    for entry in entries(document) {
        all.push(entry.name.span);
        all.extend(entry.value.as_ref().map(|value| value.span));
        all.extend(entry.comment);
        apart.push(entry.span());
    }
    all.extend(document.markers.iter().map(|marker| marker.span));
    all.extend(document.problems.iter().map(|problem| problem.span));
    all.extend(&apart);
    apart.sort();
    (all, apart)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn spans_are_in_the_text_and_apart(text in bytes(), template: bool, mark: bool) {
        let options = Options { template, refuse_byte_order_mark: mark };
        let document = parse(&text, options);
        let (all, apart) = spans(&document);
        for span in all {
            prop_assert!(text.get(span.range()).is_some(), "{span:?} of {}", text.len());
        }
        for pair in apart.windows(2) {
            prop_assert!(pair[0].end <= pair[1].start, "{pair:?}");
        }
    }

    #[test]
    fn spans_of_a_text_are_on_its_characters(text in text(), template: bool) {
        let document = parse(&text, Options { template, ..Options::default() });
        for span in spans(&document).0 {
            prop_assert!(text.get(span.range()).is_some(), "{span:?}");
        }
    }

    #[test]
    fn positions_are_in_the_text_and_ascend(text in bytes(), template: bool) {
        let document = parse(&text, Options { template, ..Options::default() });
        let lines = text.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let positions: Vec<_> = document.problems.iter().map(|problem| problem.position).collect();
        prop_assert!(positions.iter().all(|position| position.line <= lines && position.column >= 1));
        prop_assert!(positions.windows(2).all(|pair| pair[0].line < pair[1].line), "{positions:?}");
    }

    #[test]
    fn what_is_intact_is_whole_and_what_is_damaged_has_a_problem(text in bytes()) {
        let document = parse(&text, Options::default());
        let damaged = entries(&document).any(|entry| !entry.intact)
            || document.sections.iter().any(|section| !section.intact)
            || !document.orphans.is_empty();
        prop_assert!(!damaged || document.is_broken());
        for entry in entries(&document).filter(|entry| entry.intact) {
            let name = &text[entry.name.span.range()];
            prop_assert_eq!(name, entry.name.text.as_bytes());
        }
    }

    #[test]
    fn a_value_is_spelled_by_its_bytes(text in text(), template: bool) {
        let document = parse(&text, Options { template, ..Options::default() });
        for value in entries(&document).filter_map(|entry| entry.value.as_ref()) {
            let parts = document.parts(&text, value.span);
            let mut at = value.span.start;
            for part in &parts {
                prop_assert_eq!(part.span.start, at);
                at = part.span.end;
            }
            prop_assert_eq!(at, value.span.end);
            for (start, character) in value.text.char_indices() {
                let part = start..start + character.len_utf8();
                let span = document.subspan(&text, value, part).expect("in the value");
                prop_assert!(value.span.contains(span) && !span.is_empty());
                let spelled = &text[span.range()];
                let is_escape = spelled.starts_with('\\') || value.is_template;
                prop_assert!(is_escape || spelled.chars().eq([character]), "{spelled:?}");
            }
            let beyond = value.text.len() + 1;
            prop_assert_eq!(document.subspan(&text, value, 0..beyond), None);
        }
    }

    #[test]
    fn a_text_without_markers_is_the_same_as_a_template(text in bytes()) {
        let template = parse(&text, TEMPLATE);
        if template.markers.is_empty() {
            prop_assert_eq!(template, parse(&text, Options::default()));
        }
    }

    #[test]
    fn whatever_a_marker_holds_is_opaque(body in text(), before in "[a-z]{0,3}", after in "[a-z]{1,3}") {
        let body = body.replace(['{', '}', '%', '\'', '"', '!', '#', '/', '>', '^'], ";");
        for marker in [format!("{{{{ .{body} }}}}"), format!("<%= {body}%>")] {
            let value = format!("{before}{marker}{after}");
            let text = format!("[S]\nKey = {value} ; comment\n{marker}-Key = x\n[{marker}]\n");
            let document = parse(&text, TEMPLATE);
            prop_assert!(!document.is_broken(), "{:?}", document.problems);
            let entries: Vec<&Entry> = entries(&document).collect();
            prop_assert_eq!(entries.len(), 2);
            let read = entries[0].value.as_ref().expect("a value");
            prop_assert_eq!(&*read.text, &*value);
            prop_assert!(read.is_template && entries[1].name.is_template);
            prop_assert_eq!(document.comments.len(), 1);
            prop_assert_eq!(&*document.sections[1].name.text, &*marker);
        }
    }

    #[test]
    fn reading_goes_on_behind_a_damaged_line(text in text()) {
        let whole = format!("[First]\n{}\n[Last \"x\"]\nKey = value\n", text.replace(['\\', '{', '<'], ""));
        let document = parse(&whole, Options::default());
        let last = document.sections.last().expect("a section");
        prop_assert_eq!(&*last.name.text, "Last");
        prop_assert!(last.intact);
        prop_assert_eq!(last.entries[0].value.as_ref().map(|value| &*value.text), Some("value"));
    }
}
