//! Tickets, by which clients resume their sessions: RFC 5077, RFC 8446 §4.6.1.
//!
//! Time is cut into epochs of six hours of the calendar, and each has a secret of its own, which
//! is made from that of the epoch before:
//!
//! ```text
//! epoch        n - 1                n                  n + 1
//!           secret ──HMAC "next"──► secret ──HMAC──► secret
//!             │ HMAC "key"            │
//!             ▼                       ▼
//!           decrypts                encrypts, decrypts
//! ```
//!
//! So whoever starts from one secret agrees for ever, without a word, and nobody finds the way
//! back: once a secret is overwritten, recordings of its epoch stay closed. What is kept in epoch
//! `n` is the secret of `n - 1`, which gives all that is needed, and nothing that is older.
//!
//! A ticket is the epoch (8 octets), a random nonce (12), and the session, encrypted and
//! authenticated together with the epoch by ChaCha20-Poly1305. The nonce is no counter: processes
//! could not agree on one, and it would tell how many tickets were given. 96 random bits are safe
//! for 2³² tickets in each epoch.
//!
//! What is not here: the lifetime of a single ticket is not looked at. It ends with its key.

use std::fmt;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::SystemTime;

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac::{self, HMAC_SHA256};
use ring::rand::{SecureRandom, SystemRandom};
use rustls::server::ProducesTickets;

use crate::error::TlsError;

/// How long an epoch is. Its tickets are taken until the end of the next.
const EPOCH_SECS: u64 = 6 * 60 * 60;

/// What clients are told: until then, a ticket is worth a try.
const LIFETIME_SECS: u32 = 2 * EPOCH_SECS as u32;

const EPOCH_OCTETS: usize = size_of::<u64>();

const SECRET_OCTETS: usize = 32;

/// No server runs for so many epochs, seven years: a clock was set. The way there is made in one
/// step then.
const STEPS_MAX: u64 = 10_000;

const NEXT: &[u8] = b"gnezdo ticket next";
const KEY: &[u8] = b"gnezdo ticket key";
const JUMP: &[u8] = b"gnezdo ticket jump";

/// What the keys of tickets are made from. Servers that have the same, and clocks that agree,
/// resume each other's sessions.
///
/// It belongs to a moment: [`advance`](Self::advance) forgets what was needed before. Keep it as
/// a private key is kept, and shorter: never on a disk.
pub struct TicketSecret {
    /// The oldest epoch whose tickets are taken, the one before the current.
    epoch: u64,
    octets: [u8; SECRET_OCTETS],
}

impl TicketSecret {
    /// How long it is when it is handed on.
    pub const OCTETS: usize = EPOCH_OCTETS + SECRET_OCTETS;

    /// A new one.
    ///
    /// # Errors
    /// [`TlsError::Library`]: the system has no random numbers.
    pub fn random() -> Result<Self, TlsError> {
        Self::random_at(epoch_now())
    }

    fn random_at(now: u64) -> Result<Self, TlsError> {
        let mut octets = [0; SECRET_OCTETS];
        let filled = SystemRandom::new().fill(&mut octets);
        filled.map_err(|_| TlsError::library("the system gives no random numbers"))?;
        Ok(Self { epoch: now.saturating_sub(1), octets })
    }

    /// What [`to_octets`](Self::to_octets) gave, perhaps in another process.
    pub fn from_octets(octets: [u8; Self::OCTETS]) -> Self {
        let mut secret = Self { epoch: 0, octets: [0; SECRET_OCTETS] };
        let (epoch, rest) = octets.split_at(EPOCH_OCTETS);
        secret.epoch = epoch.iter().fold(0, |epoch, octet| epoch << 8 | u64::from(*octet));
        secret.octets.copy_from_slice(rest);
        secret
    }

    /// The secret itself, to be handed on.
    pub fn to_octets(&self) -> [u8; Self::OCTETS] {
        let mut octets = [0; Self::OCTETS];
        let (epoch, rest) = octets.split_at_mut(EPOCH_OCTETS);
        epoch.copy_from_slice(&self.epoch.to_be_bytes());
        rest.copy_from_slice(&self.octets);
        octets
    }

    /// Goes with the time, and forgets what opens tickets that are not taken any more.
    ///
    /// A server does so by itself with the one that it was given.
    pub fn advance(&mut self) {
        self.advance_to(epoch_now());
    }

    /// There is no way back: if the clock was set back, it stays where it is.
    fn advance_to(&mut self, now: u64) {
        let epoch = now.saturating_sub(1);
        let steps = epoch.saturating_sub(self.epoch);
        if steps > STEPS_MAX {
            // Not a random secret: those who jump from the same epoch still agree.
            self.octets = self.derive(&[JUMP, &epoch.to_be_bytes()].concat());
        } else {
            for _ in 0..steps {
                self.octets = self.derive(NEXT);
            }
        }
        self.epoch = self.epoch.max(epoch);
    }

    /// The secret of the epoch after it.
    fn next(&self) -> Self {
        Self { epoch: self.epoch.saturating_add(1), octets: self.derive(NEXT) }
    }

    fn key(&self) -> LessSafeKey {
        let key = UnboundKey::new(&CHACHA20_POLY1305, &self.derive(KEY));
        LessSafeKey::new(key.expect("its keys have 32 octets"))
    }

    fn derive(&self, what: &[u8]) -> [u8; SECRET_OCTETS] {
        let tag = hmac::sign(&hmac::Key::new(HMAC_SHA256, &self.octets), what);
        tag.as_ref().try_into().expect("SHA-256 gives 32 octets")
    }
}

impl fmt::Debug for TicketSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketSecret").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

/// Makes and opens tickets.
#[derive(Debug)]
pub(crate) struct Tickets(RwLock<Keys>);

impl Tickets {
    pub(crate) fn new(secret: TicketSecret) -> Self {
        Self(RwLock::new(Keys::new(secret)))
    }

    /// The keys of an epoch; if the clock was set back, the newest that there are.
    fn keys(&self, now: u64) -> RwLockReadGuard<'_, Keys> {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if keys.current.0 >= now {
            return keys;
        }
        drop(keys);
        self.0.write().unwrap_or_else(PoisonError::into_inner).advance_to(now);
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn encrypt_at(&self, now: u64, session: &[u8]) -> Option<Vec<u8>> {
        let keys = self.keys(now);
        let (epoch, key) = &keys.current;
        let epoch = epoch.to_be_bytes();
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).ok()?;
        let length = EPOCH_OCTETS + NONCE_LEN + session.len() + CHACHA20_POLY1305.tag_len();
        let mut ticket = Vec::with_capacity(length);
        ticket.extend_from_slice(&epoch);
        ticket.extend_from_slice(&nonce);
        ticket.extend_from_slice(session);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let encrypted = &mut ticket[EPOCH_OCTETS + NONCE_LEN..];
        let tag = key.seal_in_place_separate_tag(nonce, Aad::from(epoch), encrypted).ok()?;
        ticket.extend_from_slice(tag.as_ref());
        Some(ticket)
    }

    fn decrypt_at(&self, now: u64, ticket: &[u8]) -> Option<Vec<u8>> {
        let (epoch, rest) = ticket.split_first_chunk::<EPOCH_OCTETS>()?;
        let (nonce, encrypted) = rest.split_first_chunk::<NONCE_LEN>()?;
        let keys = self.keys(now);
        let key = keys.of(u64::from_be_bytes(*epoch))?;
        let mut session = encrypted.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = key.open_in_place(nonce, Aad::from(epoch), &mut session).ok()?.len();
        session.truncate(length);
        Some(session)
    }
}

impl ProducesTickets for Tickets {
    fn enabled(&self) -> bool {
        true
    }

    fn lifetime(&self) -> u32 {
        LIFETIME_SECS
    }

    fn encrypt(&self, session: &[u8]) -> Option<Vec<u8>> {
        self.encrypt_at(epoch_now(), session)
    }

    fn decrypt(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        self.decrypt_at(epoch_now(), ticket)
    }
}

/// The keys of two epochs, each with its epoch.
#[derive(Debug)]
struct Keys {
    /// That of the previous epoch.
    secret: TicketSecret,
    previous: (u64, LessSafeKey),
    current: (u64, LessSafeKey),
}

impl Keys {
    fn new(secret: TicketSecret) -> Self {
        let next = secret.next();
        let (previous, current) = ((secret.epoch, secret.key()), (next.epoch, next.key()));
        Self { secret, previous, current }
    }

    fn advance_to(&mut self, now: u64) {
        // Another thread may have been here first.
        if self.current.0 < now {
            self.secret.advance_to(now);
            let next = self.secret.next();
            self.previous = (self.secret.epoch, self.secret.key());
            self.current = (next.epoch, next.key());
        }
    }

    fn of(&self, epoch: u64) -> Option<&LessSafeKey> {
        [&self.current, &self.previous].into_iter().find(|key| key.0 == epoch).map(|key| &key.1)
    }
}

/// A clock that is before 1970 is as good as one that has just got there.
fn epoch_now() -> u64 {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since_1970.map_or(0, |time| time.as_secs() / EPOCH_SECS)
}

#[cfg(test)]
mod tests;
