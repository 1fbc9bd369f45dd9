//! Who may ask, by the address of the client.
//!
//! The same rules as those of a listener, at another place: a listener refuses a connection, which
//! costs less; this refuses a request, and so can stand around some routes only, and behind a
//! proxy.

use gnezdo_core::{ConnectionInfo, Reply, Request};
use gnezdo_socket::{AccessRules, Network, Peer};
use http::StatusCode;

use crate::middleware::{Middleware, Next};
use crate::problem::Problem;
use crate::response::IntoResponse;

/// Refuses requests by the network that they come from, with 403.
///
/// The most specific network that contains the client decides ([`AccessRules`]). Clients over a
/// unix socket may always ask: its file has permissions of its own. A request of which nobody
/// knows where it came from may not. Behind a proxy, put a
/// [`TrustedProxies`](super::TrustedProxies) around this: without it the client is the proxy.
///
/// ```
/// use gnezdo_web::middleware::AllowDeny;
/// use gnezdo_web::{App, get};
///
/// let inside = AllowDeny::allow(["10.0.0.0/8".parse()?, "::1".parse()?]);
/// let app = App::new().route(get("/admin", || "secret").wrap(inside));
/// # Ok::<(), gnezdo_socket::NetworkError>(())
/// ```
#[derive(Clone, Debug)]
pub struct AllowDeny {
    rules: AccessRules,
}

impl AllowDeny {
    /// Refuses what these rules do not permit.
    pub fn new(rules: AccessRules) -> Self {
        Self { rules }
    }

    /// Lets in clients from these networks and nobody else.
    pub fn allow(networks: impl IntoIterator<Item = Network>) -> Self {
        let networks: Vec<_> = networks.into_iter().collect();
        // No network to allow would mean no rule at all.
        if networks.is_empty() {
            return Self::new(AccessRules::new(networks, everywhere()));
        }
        Self::new(AccessRules::new(networks, Vec::new()))
    }

    /// Lets in everybody but clients from these networks.
    pub fn deny(networks: impl IntoIterator<Item = Network>) -> Self {
        Self::new(AccessRules::new(Vec::new(), networks.into_iter().collect()))
    }

    fn permits(&self, info: Option<&ConnectionInfo>) -> bool {
        let Some(info) = info else { return false };
        self.rules.permits(&info.peer.map_or(Peer::Unix, Peer::from))
    }
}

fn everywhere() -> Vec<Network> {
    ["0.0.0.0/0", "::/0"].into_iter().filter_map(|network| network.parse().ok()).collect()
}

impl Middleware for AllowDeny {
    fn handle(&self, request: Request, next: Next) -> Reply {
        if self.permits(request.extensions().get()) {
            return next.call(request);
        }
        Reply::Now(Problem::new(StatusCode::FORBIDDEN).into_response())
    }

    fn wants_connection_info(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use http::uri::Scheme;

    use super::*;

    #[test]
    fn clients_are_let_in_by_their_network() {
        let networks = |list: &[&str]| -> Vec<Network> {
            list.iter().map(|network| network.parse().unwrap()).collect()
        };
        let nobody = AllowDeny::allow([]);
        let inside = AllowDeny::allow(networks(&["10.0.0.0/8", "2001:db8::/32"]));
        let outside = AllowDeny::deny(networks(&["10.0.0.0/8", "2001:db8::/32"]));
        for (peer, is_inside) in [
            ("10.1.2.3:80", true),
            ("[::ffff:10.1.2.3]:80", true),
            ("[2001:db8::1]:80", true),
            ("11.1.2.3:80", false),
            ("[::1]:80", false),
        ] {
            let info = ConnectionInfo::new(peer.parse().unwrap(), Scheme::HTTP);
            assert_eq!(inside.permits(Some(&info)), is_inside, "{peer}");
            assert_eq!(outside.permits(Some(&info)), !is_inside, "{peer}");
            assert!(!nobody.permits(Some(&info)), "{peer}");
        }
        let over_unix = ConnectionInfo { peer: None, scheme: Scheme::HTTP };
        for rules in [inside, outside, nobody] {
            assert!(rules.permits(Some(&over_unix)));
            assert!(!rules.permits(None));
        }
    }
}
