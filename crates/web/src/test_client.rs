//! A client for tests: it calls a service in the process, without a socket.
//!
//! ```text
//! TestClient ──► TestRequest ──► glance, or call ──► Reply ──► TestResponse
//!      └── cookies ──┘ └───────────── redirects, if followed ──────┘ └── cookies
//! ```
//!
//! A request takes the road that it would take in a server: one without content is shown to the
//! service [at a glance](Service::glance) first. What it does not do: fields that a server adds
//! (`Date`, `Content-Length`) are missing, and nothing of the framing on the wire is tested.
//!
//! It is a tool for tests, and panics with a clear text where something cannot be done.

mod content;
mod exchange;
mod jar;
mod park;
mod redirects;
mod request;
mod response;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gnezdo_core::Service;
use http::Method;
use http::uri::Scheme;

pub use request::TestRequest;
pub use response::TestResponse;

use jar::Jar;

/// How many bytes of an answer are collected, by default: 64 MiB, more than a test should look at,
/// and few enough that an endless stream ends the test and not the machine.
const CONTENT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// How long [`TestRequest::send`] waits for an answer, by default: 30 s, so that a handler that
/// nobody wakes fails its test.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(30);

/// Calls a service as a client would, without a socket.
///
/// ```
/// use gnezdo_web::{App, Json, TestClient};
///
/// let app = App::new()
///     .get("/", || "Hello")
///     .post("/double", |Json(number): Json<u32>| Json(2 * number));
/// let client = TestClient::new(app);
///
/// let answer = client.get("/").send();
/// assert_eq!(answer.status(), 200);
/// assert_eq!(answer.text(), "Hello");
/// assert_eq!(client.post("/double").json(&21).send().json::<u32>(), 42);
/// ```
///
/// [`TestRequest::send`] blocks its thread, with an executor that parks it. Handlers that use
/// tokio's timers or sockets need its runtime: in a `#[tokio::test]`, await the request.
///
/// ```
/// # use gnezdo_web::{App, TestClient};
/// # async fn test() {
/// let client = TestClient::new(App::new().get("/", || async { "Hello" }));
/// assert_eq!(client.get("/").await.text(), "Hello");
/// # }
/// ```
///
/// Cookies are kept from answer to answer, as a browser keeps them: by host and path, `Secure` ones
/// for `https` only, until they expire. Clones share them; a client of its own does not.
#[derive(Clone)]
pub struct TestClient {
    app: Arc<dyn Service>,
    jar: Arc<Mutex<Jar>>,
    origin: Origin,
    peer: SocketAddr,
    content_bytes_max: u64,
    answer_time_max: Duration,
}

/// Whom a client asks.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Origin {
    scheme: Scheme,
    host: String,
}

macro_rules! request_by_method {
    ($($verb:ident $method:ident)+) => {$(
        #[doc = concat!("Begins a `", stringify!($method), "` of a path, or of a whole URL.")]
        #[track_caller]
        pub fn $verb(&self, target: &str) -> TestRequest {
            self.request(Method::$method, target)
        }
    )+};
}

impl TestClient {
    /// A client of a service, such as an [`App`](crate::App). It asks for `http://localhost/…` from
    /// 127.0.0.1.
    ///
    /// # Panics
    /// If the service says that it cannot serve ([`Service::check`]).
    #[track_caller]
    pub fn new(app: impl Service) -> Self {
        if let Err(error) = Service::check(&app) {
            panic!("the app cannot start: {error}");
        }
        Self {
            app: Arc::new(app),
            jar: Arc::default(),
            origin: Origin { scheme: Scheme::HTTP, host: "localhost".into() },
            peer: SocketAddr::from((Ipv4Addr::LOCALHOST, 49_152)),
            content_bytes_max: CONTENT_BYTES_MAX,
            answer_time_max: ANSWER_TIME_MAX,
        }
    }

    request_by_method! {
        get GET post POST put PUT patch PATCH delete DELETE head HEAD options OPTIONS
    }

    /// Begins a request with any method, for a path, a whole URL, or `*`.
    ///
    /// # Panics
    /// If the target is none of these.
    #[track_caller]
    pub fn request(&self, method: Method, target: &str) -> TestRequest {
        TestRequest::new(self.clone(), method, target)
    }

    /// The same client, over an encrypted connection.
    #[must_use]
    pub fn https(mut self) -> Self {
        self.origin.scheme = Scheme::HTTPS;
        self
    }

    /// The same client, for another host than `localhost`.
    #[must_use]
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.origin.host = host.into();
        self
    }

    /// The same client, at another address than 127.0.0.1.
    #[must_use]
    pub fn from(mut self, peer: SocketAddr) -> Self {
        self.peer = peer;
        self
    }

    /// How many bytes of an answer are collected: 64 MiB by default. More fails the test.
    #[must_use]
    pub fn content_bytes_max(mut self, bytes: u64) -> Self {
        self.content_bytes_max = bytes;
        self
    }

    /// How long [`TestRequest::send`] waits for an answer: 30 s by default. Then the test fails.
    #[must_use]
    pub fn answer_time_max(mut self, time: Duration) -> Self {
        self.answer_time_max = time;
        self
    }

    /// The value of a cookie that is kept, whatever host and path it is for.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.with_jar(|jar| jar.value(name))
    }

    /// Forgets all cookies, as a browser that is closed.
    pub fn forget_cookies(&self) {
        self.with_jar(|jar| *jar = Jar::default());
    }

    fn with_jar<T>(&self, look: impl FnOnce(&mut Jar) -> T) -> T {
        look(&mut self.jar.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for TestClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, peer, jar, .. } = self;
        let mut f = f.debug_struct("TestClient");
        f.field("origin", origin).field("peer", peer).field("jar", jar).finish_non_exhaustive()
    }
}
