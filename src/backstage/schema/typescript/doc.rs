//! Doc comments: text to tags, as TypeScript cuts them.

use std::sync::Arc;

use super::tree::Doc;

/// The description and tags of a doc comment. In: what stands between `/*` and `*/`.
pub(super) fn read(comment: &str) -> Doc {
    let mut doc = Doc::default();
    let mut description = String::new();
    let mut open: Option<(Arc<str>, String)> = None;
    let mut fenced = false;
    for line in comment.strip_prefix('*').unwrap_or(comment).lines() {
        let line = line.trim();
        let line = line.strip_prefix('*').unwrap_or(line).trim();
        fenced ^= line.starts_with("```");
        let tag = line.strip_prefix('@').filter(|_| !fenced).map(split_tag);
        match (tag, &mut open) {
            (Some((name, text)), open) => {
                doc.tags.extend(open.take().map(close));
                *open = Some((name.into(), text.to_owned()));
            }
            (None, Some((_, text))) => add_line(text, line),
            (None, None) => add_line(&mut description, line),
        }
    }
    doc.tags.extend(open.take().map(close));
    doc.description = description.trim().into();
    doc
}

/// `visibility frontend` into name and text; `items.visibility x` into `items` and `.visibility x`.
fn split_tag(tag: &str) -> (&str, &str) {
    let end = tag
        .find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$' && c != '-')
        .unwrap_or(tag.len());
    let (name, text) = tag.split_at(end);
    (name, text.trim_start())
}

fn add_line(text: &mut String, line: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(line);
}

fn close((name, text): (Arc<str>, String)) -> (Arc<str>, Arc<str>) {
    (name, text.trim().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(comment: &str) -> Vec<(String, String)> {
        let tags = read(comment).tags.into_iter();
        tags.map(|(name, text)| (name.to_string(), text.to_string()))
            .collect()
    }

    #[test]
    fn tags_end_where_the_next_begins_and_keep_their_lines() {
        let doc = "*\n   * The key.\n   *\n   * @deprecated use `other`\n   *   instead\n   * @visibility secret\n   ";
        assert_eq!(
            tags(doc),
            [
                ("deprecated".into(), "use `other`\ninstead".into()),
                ("visibility".into(), "secret".into()),
            ]
        );
        assert_eq!(&*read(doc).description, "The key.");
    }

    #[test]
    fn one_line_comments_and_dotted_tags_are_read() {
        assert_eq!(
            tags("* @visibility secret "),
            [("visibility".into(), "secret".into())]
        );
        assert_eq!(
            tags("* @items.visibility frontend "),
            [("items".into(), ".visibility frontend".into())]
        );
    }

    #[test]
    fn an_at_sign_inside_a_line_or_a_code_block_is_no_tag() {
        assert!(tags("* mail a@b.c\n * ```\n * @visibility secret\n * ```\n ").is_empty());
    }
}
