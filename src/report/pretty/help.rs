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

/// What is said beside the lines of a finding.
pub(super) struct Help<'h> {
    /// Of the card or the case; may be empty.
    pub text: &'h str,
    /// The schemas that report the finding; may be empty.
    pub attribution: &'h str,
    /// Whether a change of the user's own lines is shown beside it.
    pub has_change: bool,
}

impl Help<'_> {
    /// All of it; empty when there is nothing to say.
    pub fn whole(&self) -> String {
        format!("{}{}", self.text, self.attribution)
    }

    /// The first paragraphs, or beside a change only what says why; and always which schemas report it.
    pub fn shown(&self, run: &Run, gutter: &Gutter<'_>) -> String {
        let prose = |paragraph: &str| {
            let paragraph = paragraph.replace('\n', " ");
            gutter.painter.wrap(&paragraph, gutter.columns() + 2)
        };
        let help = text::lines(run, self.text);
        let is_long = help.contains('\n') || !self.attribution.is_empty();
        let mut shown: Vec<String> = Vec::new();
        let mut is_promised = true;
        for paragraph in help.split("\n\n").filter(|_| !help.is_empty()) {
            let lines: Vec<String> = match is_prose(paragraph) || !is_long {
                true if shown.is_empty() => vec![paragraph.replace('\n', " ")],
                true => prose(paragraph),
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
            if self.has_change {
                break;
            }
        }
        if !self.attribution.is_empty() {
            shown.extend(prose(&text::line(run, self.attribution)));
        }
        shown.join("\n")
    }
}
