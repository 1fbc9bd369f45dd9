//! Who may connect, and how many at once.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gnezdo_socket::{AccessRules, Peer};

/// Counts the connections of a process.
#[derive(Debug)]
pub(crate) struct Admission {
    rules: AccessRules,
    connections_max: usize,
    connections: AtomicUsize,
    per_ip_max: Option<usize>,
    per_ip: Mutex<HashMap<IpAddr, usize>>,
}

/// A place of a connection, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Ticket {
    admission: Arc<Admission>,
    ip: Option<IpAddr>,
}

/// Why a client is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rejection {
    /// The access rules forbid it: closed without a word.
    Forbidden,
    /// Its address has too many connections: told to come back later.
    TooManyFromAddress,
}

impl Admission {
    pub(crate) fn new(
        rules: AccessRules,
        connections_max: usize,
        per_ip_max: Option<usize>,
    ) -> Arc<Self> {
        let per_ip = Mutex::new(HashMap::new());
        Arc::new(Self {
            rules,
            connections_max,
            connections: AtomicUsize::new(0),
            per_ip_max,
            per_ip,
        })
    }

    /// Whether another connection may be accepted at all.
    pub(crate) fn has_room(&self) -> bool {
        self.connections.load(Ordering::Relaxed) < self.connections_max
    }

    /// Lets a client in, or says why not.
    pub(crate) fn admit(self: &Arc<Self>, peer: &Peer) -> Result<Ticket, Rejection> {
        if !self.rules.permits(peer) {
            return Err(Rejection::Forbidden);
        }
        let ip = self.count_address(peer)?;
        self.connections.fetch_add(1, Ordering::Relaxed);
        Ok(Ticket { admission: self.clone(), ip })
    }

    /// A place outside the limits, for a client that is only told to come back later.
    pub(crate) fn admit_to_refuse(self: &Arc<Self>) -> Ticket {
        self.connections.fetch_add(1, Ordering::Relaxed);
        Ticket { admission: self.clone(), ip: None }
    }

    fn count_address(&self, peer: &Peer) -> Result<Option<IpAddr>, Rejection> {
        let (Some(max), Some(ip)) = (self.per_ip_max, peer.ip()) else {
            return Ok(None);
        };
        let mut counts = self.counts();
        let count = counts.entry(ip).or_default();
        if *count >= max {
            return Err(Rejection::TooManyFromAddress);
        }
        *count += 1;
        Ok(Some(ip))
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        // A map of numbers is whole after any panic.
        self.per_ip.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.admission.connections.fetch_sub(1, Ordering::Relaxed);
        let Some(ip) = self.ip else {
            return;
        };
        let mut counts = self.admission.counts();
        if let Some(count) = counts.get_mut(&ip) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&ip);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(text: &str) -> Peer {
        Peer::Ip(text.parse().unwrap())
    }

    #[test]
    fn places_are_counted_and_given_back() {
        let admission = Admission::new(AccessRules::default(), 2, None);
        let first = admission.admit(&peer("192.0.2.1:1")).unwrap();
        assert!(admission.has_room());
        let second = admission.admit(&peer("192.0.2.1:2")).unwrap();
        assert!(!admission.has_room());
        drop((first, second));
        assert!(admission.has_room());
    }

    #[test]
    fn each_address_has_its_own_count() {
        let admission = Admission::new(AccessRules::default(), 100, Some(1));
        let ticket = admission.admit(&peer("192.0.2.1:1")).unwrap();
        let refused = admission.admit(&peer("192.0.2.1:2"));
        assert_eq!(refused.err(), Some(Rejection::TooManyFromAddress));
        assert!(admission.admit(&peer("192.0.2.2:1")).is_ok());
        drop(ticket);
        assert!(admission.admit(&peer("192.0.2.1:3")).is_ok());
        assert!(admission.counts().is_empty());
    }

    #[test]
    fn rules_come_first() {
        let rules = AccessRules::new(vec!["10.0.0.0/8".parse().unwrap()], vec![]);
        let admission = Admission::new(rules, 1, None);
        assert_eq!(admission.admit(&peer("192.0.2.1:1")).err(), Some(Rejection::Forbidden));
        assert!(admission.admit(&peer("10.1.1.1:1")).is_ok());
    }
}
