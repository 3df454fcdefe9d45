//! Tokens and keys that are recognised by their shape.
//!
//! In: any text. Out: where in it such tokens stand. The shapes are those the services document, or that their
//! own scanners publish; each has a prefix nobody writes by chance.

use std::ops::Range;

use super::shapes::{SHAPES, Shape};
use super::{Look, byte_before};

/// All tokens in `text`, in order of place.
pub fn find(text: &str) -> Vec<Look> {
    let mut looks = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let found = begins_word(text, at).then(|| at_word(text, at)).flatten();
        match found {
            Some(look) => {
                at = look.range.end.max(at + 1);
                looks.push(look);
            }
            None => at += 1,
        }
    }
    looks
}

fn begins_word(text: &str, at: usize) -> bool {
    text.is_char_boundary(at)
        && byte_before(text, at).is_none_or(|before| !before.is_ascii_alphanumeric())
}

fn at_word(text: &str, at: usize) -> Option<Look> {
    let rest = text.get(at..)?;
    if let Some(range) = private_key(rest) {
        return Some(Look {
            range: at + range.start..at + range.end,
            kind: "private-key",
        });
    }
    let first = rest.as_bytes().first().copied()?;
    let shapes = SHAPES
        .iter()
        .filter(|shape| shape.prefix.as_bytes().first() == Some(&first));
    let (shape, length) = shapes
        .filter_map(|shape| Some((shape, shape.length(rest)?)))
        .max_by_key(|(_, length)| *length)?;
    let hidden = if shape.show_prefix {
        shape.prefix.len()
    } else {
        0
    };
    Some(Look {
        range: at + hidden..at + length,
        kind: shape.kind,
    })
}

/// More than any private key has, in bytes. It bounds the search for the end line.
const LONGEST_PRIVATE_KEY: usize = 256 * 1024;
/// A private key without its end line is one from so many letters and digits on.
const SHORTEST_CUT_KEY: usize = 16;
/// Within how many bytes a token must be recognised. It bounds the work for texts made of beginnings.
const RECOGNISED_WITHIN: usize = 128;
/// The same for a JSON Web Token, whose header has to end there.
const JWT_RECOGNISED_WITHIN: usize = 1024;

/// The first bytes of `text`, at most `length`, cut at a character.
fn within(text: &str, length: usize) -> &str {
    text.get(..text.floor_char_boundary(length))
        .unwrap_or_default()
}

/// A PEM or PGP private key that `text` begins with, in any case: to its end line, or as far as it goes.
fn private_key(text: &str) -> Option<Range<usize>> {
    const BEGIN: &str = "-----BEGIN ";
    const HEADER_AT_MOST: usize = 80;
    text.get(..BEGIN.len())
        .filter(|it| it.eq_ignore_ascii_case(BEGIN))?;
    let label = text.get(BEGIN.len()..)?;
    let is_label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b' ';
    let mut bytes = label.bytes().take(HEADER_AT_MOST);
    let label_end = bytes.position(|byte| !is_label(byte))?;
    let label = label.get(..label_end)?;
    if !label.to_ascii_uppercase().contains("PRIVATE KEY") {
        return None;
    }
    let body_start = BEGIN.len() + label_end + "-----".len();
    let body = within(text.get(body_start..)?, LONGEST_PRIVATE_KEY);
    // No dashes stand in a key, so the next ones are its end line or the key was cut before.
    let footer = format!("-----END {label}-----");
    if let Some(dashes) = body.find("-----")
        && let Some(end) = body.get(dashes..dashes + footer.len())
        && end.eq_ignore_ascii_case(&footer)
    {
        // `-----BEGIN PRIVATE KEY-----\n...\n-----END …` of an example holds no key.
        let key = body.get(..dashes)?.replace("\\n", "");
        key.find(|c: char| c.is_ascii_alphanumeric())?;
        return Some(0..body_start + dashes + footer.len());
    }
    // An end line that never comes: all that can be part of a key (base64, white space, escaped line ends, `#` or
    // quotes of the text around it), if that is enough to be one.
    let is_key = |c: char| c.is_ascii_alphanumeric() || "+/=\\ \t\r\n:,\"'#".contains(c);
    let length = body.find(|c: char| !is_key(c)).unwrap_or(body.len());
    let letters = body
        .get(..length)?
        .bytes()
        .filter(u8::is_ascii_alphanumeric);
    (letters.count() >= SHORTEST_CUT_KEY).then(|| 0..body_start + length)
}

/// Tokens of an unmistakable prefix that something is glued to: `xghp_…`.
pub(super) fn glued(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    const PREFIXES: &[(&str, usize)] = &[
        ("ghp_", 36),
        ("gho_", 36),
        ("ghs_", 36),
        ("github_pat_", 40),
        ("glpat-", 20),
        ("xoxb-", 24),
    ];
    const LONGEST: usize = 255;
    PREFIXES.iter().flat_map(move |(prefix, least)| {
        text.match_indices(prefix).filter_map(move |(at, _)| {
            byte_before(text, at).filter(u8::is_ascii_alphanumeric)?;
            let body = text.as_bytes().get(at + prefix.len()..)?;
            let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-".contains(*byte);
            let length = body.iter().take(LONGEST).take_while(is_part).count();
            (length >= *least).then(|| at..at + prefix.len() + length)
        })
    })
}

impl Shape {
    /// The length of the token that `text` begins with, prefix included.
    fn length(&self, text: &str) -> Option<usize> {
        let body = text.strip_prefix(self.prefix)?;
        let reach = match self.kind {
            "jwt" => JWT_RECOGNISED_WITHIN,
            _ => RECOGNISED_WITHIN,
        };
        let beginning = self.body(within(body, reach));
        if !self.is_complete(beginning) {
            return None;
        }
        Some(self.prefix.len() + self.body(body).len())
    }

    /// The characters of `text` that can belong to the token's body.
    fn body<'t>(&self, text: &'t str) -> &'t str {
        let belongs =
            |byte: u8| byte.is_ascii_alphanumeric() || self.punctuation.as_bytes().contains(&byte);
        let length = text
            .bytes()
            .position(|byte| !belongs(byte))
            .unwrap_or(text.len());
        // A sentence's full stop is no part of the token.
        text.get(..length)
            .unwrap_or_default()
            .trim_end_matches(['.', '-', ','])
    }

    fn is_complete(&self, body: &str) -> bool {
        let complete = match self.kind {
            "jwt" => is_jwt(body),
            // Access key ids are exactly twenty capital letters and digits.
            "aws-access-key-id" => {
                body.len() == 16
                    && body
                        .bytes()
                        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            }
            "twilio-key" | "mailgun-key" | "databricks-token" => is_hex(body) && body.len() == 32,
            _ => body.len() >= self.least,
        };
        complete && !self.is_words(body)
    }

    /// Whether the body reads as words (`sk-learn-something-long`): tokens of the short prefixes have digits or
    /// both cases.
    fn is_words(&self, body: &str) -> bool {
        let has = |test: fn(&u8) -> bool| body.as_bytes().iter().any(test);
        let digits = has(u8::is_ascii_digit);
        let both_cases = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
        let same = body
            .bytes()
            .collect::<std::collections::BTreeSet<_>>()
            .len()
            <= 2;
        !digits && !both_cases && !same
    }
}

fn is_hex(body: &str) -> bool {
    body.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The rest of a JSON Web Token behind `eyJ`: header, payload and, unless unsigned, signature.
fn is_jwt(body: &str) -> bool {
    let mut parts = body.split('.');
    let header = parts.next().is_some_and(|part| part.len() >= 8);
    let payload = parts
        .next()
        .is_some_and(|part| part.len() >= 8 && part.starts_with("eyJ"));
    header && payload
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&'static str, &str)> {
        find(text)
            .into_iter()
            .map(|look| (look.kind, &text[look.range]))
            .collect()
    }

    #[test]
    fn tokens_are_found_inside_other_text() {
        let github = format!("ghp_{}", "a1B2".repeat(9));
        let text = format!("Authorization: Bearer {github}, and more");
        assert_eq!(found(&text), [("github-token", github.as_str())]);
    }

    #[test]
    fn jwts_need_a_payload() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl";
        assert_eq!(found(&format!("x {jwt}.")), [("jwt", jwt)]);
        assert_eq!(found("eyJhbGciOiJIUzI1NiJ9"), []);
    }

    #[test]
    fn aws_access_key_ids_have_twenty_characters() {
        assert_eq!(
            found("AKIA2E0A8F3B244C9986"),
            [("aws-access-key-id", "AKIA2E0A8F3B244C9986")]
        );
        assert_eq!(found("AKIA2E0A8F3B244C99861 AKIAsomething AKIA"), []);
    }

    #[test]
    fn a_named_key_hides_only_the_key() {
        let key = "q".repeat(43) + "1==";
        let text = format!(
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey={key};EndpointSuffix=x"
        );
        assert_eq!(found(&text), [("azure-storage-key", key.as_str())]);
    }

    #[test]
    fn private_keys_reach_to_their_end_line() {
        let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----";
        assert_eq!(found(&format!("a\n{key}\nb")), [("private-key", key)]);
        let lower = key.to_ascii_lowercase();
        assert_eq!(found(&lower), [("private-key", lower.as_str())]);
        let example = "-----BEGIN PRIVATE KEY-----\\n...\\n-----END PRIVATE KEY-----\\n";
        assert_eq!(found(example), []);
        let cut = "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEF";
        assert_eq!(found(&format!("\"{cut}(")), [("private-key", cut)]);
        assert_eq!(
            found("a line such as -----BEGIN PRIVATE KEY----- is no key"),
            []
        );
        assert_eq!(
            found("-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----"),
            []
        );
    }

    #[test]
    fn glued_tokens_are_found_apart() {
        let token = format!("ghp_{}", "a1B2".repeat(9));
        let text = format!("x{token} {token}");
        let found: Vec<&str> = glued(&text).map(|range| &text[range]).collect();
        assert_eq!(found, [token.as_str()]);
    }

    #[test]
    fn webhooks_are_found_by_their_hosts() {
        for (text, kind, secret) in [
            (
                "https://acme.webhook.office.com/webhookb2/0b1c2d3e-1111@2222-3333/IncomingWebhook/abc123/x",
                "teams-webhook",
                "0b1c2d3e-1111@2222-3333/IncomingWebhook/abc123/x",
            ),
            (
                "https://api.telegram.org/bot123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr/sendMessage",
                "telegram-token",
                "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr",
            ),
            (
                "https://canary.discord.com/api/webhooks/1234567890/abcDEF0123456789abcDEF",
                "discord-webhook",
                "1234567890/abcDEF0123456789abcDEF",
            ),
        ] {
            assert_eq!(found(text), [(kind, secret)], "{text}");
        }
    }

    #[test]
    fn words_that_merely_begin_like_a_token_are_none() {
        for text in [
            "sk-learn",
            "npm_config_registry",
            "SG.",
            "api-gateway-service-for-the-internal-platform",
            "key-vault-of-the-internal-platform-team",
            "hf_",
            "pulumi",
            "patterns.for.everything.under.the.sun",
            "xoxb-",
            "SKIP",
            "my_ghp_",
            "API-documentation",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
