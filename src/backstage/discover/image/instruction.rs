//! The lines of a Dockerfile to instructions.
//!
//! In: a text. Out: keywords with their arguments, continued lines, comments and heredocs understood. Never: what an
//! instruction means.

use crate::text::{Place, SourceId, Span};

use crate::backstage::discover::command::word::{Anchor, Word};

/// One instruction.
#[derive(Debug, Clone)]
pub(crate) struct Instruction {
    /// The keyword in capitals.
    pub(crate) keyword: String,
    /// The whole of it, comments and line ends within included.
    pub(crate) place: Place,
    /// The flags behind the keyword, e.g. `--from=build`; a start command has none.
    pub(crate) flags: Vec<String>,
    /// What stands behind the keyword and its flags.
    pub(crate) form: Form,
}

/// How the arguments of an instruction are written.
#[derive(Debug, Clone)]
pub(crate) enum Form {
    /// `["a", "b"]`
    Exec(Vec<Word>),
    /// A text; where it begins in the source. Continued lines are kept as they are written, so that offsets hold;
    /// comments among them are blanked out.
    Shell {
        /// The text.
        text: String,
        /// Where its bytes stand.
        anchor: Anchor,
    },
}

impl Form {
    /// About how many bytes a copy of it takes.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Exec(words) => {
                let word = |word: &Word| size_of::<Word>() + word.text.len();
                words.iter().map(word).sum()
            }
            Self::Shell { text, .. } => text.len(),
        }
    }
}

/// The largest part of one instruction that is read, in bytes: a start command is never that long.
const INSTRUCTION_LIMIT: usize = 1 << 16;

/// The instructions of a Dockerfile, in order.
pub(crate) fn parse(source: SourceId, text: &str) -> Vec<Instruction> {
    let escape = escape_of(text);
    let mut instructions = Vec::new();
    let mut lines = Lines { text, at: 0 };
    while let Some((start, line)) = lines.next() {
        let trimmed = line.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let begin = start + (line.len() - trimmed.len());
        let end = lines.continued(start, line, escape);
        if end - begin > INSTRUCTION_LIMIT {
            continue;
        }
        let body = text.get(begin..end).unwrap_or_default();
        let Some(instruction) = instruction(source, begin, body, escape) else {
            continue;
        };
        if matches!(instruction.keyword.as_str(), "RUN" | "COPY" | "ADD") {
            lines.skip_heredocs(body);
        }
        instructions.push(instruction);
    }
    instructions
}

/// The escape character: `\`, unless a directive on the first lines says otherwise.
fn escape_of(text: &str) -> char {
    let directives = text
        .lines()
        .map_while(|line| line.trim_start_matches('\u{feff}').trim().strip_prefix('#'));
    directives
        .filter_map(|line| line.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("escape"))
        .and_then(|(_, value)| value.trim().chars().next())
        .filter(|escape| *escape == '`')
        .unwrap_or('\\')
}

struct Lines<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lines<'t> {
    /// The next line without its line end, and where it begins.
    fn next(&mut self) -> Option<(usize, &'t str)> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        let length = rest.find('\n').unwrap_or(rest.len());
        self.at = (start + length + 1).min(self.text.len());
        let line = rest.get(..length).unwrap_or_default();
        Some((start, line.strip_suffix('\r').unwrap_or(line)))
    }

    /// The end of the instruction that begins on a line, past all lines that continue it.
    fn continued(&mut self, start: usize, line: &str, escape: char) -> usize {
        let mut end = start + line.len();
        let mut continues = line.trim_end().ends_with(escape);
        while continues {
            let Some((start, line)) = self.next() else {
                break;
            };
            let trimmed = line.trim();
            // Comments and empty lines inside an instruction neither end nor continue it.
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            end = start + line.len();
            continues = trimmed.ends_with(escape);
        }
        end
    }

    /// Passes over the bodies of the heredocs that an instruction begins.
    fn skip_heredocs(&mut self, body: &str) {
        for word in body.split_whitespace() {
            let Some(name) = word.strip_prefix("<<") else {
                continue;
            };
            let name = name.trim_start_matches('-').trim_matches(['"', '\'']);
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                continue;
            }
            while self.next().is_some_and(|(_, line)| line.trim() != name) {}
        }
    }
}

fn instruction(source: SourceId, begin: usize, body: &str, escape: char) -> Option<Instruction> {
    let length = body.bytes().take_while(u8::is_ascii_alphabetic).count();
    let keyword = body.get(..length).filter(|keyword| !keyword.is_empty())?;
    let keyword = keyword.to_ascii_uppercase();
    let mut text = blank_comments(body.get(length..)?, escape);
    let mut start = begin + length;
    let mut flags = Vec::new();
    if matches!(
        keyword.as_str(),
        "FROM" | "COPY" | "ADD" | "RUN" | "HEALTHCHECK"
    ) {
        let length = flags_length(&text);
        let rest = text.split_off(length);
        flags.extend(text.split_whitespace().map(str::to_owned));
        text = rest;
        start += length;
    }
    let form = exec_words(source, start, &text).map_or(
        Form::Shell {
            text,
            anchor: Anchor::Exact(source, start),
        },
        Form::Exec,
    );
    Some(Instruction {
        keyword,
        flags,
        place: Place::new(source, Span::new(begin, begin + body.trim_end().len())),
        form,
    })
}

/// The same text, of the same length, with comment lines and the escapes at line ends blanked out.
fn blank_comments(text: &str, escape: char) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let content = line.trim_end();
        if index > 0 && content.trim_start().starts_with('#') {
            out.extend(line.bytes().map(|_| ' '));
        } else if let Some(before) = content.strip_suffix(escape) {
            out.push_str(before);
            out.extend(line.bytes().skip(before.len()).map(|_| ' '));
        } else {
            out.push_str(line);
        }
    }
    out
}

/// The words of the exec form, when the text is one: a JSON array of strings and nothing else.
fn exec_words(source: SourceId, start: usize, text: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let skip_space = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        at + (rest.len() - rest.trim_start().len())
    };
    let begin = skip_space(0);
    if !text.get(begin..)?.starts_with('[') {
        return None;
    }
    let mut at = skip_space(begin + 1);
    while !text.get(at..)?.starts_with(']') {
        let (word, end) = string(source, start, text, at)?;
        words.push(word);
        at = skip_space(end);
        if text.get(at..)?.starts_with(',') {
            at = skip_space(at + 1);
        } else if !text.get(at..)?.starts_with(']') {
            return None;
        }
    }
    text.get(at + 1..)?.trim().is_empty().then_some(words)
}

/// How long the flags are that a text begins with.
fn flags_length(text: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let begin = at + (rest.len() - rest.trim_start().len());
        let rest = text.get(begin..).unwrap_or_default();
        if !rest.starts_with("--") {
            return at;
        }
        at = begin + rest.find(char::is_whitespace).unwrap_or(rest.len());
    }
}

/// The JSON string at a byte of a text, and the byte behind it.
fn string(source: SourceId, start: usize, text: &str, at: usize) -> Option<(Word, usize)> {
    let body = text.get(at..)?.strip_prefix('"')?;
    let mut escaped = false;
    let length = body.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })?;
    let end = at + length + 2;
    let value: String = serde_json::from_str(text.get(at..end)?).ok()?;
    let inside = Span::new(start + at + 1, start + end - 1);
    Some((Word::known(value, Place::new(source, inside)), end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Source, Sources};

    fn read(text: &str) -> Vec<String> {
        let sources = Sources::default();
        let id = sources.add(Source::new("Dockerfile", text));
        parse(id, text)
            .into_iter()
            .map(|instruction| match instruction.form {
                Form::Exec(words) => {
                    let words: Vec<&str> =
                        words.iter().map(|word| sources.slice(word.place)).collect();
                    format!("{} [{}]", instruction.keyword, words.join("|"))
                }
                Form::Shell { text, anchor } => {
                    let Anchor::Exact(_, start) = anchor else {
                        panic!("its bytes stand in the file");
                    };
                    let source = sources.get(id).text();
                    assert_eq!(source.get(start..start + 1), text.get(..1), "offsets hold");
                    let words: Vec<&str> = text.split_whitespace().collect();
                    format!("{} {}", instruction.keyword, words.join(" "))
                }
            })
            .collect()
    }

    #[test]
    fn continued_lines_and_comments_among_them_are_one_instruction() {
        let text =
            "FROM a\nRUN one \\\n  # note\n\n  two \\\r\n  three\nCMD [\"x\", \\\n  \"y\"]\n";
        assert_eq!(read(text), ["FROM a", "RUN one two three", "CMD [x|y]"]);
    }

    #[test]
    fn heredocs_are_no_instructions() {
        let text = "RUN <<EOF\nCMD [\"no\"]\nEOF\nCOPY <<-'X' /a\n\tFROM z\n\tX\ncmd node .\n";
        assert_eq!(read(text), ["RUN <<EOF", "COPY <<-'X' /a", "CMD node ."]);
    }

    #[test]
    fn the_exec_form_is_json_and_nothing_else() {
        assert_eq!(
            read("CMD ['a']\nCMD [\"a\" \"b\"]\nCMD []\n"),
            ["CMD ['a']", "CMD [\"a\" \"b\"]", "CMD []"]
        );
        assert_eq!(
            read("COPY --chown=a --from=b [\"c\", \"d\"]"),
            ["COPY [c|d]"]
        );
    }

    #[test]
    fn the_escape_character_can_be_another() {
        assert_eq!(
            read("# escape=`\nCMD a `\n  b\\\nFROM c"),
            ["CMD a b\\", "FROM c"]
        );
    }

    #[test]
    fn a_giant_instruction_is_passed_over() {
        let text = format!("RUN {}\nCMD a", "x".repeat(10 << 20));
        assert_eq!(read(&text), ["CMD a"]);
    }
}
