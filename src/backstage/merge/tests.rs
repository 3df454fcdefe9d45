use super::*;
use crate::backstage::environment::Environment;
use crate::backstage::{layer, resolve};
use crate::files::{FilePath, MemoryFiles};
use crate::text::Sources;

/// Merges layers of these texts, lowest first, nothing known of the environment.
fn effective(texts: &[&str]) -> (Value, Sources) {
    let mut sources = Sources::default();
    let mut roots = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let name = format!("{index}.yaml");
        let files = MemoryFiles::new([(name.as_str(), *text)]);
        let layer = layer::load(&files, &FilePath::new(&name), &mut sources);
        let resolved = resolve::resolve(&layer, &Environment::default(), &files, &mut sources);
        assert!(!layer.is_broken() && !resolved.is_broken(), "{text}");
        roots.extend(resolved.root);
    }
    (merge(&roots).expect("a config"), sources)
}

fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    value.at(path.split('.'))
}

#[test]
fn objects_merge_and_everything_else_replaces() {
    let (root, _) = effective(&[
        "a: {x: 1, y: [1, 2]}\nb: 1\n",
        "a: {y: [3], z: 4}\nb: {c: 5}\n",
    ]);
    assert_eq!(at(&root, "a.x").unwrap().as_number(), Some(1.0));
    assert_eq!(at(&root, "a.y").unwrap().as_array().unwrap().len(), 1);
    assert_eq!(at(&root, "b.c").unwrap().as_number(), Some(5.0));
}

#[test]
fn null_removes_and_a_later_layer_starts_fresh() {
    let (root, _) = effective(&[
        "a: {x: 1}\nb: {c: 1, d: 2}\n",
        "a: null\nb: {c: null}\n",
        "a: {z: 3}\n",
    ]);
    assert!(at(&root, "a.x").is_none());
    assert!(at(&root, "a.z").is_some());
    assert!(at(&root, "b.c").is_none());
    assert!(at(&root, "b.d").is_some());
}

#[test]
fn every_value_knows_what_set_it_and_what_it_overrode() {
    let (root, sources) = effective(&["a: one\n", "a: two\n", "a: three\n"]);
    let value = at(&root, "a").unwrap();
    let spelled = |origin: &Origin| sources.slice(origin.value).to_owned();
    assert_eq!(spelled(&value.origin.unwrap()), "three");
    let overrode: Vec<String> = value.overrode.iter().map(spelled).collect();
    assert_eq!(overrode, ["two", "one"]);
}

#[test]
fn an_open_value_keeps_what_shows_when_it_vanishes() {
    let (root, _) = effective(&["a: base\nb: base\n", "a: ${A}\nb: ${B:-x}\n"]);
    let open = at(&root, "a").unwrap().as_open().unwrap();
    assert_eq!(open.below.as_ref().and_then(Value::as_str), Some("base"));
    let open = at(&root, "b").unwrap().as_open().unwrap();
    assert!(open.below.is_none(), "a default keeps it from vanishing");
}

#[test]
fn an_object_above_an_open_value_may_show_what_is_below_it() {
    let (root, _) = effective(&["a: {x: 1, y: {p: 1}}\n", "a: ${A}\n", "a: {y: {q: 2}}\n"]);
    assert_eq!(at(&root, "a.y.q").unwrap().as_number(), Some(2.0));
    for path in ["a.x", "a.y.p"] {
        let open = at(&root, path).unwrap().as_open().expect(path);
        assert_eq!(open.below.as_ref().and_then(Value::as_number), Some(1.0));
    }
}

#[test]
fn an_object_above_an_open_value_with_default_stands_alone() {
    let (root, _) = effective(&["a: {x: 1}\n", "a: ${A:-s}\n", "a: {y: 2}\n"]);
    assert!(at(&root, "a.x").is_none());
}

#[test]
fn a_null_above_an_open_value_removes_all_below() {
    let (root, _) = effective(&["a: 1\nb: 2\n", "a: ${A}\n", "a: null\n"]);
    assert!(at(&root, "a").is_none());
}

#[test]
fn array_items_that_may_vanish_stay_open_in_their_place() {
    let (root, _) = effective(&["a: [x]\n", "a: ['${A}', y]\n"]);
    let items = at(&root, "a").unwrap().as_array().unwrap();
    assert!(items[0].as_open().is_some());
    assert_eq!(items[1].as_str(), Some("y"));
}

#[test]
fn keys_that_every_javascript_object_has_hide_those_below() {
    let (root, _) = effective(&["toString: 1\na: 1\n", "b: 2\n"]);
    assert!(at(&root, "toString").is_none());
    assert!(at(&root, "a").is_some());
}

/// Quadratic work on this many keys would not end within minutes; `cargo xtask growth` measures how it grows.
#[test]
fn large_objects_are_merged() {
    const KEYS: usize = 400_000;
    let large = |value: &'static str| {
        let object: Object = (0..KEYS)
            .map(|number| (Arc::from(format!("k{number}")), Value::string(value)))
            .collect();
        Value::derived(Kind::Object(object))
    };
    let merged = merge([&large("below"), &large("top")]).unwrap();
    assert_eq!(merged.as_object().unwrap().len(), KEYS);
}
