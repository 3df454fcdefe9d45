use proptest::prelude::*;

use super::*;

/// Sources with one text in which each `«…»` is noted as a secret.
fn noted(text: &str) -> (Sources, SourceId, Secrets) {
    let mut plain = String::new();
    let mut spans = Vec::new();
    let mut open = 0;
    for character in text.chars() {
        match character {
            '«' => open = plain.len(),
            '»' => spans.push(Span::new(open, plain.len())),
            _ => plain.push(character),
        }
    }
    let sources = Sources::default();
    let id = sources.add(Source::new("app-config.yaml", plain));
    let mut secrets = Secrets::default();
    for span in spans {
        secrets.add(Place::new(id, span), sources.get(id).slice(span));
    }
    (sources, id, secrets)
}

/// The whole text as it may be shown.
fn shown(sources: &Sources, id: SourceId, secrets: &Secrets) -> String {
    let end = sources.get(id).text().len();
    secrets
        .view(sources, id, &[Span::at(0), Span::at(end)], 1000)
        .text
}

#[test]
fn a_weak_password_is_hidden_where_it_stands_and_nowhere_else() {
    let (sources, id, secrets) =
        noted("user: postgres\npassword: «postgres»\nimage: postgres:16\n");
    assert_eq!(
        shown(&sources, id, &secrets),
        "user: postgres\npassword: ********\nimage: postgres:16\n"
    );
    assert_eq!(
        secrets.redact("the client is postgres"),
        "the client is postgres"
    );
}

#[test]
fn a_distinctive_secret_is_hidden_everywhere() {
    let (sources, id, secrets) = noted("password: «hunter2!»\ntitle: hunter2! # not hunter2!\n");
    assert_eq!(
        shown(&sources, id, &secrets),
        "password: ********\ntitle: ******** # not ********\n"
    );
    let dockerfile = sources.add(Source::new("Dockerfile", "RUN echo hunter2!\n"));
    assert_eq!(shown(&sources, dockerfile, &secrets), "RUN echo ********\n");
}

#[test]
fn sources_that_nobody_judged_are_searched_when_they_are_shown() {
    let sources = Sources::default();
    let compose = "environment:\n  POSTGRES_PASSWORD: postgres\n  POSTGRES_USER: postgres\n  URL: pg://u:pw@h\n";
    let id = sources.add(Source::new("compose.yaml", compose));
    assert_eq!(
        shown(&sources, id, &Secrets::default()),
        "environment:\n  POSTGRES_PASSWORD: ********\n  POSTGRES_USER: postgres\n  URL: pg://u:********@h\n"
    );
}

#[test]
fn references_to_secrets_stay_readable() {
    let text = "password: ${PW}\nurl: pg://${U}:${PW}@${H}/x\ntoken:\n  $env: TOKEN\nAuthorization: Bearer ${T}\ncredentials: include\n";
    let sources = Sources::default();
    let id = sources.add(Source::new("app-config.yaml", text));
    assert_eq!(shown(&sources, id, &Secrets::default()), text);
}

#[test]
fn the_default_of_a_placeholder_is_hidden_alone() {
    let sources = Sources::default();
    let id = sources.add(Source::new(
        "a.yaml",
        "password: ${PW:-hunter2}\nurl: pg://u:${PW:-pw}@h\n",
    ));
    assert_eq!(
        shown(&sources, id, &Secrets::default()),
        "password: ${PW:-********}\nurl: pg://u:${PW:-********}@h\n"
    );
}

#[test]
fn secrets_that_overlap_or_touch_are_one() {
    let (sources, id, mut secrets) = noted("x: abcdefghij\n");
    for (start, end) in [(3, 8), (5, 10), (10, 12)] {
        secrets.add(Place::new(id, Span::new(start, end)), "never");
    }
    assert_eq!(shown(&sources, id, &secrets), "x: ********j\n");
}

#[test]
fn empty_secrets_hide_nothing() {
    let (sources, id, mut secrets) = noted("password: ''\n");
    secrets.add(Place::new(id, Span::at(10)), "");
    secrets.add_text("");
    assert_eq!(shown(&sources, id, &secrets), "password: ''\n");
    assert_eq!(secrets.redact("anything"), "anything");
}

#[test]
fn a_broken_source_shows_keys_only_whatever_else_is_known() {
    let (sources, id, mut secrets) = noted("«hunter2x»: 1\nkey: value # comment\n");
    secrets.show_keys_only(id);
    assert_eq!(
        shown(&sources, id, &secrets),
        "********: ********\nkey: ********\n"
    );
    assert_eq!(
        secrets.show(Some(Place::new(id, Span::new(0, 3))), "value"),
        MASK
    );
}

#[test]
fn a_value_is_shown_without_the_secret_at_its_place() {
    let (_, id, secrets) = noted("url: pg://u:«postgres»@h/postgres\nopts: 'pw «admin» x'\n");
    let at = |start, end| Some(Place::new(id, Span::new(start, end)));
    assert_eq!(
        secrets.show(at(5, 33), "pg://u:postgres@h/postgres"),
        "pg://u:********@h/postgres"
    );
    assert_eq!(secrets.show(at(12, 20), "postgres"), MASK);
    assert_eq!(secrets.show(at(5, 33), "h"), "h");
    assert_eq!(secrets.show(None, "postgres"), "postgres");
    assert_eq!(secrets.show(at(40, 52), "pw admin x"), "pw ******** x");
}

/// Texts like those of layers, with all that makes masking hard.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z]{1,8}: ".prop_map(String::from),
        Just("\n".to_owned()),
        Just("\r\n  ".to_owned()),
        Just("\t".to_owned()),
        Just(" # ".to_owned()),
        Just("${X:-".to_owned()),
        Just("}".to_owned()),
        Just("://u:".to_owned()),
        Just("@".to_owned()),
        Just("\u{202e}\u{1b}[31m".to_owned()),
        Just("é😀".to_owned()),
        Just("\"'".to_owned()),
        Just("-----BEGIN PRIVATE KEY-----".to_owned()),
        "[ -~]{0,12}",
        "a{150,400}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Secrets that are known wherever they occur, and cannot be part of the mask or of an escape.
fn any_secret() -> impl Strategy<Value = String> {
    "[A-Za-z0-9!%+/=@ ]{4,24}[0-9][A-Z]{2}q"
}

proptest! {
    #[test]
    fn no_shown_text_holds_a_secret(
        before in any_text(), middle in any_text(), after in any_text(), secret in any_secret(), label in 0_usize..400, context in 0_usize..4,
    ) {
        let secret = secret.trim().to_owned();
        let text = format!("{before}{secret}{middle}{secret}{after}");
        let sources = Sources::default();
        let id = sources.add(Source::new("a.yaml", text.clone()));
        let mut secrets = Secrets::default();
        let start = before.len();
        secrets.add(Place::new(id, Span::new(start, start + secret.len())), &secret);
        let labels = [Span::new(start, start + secret.len()), Span::at(label), Span::new(label, label + 30)];
        let view = secrets.view(&sources, id, &labels, context);
        prop_assert!(!view.text.contains(&secret), "{}", view.text);
        for label in &view.labels {
            prop_assert!(view.text.get(label.range()).is_some());
        }
        prop_assert!(view.text.lines().all(|line| line.chars().count() <= 202));
        prop_assert!(!view.text.chars().any(|c| c != '\n' && c != '\t' && escape_character(c).is_some()));
        prop_assert!(!secrets.redact(&text).contains(&secret));
        let surrounded = ["x", secret.as_str(), "x"].concat();
        prop_assert!(!secrets.redact(&surrounded).contains(&secret));
    }

    #[test]
    fn lines_keep_their_numbers(before in any_text(), after in any_text()) {
        let text = format!("{before}\nneedle1q\n{after}");
        let sources = Sources::default();
        let id = sources.add(Source::new("a.yaml", text.clone()));
        let start = before.len() + 1;
        let view = Secrets::default().view(&sources, id, &[Span::new(start, start + 8)], 2);
        let line = sources.get(id).position(u32::try_from(start).unwrap()).line;
        let shown = view.text.split('\n').nth(line - view.first_line).unwrap();
        let inside_key = sources.get(id).text().contains("-----BEGIN");
        prop_assert!(shown == "needle1q" || inside_key, "{shown}");
    }
}

#[test]
fn an_argument_that_looks_like_a_secret_is_masked() {
    for (line, shown) in [
        (
            "cannot check `https://u:hunter2x9@h/x`",
            "cannot check `https://u:********@h/x`",
        ),
        (
            "cannot check `my-secret`: no such file",
            "cannot check `my-secret`: no such file",
        ),
        ("a\u{1b}[31m\n::error::pwn", "a\\x1b[31m\\n::error::pwn"),
        ("::error::pwn ##vso[x]", "\\x3a:error::pwn #\\x23vso[x]"),
    ] {
        assert_eq!(outside_run(line), shown);
    }
    assert!(!outside_run("cannot check `DB_PASSWORD=hunter2x9`").contains("hunter2x9"));
}

#[test]
fn a_weak_word_at_its_own_place_is_masked_with_or_without_its_line_end() {
    let sources = Sources::default();
    let source = sources.add(Source::new("a", "p: |\n  correcthorse\n"));
    let mut secrets = Secrets::default();
    secrets.add(Place::new(source, Span::new(7, 20)), "correcthorse\n");
    let block = Place::new(source, Span::new(3, 19));
    assert_eq!(secrets.show(Some(block), "correcthorse\n"), MASK);
    assert_eq!(secrets.show(Some(block), "correcthorse"), MASK);
}

#[test]
fn what_lies_inside_a_longer_secret_is_masked_whatever_begins_between() {
    let text = "aaaa bbbb cccc dddd eexx";
    let sources = Sources::default();
    let id = sources.add(Source::new("a", text));
    let mut secrets = Secrets::default();
    for (start, end) in [(0, 19), (5, 9), (20, 22)] {
        secrets.add(Place::new(id, Span::new(start, end)), &text[start..end]);
    }
    let show = |start: usize, end: usize| {
        let place = Place::new(id, Span::new(start, end));
        secrets.show(Some(place), &text[start..end]).into_owned()
    };
    assert_eq!(show(10, 14), MASK);
    assert_eq!(show(15, 19), MASK);
    assert_eq!(show(20, 24), "********xx");
}
