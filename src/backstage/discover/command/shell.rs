//! Shell text to commands.
//!
//! In: a text as `sh -c` gets it, and what is known of its variables. Out: its simple commands as words with places.
//! Never: running anything; what only a shell can know (`$(…)`, loops, functions) comes out as open words.

use std::collections::VecDeque;

use super::word::{Anchor, Certainty, Variables, Word};

/// The longest text that is read, in bytes: no start command is longer.
const TEXT_LIMIT: usize = 1 << 16;
/// How many words are read at most; a command with more is not treated as a start command.
pub(crate) const WORD_LIMIT: usize = 20_000;

/// A simple command.
#[derive(Debug, Clone, Default)]
pub(crate) struct Command {
    /// Its words, without redirections.
    pub(crate) words: Vec<Word>,
    /// The files that its output goes to.
    pub(crate) outputs: Vec<Word>,
    /// The files that its output is added to.
    pub(crate) appends: Vec<Word>,
}

/// The simple commands of a shell text, in order.
pub(crate) fn commands(text: &str, anchor: Anchor, variables: &Variables) -> Vec<Vec<Word>> {
    let script = script(text, anchor, variables).into_iter();
    script
        .map(|command| command.words)
        .filter(|words| !words.is_empty())
        .collect()
}

/// The same with the files that they write to.
pub(crate) fn script(text: &str, anchor: Anchor, variables: &Variables) -> Vec<Command> {
    if text.len() > TEXT_LIMIT {
        return Vec::new();
    }
    let mut reader = Reader {
        text,
        at: 0,
        anchor,
        variables,
        fallen: VecDeque::new(),
    };
    let mut commands: Vec<Command> = Vec::new();
    let mut command = Command::default();
    let mut count = 0;
    let mut redirect = None;
    while let Some(token) = reader.token() {
        match (token, redirect.take()) {
            (Token::Word(word), Some(Redirect::Output)) => command.outputs.push(word),
            (Token::Word(word), Some(Redirect::Append)) => command.appends.push(word),
            (Token::Word(_), Some(Redirect::Input)) => {}
            (Token::Word(word), None) => command.words.push(word),
            (Token::Separator, _) => commands.push(std::mem::take(&mut command)),
            (Token::Redirect(to), _) => redirect = Some(to),
        }
        count += 1;
        if count > WORD_LIMIT {
            return Vec::new();
        }
    }
    commands.push(command);
    commands.retain(
        |Command {
             words,
             outputs,
             appends,
         }| {
            [words, outputs, appends]
                .iter()
                .any(|part| !part.is_empty())
        },
    );
    commands
}

enum Token {
    Word(Word),
    Separator,
    Redirect(Redirect),
}

#[derive(Clone, Copy)]
enum Redirect {
    Input,
    Output,
    Append,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    anchor: Anchor,
    variables: &'t Variables,
    /// Further words that the last one has fallen into.
    fallen: VecDeque<Word>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn token(&mut self) -> Option<Token> {
        if let Some(word) = self.fallen.pop_front() {
            return Some(Token::Word(word));
        }
        loop {
            match self.peek()? {
                '\n' | ';' | '&' | '|' | '(' | ')' => {
                    self.next();
                    return Some(Token::Separator);
                }
                first @ ('<' | '>') => {
                    let appends = self.rest().starts_with(">>");
                    while matches!(self.peek(), Some('<' | '>' | '&')) {
                        self.next();
                    }
                    return Some(Token::Redirect(match first {
                        '>' if appends => Redirect::Append,
                        '>' => Redirect::Output,
                        _ => Redirect::Input,
                    }));
                }
                '#' => self.skip_line(),
                '\\' if self.at_continuation() => self.skip_line_end(),
                c if c.is_whitespace() => {
                    self.next();
                }
                _ => return Some(Token::Word(self.word())),
            }
        }
    }

    fn skip_line(&mut self) {
        while self.peek().is_some_and(|c| c != '\n') {
            self.next();
        }
    }

    /// Whether a `\` and the end of the line come next.
    fn at_continuation(&self) -> bool {
        let rest = self.rest();
        rest.starts_with("\\\n") || rest.starts_with("\\\r\n")
    }

    fn skip_line_end(&mut self) {
        while self.next().is_some_and(|c| c != '\n') {}
    }

    fn word(&mut self) -> Word {
        let start = self.at;
        let mut text = String::new();
        let mut certainty = Certainty::Known;
        let mut fallen: Vec<(String, Certainty)> = Vec::new();
        while let Some(c) = self.peek() {
            match c {
                '\'' => {
                    self.next();
                    text.push_str(self.until('\''));
                }
                '"' => {
                    self.next();
                    certainty = certainty.max(self.double_quoted(&mut text));
                }
                '\\' if self.at_continuation() => self.skip_line_end(),
                '\\' => {
                    self.next();
                    text.extend(self.next());
                }
                '$' | '`' => {
                    let mut value = String::new();
                    let sure = self.expansion(&mut value);
                    certainty = certainty.max(sure);
                    // A value outside of quotes falls into words at its white space; what is not known stays whole.
                    let is_known = sure != Certainty::Open;
                    let mut parts = value.split(|c: char| is_known && c.is_whitespace());
                    text.push_str(parts.next().unwrap_or_default());
                    for part in parts {
                        fallen.push((std::mem::replace(&mut text, part.to_owned()), certainty));
                        certainty = sure;
                    }
                }
                c if ends_word(c) => break,
                c => {
                    text.push(c);
                    self.next();
                }
            }
        }
        let place = self.anchor.place(start, self.at);
        let word = |(text, certainty)| Word {
            text,
            certainty,
            place,
        };
        if fallen.is_empty() {
            return word((text, certainty));
        }
        fallen.push((text, certainty));
        fallen.retain(|(text, _)| !text.is_empty());
        self.fallen = fallen.into_iter().map(word).collect();
        let first = self.fallen.pop_front();
        first.unwrap_or_else(|| word((String::new(), certainty)))
    }

    fn double_quoted(&mut self, text: &mut String) -> Certainty {
        let mut certainty = Certainty::Known;
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.next();
                    break;
                }
                '\\' if self.at_continuation() => self.skip_line_end(),
                '\\' => {
                    self.next();
                    // Before others it stays.
                    if !matches!(self.peek(), Some('$' | '`' | '"' | '\\')) {
                        text.push('\\');
                    }
                    text.extend(self.next());
                }
                '$' | '`' => certainty = certainty.max(self.expansion(text)),
                c => {
                    text.push(c);
                    self.next();
                }
            }
        }
        certainty
    }

    /// A variable or a command substitution; what it gives is appended.
    fn expansion(&mut self, text: &mut String) -> Certainty {
        let start = self.at;
        if self.rest().starts_with('`') {
            self.next();
            self.until('`');
        } else if self.rest().starts_with("$(") {
            self.next();
            self.parenthesis();
        } else {
            let length = variable_length(self.rest());
            self.at += length;
            let written = self.text.get(start..self.at).unwrap_or_default();
            let (value, certainty) = self.variables.expand(written);
            text.push_str(&value);
            return certainty;
        }
        text.push_str(self.text.get(start..self.at).unwrap_or_default());
        Certainty::Open
    }

    /// What comes before `end`, which is passed over; the rest when there is none.
    fn until(&mut self, end: char) -> &str {
        let start = self.at;
        let length = self.rest().find(end);
        let stop = length.map_or(self.text.len(), |length| start + length);
        self.at = length.map_or(stop, |_| stop + end.len_utf8());
        self.text.get(start..stop).unwrap_or_default()
    }

    fn parenthesis(&mut self) {
        let mut depth = 0_usize;
        while let Some(c) = self.next() {
            match c {
                '(' => depth += 1,
                ')' if depth <= 1 => return,
                ')' => depth -= 1,
                _ => {}
            }
        }
    }
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | ')' | '<' | '>')
}

/// How long the variable is that a text begins with; 1 for a lone `$`.
fn variable_length(text: &str) -> usize {
    if text.starts_with("${") {
        return text.find('}').map_or(text.len(), |end| end + 1);
    }
    let name = text.bytes().skip(1);
    let length = name
        .take_while(|&byte| byte.is_ascii_alphanumeric() || byte == b'_')
        .count();
    1 + length
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Source, Sources};

    fn split(text: &str) -> Vec<Vec<String>> {
        let sources = Sources::default();
        let id = sources.add(Source::new("x", text));
        commands(text, Anchor::Exact(id, 0), &Variables::default())
            .into_iter()
            .map(|command| command.into_iter().map(|word| word.text).collect())
            .collect()
    }

    #[test]
    fn words_are_split_and_unquoted_as_a_shell_does() {
        assert_eq!(
            split(
                "cd /app && exec node 'packages/backend' --config \"a b.yaml\" \\\n --config=c\\ d # note"
            ),
            [
                vec!["cd", "/app"],
                vec![
                    "exec",
                    "node",
                    "packages/backend",
                    "--config",
                    "a b.yaml",
                    "--config=c d"
                ]
            ]
        );
        assert_eq!(
            split("a > out 2>&1 | tee x; b"),
            [vec!["a", "2"], vec!["tee", "x"], vec!["b"]]
        );
        assert!(split("  # nothing\n").is_empty());
    }

    #[test]
    fn in_double_quotes_a_backslash_stays_before_most_characters() {
        assert_eq!(
            split(r#"a "b\d" "\"c\\\$d\`""#),
            [vec!["a", r"b\d", r#""c\$d`"#]]
        );
        assert_eq!(
            split("a \"b\\\r\nc\" \"b\\\nc\" \\\r\n d"),
            [vec!["a", "bc", "bc", "d"]]
        );
    }

    #[test]
    fn values_outside_of_quotes_fall_into_words() {
        assert_eq!(
            split("node ${ARGS:---config a.yaml  --inspect}=b \"${X:-c d}\" e"),
            [vec![
                "node",
                "--config",
                "a.yaml",
                "--inspect=b",
                "c d",
                "e"
            ]]
        );
        assert_eq!(split("a ${X:- } b"), [vec!["a", "", "b"]]);
    }

    #[test]
    fn what_only_a_shell_knows_is_open() {
        let text = "node --config $(pick a) --config \"$X\" --config `y`";
        let sources = Sources::default();
        let id = sources.add(Source::new("x", text));
        let commands = commands(text, Anchor::Exact(id, 0), &Variables::default());
        let open: Vec<&str> = commands[0]
            .iter()
            .filter(|word| word.certainty == Certainty::Open)
            .map(|word| sources.slice(word.place))
            .collect();
        assert_eq!(open, ["$(pick a)", "\"$X\"", "`y`"]);
    }

    #[test]
    fn unfinished_texts_end() {
        for text in ["a 'b", "a \"b", "a ${b", "a $(b", "a `b", "a \\", "$"] {
            assert!(split(text).len() <= 2, "{text}");
        }
    }
}
