//! Who may connect: rules by network.
//!
//! The most specific network that contains the peer decides, so the order in which rules are
//! written does not matter; where both lists name the same network, the peer is denied. A peer
//! that no rule names is permitted, unless somebody said who is to be allowed.

use std::net::IpAddr;

use crate::{Network, Peer};

/// Which peers may connect.
///
/// ```
/// use gnezdo_socket::{AccessRules, Peer};
///
/// let rules = AccessRules::new(vec!["10.0.0.0/8".parse()?], vec!["10.6.6.0/24".parse()?]);
/// assert!(rules.permits(&Peer::Ip("10.1.2.3:50000".parse()?)));
/// assert!(!rules.permits(&Peer::Ip("10.6.6.6:50000".parse()?)));
/// assert!(!rules.permits(&Peer::Ip("192.0.2.1:50000".parse()?)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct AccessRules {
    /// The longest prefix first, denials before permissions: the first match decides.
    rules: Vec<(Network, Verdict)>,
    otherwise: Verdict,
}

/// In the order in which they win.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Deny,
    Permit,
}

impl AccessRules {
    /// Rules from networks to allow and networks to deny. Without any, everybody is permitted.
    pub fn new(allow: Vec<Network>, deny: Vec<Network>) -> Self {
        let otherwise = if allow.is_empty() { Verdict::Permit } else { Verdict::Deny };
        let allow = allow.into_iter().map(|network| (network, Verdict::Permit));
        let deny = deny.into_iter().map(|network| (network, Verdict::Deny));
        let mut rules: Vec<_> = allow.chain(deny).collect();
        rules.sort_by_key(|(network, verdict)| (u8::MAX - network.prefix_length(), *verdict));
        Self { rules, otherwise }
    }

    /// Whether a peer may connect. Over a unix socket everybody may: its file has permissions
    /// of its own.
    pub fn permits(&self, peer: &Peer) -> bool {
        peer.ip().is_none_or(|ip| self.verdict(ip) == Verdict::Permit)
    }

    fn verdict(&self, ip: IpAddr) -> Verdict {
        let decisive = self.rules.iter().find(|(network, _)| network.contains(ip));
        decisive.map_or(self.otherwise, |(_, verdict)| *verdict)
    }
}

/// Everybody is permitted.
impl Default for AccessRules {
    fn default() -> Self {
        Self::new(Vec::new(), Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(list: &str) -> Vec<Network> {
        list.split_whitespace().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn the_most_specific_network_decides() {
        // allow, deny, permitted, denied
        let cases = [
            ("", "", "1.2.3.4 ::1", ""),
            ("", "10.0.0.0/8", "1.2.3.4 ::1", "10.0.0.1 ::ffff:10.0.0.1"),
            ("10.0.0.0/8", "", "10.0.0.1 ::ffff:10.0.0.1", "1.2.3.4 ::1"),
            ("10.0.0.0/8", "10.1.0.0/16", "10.2.0.1", "10.1.0.1 1.2.3.4"),
            ("10.1.0.0/16", "10.0.0.0/8", "10.1.0.1", "10.2.0.1 1.2.3.4"),
            ("10.1.1.1", "0.0.0.0/0", "10.1.1.1", "10.1.1.2 ::1"),
            ("10.0.0.0/8", "10.0.0.0/8", "", "10.0.0.1 1.2.3.4"),
            ("0.0.0.0/0 ::/0", "10.0.0.0/8 10.1.1.1", "1.2.3.4 ::1", "10.0.0.1 10.1.1.1"),
            ("10.1.0.0/16", "10.0.0.0/8 10.1.1.0/24", "10.1.2.1", "10.1.1.1 10.0.0.1"),
            ("::1 2001:db8::/32", "2001:db8:1::/48", "::1 2001:db8::1", "2001:db8:1::1 ::2"),
            ("::/0", "", "::1", "1.2.3.4 ::ffff:1.2.3.4"),
        ];
        for (allow, deny, permitted, denied) in cases {
            let rules = AccessRules::new(networks(allow), networks(deny));
            let permits =
                |ip: &str| rules.permits(&Peer::Ip((ip.parse::<IpAddr>().unwrap(), 1).into()));
            assert!(permitted.split_whitespace().all(permits), "{allow} | {deny}: {permitted}");
            assert!(!denied.split_whitespace().any(permits), "{allow} | {deny}: {denied}");
            assert!(rules.permits(&Peer::Unix));
        }
    }
}
