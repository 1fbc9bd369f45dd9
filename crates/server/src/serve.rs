//! A server inside a tokio program: a future like any other.

use std::future::poll_fn;
use std::pin::{Pin, pin};

use gnezdo_core::Service;
use gnezdo_socket::Listener;
use rustix::process::{Resource, getrlimit};

use crate::architecture::Driver;
use crate::background::Background;
use crate::encryption::Encryption;
use crate::error::ServerError;
use crate::into_listener::IntoListener;
use crate::settings::Settings;
use crate::shutdown::Shutdown;
use crate::startup::{share, start_log};
use crate::tasks;

/// Serves the clients of a listener in the runtime of the caller, each in a task of its own.
///
/// ```
/// # use gnezdo_core::{Body, Reply, Request, Response, Service};
/// # struct Greeter;
/// # impl Service for Greeter {
/// #     fn call(&self, _: Request) -> Reply {
/// #         Reply::Now(Response::new(Body::from("Hello")))
/// #     }
/// # }
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let address = listener.local_addr()?;
/// let (end, ended) = tokio::sync::oneshot::channel::<()>();
/// let server = gnezdo_server::serve(listener, Greeter).with_graceful_shutdown(async {
///     let _ = ended.await;
/// });
/// let server = tokio::spawn(server.into_future());
/// # use std::io::{Read, Write};
/// # let answer = tokio::task::spawn_blocking(move || -> std::io::Result<String> {
/// #     let mut client = std::net::TcpStream::connect(address)?;
/// #     client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
/// #     let mut answer = String::new();
/// #     client.read_to_string(&mut answer)?;
/// #     Ok(answer)
/// # }).await??;
/// # assert!(answer.ends_with("Hello"));
///
/// // … and when it is enough:
/// let _ = end.send(());
/// server.await??;
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The server is an ordinary future, in a runtime with one thread or many, beside other tasks and
/// other servers. Its connections are part of it: dropping it closes the listener and all of
/// them, and cancels the handlers in progress. A handler runs in the task of its connection, so
/// one that blocks keeps a thread of the runtime.
///
/// Its output is an error if the service fails its [`check`](Service::check), or if something of
/// the system is missing: nobody has been served then.
///
/// # Panics
/// When it is first polled outside of a tokio runtime with I/O and time enabled.
pub fn serve(listener: impl IntoListener, service: impl Service) -> Serve {
    Serve {
        listener: listener.into_listener(),
        service: Box::new(service),
        settings: Settings::default(),
        end: None,
    }
}

/// A server about to start: see [`serve`]. It starts when it is awaited.
#[must_use = "a server does nothing unless it is awaited"]
pub struct Serve {
    listener: Result<Listener, ServerError>,
    service: Box<dyn Service>,
    settings: Settings,
    end: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Serve {
    /// Serves with these settings instead of the default ones.
    ///
    /// The limits, the rules of access, the bounds on connections, the time for the shutdown and
    /// the access log count. `listen`, `architecture`, `workers` and `processes` do not: the
    /// listener is there, and the runtime is the caller's.
    ///
    /// By default there may be as many connections as the process may have descriptors, a
    /// quarter of them left for other things. [`Server`](crate::Server) raises that limit of the
    /// process; this does not, because the process is not its own.
    pub fn settings(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }

    /// Shuts down when a future ends: accepts nobody any more, finishes what is in progress,
    /// for [`shutdown_timeout`](Settings::shutdown_timeout) at most, and is over.
    pub fn with_graceful_shutdown(self, end: impl Future<Output = ()> + Send + 'static) -> Self {
        Self { end: Some(Box::pin(end)), ..self }
    }

    async fn run(self) -> Result<(), ServerError> {
        let listener = self.listener?;
        self.service.check().map_err(ServerError::Check)?;
        let shutdown = Shutdown::new().map_err(ServerError::system("making a pipe"))?;
        let encryption = Encryption::load(&self.settings)?;
        let log = start_log(&self.settings)?;
        let connections_max =
            self.settings.process_connections_max(Driver::Async, 0, descriptors());
        let shared = share(
            &self.settings,
            &encryption,
            connections_max,
            self.service,
            log.as_ref(),
            shutdown.clone(),
            // Handlers are in the caller's runtime.
            Background::default(),
        );
        let served = until_shutdown(tasks::run(shared, vec![listener]), self.end, shutdown).await;
        // What is left of the log is written by its own thread: that may take its time.
        let _ = tokio::task::spawn_blocking(move || drop(log)).await;
        served.map_err(ServerError::system("waiting for connections"))
    }
}

impl IntoFuture for Serve {
    type Output = Result<(), ServerError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// Runs a server, and begins its shutdown when `end` has come.
async fn until_shutdown<T>(
    server: impl Future<Output = T>,
    mut end: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    shutdown: Shutdown,
) -> T {
    let mut server = pin!(server);
    poll_fn(|cx| {
        if end.take_if(|end| end.as_mut().poll(cx).is_ready()).is_some() {
            shutdown.begin();
        }
        server.as_mut().poll(cx)
    })
    .await
}

/// How many descriptors this process may have.
fn descriptors() -> u64 {
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}
