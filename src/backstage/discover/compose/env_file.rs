//! Files of `NAME=value` lines: env files of compose and of kustomize.

use crate::text::{Place, SourceId, Span};

use crate::backstage::discover::command::word::{Certainty, Word};

/// The variables of an env file, in order. Lines of another form are passed over.
pub(in crate::backstage::discover) fn parse(text: &str, source: SourceId) -> Vec<(String, Word)> {
    let mut variables = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let content = content.strip_prefix("export ").unwrap_or(content);
        let Some((name, value)) = content.split_once('=') else {
            continue;
        };
        let place = Place::new(source, Span::new(at, at + line.trim_end().len()));
        let value = unquote(value.trim());
        let certainty = if value.contains("${") {
            Certainty::Open
        } else {
            Certainty::Known
        };
        variables.push((
            name.trim().to_owned(),
            Word {
                text: value.to_owned(),
                certainty,
                place,
            },
        ));
    }
    variables
}

/// The text between quotes; without quotes, up to a comment.
fn unquote(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote) {
            return rest.split(quote).next().unwrap_or(rest);
        }
    }
    value.split(" #").next().unwrap_or(value).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Source, Sources};

    #[test]
    fn lines_are_names_and_values() {
        let text = "# note\nA=1\nexport B=\"two # words\"\r\n C = 'x' # y\nD=plain # note\nE=${A}\nnonsense\n";
        let sources = Sources::default();
        let id = sources.add(Source::new(".env", text));
        let read: Vec<String> = parse(text, id)
            .iter()
            .map(|(name, word)| format!("{name}={} {:?}", word.text, word.certainty))
            .collect();
        assert_eq!(
            read,
            [
                "A=1 Known",
                "B=two # words Known",
                "C=x Known",
                "D=plain Known",
                "E=${A} Open"
            ]
        );
    }
}
