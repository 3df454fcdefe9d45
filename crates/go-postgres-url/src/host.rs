//! Hosts with ports, as Go's `net` and `net/url` take them apart.

use std::net::IpAddr;

/// Host and port of a URL: a port is digits behind the last `:`, and `[…]` around the host goes.
pub(crate) fn split_url_host(host: &str) -> (&str, &str) {
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) if is_digits(port) => (host, port),
        _ => (host, ""),
    };
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    (inner.unwrap_or(host), port)
}

/// Whether a port may stand behind a `:`; it may be empty.
pub(crate) fn is_digits(port: &str) -> bool {
    port.bytes().all(|byte| byte.is_ascii_digit())
}

/// `net.SplitHostPort`; `None` where it fails, for want of a port most often.
pub(crate) fn split_host_port(text: &str) -> Option<(&str, &str)> {
    let last = text.rfind(':')?;
    let (host, from) = if text.starts_with('[') {
        let end = text.find(']')?;
        if end + 1 != last {
            return None;
        }
        (text.get(1..end)?, (1, end + 1))
    } else {
        let host = text.get(..last)?;
        if host.contains(':') {
            return None;
        }
        (host, (0, 0))
    };
    if text.get(from.0..)?.contains('[') || text.get(from.1..)?.contains(']') {
        return None;
    }
    Some((host, text.get(last + 1..)?))
}

/// Whether pgx takes a host for one without a port.
pub(crate) fn is_alone(host: &str) -> bool {
    let trimmed = host.trim_matches(['[', ']']);
    !host.contains(':') || trimmed.parse::<IpAddr>().is_ok()
}
