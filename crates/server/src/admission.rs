//! Who may connect, and how many at once.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gnezdo_socket::{AccessRules, Peer};

/// How many clients are told at once to come back later; further ones are cut off.
const REFUSALS_MAX: usize = 64;

/// Counts the connections of a process.
#[derive(Debug)]
pub(crate) struct Admission {
    rules: AccessRules,
    connections_max: usize,
    connections: AtomicUsize,
    /// How many of the connections are refused at the moment.
    refusals: AtomicUsize,
    per_ip_max: Option<usize>,
    per_ip: Mutex<HashMap<IpAddr, usize>>,
}

/// A place of a connection, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Ticket {
    admission: Arc<Admission>,
    holder: Holder,
}

/// Whose place it is.
#[derive(Clone, Copy, Debug)]
enum Holder {
    /// Anybody's.
    Anybody,
    /// A client's whose address is counted.
    Address(IpAddr),
    /// Of a client that is only told to come back later.
    Refused,
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
            refusals: AtomicUsize::new(0),
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
        let holder = self.count_address(peer)?;
        Ok(self.ticket(holder))
    }

    /// A place for a client that is only told to come back later; none if so many are told
    /// already that they would take the places of those who may stay.
    pub(crate) fn admit_to_refuse(self: &Arc<Self>) -> Option<Ticket> {
        let refusals_max = (self.connections_max / 8).clamp(1, REFUSALS_MAX);
        if self.refusals.fetch_add(1, Ordering::Relaxed) >= refusals_max {
            self.refusals.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        Some(self.ticket(Holder::Refused))
    }

    fn ticket(self: &Arc<Self>, holder: Holder) -> Ticket {
        self.connections.fetch_add(1, Ordering::Relaxed);
        Ticket { admission: self.clone(), holder }
    }

    fn count_address(&self, peer: &Peer) -> Result<Holder, Rejection> {
        let (Some(max), Some(ip)) = (self.per_ip_max, peer.ip()) else {
            return Ok(Holder::Anybody);
        };
        let mut counts = self.counts();
        let count = counts.entry(ip).or_default();
        if *count >= max {
            return Err(Rejection::TooManyFromAddress);
        }
        *count += 1;
        Ok(Holder::Address(ip))
    }

    fn forget_address(&self, ip: IpAddr) {
        let mut counts = self.counts();
        if let Some(count) = counts.get_mut(&ip) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&ip);
            }
        }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        // A map of numbers is whole after any panic.
        self.per_ip.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.admission.connections.fetch_sub(1, Ordering::Relaxed);
        match self.holder {
            Holder::Anybody => {}
            Holder::Address(ip) => self.admission.forget_address(ip),
            Holder::Refused => {
                self.admission.refusals.fetch_sub(1, Ordering::Relaxed);
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
    fn the_refused_take_few_places() {
        let admission = Admission::new(AccessRules::default(), 16, Some(1));
        let refusals: Vec<_> = (0..3).map(|_| admission.admit_to_refuse()).collect();
        assert_eq!(refusals.iter().flatten().count(), 2);
        drop(refusals);
        assert!(admission.admit_to_refuse().is_some());
    }

    #[test]
    fn rules_come_first() {
        let rules = AccessRules::new(vec!["10.0.0.0/8".parse().unwrap()], vec![]);
        let admission = Admission::new(rules, 1, None);
        assert_eq!(admission.admit(&peer("192.0.2.1:1")).err(), Some(Rejection::Forbidden));
        assert!(admission.admit(&peer("10.1.1.1:1")).is_ok());
    }
}
