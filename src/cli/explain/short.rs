//! The short page of a rule: what a person reads in a terminal, in at most [`LINES`] lines.

use std::fmt::Write as _;

use crate::cli::columns::wrapped;
use crate::cli::paint::{Paint, Role};
use crate::report::Look;
use crate::text::prose::is_prose;
use rule_card::card::{Card, Switch};

/// The most lines of a page.
pub(super) const LINES: usize = 30;
/// References that are named.
const REFERENCES: usize = 2;
/// Columns in which prose is read with ease.
const WIDEST: usize = 100;

/// Title, why, fix, how to suppress, where to read more. What does not fit is on the whole page.
pub(super) fn page(card: &Card, look: &Look) -> String {
    let paint = Paint::of(*look);
    let width = look.width.min(WIDEST);
    let mut head = String::new();
    let title = format!("{}: {}", card.id, card.title);
    for line in wrapped(&title, width) {
        let _ = writeln!(head, "{}", paint.paint(Role::Title, &line));
    }
    let state = match card.default {
        Switch::On => card.severity().to_string(),
        Switch::Off => format!("{}, off by default", card.severity()),
    };
    let state = format!("{state}, group {}", card.group.as_str());
    let _ = writeln!(head, "{}\n", paint.paint(Role::Dim, &state));
    let tail = tail(card, paint);
    let mut room = LINES.saturating_sub(head.lines().count() + tail.lines().count() + 2);
    let fix = paragraphs(&card.fix, width);
    let least = fix.first().map_or(0, Vec::len);
    let why = fitting(paragraphs(&card.why, width), room.saturating_sub(least + 1));
    room = room.saturating_sub(why.len());
    let fix = fitting(fix, room);
    let mut page = head;
    for (name, lines) in [("Why", why), ("Fix", fix)] {
        if lines.is_empty() {
            continue;
        }
        let _ = writeln!(page, "{}", paint.paint(Role::Title, name));
        for line in lines {
            let _ = writeln!(page, "{}", format!("  {line}").trim_end());
        }
    }
    page + &tail
}

fn tail(card: &Card, paint: Paint) -> String {
    let id = &card.id;
    let mut tail = format!("{}\n", paint.paint(Role::Title, "Suppress"));
    let level = match card.default {
        Switch::On => "off",
        Switch::Off => card.severity().as_str(),
    };
    let _ = writeln!(tail, "  # stagecheck: ignore[{id}] reason");
    let _ = writeln!(
        tail,
        "  or in stagecheck.yaml: `rules: {{ {id}: {level} }}`"
    );
    let _ = writeln!(tail, "{}", paint.paint(Role::Title, "More"));
    for reference in card.references.iter().take(REFERENCES) {
        let _ = writeln!(tail, "  {reference}");
    }
    let _ = writeln!(tail, "  stagecheck explain {id} --full");
    tail
}

/// The lines of each paragraph: prose wrapped, config and commands as they are.
fn paragraphs(text: &str, width: usize) -> Vec<Vec<String>> {
    let lines = |paragraph: &str| match is_prose(paragraph) || !paragraph.contains('\n') {
        true => wrapped(&paragraph.replace('\n', " "), width.saturating_sub(2)),
        false => paragraph.lines().map(|line| format!("  {line}")).collect(),
    };
    text.trim_end().split("\n\n").map(lines).collect()
}

/// As many paragraphs as fit into so many lines, and a mark where some do not. The first is cut if it must be.
fn fitting(paragraphs: Vec<Vec<String>>, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let whole: usize = paragraphs.iter().map(Vec::len).sum();
    // A line says that there is more.
    let room = if whole > room {
        room.saturating_sub(1)
    } else {
        room
    };
    for paragraph in paragraphs {
        if lines.len() + paragraph.len() > room {
            let rest = room.saturating_sub(lines.len());
            if lines.is_empty() {
                lines.extend(paragraph.into_iter().take(rest));
            }
            lines.push("…".to_owned());
            break;
        }
        lines.extend(paragraph);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::catalog;

    #[test]
    fn every_page_fits_a_screen_and_has_all_parts() {
        for width in [80, 120] {
            let look = Look {
                width,
                ..Look::FILE
            };
            for card in catalog::cards() {
                let page = page(card, &look);
                assert!(page.lines().count() <= LINES, "{page}");
                for part in ["\nWhy\n", "\nFix\n", "\nSuppress\n", "\nMore\n"] {
                    assert!(page.contains(part), "{part}: {page}");
                }
            }
        }
    }
}
