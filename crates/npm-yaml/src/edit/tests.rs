use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{Node, NodeValue};

fn path(text: &str) -> ConfigPath {
    text.parse().unwrap()
}

fn set(at: &str, content: impl Into<Content>) -> Change {
    Change::Set {
        path: path(at),
        content: content.into(),
    }
}

fn remove(at: &str) -> Change {
    Change::Remove { path: path(at) }
}

fn rename(at: &str, key: &str) -> Change {
    Change::Rename {
        path: path(at),
        key: key.to_owned(),
    }
}

fn append(at: &str, content: impl Into<Content>) -> Change {
    Change::Append {
        path: path(at),
        content: content.into(),
    }
}

fn mapping(pairs: &[(&str, Content)]) -> Content {
    let pair = |(key, content): &(&str, Content)| ((*key).to_owned(), content.clone());
    Content::Mapping(pairs.iter().map(pair).collect())
}

fn edited(text: &str, changes: &[Change]) -> Result<String, Refused> {
    let replacements = edit(text, Language::Yaml, changes)?;
    Ok(apply(text, &replacements).unwrap())
}

fn holds(text: &str, change: Change, expected: &str) {
    let after = edited(text, std::slice::from_ref(&change));
    assert_eq!(after.as_deref(), Ok(expected), "{change:?}\n{text}");
}

#[test]
fn a_scalar_keeps_its_place_its_quotes_and_the_comment_behind_it() {
    holds("a: 1 # one\nb: 2\n", set("a", "x"), "a: x # one\nb: 2\n");
    holds("a: 'x'\n", set("a", "it's"), "a: 'it''s'\n");
    holds("a: \"x\"\n", set("a", "y"), "a: \"y\"\n");
    holds("a: x\n", set("a", Content::Bool(true)), "a: true\n");
    holds("a:\n", set("a", "x"), "a: x\n");
    holds("a: # c\nb: 1\n", set("a", "x"), "a: x # c\nb: 1\n");
    holds("a: |\n  one\n  two\nb: 1\n", set("a", "x"), "a: x\nb: 1\n");
    holds("- a\n- b # c\n", set("[1]", "x"), "- a\n- x # c\n");
    holds("a: {b: 1, c: 2}\n", set("a.b", "x"), "a: {b: x, c: 2}\n");
}

#[test]
fn a_string_is_quoted_where_a_reader_would_take_it_for_something_else() {
    for (text, spelt) in [
        ("better-sqlite3", "better-sqlite3"),
        ("${HOST}", "${HOST}"),
        ("yes", "'yes'"),
        ("0x1f", "'0x1f'"),
        ("1:30", "'1:30'"),
        ("a: b", "'a: b'"),
        ("a #b", "'a #b'"),
        ("@scope/x", "'@scope/x'"),
        ("*", "'*'"),
        ("", "''"),
        ("true", "'true'"),
        ("5", "'5'"),
        ("a\nb", "\"a\\nb\""),
        ("it's: so", "\"it's: so\""),
    ] {
        holds("a: 1\n", set("a", text), &format!("a: {spelt}\n"));
    }
    holds("a: [1]\n", set("a[0]", "${X}"), "a: ['${X}']\n");
}

#[test]
fn a_value_gives_way_to_a_block_with_the_comment_on_the_line_of_its_key() {
    let block = mapping(&[("host", "${HOST}".into()), ("ssl", mapping(&[]))]);
    holds(
        "db:\n  client: pg\n  connection: ':memory:' # for tests\nx: 1\n",
        set("db.connection", block.clone()),
        "db:\n  client: pg\n  connection: # for tests\n    host: ${HOST}\n    ssl: {}\nx: 1\n",
    );
    holds(
        "db:\n    connection: x",
        set("db.connection", block.clone()),
        "db:\n    connection:\n        host: ${HOST}\n        ssl: {}",
    );
    holds(
        "db:\r\n  connection:\r\n    a: 1\r\n    b: 2\r\n",
        set("db.connection", block.clone()),
        "db:\r\n  connection:\r\n    host: ${HOST}\r\n    ssl: {}\r\n",
    );
    holds(
        "db: { connection: x }\n",
        set("db.connection", block.clone()),
        "db: { connection: { host: '${HOST}', ssl: {} } }\n",
    );
    holds(
        "- x\n",
        set("[0]", block.clone()),
        "- host: ${HOST}\n  ssl: {}\n",
    );
    holds(
        "a:\n  b: 1 # c\n  # d\ne: 1\n",
        set("a", "x"),
        "a: x\n  # d\ne: 1\n",
    );
    holds(
        "a: {}\n",
        set("a", block),
        "a:\n  host: ${HOST}\n  ssl: {}\n",
    );
}

#[test]
fn an_entry_is_added_behind_its_siblings_as_they_are_indented() {
    holds("a:\n  b: 1\n", set("a.c", "x"), "a:\n  b: 1\n  c: x\n");
    holds("a:\n  b: 1", set("a.c", "x"), "a:\n  b: 1\n  c: x");
    holds(
        "a:\n    b:\n        c: 1 # one\n        # two\nd: 1\n",
        set("a.b.e.f", "x"),
        "a:\n    b:\n        c: 1 # one\n        e:\n            f: x\n        # two\nd: 1\n",
    );
    holds("a:\n", set("a.b", "x"), "a:\n  b: x\n");
    holds("a: {}\n", set("a.b", "x"), "a:\n  b: x\n");
    holds("a: {b: 1}\n", set("a.c", "x"), "a: {b: 1, c: x}\n");
    holds(
        "a: {\n  b: 1\n}\n",
        set("a.c", "x"),
        "a: {\n  b: 1,\n  c: x\n}\n",
    );
    holds(
        "a: {\n  b: 1,\n}\n",
        set("a.c", "x"),
        "a: {\n  b: 1,\n  c: x,\n}\n",
    );
    holds(
        "- a: 1\n- b: 1\n",
        set("[0].c", "x"),
        "- a: 1\n  c: x\n- b: 1\n",
    );
    holds("", set("a.b", "x"), "a:\n  b: x\n");
    holds("# only\n", set("a", "x"), "# only\na: x\n");
    holds("a: |\n  t\n", set("b", "x"), "a: |\n  t\nb: x\n");
}

#[test]
fn an_entry_goes_with_its_own_comments_alone() {
    holds("a: 1\nb: 2 # two\nc: 3\n", remove("b"), "a: 1\nc: 3\n");
    // The comment may be about both.
    holds(
        "a: 1\n# both\nb: 2\nc: 3\n",
        remove("b"),
        "a: 1\n# both\nc: 3\n",
    );
    holds("a: 1\n# own\nb: 2\n\nc: 3\n", remove("b"), "a: 1\n\nc: 3\n");
    holds(
        "a:\n  # own\n  b: 2\n  c: 1\n  # own\n  d:\n    e: 1\nf: 1\n",
        remove("a.d"),
        "a:\n  # own\n  b: 2\n  c: 1\nf: 1\n",
    );
    holds("a:\n  b: 1\nc: 1\n", remove("a.b"), "a: {}\nc: 1\n");
    holds("- a: 1\n  b: 2\n", remove("[0].a"), "- b: 2\n");
    holds("- a\n- b\n- c\n", remove("[1]"), "- a\n- c\n");
    holds("a:\n  - b\n", remove("a[0]"), "a: []\n");
    holds("a: {b: 1, c: 2}\n", remove("a.b"), "a: {c: 2}\n");
    holds("a: {b: 1, c: 2}\n", remove("a.c"), "a: {b: 1}\n");
    holds("a: [\n  b,\n  c\n]\n", remove("a[1]"), "a: [\n  b\n]\n");
    holds("a: |\n  t\nb: 1", remove("a"), "b: 1");
}

#[test]
fn a_key_is_renamed_and_an_item_added() {
    holds("a:\n  'b' : 1\n", rename("a.b", "c"), "a:\n  'c' : 1\n");
    holds("a: 1\n", rename("a", "x: y"), "'x: y': 1\n");
    assert_eq!(
        edited("a: 1\nb: 2\n", &[rename("a", "b")]),
        Err(Refused::Absent)
    );
    holds("a:\n- b\nc: 1\n", append("a", "x"), "a:\n- b\n- x\nc: 1\n");
    holds("a: [b]\n", append("a", "x"), "a: [b, x]\n");
    holds("a: []\n", append("a", "x"), "a: [x]\n");
    holds("a: ['b',]\n", append("a", "x"), "a: ['b', 'x']\n");
}

#[test]
fn several_changes_are_made_at_once() {
    let changes = [set("a.b", "x"), remove("c"), set("a.d", "z")];
    let after = edited("a:\n  b: 1\nc: 2\ne: 3\n", &changes);
    assert_eq!(after.as_deref(), Ok("a:\n  b: x\n  d: z\ne: 3\n"));
    let twice = [set("a", "x"), set("a", "y")];
    assert_eq!(edited("a: 1\n", &twice), Err(Refused::Overlap));
}

#[test]
fn what_an_alias_repeats_is_not_changed_and_the_rest_is() {
    let text = "a: &x\n  b: 1\nc: *x\nd: 2\n";
    for change in [
        set("a.b", "x"),
        set("c.b", "x"),
        set("c", "x"),
        remove("a"),
        set("a.n", "x"),
    ] {
        assert!(
            edited(text, std::slice::from_ref(&change)).is_err(),
            "{change:?}"
        );
    }
    holds(text, set("d", "x"), "a: &x\n  b: 1\nc: *x\nd: x\n");
    holds("a: &x 1\n", set("a", "z"), "a: &x z\n");
}

#[test]
fn broken_texts_and_missing_values_are_refused() {
    assert_eq!(edited("a: [\n", &[set("a", "x")]), Err(Refused::Unreadable));
    assert_eq!(edited("a: 1\n", &[remove("b")]), Err(Refused::Absent));
    assert_eq!(edited("a: 1\n", &[set("a.b", "x")]), Err(Refused::Absent));
    assert_eq!(
        edited("a: [1]\n", &[set("a[3]", "x")]),
        Err(Refused::Absent)
    );
}

#[test]
fn json_stays_json_and_sorted_keys_stay_sorted() {
    let text = "{\n  \"dependencies\": {\n    \"a\": \"1\",\n    \"z\": \"2\"\n  }\n}\n";
    let add = |at: &str| {
        let change = set(at, "^8.11.3");
        let replacements = edit(text, Language::Json, &[change]).unwrap();
        apply(text, &replacements).unwrap()
    };
    assert_eq!(
        add("dependencies.pg"),
        text.replace("    \"z\"", "    \"pg\": \"^8.11.3\",\n    \"z\"")
    );
    assert_eq!(
        add("dependencies.zz"),
        text.replace("\"2\"\n", "\"2\",\n    \"zz\": \"^8.11.3\"\n")
    );
    let empty = edit("{}", Language::Json, &[set("a.b", "x")]).unwrap();
    assert_eq!(apply("{}", &empty).unwrap(), "{\"a\": {\"b\": \"x\"}}");
}

#[test]
fn a_value_is_found_by_its_bytes() {
    let text = "a:\n  - b: x\n";
    let document = parse(text);
    let at = |piece: &str| {
        let start = text.find(piece).unwrap();
        locate(&document, Span::new(start, start + piece.len())).map(|path| path.to_string())
    };
    assert_eq!(at("x").as_deref(), Some("a[0].b"));
    assert_eq!(at("b").as_deref(), Some("a[0].b"));
    assert_eq!(at("a").as_deref(), Some("a"));
    assert_eq!(at("b: x").as_deref(), Some("a[0]"));
    assert_eq!(at(" x"), None);
}

/// Every scalar and every empty collection of a tree, by path.
fn leaves(node: &Node, at: &str, all: &mut BTreeMap<String, String>) {
    match &node.value {
        NodeValue::Mapping(entries) if !entries.is_empty() => {
            for entry in entries {
                leaves(&entry.value, &format!("{at}/{}", entry.key.text), all);
            }
        }
        NodeValue::Sequence(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, &format!("{at}/{index}"), all);
            }
        }
        NodeValue::String(text) => {
            all.insert(at.to_owned(), format!("{:?}", text.value));
        }
        other => {
            all.insert(at.to_owned(), format!("{other:?}"));
        }
    }
}

/// A tree with comments, in block and in flow style, as text.
fn texts() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("x".to_owned()),
        Just("'q: r'".to_owned()),
        Just("\"d\\n\"".to_owned()),
        Just("5".to_owned()),
        Just("null".to_owned()),
        Just("${V}".to_owned()),
        Just("[1, {a: 2}]".to_owned()),
        Just("{ a: x, b: [y] }".to_owned()),
        Just("[]".to_owned()),
    ];
    let comment = prop_oneof![3 => Just(""), 1 => Just(" # behind")];
    let leaf =
        (scalar, comment.clone()).prop_map(|(scalar, comment)| vec![format!(" {scalar}{comment}")]);
    let literal = Just(vec![
        " |".to_owned(),
        "  one".to_owned(),
        "  two".to_owned(),
    ]);
    let value = prop_oneof![5 => leaf, 1 => literal];
    value
        .prop_recursive(3, 24, 4, move |inner| {
            let above = prop_oneof![4 => Just(""), 1 => Just("# above"), 1 => Just(" ")];
            let entries = prop::collection::vec((above, inner), 1..4);
            let step = prop_oneof![Just(2_usize), Just(4)];
            (entries, any::<bool>(), step, comment.clone()).prop_map(
                |(entries, is_list, step, comment)| {
                    let mut lines = vec![comment.to_owned()];
                    let margin = " ".repeat(step);
                    for (index, (above, value)) in entries.into_iter().enumerate() {
                        if !above.is_empty() {
                            lines.push(format!("{margin}{}", above.trim()).trim_end().to_owned());
                        }
                        let mut value = value.into_iter();
                        let first = value.next().unwrap_or_default();
                        lines.push(match is_list {
                            true => format!("{margin}-{first}"),
                            false => format!("{margin}k{index}:{first}"),
                        });
                        lines.extend(value.map(|line| match line.is_empty() {
                            true => line,
                            false => format!("{margin}{line}"),
                        }));
                    }
                    lines
                },
            )
        })
        .prop_flat_map(|lines| (Just(lines), any::<bool>(), any::<bool>()))
        .prop_map(|(lines, windows, ends)| {
            let mut text = format!("top:{}\nlast: 1", lines.join("\n"));
            if ends {
                text.push('\n');
            }
            match windows {
                true => text.replace('\n', "\r\n"),
                false => text,
            }
        })
}

fn every_path(node: &Node, at: &ConfigPath, all: &mut Vec<ConfigPath>) {
    match &node.value {
        NodeValue::Mapping(entries) => {
            for entry in entries {
                let path = at.with(Part::Key(entry.key.text.clone()));
                every_path(&entry.value, &path, all);
                all.push(path);
            }
        }
        NodeValue::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                let path = at.with(Part::Item(index));
                every_path(item, &path, all);
                all.push(path);
            }
        }
        _ => {}
    }
}

#[test]
fn a_move_takes_comments_and_block_scalars_along() {
    let text = "\
db:
  client: pg
  # the CA of the provider
  ssl: # verified
    ca: |
      -----BEGIN CERTIFICATE-----
      # not a comment
    # mode: require
    servername: 'db'
  connection:
    host: h
    # port: 5432
  pool: 1
";
    let change = Change::Move {
        path: path("db.ssl"),
        to: path("db.connection.ssl"),
    };
    let expected = "\
db:
  client: pg
  connection:
    host: h
    # the CA of the provider
    ssl: # verified
      ca: |
        -----BEGIN CERTIFICATE-----
        # not a comment
      # mode: require
      servername: 'db'
    # port: 5432
  pool: 1
";
    holds(text, change.clone(), expected);
    let crlf = text.replace('\n', "\r\n");
    holds(&crlf, change.clone(), &expected.replace('\n', "\r\n"));
    let flow = "db: { ssl: { ca: x }, connection: { host: h } }\n";
    holds(
        flow,
        change.clone(),
        "db: { connection: { host: h, ssl: { ca: x } } }\n",
    );
    let commented = "db:\n  # c\n  ssl: true\n  connection: { host: h }\n";
    assert_eq!(
        edited(commented, std::slice::from_ref(&change)),
        Err(Refused::Unsafe)
    );
    let there = "db:\n  ssl: true\n  connection:\n    ssl: false\n";
    assert_eq!(edited(there, &[change]), Err(Refused::Overlap));
}

#[test]
fn what_is_added_follows_the_comments_of_the_last_entry() {
    holds(
        "a:\n  b: 1\n  # c: 2\n\n  # d: 3\n# e: 4\n",
        set("f", "x"),
        "a:\n  b: 1\n  # c: 2\n\n  # d: 3\n# e: 4\nf: x\n",
    );
    holds(
        "a:\n  b:\n    c: 1\n    # d: 2\n  # e: 3\ng: 4\n",
        set("a.f", "x"),
        "a:\n  b:\n    c: 1\n    # d: 2\n  f: x\n  # e: 3\ng: 4\n",
    );
    holds("a: 1\n\n\n", set("b", "x"), "a: 1\nb: x\n\n\n");
    holds("a: 1\n# e", set("b", "x"), "a: 1\n# e\nb: x");
}

#[test]
fn changes_of_one_text_are_proven_together_and_a_wrong_one_alone_is_refused() {
    let text = "a: &x 1\nb: *x\nc: 3\nd: 4\n";
    let editor = Editor::new(text, Language::Yaml);
    let changes = [set("c", "new"), set("a", "new"), remove("c"), remove("d")];
    let proposals = changes.map(|change| editor.propose(&[change]).unwrap());
    let proven = |most| {
        let proven = editor.prove(&proposals, most).into_iter();
        let texts = proven.map(|one| one.map(|one| apply(text, &one).unwrap()));
        texts.collect::<Vec<_>>()
    };
    assert_eq!(
        proven(9),
        [
            Ok("a: &x 1\nb: *x\nc: new\nd: 4\n".to_owned()),
            Err(Refused::Unsafe),
            Ok("a: &x 1\nb: *x\nd: 4\n".to_owned()),
            Ok("a: &x 1\nb: *x\nc: 3\n".to_owned()),
        ]
    );
    assert!(proven(1).contains(&Err(Refused::Unproven)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// What is proven together with others is what is proven alone.
    #[test]
    fn proofs_do_not_depend_on_each_other(text in texts(), kind in 0..4_usize) {
        let editor = Editor::new(&text, Language::Yaml);
        prop_assume!(!editor.document().is_broken());
        let mut paths = Vec::new();
        every_path(editor.document().root.as_ref().unwrap(), &ConfigPath::root(), &mut paths);
        let change = |(index, at): (usize, &ConfigPath)| match (index + kind) % 4 {
            0 => Change::Set { path: at.clone(), content: "new".into() },
            1 => Change::Remove { path: at.clone() },
            2 => Change::Set { path: at.with(Part::Key("added".into())), content: "new".into() },
            _ => Change::Rename { path: at.clone(), key: "renamed".into() },
        };
        let changes = paths.iter().enumerate().map(change);
        let proposals: Vec<Proposal> = changes.filter_map(|one| editor.propose(&[one]).ok()).collect();
        let together = editor.prove(&proposals, usize::MAX);
        for (proposal, proven) in proposals.iter().zip(together) {
            let alone = editor.prove(std::slice::from_ref(proposal), 1).remove(0);
            prop_assert_eq!(alone, proven, "{:?}", proposal);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    /// Every change of a text without anchors is made, changes nothing else, and keeps every comment that is not part of
    /// what goes.
    #[test]
    fn a_change_changes_nothing_else(text in texts(), pick in any::<prop::sample::Index>(), kind in 0..6_usize) {
        let document = parse(&text);
        prop_assume!(!document.is_broken());
        let root = document.root.as_ref().unwrap();
        let mut paths = Vec::new();
        every_path(root, &ConfigPath::root(), &mut paths);
        let at = pick.get(&paths).clone();
        let block = mapping(&[("n", "${N}".into()), ("m", Content::Sequence(vec!["i".into()]))]);
        let added = at.with(Part::Key("added".into()));
        let change = match kind {
            0 => Change::Set { path: at.clone(), content: "new".into() },
            1 => Change::Set { path: at.clone(), content: block },
            2 => Change::Remove { path: at.clone() },
            3 => Change::Rename { path: at.clone(), key: "renamed".into() },
            4 => Change::Append { path: at.clone(), content: block },
            _ => Change::Set { path: added, content: block },
        };
        let replacements = match edit(&text, Language::Yaml, std::slice::from_ref(&change)) {
            Ok(replacements) => replacements,
            Err(Refused::Absent) => return Ok(()),
            Err(refused) => {
                return Err(TestCaseError::fail(format!("{refused:?} {change:?}")));
            }
        };
        let after = apply(&text, &replacements).unwrap();
        let changed = parse(&after);
        prop_assert!(!changed.is_broken(), "{after}");
        let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
        leaves(root, "", &mut old);
        leaves(changed.root.as_ref().unwrap(), "", &mut new);
        let prefix: String = at.parts().iter().map(|part| match part {
            Part::Key(key) => format!("/{key}"),
            Part::Item(index) => format!("/{index}"),
        }).collect();
        let (above, _) = prefix.rsplit_once('/').unwrap();
        // Items behind a removed one move up, and a renamed key has another path.
        let within = if matches!(kind, 2 | 3) { above } else { prefix.as_str() };
        let elsewhere = |leaf: &&String| **leaf != *within && !leaf.starts_with(&format!("{within}/"));
        for leaf in old.keys().filter(elsewhere) {
            prop_assert_eq!(old.get(leaf), new.get(leaf), "{}", after);
        }
        for leaf in new.keys().filter(elsewhere) {
            prop_assert!(old.contains_key(leaf), "{leaf} is new\n{after}");
        }
        if text.contains("\r\n") {
            prop_assert!(!after.replace("\r\n", "").contains('\n'), "{after:?}");
        }
    }
}
