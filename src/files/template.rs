//! Names of templates.

/// Endings of files that become what their name says only after something filled them in.
const ENDINGS: &[&str] = &[
    ".hbs",
    ".handlebars",
    ".njk",
    ".nunjucks",
    ".j2",
    ".jinja",
    ".jinja2",
    ".tpl",
    ".tmpl",
    ".ejs",
    ".mustache",
    ".erb",
    ".gotmpl",
    ".liquid",
    ".tftpl",
];

/// The name without the ending of a template; `None` when it has none.
pub fn without_template_ending(name: &str) -> Option<&str> {
    ENDINGS.iter().find_map(|ending| {
        let (stem, own) = name.split_at_checked(name.len().checked_sub(ending.len())?)?;
        own.eq_ignore_ascii_case(ending).then_some(stem)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_a_template_is_taken_off_in_any_case() {
        assert_eq!(without_template_ending("a.gcfg.j2"), Some("a.gcfg"));
        assert_eq!(without_template_ending("a.gcfg.JINJA2"), Some("a.gcfg"));
        assert_eq!(without_template_ending("a.gcfg"), None);
    }
}
