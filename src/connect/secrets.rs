//! The bytes of a server's settings that must not be shown.
//!
//! In: the settings as they are written. Out: [`Secrets`] for the mask. Never: a judgement; whether a secret may be
//! where it is, is for the cards.

use std::ops::Range;

use super::load::{Given, LoadedServer, WrittenSetting};
use crate::text::mask::Secrets;
use crate::text::mask::looks::assignment::names_secret;
use crate::text::mask::looks::percent_decoded;
use crate::text::{Place, Sources, Span};

/// Whether the value of a setting is a secret: by the catalogue, or, where that does not have the setting, by its name.
pub fn is_secret(written: &WrittenSetting) -> bool {
    match written.setting {
        Some(setting) => setting.is_secret,
        None => names_secret(&written.key),
    }
}

/// Everything to hide of a server.
pub fn of_server(loaded: &LoadedServer, sources: &Sources) -> Secrets {
    let mut secrets = Secrets::default();
    for written in &loaded.settings {
        add(written, &mut secrets, sources);
    }
    for part in &loaded.parts {
        let orphans = part.gcfg.iter().flat_map(|gcfg| &gcfg.document.orphans);
        for entry in orphans {
            let Some(value) = &entry.value else { continue };
            if names_secret(&entry.name.text) {
                secrets.add(part.place(value.span), &value.text);
            }
            add_url(
                Some(part.place(value.span)),
                &value.text,
                &mut secrets,
                sources,
            );
        }
    }
    secrets
}

fn add(written: &WrittenSetting, secrets: &mut Secrets, sources: &Sources) {
    let cut = written.spelling.cut.or(written.spelling.cut_to_nothing);
    let text = match &written.given {
        Given::Text(text) | Given::Open(text) => text,
        Given::Bare => return,
    };
    let is_open = matches!(written.given, Given::Open(_));
    if is_secret(written) {
        match written.value_place {
            _ if is_open => add_literals(written, text, secrets, sources),
            Some(place) => secrets.add(place, text),
            None => secrets.add_placeless(text),
        }
        if let Some(comment) = cut {
            secrets.add(comment, sources.slice(comment));
        }
        return;
    }
    let has_password = add_url(written.value_place, text, secrets, sources);
    // `postgres://u:p#w@h`: the rest of the password is in the comment.
    if let Some(comment) = cut.filter(|_| has_password || text.contains("://")) {
        secrets.add(comment, sources.slice(comment));
    }
}

/// Hides what is between the user name and the last `@` of a URL, however damaged it is. Tells whether there is a
/// password, or may be one that the end of the text cuts off.
fn add_url(place: Option<Place>, text: &str, secrets: &mut Secrets, sources: &Sources) -> bool {
    let Some(range) = password_in(text) else {
        return false;
    };
    let password = text.get(range.clone()).unwrap_or_default();
    match place {
        Some(place) => {
            // The bytes spell the text but for quotes and escapes: where they do not, all of the value is hidden.
            let written = sources.slice(place);
            match written.find(password).filter(|_| !password.is_empty()) {
                Some(at) => {
                    let start = place.span.start as usize + at;
                    let span = Span::new(start, start + password.len());
                    secrets.add(Place::new(place.source, span), password);
                }
                None => secrets.add(place, text),
            }
        }
        None => secrets.add_placeless(text),
    }
    if let Some(decoded) = percent_decoded(password) {
        secrets.add_text(&decoded);
    }
    true
}

/// Where the password of a URL is: from the `:` behind the user name to the last `@`, or to the end where there is no
/// `@` and what follows is no port.
pub(super) fn password_in(text: &str) -> Option<Range<usize>> {
    let authority = text.find("://")? + "://".len();
    let rest = text.get(authority..)?;
    let colon = authority + rest.find(':')? + 1;
    match text.rfind('@').filter(|at| *at > colon) {
        Some(at) => Some(colon..at),
        None => {
            let behind = text.get(colon..)?;
            let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
            let ends = behind
                .get(digits..)?
                .starts_with(['/', '?', '#', ',', ']', ':']);
            let is_port = ends || digits == behind.len();
            (!is_port && !behind.is_empty()).then_some(colon..text.len())
        }
    }
}

/// The texts in quotes inside the markers of a template, such as a default: `{{ password | default('…') }}`, and what
/// is beside the markers.
fn add_literals(written: &WrittenSetting, text: &str, secrets: &mut Secrets, sources: &Sources) {
    let Some(place) = written.value_place else {
        return;
    };
    let mut rest = text;
    while let Some(open) = rest.find(['\'', '"']) {
        let quote = rest.get(open..open + 1).unwrap_or_default();
        let Some(behind) = rest.get(open + 1..) else {
            break;
        };
        let Some(close) = behind.find(quote) else {
            break;
        };
        let literal = behind.get(..close).unwrap_or_default();
        let slice = sources.slice(place);
        if let Some(at) = slice.find(literal).filter(|_| !literal.is_empty()) {
            let start = place.span.start as usize + at;
            let span = Span::new(start, start + literal.len());
            secrets.add(Place::new(place.source, span), literal);
        }
        rest = behind.get(close + 1..).unwrap_or_default();
    }
    let is_marker =
        |text: &str| text.starts_with("{{") || text.starts_with("<%") || text.starts_with("{%");
    if !is_marker(text.trim()) {
        secrets.add(place, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::load::load_text;
    use crate::text::mask::MASK;

    fn shown(text: &str) -> String {
        let (loaded, sources) = load_text(text);
        let secrets = of_server(&loaded, &sources);
        let source = loaded.parts[0].source;
        let spans: Vec<Span> = (0..text.len()).map(Span::at).collect();
        secrets.view(&sources, source, &spans, 9).text.clone()
    }

    #[test]
    fn passwords_are_hidden_in_every_shape() {
        for text in [
            "[Postgres]\nPassword = weak\n",
            "[Postgres]\nPassword = ab#weak\n",
            "[Postgres]\nPassword = #weak\n",
            "[Postgres]\nURL = postgres://u:weak@h/d\n",
            "[Postgres]\nURL = postgres://u:w/weak@h/d\n",
            "[Postgres]\nURL = postgres://u:a#weak@h/d\n",
            "[Database]\nPassword = weak\n",
            "Password = weak\n",
            "URL = \"postgres://u:weak@h/d\n",
            "[Postgres]\nPassword = \"weak\n",
        ] {
            let shown = shown(text);
            assert!(shown.contains(MASK) && !shown.contains("weak"), "{shown}");
        }
    }

    #[test]
    fn what_is_no_password_is_shown() {
        let text = "[Postgres]\nURL = postgres://u@h:5432/d\n[Server]\nAddress = https://c.example:3939/x\n[PAM]\nForwardPassword = true\n";
        assert!(!shown(text).contains(MASK));
    }
}
