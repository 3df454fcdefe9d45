use super::*;

/// Compact JSON of the root, for comparisons.
fn json(text: &str) -> String {
    fn write(node: &Node) -> serde_json::Value {
        match &node.value {
            NodeValue::Null => serde_json::Value::Null,
            NodeValue::Bool(value) => (*value).into(),
            NodeValue::Number(value) => number::to_text(*value).into(),
            NodeValue::String(text) => format!("'{}'", text.value).into(),
            NodeValue::Sequence(items) => items.iter().map(write).collect(),
            NodeValue::Mapping(entries) => entries
                .iter()
                .map(|entry| (entry.key.text.to_string(), write(&entry.value)))
                .collect(),
        }
    }
    let document = parse(text);
    assert!(!document.is_broken(), "{:?}", document.problems);
    document
        .root
        .map_or("nothing".into(), |root| write(&root).to_string())
}

/// The rule and the bytes of the only problem.
fn problem(text: &str) -> (&'static str, String) {
    let document = parse(text);
    assert!(document.root.is_none() || !document.is_broken());
    let [problem] = &document.problems[..] else {
        panic!("{:?}", document.problems)
    };
    (problem.rule, text[problem.span.range()].to_owned())
}

#[test]
fn spans_cover_values_with_their_quotes_and_indicators() {
    let text = "a: \"x\"\nb: &n !!str y # c\nc: |- # d\n  one\n\n  two\n\nd: [1, {e: f}]\ng:\n  - h: i\n    j:\n";
    let root = parse(text).root.expect("valid");
    let NodeValue::Mapping(entries) = &root.value else {
        panic!("a mapping")
    };
    let spelled: Vec<&str> = entries
        .iter()
        .map(|entry| &text[entry.value.span.range()])
        .collect();
    assert_eq!(
        spelled[..4],
        ["\"x\"", "y", "|- # d\n  one\n\n  two", "[1, {e: f}]"]
    );
    assert_eq!(spelled[4], "- h: i\n    j:");
    let NodeValue::Sequence(items) = &entries[4].value.value else {
        panic!("a sequence")
    };
    let NodeValue::Mapping(inner) = &items[0].value else {
        panic!("a mapping")
    };
    assert_eq!(inner[1].value.span, Span::at(text.rfind(':').unwrap() + 1));
}

#[test]
fn comments_are_kept_in_order() {
    let text = "# a\nb: |  # c\n  # text\n# d\ne: [ # f\n  1]\n";
    let comments = parse(text).comments;
    let spelled: Vec<&str> = comments
        .iter()
        .map(|comment| &text[comment.span.range()])
        .collect();
    assert_eq!(spelled, ["# a", "# c", "# d", "# f"]);
}

#[test]
fn a_hundred_lines_of_comment_are_no_problem() {
    let text = format!("a: 1\n{}b: 2\n", "# x\n".repeat(1000));
    assert_eq!(parse(&text).comments.len(), 1000);
    assert_eq!(json(&text), r#"{"a":"1","b":"2"}"#);
}

#[test]
fn keys_that_are_no_strings_become_what_javascript_makes_of_them() {
    assert_eq!(
        json("1: a\ntrue: b\nnull: c\n1.50: d\n[x]: e\n? {q: 1}\n: f\n"),
        r#"{"1":"'a'","true":"'b'","":"'c'","1.5":"'d'","[ x ]":"'e'","{ q: 1 }":"'f'"}"#
    );
}

#[test]
fn duplicate_keys_are_refused_with_both_places() {
    let document = parse("x:\n  a: 1\n  b: 2\n  'a': 3\n  b: 4\n");
    assert!(document.root.is_none());
    let places: Vec<_> = document
        .problems
        .iter()
        .map(|problem| {
            (
                problem.rule,
                problem.span.start,
                problem.related.as_ref().map(|r| r.0.start),
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            ("yaml-duplicate-key", 19, Some(5)),
            ("yaml-duplicate-key", 28, Some(12))
        ]
    );
}

#[test]
fn keys_equal_only_as_text_are_no_duplicates() {
    assert_eq!(json("1: a\n\"1\": b\n"), r#"{"1":"'b'"}"#);
}

#[test]
fn a_second_document_is_refused_where_it_begins() {
    assert_eq!(
        problem("a: 1\n---\nb: 2\n"),
        ("yaml-multiple-documents", "---".into())
    );
    assert_eq!(json("---\na: 1\n...\n# end\n"), r#"{"a":"1"}"#);
}

#[test]
fn tabs_indent_nothing() {
    assert_eq!(
        problem("a:\n\tb: 1\n"),
        ("yaml-tab-indentation", "\t".into())
    );
    assert_eq!(
        problem("a:\n  - \tb: 1\n"),
        ("yaml-tab-indentation", "\t".into())
    );
    assert_eq!(
        json("a:\t1\nb: [\t2,\n  \t3]\n"),
        r#"{"a":"1","b":["2","3"]}"#
    );
}

#[test]
fn aliases_stand_for_their_anchors() {
    assert_eq!(
        json("base: &b {x: 1}\na: *b\nl: [*b, *b]\n"),
        r#"{"base":{"x":"1"},"a":{"x":"1"},"l":[{"x":"1"},{"x":"1"}]}"#
    );
    assert_eq!(problem("a: &a [1, *a]\n").0, "yaml-syntax");
    assert_eq!(problem("a: *b\nb: &b 1\n"), ("yaml-syntax", "*b".into()));
}

#[test]
fn aliases_end_at_the_limit_of_the_real_loader() {
    let uses = |count: usize| format!("a: &a 1\nb: [{}]\n", vec!["*a"; count].join(", "));
    assert!(!parse(&uses(99)).is_broken());
    assert!(parse(&uses(100)).is_broken());
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n";
    assert_eq!(problem(bomb).0, "yaml-syntax");
}

#[test]
fn nesting_past_the_limit_is_a_problem() {
    for text in [
        "[".repeat(10_000),
        "{a: ".repeat(10_000),
        "- ".repeat(10_000),
        "? ".repeat(10_000),
    ] {
        assert!(parse(&text).is_broken());
    }
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert!(!parse(&nested(MAX_DEPTH - 1)).is_broken());
    assert!(parse(&nested(MAX_DEPTH)).is_broken());
}

#[test]
fn aliases_nest_no_deeper_than_values_may() {
    use std::fmt::Write as _;
    let mut text = String::from("a0: &a0 [[[[1]]]]\n");
    for level in 1..90 {
        let _ = writeln!(text, "a{level}: &a{level} [[[[*a{}]]]]", level - 1);
    }
    assert!(parse(&text).is_broken());
}

#[test]
fn an_anchor_or_tag_alone_is_no_text() {
    assert_eq!(
        json("a: &n\nb: !!str\nc: !\n"),
        r#"{"a":null,"b":"''","c":"''"}"#
    );
}

#[test]
fn keys_in_brackets_are_refused_where_the_real_parser_loses_its_way() {
    assert_eq!(json("a: 1\n[k]: 2\n"), r#"{"a":"1","[ k ]":"2"}"#);
    assert_eq!(
        problem("a:\n  b: 1\n  [k]: 2\n"),
        ("yaml-syntax", "[".into())
    );
    assert_eq!(problem("a: 1\n\n[k]: 2\n"), ("yaml-syntax", "[".into()));
    assert_eq!(
        json("a:\n  b: 1\n  [k]: 2\n  # end\n"),
        r#"{"a":{"b":"1","[ k ]":"2"}}"#
    );
}

#[test]
fn nothing_compact_stands_behind_a_colon_without_a_key() {
    assert_eq!(problem(": a: 1\n").0, "yaml-syntax");
    assert_eq!(json(": a\n"), r#"{"":"'a'"}"#);
}

#[test]
fn tags_resolve_as_in_the_real_loader() {
    assert_eq!(
        json(
            "a: !!str 5\nb: !!int \"5\"\nc: !foo bar\nd: !!binary aGk=\ne: !!set {x, y}\nf: !!timestamp 2001-01-01\n"
        ),
        r#"{"a":"'5'","b":"5","c":"'bar'","d":{"0":"104","1":"105"},"e":{},"f":{}}"#
    );
}

#[test]
fn the_version_directive_switches_to_old_rules() {
    assert_eq!(
        json("%YAML 1.1\n---\na: yes\nb: 014\nbase: &b {x: 1}\nc:\n  <<: *b\nd: 2001-01-01\n"),
        r#"{"a":true,"b":"12","base":{"x":"1"},"c":{"x":"1"},"d":{}}"#
    );
}

#[test]
fn odd_characters_are_content() {
    assert_eq!(json("a: b\u{7f}c\n"), "{\"a\":\"'b\u{7f}c'\"}");
    assert_eq!(
        json("a: \"b\u{feff}\u{1}\"\n"),
        "{\"a\":\"'b\u{feff}\\u0001'\"}"
    );
    assert_eq!(
        json("\u{feff}a: 1\r\nb:\r\n  c: \"x\"\r\n"),
        r#"{"a":"1","b":{"c":"'x'"}}"#
    );
}

#[test]
fn values_that_other_versions_read_otherwise_are_named() {
    assert_eq!(problem("a: yes\n"), ("yaml-surprise", "yes".into()));
    assert_eq!(
        problem("a: 'yes'\nb: 012\n"),
        ("yaml-surprise", "012".into())
    );
    assert_eq!(problem("a: {<<: {b: 1}}\n"), ("yaml-surprise", "<<".into()));
    assert!(parse("on: 1\nb: no-thing\n").problems.is_empty());
}

#[test]
fn messages_never_hold_what_the_text_says() {
    for text in [
        "a: [s3cret",
        "a: \"s3cret",
        "s3cret: 1\ns3cret: 2\n",
        "a: *s3cret\n",
        "a: s3cret: b\n",
        "a: !s3cret!x y\n",
        "a: {s3cret: ${s3cret:-s3cret}}\n",
        "a: 's3cret\ns3cret: 1\n",
        "a: s3cret\n   s3cret: 1\n",
        "a: 1\ns3cret:s3cret\n",
    ] {
        for problem in parse(text).problems {
            let help = problem.help.unwrap_or_default();
            for said in [problem.message, help] {
                assert!(!said.contains("s3cret"), "{said}");
            }
        }
    }
}

#[test]
fn an_empty_text_has_no_root_and_no_problem() {
    for text in ["", "\n", "# hi\n", "---\n", "\u{feff}"] {
        let document = parse(text);
        assert!(!document.is_broken(), "{text:?}");
    }
}

/// A text, the beginning of what is said of it, and the bytes it is said of.
const CAUSES: &[(&str, &str, &str)] = &[
    ("a: { b: 1, c: { d: 2 }\ne: 3\n", "unclosed `{`", "{"),
    ("a:\n  b: [x, y\n  c: 1\n", "unclosed `[`", "["),
    ("a:\n  b: { c: [1, 2 }\n", "unclosed `[`", "["),
    ("a: { b: 1 }}\n", "unmatched `}`", "}"),
    (
        "a:\n  b: [\n  1\n  ]\n",
        "this line is not indented enough",
        "1",
    ),
    ("a: { b: 1 c: 2 }\n", "missing comma before this key", "c"),
    (
        "{\n \"a\": 1\n \"b\": 2\n}\n",
        "missing comma before this key",
        "\"b\"",
    ),
    ("a: ['x' 'y']\n", "missing comma or `: `", "'"),
    ("a: { b: ${X}, c: 1 }\n", "a placeholder inside", "${X}"),
    ("a:\n  - [x, ${X:-y}]\n", "a placeholder inside", "${X:-y}"),
    ("a: {{ .x }} y\nb: [\n", "unclosed `[`", "["),
    ("a: {% if x %}\n", "template syntax", "{%"),
    (
        "a: \"x\nb: y\nc: 1\n",
        "unclosed quote before the next key",
        "\"",
    ),
    ("a: 'x\nb: 'y'\n", "unclosed quote", "'"),
    ("a: 'Bob's'\nb: 1\n", "text after the closing quote", "s'"),
    ("a: [x] y\nb: 1\n", "text after the closing bracket", "y"),
    ("a: | x\nb: 1\n", "text on the line of `|`", "x"),
    (
        "a:\n  b: x\n    c: 1\n",
        "indented too far: expected a key aligned",
        "c",
    ),
    (
        "a:\n  b: ${X}\n      c: 1\n      d: 2\n",
        "indented too far: expected a key aligned",
        "c",
    ),
    (
        "a:\n  b: 'x'\n    c: 1\n",
        "indented too far: expected a key aligned",
        "c",
    ),
    (
        "a:\n  - b: x\n      c: 1\n",
        "indented too far: expected a key aligned",
        "c",
    ),
    (
        "a:\n    b: 1\n  c: 2\n",
        "expected a key aligned with its siblings",
        "c",
    ),
    (
        "a:\n  - b: 1\n   c: 2\n",
        "expected a key aligned with its siblings",
        "c",
    ),
    (
        "a:\n  - b: 1\n  c: 2\n",
        "a key where a list item is expected",
        "c",
    ),
    (
        "a:\n  b: 1\n  - c\n",
        "a list item where a key is expected",
        "-",
    ),
    (
        "a:\n  - b: 1\n - c: 2\n",
        "expected a list item aligned",
        "-",
    ),
    (
        "a: - b\n",
        "a list must not start on the line of its key",
        "-",
    ),
    ("a:\n  b:7007\n  c: 1\n", "missing space after `:`", ":"),
    ("a:\n  b: 1\n  c:7007\n", "missing space after `:`", ":"),
    ("a:\n  b\n  c: 1\n", "expected `key: value`", "b"),
    ("a: 1\nb c\n", "expected `key: value`", "b c"),
    (
        "a: |\n    x\n  y\n",
        "this line is indented less than the block scalar above and is not a key",
        "y",
    ),
    ("a: b: c\n", "`: ` inside an unquoted value", "b"),
    ("a: *.b.example\n", "undefined alias", "*.b.example"),
    ("a: `b`\n", "a value must not start with a backtick", "`"),
    ("a: \"\\x\"\n", "invalid escape sequence", "\\"),
    (
        "a: 1\n<<<<<<< x\nb: 1\n=======\nb: 2\n>>>>>>> y\n",
        "unresolved merge conflict",
        "<<<<<<<",
    ),
];

#[test]
fn what_is_wrong_is_named_where_it_is() {
    for (text, message, bytes) in CAUSES {
        let document = parse(text);
        let [problem] = &document.problems[..] else {
            panic!("{text:?}: {:?}", document.problems)
        };
        assert!(
            problem.message.starts_with(message),
            "{text:?}: {problem:?}"
        );
        assert_eq!(&text[problem.span.range()], *bytes, "{text:?}: {problem:?}");
        assert!(problem.help.is_some(), "{text:?}: {problem:?}");
    }
    let tab = "a:\n  b: x\n  \tc: 1\n";
    assert_eq!(problem(tab), ("yaml-tab-indentation", "\t".into()));
    let sibling = parse("a:\n    b: 1\n  c: 2\n").problems[0].aligned_with;
    assert_eq!(sibling, Some(Span::new(7, 8)));
}

#[test]
fn every_broken_text_has_a_problem_inside_it() {
    for (text, _, _) in CAUSES {
        for at in 0..=text.len() {
            let cut = &text[..at];
            let joined = format!("{cut}{}", text.get(at + 1..).unwrap_or_default());
            let grown = format!("{cut}\u{e9}{{'{}", &text[at..]);
            for text in [cut, &joined, &grown] {
                for problem in parse(text).problems {
                    assert!(
                        text.get(problem.span.range()).is_some(),
                        "{text:?}: {problem:?}"
                    );
                    let related = problem.related.map(|(span, _)| span);
                    for span in related.into_iter().chain(problem.aligned_with) {
                        assert!(text.get(span.range()).is_some(), "{text:?}: {span:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_too_much_is_refused_before_it_is_read_whole() {
    let first = |text: &str| {
        let document = parse(text);
        assert!(document.is_broken());
        document.problems.first().unwrap().clone()
    };
    for (text, message) in [
        (
            format!("a: [{}]\n", "[],".repeat(700_000)),
            "too many values",
        ),
        (format!("a: [{}", "x,".repeat(700_000)), "too many values"),
        (format!("{}x", " - ".repeat(700_000)), "levels deep"),
        (format!("a:\n{}", "- \n".repeat(700_000)), "too many values"),
        (
            format!("a: [{}]\n", "\n".repeat(3_000_000)),
            "too many lines",
        ),
        ("# x\n".repeat(1_500_000), "too many lines"),
    ] {
        let problem = first(&text);
        assert!(problem.message.contains(message), "{}", problem.message);
        assert!((problem.span.start as usize) < text.len() / 2 + text.len() / 4);
    }
    let all_that_is_read = format!("a:\n{}", "- x\n".repeat(MAX_VALUES - 3));
    assert!(!parse(&all_that_is_read).is_broken());
    let keys = |count: usize| {
        let keys = (0..count).map(|number| format!("k{number}: v\n"));
        keys.collect::<String>()
    };
    assert!(!parse(&keys(MAX_VALUES / 2 - 1)).is_broken());
    assert!(parse(&keys(MAX_VALUES / 2 + 1)).is_broken());
}

#[test]
fn tags_are_told() {
    let told = |text: &str| -> Vec<String> {
        let tags = parse(text).tags.into_iter();
        tags.map(|tag| text[tag.range()].to_owned()).collect()
    };
    assert_eq!(
        told("a: !ready\nb: !x [1]\nc: ! text\nd: !!has(a) b\n"),
        ["!ready", "!x", "!", "!!has(a)"]
    );
    assert!(told("a: \"!ready\"\nb: x !y\n").is_empty());
}
