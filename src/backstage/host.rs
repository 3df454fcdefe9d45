//! What a host name says about where the host is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether a host is this machine: `localhost` and names below it, loopback and unspecified addresses, with
/// or without brackets.
pub fn is_local_host(host: &str) -> bool {
    let host = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
        .trim_end_matches('.')
        .to_ascii_lowercase();
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address == Ipv4Addr::UNSPECIFIED,
        Ok(IpAddr::V6(address)) => address.is_loopback() || address == Ipv6Addr::UNSPECIFIED,
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}
