//! How many requests a client may make.
//!
//! What is counted is in [`buckets`]; here are keys, the clock, and what clients are told: 429 with
//! `Retry-After` (RFC 6585 §4), and the fields `RateLimit` and `RateLimit-Policy` of the draft
//! draft-ietf-httpapi-ratelimit-headers-11. Keys are kept as numbers that only this process can
//! make from them: however long they are, a bucket takes the same memory, and nobody can have
//! another's.

mod buckets;

use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use gnezdo_core::{ConnectionInfo, Reply, Request};
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use self::buckets::{Buckets, Key, Quota, Verdict};
use crate::middleware::timeout::{seconds, whole_seconds};
use crate::middleware::{Middleware, Next};
use crate::problem::Problem;
use crate::response::IntoResponse;

const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// For how many keys there are buckets: about 6 MB, and more clients than one program serves in a
/// minute.
const KEYS_MAX: usize = 100_000;

/// How many leading bits of an IPv6 address name a client: providers give each customer at least
/// that many addresses (RFC 6177 §2), so a single one costs nothing.
const IPV6_PREFIX_BITS: u32 = 64;

/// Lets each client make so many requests in so much time, and refuses more with 429.
///
/// A client has a bucket of so many tokens, which fills evenly; each request takes one. So all may
/// be used at once, and then one by one as they come back.
///
/// Who a client is says its address, for IPv6 the first 64 bits; [`by`](Self::by) says otherwise.
/// Behind a proxy, put a [`TrustedProxies`](super::TrustedProxies) around this: without it all
/// clients are one. A request without a key (over a unix socket) is not limited.
///
/// The buckets are those of one process. There are 100,000 of them, or [`keys`](Self::keys): if
/// more clients come, those who have not been let through for the longest start anew.
///
/// ```
/// use std::time::Duration;
///
/// use gnezdo_core::Request;
/// use gnezdo_web::middleware::RateLimit;
/// use gnezdo_web::{App, post};
///
/// let minute = Duration::from_secs(60);
/// let login = RateLimit::new(5, minute).name("login");
/// let by_key = RateLimit::new(1_000, minute)
///     .by(|request: &Request| request.headers().get("x-api-key").cloned());
/// let app = App::new().route(post("/login", || "welcome").wrap(login)).wrap(by_key);
/// ```
#[derive(Clone)]
pub struct RateLimit {
    quota: Quota,
    keys_max: usize,
    name: String,
    telling: Telling,
    key: KeyOf,
    hasher: RandomState,
    started: Instant,
    buckets: Arc<Mutex<Buckets>>,
}

type KeyOf = Arc<dyn Fn(&Request, &RandomState) -> Option<Key> + Send + Sync>;

/// Whether clients are told how much is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Telling {
    Fields,
    Nothing,
}

impl RateLimit {
    /// So many requests, at least one, in so much time, a millisecond to a year.
    pub fn new(requests: u32, window: Duration) -> Self {
        let quota = Quota::new(requests, window);
        Self {
            quota,
            keys_max: KEYS_MAX,
            name: "default".into(),
            telling: Telling::Fields,
            key: Arc::new(|request, hasher| Some(hasher.hash_one(client(request)?))),
            hasher: RandomState::new(),
            started: Instant::now(),
            buckets: Arc::new(Mutex::new(Buckets::new(quota, KEYS_MAX))),
        }
    }

    /// Counts by something else than the address; what has no key is not limited. A key that
    /// clients choose freely limits nothing: check it before.
    #[must_use]
    pub fn by<K: Hash>(
        mut self,
        key: impl Fn(&Request) -> Option<K> + Send + Sync + 'static,
    ) -> Self {
        self.key = Arc::new(move |request, hasher| Some(hasher.hash_one(key(request)?)));
        self
    }

    /// For how many keys there are buckets, at least 2; each takes about 60 bytes.
    #[must_use]
    pub fn keys(mut self, max: usize) -> Self {
        self.keys_max = max;
        self.buckets = Arc::new(Mutex::new(Buckets::new(self.quota, max)));
        self
    }

    /// What the quota is called in the fields, `default` if nothing is said. What is not a letter,
    /// a digit, `-`, `_` or `.` is left out.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
        self.name = name.chars().filter(is_plain).collect();
        self
    }

    /// Does not tell clients of the quota before they have used it up.
    #[must_use]
    pub fn silent(mut self) -> Self {
        self.telling = Telling::Nothing;
        self
    }

    fn take(&self, key: Key) -> Verdict {
        let now = self.started.elapsed();
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).take(key, now)
    }

    /// §3 and §4 of the draft: a name with the quota, and with what is left of it.
    fn fields(&self, remaining: u32, reset: Duration) -> HeaderMap {
        let mut fields = HeaderMap::new();
        if self.telling == Telling::Nothing {
            return fields;
        }
        let Self { name, quota: Quota { requests, window }, .. } = self;
        let policy = format!("\"{name}\";q={requests};w={}", whole_seconds(*window));
        let left = format!("\"{name}\";r={remaining};t={}", whole_seconds(reset));
        for (field, value) in [(RATELIMIT_POLICY, policy), (RATELIMIT, left)] {
            if let Ok(value) = HeaderValue::try_from(value) {
                fields.insert(field, value);
            }
        }
        fields
    }

    fn refusal(&self, retry_after: Duration) -> Problem {
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS)
            .detail("too many requests in a short time")
            .header(RETRY_AFTER, seconds(retry_after));
        let fields = self.fields(0, retry_after);
        fields.into_iter().fold(problem, |problem, (name, value)| match name {
            Some(name) => problem.header(name, value),
            None => problem,
        })
    }
}

/// What tells clients apart: the address, or the network that a provider gives out at least.
fn client(request: &Request) -> Option<IpAddr> {
    let info = request.extensions().get::<ConnectionInfo>()?;
    Some(network(info.peer?.ip()))
}

fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => {
            let host_bits = Ipv6Addr::BITS - IPV6_PREFIX_BITS;
            Ipv6Addr::from_bits(ip.to_bits() >> host_bits << host_bits).into()
        }
        ip => ip,
    }
}

impl Middleware for RateLimit {
    fn handle(&self, request: Request, next: Next) -> Reply {
        let Some(key) = (self.key)(&request, &self.hasher) else {
            return next.call(request);
        };
        match self.take(key) {
            Verdict::Refused { retry_after } => {
                Reply::Now(self.refusal(retry_after).into_response())
            }
            Verdict::Granted { .. } if self.telling == Telling::Nothing => next.call(request),
            Verdict::Granted { remaining, reset } => {
                let fields = self.fields(remaining, reset);
                next.call(request).map(|mut response| {
                    append(fields, response.headers_mut());
                    response
                })
            }
        }
    }

    fn wants_connection_info(&self) -> bool {
        true
    }
}

/// Both fields are lists: quotas within each other have a member each.
fn append(fields: HeaderMap, response: &mut HeaderMap) {
    for (name, value) in fields {
        if let Some(name) = name {
            response.append(name, value);
        }
    }
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimit")
            .field("name", &self.name)
            .field("quota", &self.quota)
            .field("keys_max", &self.keys_max)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_told_apart_by_what_providers_give_out() {
        for (ip, expected) in [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("::1", "::"),
        ] {
            assert_eq!(network(ip.parse().unwrap()).to_string(), expected);
        }
    }

    #[test]
    fn a_name_cannot_break_out_of_its_quotes() {
        let limit = RateLimit::new(1, Duration::from_secs(1)).name("a\"b\\c;q=9\r\nx: y-z_.");
        assert_eq!(limit.fields(0, Duration::ZERO)[RATELIMIT], "\"abcq9xy-z_.\";r=0;t=0");
    }
}
