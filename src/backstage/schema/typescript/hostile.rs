//! Types that mean harm: a few kilobytes that nest, double or multiply.

use super::Converted;
use super::budget::size;
use super::tests::converted;

/// More schemas than this never come out, whatever goes in.
const MOST: usize = 100_000;

fn of(text: &str) -> Converted {
    let converted = converted(&[("config.d.ts", text)]);
    assert!(size(&converted.schema) <= MOST);
    converted
}

fn is_cut(converted: &Converted, why: &str) -> bool {
    converted.notes.iter().any(|note| note.contains(why))
}

/// Runs on the stack that Windows gives the main thread, in a build that needs more of it than the one that ships.
fn on_a_small_stack(run: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(2 << 20);
        thread.spawn_scoped(scope, run).unwrap().join().unwrap();
    });
}

#[test]
fn what_is_postfix_nests_without_brackets_and_needs_no_stack() {
    on_a_small_stack(|| {
        for count in [1_500, 12_000, 100_000] {
            for (before, postfix) in [
                ("string", "[]"),
                ("A", "['b']"),
                ("A", "[][0]"),
                ("readonly string", "[]"),
            ] {
                let ty = format!("{before}{}", postfix.repeat(count));
                let text = format!(
                    "interface A {{ b: A }}\nexport interface Config {{ a?: {ty}; c: string }}"
                );
                let converted = of(&text);
                assert!(converted.schema.properties.contains_key("c"), "{postfix}");
            }
        }
    });
}

#[test]
fn namespaces_and_generics_in_each_other_need_no_stack() {
    on_a_small_stack(|| {
        for count in [500, 2_000] {
            let namespaces = format!(
                "{}type A = string;{}\nexport interface Config {{ c: string }}",
                "namespace N { ".repeat(count),
                "}".repeat(count)
            );
            assert!(of(&namespaces).schema.properties.contains_key("c"));
            let generics = format!(
                "type W<T> = {{ w: T }};\nexport interface Config {{ a: {}string{}; c: string }}",
                "W<".repeat(count),
                ">".repeat(count)
            );
            assert!(of(&generics).schema.properties.contains_key("c"));
        }
    });
}

#[test]
fn a_chain_of_aliases_is_as_deep_as_it_is_written() {
    let mut text = "type T0 = { x: string };\n".to_owned();
    let mut uses = String::new();
    for number in 1..2_000 {
        text.push_str(&format!("type T{number} = {{ a: T{} }};\n", number - 1));
        uses.push_str(&format!("p{number}: T{number}; "));
    }
    text.push_str(&format!("export interface Config {{ {uses} }}"));
    let converted = of(&text);
    assert!(is_cut(&converted, "nested too deeply"));
}

/// `export interface A` with so many keys.
fn keys(count: usize) -> String {
    let keys: String = (0..count).map(|key| format!("k{key}: string; ")).collect();
    format!("interface A {{ {keys} }}\n")
}

#[test]
fn records_of_records_are_counted_before_they_are_made() {
    for count in [100, 300, 3_000] {
        let ty = "Record<keyof A, Record<keyof A, Record<keyof A, string>>>";
        let text = format!("{}export interface Config {{ a: {ty} }}", keys(count));
        assert!(is_cut(&of(&text), "too large"), "{count}");
    }
}

#[test]
fn intersections_of_unions_are_counted_before_they_are_multiplied() {
    for levels in [7, 30] {
        let mut text = "type T0 = { x: string };\n".to_owned();
        for level in 1..=levels {
            let below = level - 1;
            text.push_str(&format!(
                "type T{level} = ({{a: T{below}}} | {{b: T{below}}}) & ({{c: T{below}}} | {{d: T{below}}});\n"
            ));
        }
        text.push_str(&format!("export interface Config {{ a: T{levels} }}"));
        assert!(is_cut(&of(&text), "too large"), "{levels}");
    }
}

#[test]
fn mapped_and_conditional_types_in_each_other_end() {
    for ty in [
        "{ [K in keyof A]: { [L in keyof A]: { [M in keyof A]: A[K] } } }",
        "Pick<Record<keyof A, A>, keyof A>[keyof A][keyof A]",
        "Extract<keyof A, keyof A> extends keyof A ? Record<keyof A, Record<keyof A, A>> : A",
        "Exclude<Record<keyof A, A> | A | Partial<A>, Record<keyof A, Record<keyof A, A>>>",
        "A & Record<keyof A, A> & Record<keyof A, Record<keyof A, A>>",
    ] {
        let text = format!("{}export interface Config {{ a: {ty} }}", keys(400));
        of(&text);
    }
}

#[test]
fn a_long_union_of_literals_is_one_list() {
    let literals: Vec<String> = (0..30_000).map(|number| format!("'v{number}'")).collect();
    let text = format!(
        "export interface Config {{ a: {}; b: {} }}",
        literals.join(" | "),
        literals.join(" & ")
    );
    let schema = of(&text).schema;
    let allowed = schema.properties.get("a").unwrap().allowed.as_ref();
    assert_eq!(allowed.map(Vec::len), Some(30_000));
}

#[test]
fn files_that_re_export_each_other_are_looked_through_once() {
    let files = [
        (
            "config.d.ts",
            "export * from './a'; export * from './b';\nexport interface Config { a: Absent }",
        ),
        (
            "a",
            "export * from './b'; export * from './c'; export * from './d';",
        ),
        (
            "b",
            "export * from './c'; export * from './d'; export * from './a';",
        ),
        (
            "c",
            "export * from './d'; export * from './a'; export * from './b';",
        ),
        (
            "d",
            "export * from './a'; export * from './b'; export * from './c';",
        ),
    ];
    let converted = converted(&files);
    assert!(is_cut(&converted, "the type `Absent`"));
}

#[test]
fn a_long_template_is_any_text() {
    let parts = "${'x'}".repeat(2_000);
    let text = format!("export interface Config {{ a: `${{'a' | 'b'}}${{'c' | 'd'}}{parts}` }}");
    let schema = of(&text).schema;
    assert!(schema.properties.get("a").unwrap().allowed.is_none());
}
