//! From settings to a running server.

use std::io;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gnezdo_core::{Limits, Ready, Reply, Request, Service};
use gnezdo_socket::{ListenAddress, ListenOptions, Listener, LocalAddress, raise_descriptor_limit};
use http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};

use crate::access_log::{LogTarget, LogWriter};
use crate::admission::Admission;
use crate::architecture::{Architecture, Driver, Plan};
use crate::context::Context;
use crate::driver::Shared;
use crate::error::ServerError;
use crate::settings::Settings;
use crate::shutdown::Shutdown;
use crate::supervise::News;
use crate::{blocking, event, signals, supervise};

/// What a client that is turned away is told to wait, in seconds.
const RETRY_AFTER_SECONDS: u16 = 1;

/// How long a client that is turned away may take for its request, and for leaving.
const BUSY_TIMEOUT: Duration = Duration::from_secs(1);

/// A server whose addresses are bound, and who is about to serve.
#[derive(Debug)]
pub struct Server {
    settings: Settings,
    plan: Plan,
    listeners: Vec<Listener>,
    shutdown: Shutdown,
    role: Role,
    /// The supervisor's, once it listens to signals.
    news: Mutex<Option<Receiver<News>>>,
}

/// What this process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Serves,
    Supervises,
    /// One of a supervisor's workers: it serves, on sockets that it was handed.
    Works,
}

impl Server {
    /// Binds all addresses of the settings, or takes them over from a supervisor.
    ///
    /// # Errors
    /// [`ServerError::Listen`] says which address and what to do.
    pub fn bind(settings: Settings) -> Result<Self, ServerError> {
        let plan = settings.architecture.plan(settings.workers, settings.processes);
        ensure_available(&plan, settings.architecture)?;
        let shutdown = Shutdown::new().map_err(ServerError::system("making a pipe"))?;
        let (listeners, role) = match supervise::inherited_listeners() {
            Some(listeners) => (listeners?, Role::Works),
            None if plan.processes > 0 => (bind_all(&settings.listen)?, Role::Supervises),
            None => (bind_all(&settings.listen)?, Role::Serves),
        };
        Ok(Self { settings, plan, listeners, shutdown, role, news: Mutex::default() })
    }

    /// What was decided about drivers and numbers.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The addresses, with the ports that the system chose.
    pub fn local_addresses(&self) -> Vec<&LocalAddress> {
        self.listeners.iter().map(Listener::local_address).collect()
    }

    /// The URLs under which browsers on this and other machines find the server.
    pub fn urls(&self) -> Vec<String> {
        self.listeners.iter().flat_map(Listener::urls).collect()
    }

    /// Whether this process is a worker that a supervisor started, so that it has nothing to
    /// tell people.
    pub fn is_worker(&self) -> bool {
        self.role == Role::Works
    }

    /// Ends the server from another thread.
    pub fn shutdown(&self) -> Shutdown {
        self.shutdown.clone()
    }

    /// Ends the server on SIGINT and SIGTERM: the first lets it finish what is in progress,
    /// the second ends the process at once. So does the end of the shutdown's deadline if a
    /// handler does not return.
    ///
    /// # Errors
    /// The signal handlers could not be installed.
    pub fn stop_on_signals(&self) -> Result<(), ServerError> {
        if self.role == Role::Supervises {
            let news = self.take_news()?;
            *self.news() = Some(news);
            return Ok(());
        }
        signals::stop_on_signals(self.shutdown(), self.settings.shutdown_timeout)
            .map_err(ServerError::system("installing signal handlers"))
    }

    /// Serves until the shutdown is complete.
    ///
    /// With supervised processes, this program is started again with the same arguments for
    /// each of them; it has to come here again on the same way.
    ///
    /// # Errors
    /// See [`ServerError`].
    pub fn run(self, service: impl Service) -> Result<(), ServerError> {
        match self.role {
            Role::Supervises => {
                let news = self.take_news()?;
                let timeout = self.settings.shutdown_timeout;
                let processes = self.plan.processes;
                supervise::supervise(self.listeners, processes, &self.shutdown, &news, timeout)
            }
            Role::Serves => self.serve(Box::new(service)),
            Role::Works => {
                supervise::stop_with_supervisor(self.shutdown())
                    .map_err(ServerError::system("starting a thread"))?;
                self.serve(Box::new(service))
            }
        }
    }

    /// A supervisor listens to signals in any case: to those of its workers.
    fn take_news(&self) -> Result<Receiver<News>, ServerError> {
        if let Some(news) = self.news().take() {
            return Ok(news);
        }
        supervise::watch_signals(&self.shutdown)
            .map_err(ServerError::system("installing signal handlers"))
    }

    fn news(&self) -> MutexGuard<'_, Option<Receiver<News>>> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(mut self, service: Box<dyn Service>) -> Result<(), ServerError> {
        let log = self.start_log()?;
        let listeners = std::mem::take(&mut self.listeners);
        let shared = self.shared(service, log.as_ref());
        let result = match self.plan.driver {
            Driver::Single => blocking::run_single(&shared, listeners),
            Driver::Threads => blocking::run_threads(&shared, listeners),
            Driver::Event => run_loops(event::run, &shared, listeners, self.plan.workers),
            _ => Err(io::ErrorKind::Unsupported.into()),
        };
        // The log's thread ends when nobody can write to it any more.
        drop(shared);
        drop(log);
        result.map_err(ServerError::system("waiting for connections"))
    }

    fn start_log(&self) -> Result<Option<LogWriter>, ServerError> {
        let Some((format, target)) = self.settings.access_log.clone() else {
            return Ok(None);
        };
        let path = match &target {
            LogTarget::File(path) => path.clone(),
            LogTarget::Stdout => "standard output".into(),
        };
        LogWriter::start(format, target)
            .map(Some)
            .map_err(|source| ServerError::AccessLog { path, source })
    }

    fn shared(&self, service: Box<dyn Service>, log: Option<&LogWriter>) -> Shared {
        let settings = &self.settings;
        let context = |service, limits| {
            let log = log.and_then(LogWriter::sink);
            Arc::new(Context { service, limits: Arc::new(limits), log })
        };
        // Without the raise, the limit that was there holds.
        let descriptors = raise_descriptor_limit().unwrap_or(1024);
        let (driver, processes) = (self.plan.driver, self.plan.processes);
        let connections_max = settings.process_connections_max(driver, processes, descriptors);
        let per_ip_max = settings.connections_per_ip_max.map(usize::from);
        Shared {
            context: context(service, settings.limits.clone()),
            busy: context(Box::new(Busy(busy_answer())), busy_limits(&settings.limits)),
            admission: Admission::new(settings.access.clone(), connections_max, per_ip_max),
            shutdown: self.shutdown.clone(),
            shutdown_timeout: settings.shutdown_timeout,
        }
    }
}

fn ensure_available(plan: &Plan, architecture: Architecture) -> Result<(), ServerError> {
    match plan.driver {
        Driver::Single | Driver::Threads | Driver::Event => Ok(()),
        _ => {
            let reason = "its driver is not built in".into();
            Err(ServerError::Unavailable { architecture, reason })
        }
    }
}

fn bind_all(addresses: &[ListenAddress]) -> Result<Vec<Listener>, ServerError> {
    if addresses.is_empty() {
        return Err(ServerError::NoAddress);
    }
    let options = ListenOptions::default();
    Ok(addresses
        .iter()
        .map(|address| Listener::bind(address, &options))
        .collect::<Result<_, _>>()?)
}

/// One loop of a driver: serves the listeners until the shutdown is complete.
type Loop = fn(Shared, Vec<Listener>) -> io::Result<()>;

/// Runs loops, one of them in the calling thread. They share the listening sockets, so
/// that whichever is free takes the next client.
fn run_loops(
    run: Loop,
    shared: &Shared,
    listeners: Vec<Listener>,
    count: usize,
) -> io::Result<()> {
    let mut others = Vec::new();
    for index in 1..count {
        let listeners = listeners.iter().map(Listener::try_clone).collect::<io::Result<_>>()?;
        let shared = shared.clone();
        let name = format!("loop-{index}");
        let thread = std::thread::Builder::new().name(name);
        others.push(thread.spawn(move || run(shared, listeners))?);
    }
    let mut result = run(shared.clone(), listeners);
    for other in others {
        let ended = other.join().unwrap_or_else(|_| Err(io::Error::other("a loop panicked")));
        result = result.and(ended);
    }
    result
}

/// Tells every client to come back later.
struct Busy(Ready);

impl Service for Busy {
    fn call(&self, _: Request) -> Reply {
        Reply::Ready(self.0.clone())
    }
}

/// Who is to come back later has little time to ask.
fn busy_limits(limits: &Limits) -> Limits {
    Limits {
        header_timeout: limits.header_timeout.min(BUSY_TIMEOUT),
        linger_timeout: limits.linger_timeout.min(BUSY_TIMEOUT),
        ..limits.clone()
    }
}

fn busy_answer() -> Ready {
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let fields = response.headers_mut();
    fields.insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
    fields.insert(CONNECTION, HeaderValue::from_static("close"));
    fields.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    let text = "503 Service Unavailable: too many connections from your address.\n";
    Ready::new(response.into_parts().0, text.into())
}
