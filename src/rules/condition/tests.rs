//! What conditions mean, and that no text can make one hang or crash.

use cel::{Context, Program};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::backstage::facts::trees::{list, number, object, truth};
use crate::backstage::value::{Kind, Open, OpenCause};

fn open() -> Value {
    Value::derived(Kind::Open(Box::new(Open {
        written: "${X}".into(),
        cause: OpenCause::Env("X".into()),
        when_unset: None,
        below: None,
    })))
}

/// `a: 1, b: true, s: "text", half: 0.5, none: null, open: ${X}, list: [1, 2], mixed: [${X}, "known"],
/// inner: {s: "deep", open: ${X}}`
fn facts() -> Value {
    let mut facts = object([
        ("a", number(1.0)),
        ("b", truth(true)),
        ("s", Value::string("text")),
        ("half", number(0.5)),
        ("open", open()),
        ("list", list([number(1.0), number(2.0)])),
        ("mixed", list([open(), Value::string("known")])),
        (
            "inner",
            object([("s", Value::string("deep")), ("open", open())]),
        ),
    ]);
    if let Kind::Object(fields) = &mut facts.kind {
        fields.insert("none".into(), Value::derived(Kind::Null));
    }
    facts
}

fn judged(condition: &str) -> Result<bool, Broken> {
    let facts = facts();
    let mut variables = Variables::default();
    variables.bind_node("x", &facts);
    Condition::parse(condition)
        .unwrap_or_else(|error| panic!("{condition}: {error}"))
        .holds(&variables, &mut Budget::default())
}

fn assert_holds(conditions: &[&str]) {
    for condition in conditions {
        assert_eq!(judged(condition), Ok(true), "{condition}");
    }
}

fn assert_holds_not(conditions: &[&str]) {
    for condition in conditions {
        assert_eq!(judged(condition), Ok(false), "{condition}");
    }
}

#[test]
fn known_values_mean_what_cel_says() {
    assert_holds(&[
        "x.a == 1 && x.b && x.s == 'text' && x.half < x.a",
        "x.list.all(i, i > 0) && x.list.exists(i, i == 2) && x.list.exists_one(i, i == 2)",
        "x.list.map(i, i * 2) == [2, 4] && x.list.filter(i, i > 1) == [2]",
        "2 in x.list && !(3 in x.list) && 's' in x.inner",
        "x.inner.exists(key, key == 's') && size(x.inner) == 2",
        "x['inner']['s'] == 'deep' && x.list[1] == 2",
        "x.none == null && (x.b ? 'y' : 'n') == 'y'",
        "x.s + '!' == 'text!' && [1] + [2] == x.list && -x.a == -1 && 7 / 2 == 3 && 7 % 2 == 1",
        "1 == 1.0 && 2 > 1.5 && 'b' > 'a'",
    ]);
}

#[test]
fn an_open_value_makes_a_condition_false_unless_the_rest_decides() {
    assert_holds_not(&[
        "x.open == 'a'",
        "x.open != 'a'",
        "!(x.open == 'a')",
        "x.open.startsWith('a')",
        "x.open && x.b",
        "x.mixed.all(m, m == 'known')",
        "!x.mixed.exists(m, m == 'other')",
        "!('other' in x.mixed)",
        "x.inner == x.inner",
        "x.open.deeper",
        "x.mixed.map(m, m) == []",
    ]);
    assert_holds(&[
        "x.open == 'a' || x.b",
        "!(x.open == 'a' && false)",
        "x.mixed.exists(m, m == 'known')",
        "'known' in x.mixed",
        "x.mixed != ['a']",
        "x.mixed.filter(m, open(m)).size() == 1",
    ]);
}

#[test]
fn an_absent_value_or_one_of_the_wrong_type_makes_a_condition_false() {
    assert_holds_not(&[
        "x.absent == 'a'",
        "x.absent != 'a'",
        "x.absent.deeper != 1",
        "x.a.deeper == 1",
        "x.a.startsWith('1')",
        "x.s > 1",
        "x.s",
        "x.list[5] == 1",
        "x.list[-1] == 1",
        "x.s.all(c, true)",
    ]);
}

#[test]
fn presence_and_openness_are_known_whatever_the_value() {
    assert_holds(&[
        "has(x.open) && has(x.s) && has(x.inner.open)",
        "!has(x.absent) && !has(x.absent.deeper) && !has(x.none)",
        "open(x.open) && open(x.open.deeper) && !open(x.s) && !open(x.absent)",
        "literal(x.s) && literal(x.list) && !literal(x.open) && !literal(x.inner) && !literal(x.absent)",
        "x.mixed.exists(m, literal(m))",
    ]);
}

#[test]
fn functions_know_hosts_versions_urls_and_globs() {
    assert_holds(&[
        "isLocalHost('localhost') && isLocalHost('127.0.0.9') && isLocalHost('[::1]')",
        "isLocalHost('db.localhost') && isLocalHost('0.0.0.0') && isLocalHost('LOCALHOST.')",
        "!isLocalHost('localhost.acme.com') && !isLocalHost('128.0.0.1') && !isLocalHost('')",
        "semver('1.10.0') > semver('1.9.9') && semver('^1.2') == semver('1.2.0')",
        "semver('1.0.0-rc.2') < semver('1.0.0-rc.10') && semver('1.0.0-rc.1') < semver('1.0.0')",
        "url('HTTPS://me:pw@Host.example:8443/a/b?c#d').host == 'host.example'",
        "url('https://me:pw@h').user == 'me' && url('http://h:80/p').port == 80",
        "url('http://[::1]:80/p').host == '::1' && url('http://h/p?q').path == '/p'",
        "!has(url('http://h').port) && url('http://h').path == ''",
        "glob('db.acme.com', '*.acme.com') && !glob('acme.com.evil', '*.acme.com') && glob('a', '?')",
        "'AbC'.lowerAscii() == 'abc' && 'a,b'.split(',') == ['a', 'b'] && ['a', 'b'].join('-') == 'a-b'",
        "' a '.trim() == 'a' && 'abc'.matches('^a.c$') && size('äö') == 2 && int('7') == 7",
    ]);
    assert_holds(&[
        "bool(true) && bool('Yes') && bool(' on ') && bool(1) && bool(1.0) && !bool('n') && !bool(0)",
    ]);
    assert_holds_not(&[
        "bool('maybe') || true && bool(2)",
        "!bool('')",
        "bool(x.absent) == false",
    ]);
    assert_holds_not(&["url('no url').host == 'x'", "semver('x') < semver('1.0.0')"]);
}

#[test]
fn a_mistake_of_the_rule_is_told_as_one() {
    assert_eq!(judged("1 / 0 == 1"), Err(Broken::DivisionByZero));
    assert_eq!(
        judged("9223372036854775807 + 1 == 1"),
        Err(Broken::Overflow)
    );
    assert_eq!(judged("'a'.matches('(')"), Err(Broken::Pattern));
    assert_eq!(judged("y == 1"), Err(Broken::UnknownVariable));
    assert_eq!(judged("shout(x.s) == 'A'"), Err(Broken::UnknownFunction));
}

#[test]
fn costly_conditions_end_at_the_budget() {
    let items = vec!["1"; 150].join(",");
    for condition in [
        "[N].all(a, [N].all(b, [N].all(c, a == b)))",
        "[N].exists(a, [N].exists(b, [N].exists(c, a != b)))",
        "[N].map(a, [N].map(b, [N].filter(c, true))) == []",
        "[N].all(a, [N].all(b, [N].all(c, true))) || true",
    ] {
        let costly = condition.replace('N', &items);
        assert_eq!(judged(&costly), Err(Broken::TooManySteps), "{condition}");
    }
    let doubled = "['aaaaaaaaaaaaaaaa'].map(a, a + a + a + a + a + a + a + a)\
                   .map(a, a + a + a + a + a + a + a + a).map(a, a + a + a + a + a + a + a + a)\
                   .map(a, a + a + a + a + a + a + a + a).map(a, a + a + a + a + a + a + a + a) == []";
    assert_eq!(judged(doubled), Err(Broken::TooLong));
}

#[test]
fn texts_beyond_the_bounds_are_refused() {
    let refused = |text: &str| Condition::parse(text).unwrap_err();
    assert_eq!(refused(&"x".repeat(MAX_LENGTH + 1)), NotACondition::TooLong);
    let sum = vec!["1"; 1000].join("+");
    assert_eq!(refused(&sum), NotACondition::TooDeep);
    for nested in ["(", "[", "!", "-", "x.", "{1:"] {
        let text = nested.repeat(MAX_LENGTH / nested.len());
        assert!(Condition::parse(&text).is_err(), "{nested}");
    }
    let four = "[1].all(a, [1].all(b, [1].all(c, [1].all(d, true))))";
    assert_eq!(refused(four), NotACondition::TooManyComprehensions);
    assert!(matches!(
        refused("a =="),
        NotACondition::Syntax { line: Some(1), .. }
    ));
    assert_eq!(
        refused("{'a': 1}.a == 1"),
        NotACondition::Unsupported("a map literal")
    );
    assert_eq!(
        refused("b'a' == b'a'"),
        NotACondition::Unsupported("a literal of bytes or `u`")
    );
}

#[test]
fn errors_repeat_no_operand() {
    let error = Condition::parse("'hunter22' == ").unwrap_err().to_string();
    assert!(!error.contains("hunter22"), "{error}");
}

/// Boolean expressions over literals and known variables.
fn expressions() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        (-3i64..4).prop_map(|n| n.to_string()),
        Just("0.5".to_owned()),
        Just("n".to_owned())
    ];
    let text = select(&["'a'", "'ab'", "t", "''"][..]);
    let leaf = prop_oneof![
        Just("true".to_owned()),
        Just("false".to_owned()),
        (
            number.clone(),
            select(&["<", "<=", "==", "!=", ">", ">="][..]),
            number.clone()
        )
            .prop_map(|(l, op, r)| format!("({l} {op} {r})")),
        (
            number.clone(),
            select(&["+", "-", "*", "/", "%"][..]),
            number
        )
            .prop_map(|(l, op, r)| format!("({l} {op} {r} == 1)")),
        (
            text.clone(),
            select(&["startsWith", "endsWith", "contains", "matches"][..]),
            text.clone()
        )
            .prop_map(|(l, f, r)| format!("{l}.{f}({r})")),
        (text.clone(), text).prop_map(|(l, r)| format!("({l} + {r} == 'aba' || {l} < {r})")),
        Just("t".to_owned()),
        Just("(1 / 0 == 1)".to_owned()),
    ];
    leaf.prop_recursive(4, 32, 3, |inner| {
        prop_oneof![
            (inner.clone(), select(&["&&", "||"][..]), inner.clone())
                .prop_map(|(l, op, r)| format!("({l} {op} {r})")),
            inner.clone().prop_map(|e| format!("!{e}")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(c, t, e)| format!("({c} ? {t} : {e})")),
            (inner.clone(), select(&["all", "exists", "exists_one"][..]))
                .prop_map(|(e, f)| format!("[1, 2, 3].{f}(i, i < 2 || {e})")),
            inner.prop_map(|e| format!("([1, 2].filter(i, {e}).map(i, i + 1) == [2, 3])")),
        ]
    })
}

proptest! {
    #[test]
    fn evaluation_agrees_with_the_crate_that_parses(text in expressions()) {
        let (n, t) = (Value::derived(Kind::Number(2.0)), Value::string("ab"));
        let mut variables = Variables::default();
        variables.bind_node("n", &n);
        variables.bind_node("t", &t);
        let parsed = match Condition::parse(&text) {
            Err(NotACondition::TooManyComprehensions | NotACondition::TooDeep) => return Ok(()),
            parsed => parsed.unwrap(),
        };
        let ours = parsed.holds(&variables, &mut Budget::default());

        let mut context = Context::default();
        context.add_variable("n", 2i64).unwrap();
        context.add_variable("t", "ab").unwrap();
        let theirs = Program::compile(&text).unwrap().execute(&context);
        match (ours, theirs) {
            (Ok(true), theirs) => prop_assert_eq!(theirs, Ok(cel::Value::Bool(true)), "{}", text),
            (Ok(false), Ok(theirs)) => prop_assert_ne!(theirs, cel::Value::Bool(true), "{}", text),
            (Ok(false) | Err(_), Err(_)) => {}
            (Err(broken), Ok(theirs)) => prop_assert!(false, "{text}: {broken:?}, but {theirs:?}"),
        }
    }

    #[test]
    fn no_text_makes_parsing_or_judging_panic(text in "[a-z0-9x.()\\[\\]{}!&|?:<>=+*/%'\", -]{0,120}") {
        if let Ok(condition) = Condition::parse(&text) {
            let facts = facts();
            let mut variables = Variables::default();
            variables.bind_node("x", &facts);
            let _ = condition.holds(&variables, &mut Budget::default());
        }
    }
}
