//! The job summary of GitHub Actions: all findings in a table.

use std::fmt::Write as _;

use crate::report::item::{Item, by_severity, items};
use crate::report::look::Look;
use crate::report::summary::summary;
use crate::report::text::counted;
use crate::run::Run;

/// GitHub takes 1 MiB for each step; this leaves room for what other steps' tools put in front.
const MOST_BYTES: usize = 900 * 1024;

/// The job summary, in Markdown; ends with a line end. The table is HTML, in which no text of a finding can mean
/// anything but itself. The most severe findings come first, and those for which there is no room are counted.
pub fn job_summary(run: &Run) -> String {
    let mut summary = format!("### stagecheck: {}\n\n", summary(run, &Look::FILE));
    let items = by_severity(items(run));
    if items.is_empty() {
        return summary;
    }
    summary.push_str("<table>\n<tr><th></th><th>where</th><th>what</th><th>rule</th></tr>\n");
    let mut written = 0;
    for item in &items {
        let row = row(item);
        if summary.len() + row.len() > MOST_BYTES {
            break;
        }
        summary.push_str(&row);
        written += 1;
    }
    summary.push_str("</table>\n");
    if written < items.len() {
        let rest = counted(items.len() - written, "more finding");
        let _ = writeln!(summary, "\n…and {rest}.");
    }
    summary
}

fn row(item: &Item) -> String {
    let spot = &item.primary;
    let rule = html(item.rule());
    let rule = match &item.url {
        Some(url) => format!("<a href=\"{}\">{rule}</a>", html(url)),
        None => rule,
    };
    format!(
        "<tr><td>{}</td><td><code>{}:{}:{}</code></td><td>{}</td><td>{rule}</td></tr>\n",
        item.severity(),
        html(&crate::text::mask::escape(spot.repository_path())),
        spot.start.line,
        spot.start.column,
        with_code(&item.message),
    )
}

/// A message in HTML, with its pieces between backticks as code.
fn with_code(message: &str) -> String {
    let pieces: Vec<&str> = message.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        return html(message);
    }
    let mut text = String::new();
    for (index, piece) in pieces.iter().enumerate() {
        match index % 2 {
            0 => text.push_str(&html(piece)),
            _ => {
                let _ = write!(text, "<code>{}</code>", html(piece));
            }
        }
    }
    text
}

/// Also without what Markdown would see at the start of a line or around words.
fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' | '<' | '>' | '"' | '\'' | '*' | '_' | '[' | ']' | '~' | '@' | '#' | '\\' => {
                let _ = write!(escaped, "&#{};", u32::from(character));
            }
            character => escaped.push(character),
        }
    }
    escaped
}
