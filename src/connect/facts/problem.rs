//! `facts.connect.problems`: what is wrong with the text of a server's files.

use crate::backstage::facts::fact::{Bool, List, Text};
use crate::backstage::facts::macros::facts;
use crate::connect::catalogue::{self, Subsections};
use crate::connect::load::{Gcfg, LoadedPart, LoadedServer};
use crate::text::{Place, Span};
use gcfg::{Entry, PartKind, Problem, ProblemKind};

facts! {
    /// Something wrong with a text.
    pub struct ProblemFact {
        /// `unreadable`, `not-utf-8`, `outside-section`, `quote`, `section-name`, or `syntax`. Points at the bytes
        kind: Text,
        /// the message of the gcfg library
        message: Text,
        /// where the library reports it: line and column, in bytes, from 1, e.g. `4:22`
        position: Text,
        /// the server stops here: it is the first problem of its file. Later ones are what it would meet next
        first: Bool,
        /// for `outside-section`: the key. For `quote`: the key whose value is not closed; absent elsewhere
        key: Text,
        /// for `outside-section`: all keys outside of sections, `Key, Key`
        keys: Text,
        /// for `outside-section`: the section that the key belongs in, where the keys below it leave one. For
        /// `section-name`: the header as it has to be spelled
        meant: Text,
        /// for `outside-section`: the line is a section of YAML, e.g. `Server:`
        yaml: Bool,
        /// for `section-name`: something other than a comment follows the header on its line
        followed: Bool,
        /// for `syntax`: a colon is where the `=` should be, e.g. `Key: value`
        colon: Bool,
        /// for `quote`: the line ends in a mark that an editor shows where a line goes on, e.g. the `>` of nano
        truncated: Bool,
    }
}

/// What is wrong with all parts, in order.
pub fn collect(loaded: &LoadedServer) -> List<ProblemFact> {
    loaded.parts.iter().flat_map(of_part).collect()
}

fn of_part(part: &LoadedPart) -> Vec<ProblemFact> {
    let mut facts = Vec::new();
    if let Some(error) = &part.unreadable {
        let (kind, place) = match error {
            crate::files::ReadError::NotUtf8(replaced) => {
                let end = replaced.at + char::REPLACEMENT_CHARACTER.len_utf8();
                ("not-utf-8", part.place(Span::new(replaced.at, end)))
            }
            _ => ("unreadable", part.start()),
        };
        facts.push(ProblemFact {
            origin: None,
            kind: Text::from(kind).at(Some(place)),
            message: error.to_string().into(),
            position: Text::default(),
            first: true.into(),
            key: Text::default(),
            keys: Text::default(),
            meant: Text::default(),
            yaml: false.into(),
            followed: false.into(),
            colon: false.into(),
            truncated: false.into(),
        });
    }
    let gcfg = &part.gcfg;
    let mut first = true;
    let mut said_outside = false;
    for problem in &gcfg.document.problems {
        // Of settings without a header above them one finding is enough: one header mends them all.
        if problem.kind == ProblemKind::ExpectedSectionHeader
            && std::mem::replace(&mut said_outside, true)
        {
            continue;
        }
        facts.push(fact(problem, std::mem::take(&mut first), part, gcfg));
    }
    facts.extend(unclosed_outside(part, gcfg));
    facts
}

/// Quotes that settings outside any section do not close: of each line the document has the first problem only, which
/// is the missing header.
fn unclosed_outside(part: &LoadedPart, gcfg: &Gcfg) -> Vec<ProblemFact> {
    let document = &gcfg.document;
    let outside = document
        .problems
        .iter()
        .filter(|problem| problem.kind == ProblemKind::ExpectedSectionHeader);
    let said: Vec<usize> = outside.map(|problem| problem.position.line).collect();
    let unclosed = document.orphans.iter().filter_map(|entry| {
        let value = entry.value.as_ref()?;
        let position = document.position(value.span.start as usize);
        let quotes = document.parts(&*gcfg.text, value.span).into_iter();
        let quotes = quotes.filter(|part| part.kind == PartKind::Quote).count();
        let problem = Problem {
            kind: ProblemKind::StringNotTerminated,
            position,
            span: value.span,
        };
        let is_unclosed = quotes % 2 == 1 && said.contains(&position.line);
        is_unclosed.then(|| fact(&problem, false, part, gcfg))
    });
    unclosed.collect()
}

fn fact(problem: &Problem, first: bool, part: &LoadedPart, gcfg: &Gcfg) -> ProblemFact {
    let orphans = &gcfg.document.orphans;
    let entry = entry_at(problem, gcfg);
    let yaml = entry.and_then(|entry| section_of_yaml(entry, gcfg));
    let header = header_at(problem, gcfg);
    let kind = match problem.kind {
        ProblemKind::ExpectedSectionHeader if !orphans.is_empty() => "outside-section",
        ProblemKind::StringNotTerminated => "quote",
        _ if header.is_some() => "section-name",
        _ => "syntax",
    };
    let place = match (kind, entry) {
        ("outside-section", Some(entry)) => part.place(entry.name.span),
        ("section-name", _) => header.map_or_else(|| at(problem, part), |line| part.place(line)),
        _ => at(problem, part),
    };
    let line = gcfg
        .text
        .get(problem.span.start as usize..)
        .and_then(|rest| rest.lines().next())
        .unwrap_or_default();
    ProblemFact {
        origin: None,
        kind: Text::from(kind).at(Some(place)),
        message: problem.kind.to_string().into(),
        position: format!("{}:{}", problem.position.line, problem.position.column).into(),
        first: first.into(),
        key: Text::optional(
            entry
                .filter(|_| matches!(kind, "outside-section" | "quote"))
                .map(|entry| entry.name.text.clone()),
        ),
        keys: match kind {
            "outside-section" => {
                let keys: Vec<&str> = orphans.iter().map(|entry| &*entry.name.text).collect();
                keys.join(", ").into()
            }
            _ => Text::default(),
        },
        meant: match kind {
            "outside-section" => Text::optional(yaml.or_else(|| section_of(orphans))),
            "section-name" => Text::optional(
                header.and_then(|line| spelled(gcfg.text.get(line.range()).unwrap_or_default())),
            ),
            _ => Text::default(),
        },
        yaml: (kind == "outside-section" && yaml.is_some()).into(),
        followed: (kind == "section-name"
            && header
                .and_then(|line| gcfg.text.get(line.range()))
                .is_some_and(is_followed))
        .into(),
        colon: (kind == "syntax" && entry.is_some() && line.starts_with(':')).into(),
        truncated: line.trim_end().ends_with(['>', '$', '…']).into(),
    }
}

fn at(problem: &Problem, part: &LoadedPart) -> Place {
    part.place(problem.span)
}

/// The setting whose line the problem is in.
fn entry_at<'g>(problem: &Problem, gcfg: &'g Gcfg) -> Option<&'g Entry> {
    let document = &gcfg.document;
    let entries = document
        .sections
        .iter()
        .flat_map(|section| &section.entries);
    let mut all = document.orphans.iter().chain(entries);
    all.find(|entry| {
        document.position(entry.name.span.start as usize).line == problem.position.line
    })
}

/// The line of a header that the library refuses.
fn header_at(problem: &Problem, gcfg: &Gcfg) -> Option<Span> {
    let line = gcfg
        .text
        .lines()
        .nth(problem.position.line.checked_sub(1)?)?;
    let start = line.as_ptr() as usize - gcfg.text.as_ptr() as usize;
    let trimmed = line.trim();
    let indent = line.len() - line.trim_start().len();
    let is_header =
        trimmed.starts_with('[') && !matches!(problem.kind, ProblemKind::StringNotTerminated);
    is_header.then(|| Span::new(start + indent, start + indent + trimmed.len()))
}

/// The section that the first setting belongs in. Where several have one of its key, the settings below it decide.
fn section_of(orphans: &[Entry]) -> Option<&'static str> {
    let owners = |entry: &Entry| -> Vec<&'static str> {
        // Of `Provider` the value tells which: `postgres` is a database, `saml` a way to sign in.
        let text = entry.value.as_ref().map(|value| value.text.clone());
        catalogue::with_key(&entry.name.text)
            .filter(|setting| text.as_ref().is_none_or(|text| setting.allows(text)))
            .map(|setting| setting.section)
            .collect()
    };
    let (first, others) = orphans.split_first()?;
    let mut counts: Vec<(&'static str, usize)> =
        owners(first).into_iter().map(|it| (it, 0)).collect();
    for section in others.iter().flat_map(owners) {
        let own = counts.iter_mut().find(|(owner, _)| *owner == section);
        if let Some((_, count)) = own {
            *count += 1;
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max()?;
    let mut best = counts.into_iter().filter(|(_, count)| *count == most);
    let (section, _) = best.next()?;
    best.next().is_none().then_some(section)
}

/// The section that a line of YAML such as `Server:` names.
fn section_of_yaml(entry: &Entry, gcfg: &Gcfg) -> Option<&'static str> {
    let section = catalogue::section(&entry.name.text).next()?.section;
    let behind = gcfg.text.get(entry.name.span.range().end..)?;
    let is_empty = entry
        .value
        .as_ref()
        .is_some_and(|value| value.text.is_empty());
    (is_empty && behind.starts_with(':')).then_some(section)
}

/// Whether something other than a comment is on the line of a header.
fn is_followed(header: &str) -> bool {
    let behind = header
        .split_once(']')
        .map(|(_, behind)| behind.trim_start());
    behind.is_some_and(|behind| behind.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// A header as it has to be spelled: `[LDAP corp]` is `[LDAP "corp"]`; `[My_Section]` is a section without `_` if there
/// is one.
fn spelled(header: &str) -> Option<String> {
    let inner = header.trim_start_matches('[');
    let inner = inner.split([']', ';', '#']).next()?.trim();
    let known = |name: &str| catalogue::section(name).next();
    let parted = inner
        .split_once(char::is_whitespace)
        .or_else(|| inner.split_once(['.', ':', '/']));
    if let Some((name, subsection)) = parted
        && let Some(setting) = known(name)
    {
        let subsection = subsection.trim().trim_matches(['"', '\'', '“', '”']);
        return match (setting.subsections, subsection.is_empty()) {
            (Subsections::None, _) => Some(format!("[{}]", setting.section)),
            (_, true) => None,
            (_, false) => Some(format!("[{} \"{subsection}\"]", setting.section)),
        };
    }
    let letters: String = inner.chars().filter(char::is_ascii_alphanumeric).collect();
    known(&letters).map(|setting| format!("[{}]", setting.section))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::load::load_text;

    /// Kind and what was meant of the first problem.
    fn first(text: &str) -> (String, Option<String>, bool) {
        let (loaded, _) = load_text(text);
        let List::Known(problems) = collect(&loaded) else {
            panic!("not known");
        };
        let problem = problems.into_iter().next().unwrap();
        let meant = problem.meant.known().map(str::to_owned);
        let yaml = problem.yaml.known().unwrap();
        (problem.kind.known().unwrap().to_owned(), meant, yaml)
    }

    #[test]
    fn the_first_setting_tells_the_section_and_those_below_break_ties() {
        for (text, section) in [
            // As a guide prints it: the header above `Provider` and the one above `URL` are missing.
            (
                "Provider = postgres\nURL = postgres://u@h/d\nInstrumentationURL = postgres://u@h/i\n",
                Some("Database"),
            ),
            (
                "Password = x\nInstrumentationPassword = y\n",
                Some("Postgres"),
            ),
            ("Address = https://c.acme.example\n", Some("Server")),
            ("Enabled = true\n", None),
            ("NoSuchKey = 1\nDataDir = /a\n", None),
        ] {
            let expected = (
                "outside-section".to_owned(),
                section.map(str::to_owned),
                false,
            );
            assert_eq!(first(text), expected, "{text}");
        }
    }

    #[test]
    fn yaml_is_told_by_its_first_line() {
        let (kind, meant, yaml) = first("Server:\n  Address: https://c.acme.example\n");
        assert_eq!(
            (&*kind, meant.as_deref(), yaml),
            ("outside-section", Some("Server"), true)
        );
    }

    #[test]
    fn a_header_is_spelled_as_its_section_has_it() {
        for (header, expected) in [
            ("[LDAP corp]", Some("[LDAP \"corp\"]")),
            ("[LDAP.corp]", Some("[LDAP \"corp\"]")),
            ("[Server main]", Some("[Server]")),
            ("[Server.main]", Some("[Server]")),
            ("[LDAP \"\"]", None),
            ("[Open_Telemetry]", Some("[OpenTelemetry]")),
            ("[My Section]", None),
        ] {
            assert_eq!(spelled(header).as_deref(), expected, "{header}");
        }
    }
}
