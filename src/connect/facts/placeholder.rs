//! Values that nobody has put in yet.

use crate::connect::catalogue::Kind;
use crate::connect::load::WrittenSetting;
use crate::connect::secrets::is_secret;
use crate::text::mask::looks;

/// Whether a value is a placeholder, in whole or in part. Where a secret belongs, any word for one is; elsewhere only
/// what can be nothing else: `example.org` is a host of an example, and `__linux__` is a part of the URL of every
/// Package Manager.
pub fn is_placeholder(written: &WrittenSetting) -> bool {
    let Some(text) = written.text() else {
        return false;
    };
    if is_secret(written) && looks::placeholder::is_placeholder(text) {
        return true;
    }
    let is_html = written
        .setting
        .is_some_and(|setting| setting.kind == Kind::Html);
    let between = |open: &str, close: &str| {
        let behind = text.split_once(open).map(|(_, behind)| behind);
        behind.is_some_and(|behind| behind.contains(close))
    };
    (!is_html && is_bracketed(text))
        || between("{{", "}}")
        || between("${", "}")
        || is_underlined(text)
        || is_crossed(text)
}

/// `<PASSWORD>`
fn is_bracketed(text: &str) -> bool {
    let inner = text.strip_prefix('<').and_then(|it| it.strip_suffix('>'));
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.');
    inner.is_some_and(|inner| !inner.is_empty() && inner.chars().all(is_word))
}

/// `__name__`, as the whole of the value.
fn is_underlined(text: &str) -> bool {
    let inner = text.strip_prefix("__").and_then(|it| it.strip_suffix("__"));
    inner.is_some_and(|inner| {
        !inner.is_empty() && inner.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// `XXXXXXXX`
fn is_crossed(text: &str) -> bool {
    text.len() >= 4 && text.chars().all(|c| c == 'X' || c == 'x')
}
