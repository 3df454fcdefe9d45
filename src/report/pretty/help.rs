//! The help of a finding as it fits beside its lines.
//!
//! In: the help of a card: paragraphs of prose among config to copy. Out: its first lines. The rest is on the page of
//! the rule, which `explain --full` shows.

use super::gutter::Gutter;
use crate::report::text;
use crate::run::Run;
use crate::text::prose::is_prose;

/// Lines of help beside a finding.
const LINES: usize = 7;

/// The first paragraphs; beside a change of the user's own lines, only what says why.
pub(super) fn text(run: &Run, help: &str, has_change: bool, gutter: &Gutter<'_>) -> String {
    let help = text::lines(run, help);
    let mut shown: Vec<String> = Vec::new();
    let mut is_promised = true;
    for paragraph in help.split("\n\n") {
        let lines: Vec<String> = match is_prose(paragraph) || !help.contains('\n') {
            true if shown.is_empty() => vec![paragraph.replace('\n', " ")],
            true => gutter
                .painter
                .wrap(&paragraph.replace('\n', " "), gutter.columns() + 2),
            false => paragraph.lines().map(str::to_owned).collect(),
        };
        if !is_promised && shown.len() + lines.len() > LINES {
            break;
        }
        // Config begins below the name, prose beside it.
        if shown.is_empty() && !is_prose(paragraph) && lines.len() > 1 {
            shown.push(String::new());
        }
        shown.extend(lines);
        is_promised = paragraph.trim_end().ends_with(':');
        if has_change {
            break;
        }
    }
    shown.join("\n")
}
