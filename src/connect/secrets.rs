//! The bytes of a server's settings that must not be shown.
//!
//! In: the settings as they are written. Out: [`Secrets`] for the mask. Never: a judgement; whether a secret may be
//! where it is, is for the cards.

use std::collections::HashSet;
use std::ops::Range;

use super::catalogue;
use super::load::{Given, LoadedPart, LoadedServer, WrittenSetting};
use crate::text::mask::Secrets;
use crate::text::mask::looks::assignment::names_secret;
use crate::text::mask::looks::percent_decoded;
use crate::text::mask::looks::url::passwords_in_value;
use crate::text::{Place, Sources, Span};
use gcfg::Entry;

/// Whether the value of a setting is a secret: by the catalogue, or, where that does not have the setting, by its name.
pub fn is_secret(written: &WrittenSetting) -> bool {
    match written.setting {
        Some(setting) => setting.is_secret,
        None => names_secret(&written.key),
    }
}

/// The passwords of the URL that a value is, or of those within it; that of `?password=` for PostgreSQL too.
pub fn passwords(text: &str) -> Vec<Range<usize>> {
    let mut passwords = passwords_in_value(text);
    let url = text
        .starts_with("postgres")
        .then(|| go_postgres_url::parse(text).ok());
    let parameters = url.flatten().map(|url| url.parameters);
    let of_query = parameters.into_iter().flatten();
    passwords.extend(
        of_query
            .filter(|parameter| parameter.key == "password" && !parameter.value.is_empty())
            .map(|parameter| parameter.value_span.range()),
    );
    passwords
}

/// Everything to hide of a server.
pub fn of_server(loaded: &LoadedServer, sources: &Sources) -> Secrets {
    let mut secrets = Secrets::default();
    for written in &loaded.settings {
        add(written, loaded, &mut secrets, sources);
    }
    for part in &loaded.parts {
        for entry in entries(part) {
            add_key(entry, part, &mut secrets);
        }
        for entry in &part.gcfg.document.orphans {
            let Some(value) = &entry.value else { continue };
            let place = part.place(value.span);
            if names_secret(&entry.name.text) {
                secrets.add(place, &value.text);
            }
            let part_of = |range| part.part_of_value(value, range);
            add_url(Some(place), &value.text, part_of, &mut secrets);
        }
        add_forgotten(part, &mut secrets);
    }
    secrets
}

/// All entries, those outside sections first.
fn entries(part: &LoadedPart) -> impl Iterator<Item = &Entry> {
    let document = &part.gcfg.document;
    let below = document.sections.iter().flat_map(|it| &it.entries);
    document.orphans.iter().chain(below)
}

fn add(written: &WrittenSetting, loaded: &LoadedServer, secrets: &mut Secrets, sources: &Sources) {
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
    let part_of = |range| loaded.part_of_value(written, range);
    let has_password = add_url(written.value_place, text, part_of, secrets);
    // `postgres://u:p#w@h`: the rest of the password is in the comment.
    if let Some(comment) = cut.filter(|_| has_password || text.contains("://")) {
        secrets.add(comment, sources.slice(comment));
    }
}

/// Hides the passwords of the URLs in a value. Tells whether there is one, or may be one that the end of the text cuts
/// off.
fn add_url(
    whole: Option<Place>,
    text: &str,
    part_of: impl Fn(Range<usize>) -> Option<Place>,
    secrets: &mut Secrets,
) -> bool {
    let mut found = passwords(text);
    if found.is_empty() {
        found.extend(cut_off_password(text));
    }
    for range in &found {
        let password = text.get(range.clone()).unwrap_or_default();
        match (part_of(range.clone()), whole) {
            (Some(place), _) => secrets.add(place, password),
            (None, Some(whole)) => secrets.add(whole, text),
            (None, None) => secrets.add_placeless(text),
        }
        if let Some(decoded) = percent_decoded(password) {
            secrets.add_text(&decoded);
        }
    }
    !found.is_empty()
}

/// The password of a URL whose end is not here: what is behind the `:`, where no `@` follows and it is no port.
fn cut_off_password(text: &str) -> Option<Range<usize>> {
    let authority = text.find("://")? + "://".len();
    let colon = authority + text.get(authority..)?.find(':')? + 1;
    let behind = text.get(colon..).filter(|behind| !behind.contains('@'))?;
    let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
    let ends = behind
        .get(digits..)?
        .starts_with(['/', '?', '#', ',', ']', ':']);
    let is_port = ends || digits == behind.len();
    (!is_port && !behind.is_empty()).then_some(colon..text.len())
}

fn is_key_of_secret(key: &str) -> bool {
    names_secret(key) || catalogue::with_key(key).any(|setting| setting.is_secret)
}

/// Hides what is behind the name of a secret in a key that the library refuses: `Password weak = x`.
fn add_key(entry: &Entry, part: &LoadedPart, secrets: &mut Secrets) {
    let key = &*entry.name.text;
    let Some((name, rest)) = key.split_once(char::is_whitespace) else {
        return;
    };
    if is_key_of_secret(name) {
        let end = entry.name.span.range().end;
        secrets.add(part.place(Span::new(end - rest.len(), end)), rest);
        secrets.add_key(rest.trim());
    }
}

/// Hides what follows the name of a secret on a line without a value, such as one whose `=` was forgotten.
fn add_forgotten(part: &LoadedPart, secrets: &mut Secrets) {
    let document = &part.gcfg.document;
    let valued: HashSet<usize> = entries(part)
        .filter(|entry| entry.value.is_some())
        .map(|entry| document.position(entry.name.span.start as usize).line)
        .collect();
    let problems = document.problems.iter();
    for problem in problems.filter(|problem| !valued.contains(&problem.position.line)) {
        let at = problem.span.range().start;
        let (before, behind) = part.gcfg.text.split_at_checked(at).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let end = at + behind.find('\n').unwrap_or(behind.len());
        let line = part.gcfg.text.get(start..end).unwrap_or_default();
        let word = line.trim_start();
        let letters = word.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (word, rest) = word.split_at_checked(letters).unwrap_or_default();
        if !rest.trim().is_empty() && is_key_of_secret(word) {
            let span = Span::new(end - rest.trim_start().len(), end);
            secrets.add(part.place(span), rest.trim());
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
            "[LDAP \"x\"]\nBindPassword weak\n",
            "[Server]\nEncryptionKey\tweak # weak\n",
            "[Postgres]\nPassword\u{a0}weak\n",
            "[Postgres]\nPassword->weak\n",
            "Password weak\n",
            "[SMTP]\nPassword weak = x\n",
            "[Postgres]\nURL = \"postgres://u:weak\n",
            "[Postgres]\nURL = postgres://u@h/d?password=weak\n",
            "[Postgres]\nURL = \"postgres://u:a\\\"weak@h/d\"\n",
        ] {
            let shown = shown(text);
            assert!(shown.contains(MASK) && !shown.contains("weak"), "{shown}");
        }
    }

    #[test]
    fn what_is_no_password_is_shown() {
        let text = "[Postgres]\nURL = postgres://u@h:5432/d?application_name=connect@node1\n[RPackageRepository \"npm\"]\nURL = https://h:4242/npm/@acme/latest\n[Server]\nAddress = https://c.example:3939/x\n[PAM]\nForwardPassword = true\n";
        assert!(!shown(text).contains(MASK));
    }
}
