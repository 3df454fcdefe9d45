//! Explicit tags, as the real loader resolves them.
//!
//! In: a tag and the node it stands on. Out: the node the real loader would hand on. An unknown tag is only a warning
//! there, and the value is kept; `!!set`, `!!omap` and `!!timestamp` become JavaScript objects without keys of their
//! own, `!!binary` one with a key for each byte.

use std::sync::Arc;

use super::scalar::{self, Resolved, Version};
use super::{Entry, Key, Node, NodeValue, ScalarStyle, Text};
use source::Span;

use super::base64;

/// What a tag says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TagName {
    /// `!`: resolve as if quoted.
    NonSpecific,
    /// `!!int` and its kind: the part behind `tag:yaml.org,2002:`.
    Core(String),
    /// Anything else; kept as it is.
    Other,
}

impl TagName {
    /// A tag in full, with its handle resolved.
    pub(super) fn of(name: &str) -> Self {
        match name.strip_prefix("tag:yaml.org,2002:") {
            Some(suffix) => Self::Core(suffix.to_owned()),
            None => Self::Other,
        }
    }
}

/// The value of a scalar: `text` as decoded, with its style and tag. `Err` names the tag the text does not fit.
pub(super) fn scalar_value(
    text: &str,
    style: ScalarStyle,
    tag: Option<&TagName>,
    version: Version,
    span: Span,
) -> Result<NodeValue, &'static str> {
    let resolved = match tag {
        None if style == ScalarStyle::Plain => scalar::resolve(text, version),
        Some(TagName::Core(suffix)) => match suffix.as_str() {
            "binary" => return Ok(bytes(text, span)),
            "timestamp" if scalar::is_timestamp(text) => Resolved::Date,
            "timestamp" => return Err("!!timestamp"),
            "set" => return Err("!!set"),
            "omap" => return Err("!!omap"),
            "pairs" => return Err("!!pairs"),
            suffix => scalar::resolve_tagged(text, suffix, version),
        },
        _ => Resolved::String,
    };
    Ok(match resolved {
        Resolved::Null => NodeValue::Null,
        Resolved::Bool(value) => NodeValue::Bool(value),
        Resolved::Number(value) => NodeValue::Number(value),
        Resolved::Date => NodeValue::Mapping(Vec::new()),
        Resolved::String => NodeValue::String(Text {
            value: text.into(),
            style,
        }),
    })
}

/// The value of a collection under a tag. `Err` names the tag it does not fit.
pub(super) fn collection_value(
    value: NodeValue,
    tag: Option<&TagName>,
) -> Result<NodeValue, &'static str> {
    let Some(TagName::Core(suffix)) = tag else {
        return Ok(value);
    };
    let is_null = |entry: &Entry| entry.value.value == NodeValue::Null;
    match (suffix.as_str(), value) {
        ("set", NodeValue::Mapping(entries)) if entries.iter().all(is_null) => {
            Ok(NodeValue::Mapping(Vec::new()))
        }
        ("set", NodeValue::Mapping(_)) => Err("!!set"),
        ("omap", NodeValue::Sequence(items)) if items.iter().all(is_pair) => {
            Ok(NodeValue::Mapping(Vec::new()))
        }
        ("omap", NodeValue::Sequence(_)) => Err("!!omap"),
        (_, value) => Ok(value),
    }
}

/// Whether an item of an ordered map holds at most one pair.
fn is_pair(item: &Node) -> bool {
    match &item.value {
        NodeValue::Mapping(entries) => entries.len() <= 1,
        _ => true,
    }
}

/// The bytes of Base64 text as the object that the real loader makes of a buffer: `{"0": 104, …}`.
fn bytes(text: &str, span: Span) -> NodeValue {
    let mut entries = Vec::new();
    let mut buffer = 0u32;
    let mut bits = 0;
    for value in text
        .bytes()
        .take_while(|&byte| byte != b'=')
        .filter_map(base64::digit)
    {
        buffer = (buffer << 6 | value) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            entries.push(Entry {
                key: Key {
                    text: Arc::from(entries.len().to_string()),
                    span,
                },
                value: Node {
                    span,
                    value: NodeValue::Number(f64::from((buffer >> bits) & 0xff)),
                },
            });
        }
    }
    NodeValue::Mapping(entries)
}
