//! What holds for every text.

#![allow(clippy::expect_used, missing_docs)]

use go_postgres_url::{PgxError, PqError, UrlError, UrlErrorKind, parse, pgx, pq};
use proptest::prelude::*;
use source::Span;

fn text() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "postgres://",
        "postgresql://",
        "user",
        ":",
        "@",
        "/",
        "?",
        "#",
        "%",
        "%41",
        "%zz",
        "%C3%A9",
        "[",
        "]",
        "&",
        "=",
        ";",
        ",",
        "é",
        " ",
        "'",
        "\\",
        "\0",
        "host",
        "sslmode=require",
        "5432",
        "::1",
        "%25",
        "+",
    ]);
    prop_oneof![
        prop::collection::vec(word, 0..20).prop_map(|words| words.concat()),
        any::<String>(),
    ]
}

fn check(text: &str, span: Span) -> Result<(), TestCaseError> {
    prop_assert!(text.get(span.range()).is_some(), "{span:?} of {text:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn spans_are_on_characters_of_the_text(text in text()) {
        match parse(&text) {
            Ok(url) => {
                check(&text, url.host_span)?;
                check(&text, url.path_span)?;
                if let Some(user) = &url.user {
                    check(&text, user.name_span)?;
                    check(&text, user.password_span)?;
                }
                for parameter in &url.parameters {
                    check(&text, parameter.key_span)?;
                    check(&text, parameter.value_span)?;
                }
            }
            Err(UrlError { span, .. }) => check(&text, span)?,
        }
    }

    #[test]
    fn drivers_refuse_what_is_refused_as_a_url(text in text()) {
        let text = format!("postgres://{text}");
        match parse(&text) {
            Err(error) => {
                prop_assert_eq!(pq(&text), Err(PqError::Url(error)));
                prop_assert_eq!(pgx(&text), Err(PgxError::Url(error)));
            }
            Ok(_) => {
                prop_assert!(!matches!(pq(&text), Err(PqError::Url(_))));
                prop_assert!(!matches!(pgx(&text), Err(PgxError::Url(_))));
            }
        }
    }

    #[test]
    fn pieces_are_what_their_bytes_spell(
        user in "[a-z]{1,8}", password in "[a-zA-Z0-9!$.-]{0,8}", host in "[a-z]{1,8}(\\.[a-z]{1,8}){0,2}", port in 1u16..,
        database in "[a-z]{0,8}", value in "[a-z0-9]{0,8}",
    ) {
        let text = format!("postgres://{user}:{password}@{host}:{port}/{database}?key={value}");
        let url = parse(&text).expect("a URL");
        let of = |span: Span| &text[span.range()];
        let info = url.user.as_ref().expect("a user");
        prop_assert_eq!((of(info.name_span), info.name.as_str()), (user.as_str(), user.as_str()));
        prop_assert_eq!((of(info.password_span), info.password.as_deref()), (password.as_str(), Some(password.as_str())));
        prop_assert_eq!(of(url.host_span), format!("{host}:{port}"));
        prop_assert_eq!(of(url.path_span), format!("/{database}"));
        prop_assert_eq!(of(url.parameters[0].value_span), value.as_str());
        let config = pgx(&text).expect("a config");
        prop_assert_eq!((config.host.as_deref(), config.port), (Some(host.as_str()), port));
        let parameters = pq(&text).expect("parameters");
        prop_assert_eq!(parameters.get("port"), Some(&port.to_string()));
    }

    #[test]
    fn errors_hold_nothing_of_the_text(secret in "[a-z]{6}", mistake in "[#/?%\"<> ]") {
        let text = format!("postgres://user:{secret}{mistake}{secret}@host/database");
        if let Err(error) = parse(&text) {
            let shown = format!("{error:?} {}", error.kind);
            prop_assert!(!shown.contains(&secret), "{shown}");
        }
    }
}

#[test]
fn errors_point_at_the_bytes_that_are_wrong() {
    let wrong = |text: &'static str| {
        let error = parse(text).expect_err("refused");
        (error.kind, &text[error.span.range()])
    };
    assert_eq!(
        wrong("postgres://u:pa/ss@h/d"),
        (UrlErrorKind::InvalidPort, ":pa")
    );
    assert_eq!(
        wrong("postgres://u:pa<ss@h/d"),
        (UrlErrorKind::InvalidUserInfo, "<")
    );
    assert_eq!(
        wrong("postgres://u:pa%ss@h/d"),
        (UrlErrorKind::InvalidEscape, "%ss")
    );
    assert_eq!(
        wrong("postgres://u@h h/d"),
        (UrlErrorKind::InvalidHostCharacter, " ")
    );
    assert_eq!(
        wrong("postgres://u@[::1/d"),
        (UrlErrorKind::MissingBracket, "[::1")
    );
    assert_eq!(
        wrong("db_1:5432/d"),
        (UrlErrorKind::ColonInFirstSegment, "db_1:5432")
    );
    assert_eq!(
        wrong("postgres://u@h/d\n"),
        (UrlErrorKind::ControlCharacter, "\n")
    );
    assert_eq!(
        wrong("postgres://h/%é"),
        (UrlErrorKind::InvalidEscape, "%é")
    );
}
