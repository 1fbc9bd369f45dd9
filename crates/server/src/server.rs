//! From settings to a running server.

use std::io;
use std::sync::mpsc::Receiver;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use gnezdo_core::Service;
use gnezdo_socket::{
    ListenAddress, ListenOptions, Listener, LocalAddress, Scheme, raise_descriptor_limit,
};

use crate::access_log::LogWriter;
use crate::architecture::{Architecture, Driver, Plan};
use crate::background::Background;
use crate::driver::Shared;
use crate::encryption::Encryption;
use crate::error::ServerError;
use crate::settings::Settings;
use crate::shutdown::Shutdown;
use crate::startup::{share, share_redirect, start_log};
use crate::supervise::News;
#[cfg(feature = "tokio")]
use crate::tasks;
use crate::{blocking, event, signals, supervise, uring};

/// A server whose addresses are bound, and who is about to serve.
#[derive(Debug)]
pub struct Server {
    settings: Settings,
    plan: Plan,
    listeners: Vec<Listener>,
    /// Whose clients are sent to the first of the others.
    redirecting: Vec<Listener>,
    encryption: Encryption,
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
        let encryption = match supervise::inherited_secret() {
            Some(secret) => Encryption::load_with(&settings, secret)?,
            None => Encryption::load(&settings)?,
        };
        let shutdown = Shutdown::new().map_err(ServerError::system("making a pipe"))?;
        let (listeners, role) = match supervise::inherited_listeners() {
            Some(listeners) => (listeners?, Role::Works),
            None if plan.processes > 0 => (bind_all(&settings.listen)?, Role::Supervises),
            None => (bind_all(&settings.listen)?, Role::Serves),
        };
        // A supervisor does it for its workers.
        let redirecting = match role {
            Role::Works => Vec::new(),
            Role::Serves | Role::Supervises => bind_each(Encryption::redirected(&settings))?,
        };
        let news = Mutex::default();
        Ok(Self { settings, plan, listeners, redirecting, encryption, shutdown, role, news })
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
        let scheme = self.encryption.scheme();
        self.listeners.iter().flat_map(|listener| listener.urls(scheme)).collect()
    }

    /// The URLs whose clients are sent to the others.
    pub fn redirect_urls(&self) -> Vec<String> {
        self.redirecting.iter().flat_map(|listener| listener.urls(Scheme::Http)).collect()
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
    /// [`ServerError::Check`] if the service fails its [check](Service::check), which is asked
    /// for once in each process; the supervisor of others starts none then. See [`ServerError`]
    /// for the rest.
    pub fn run(self, service: impl Service) -> Result<(), ServerError> {
        self.run_announced(service, |_| ())
    }

    /// Serves as [`run`](Self::run) does, and lets `announce` tell people once the service has
    /// passed its check, before anybody is served.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_announced(
        mut self,
        service: impl Service,
        announce: impl FnOnce(&Self),
    ) -> Result<(), ServerError> {
        service.check().map_err(ServerError::Check)?;
        announce(&self);
        let redirecting = std::mem::take(&mut self.redirecting);
        let redirecting = self.start_redirecting(redirecting)?;
        let shutdown = self.shutdown.clone();
        let result = self.run_in_role(service);
        if let Some(redirecting) = redirecting {
            // Whatever has ended the server ends this too.
            shutdown.begin();
            let _ = redirecting.join();
        }
        result
    }

    fn run_in_role(self, service: impl Service) -> Result<(), ServerError> {
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

    /// Starts a small server of its own that sends clients to the first address.
    fn start_redirecting(
        &self,
        listeners: Vec<Listener>,
    ) -> Result<Option<JoinHandle<io::Result<()>>>, ServerError> {
        let addresses = self.local_addresses();
        let Some(port) = addresses.iter().find_map(|address| Some(address.tcp()?.port())) else {
            return Ok(None);
        };
        if listeners.is_empty() {
            return Ok(None);
        }
        // Who was sent elsewhere is not in the log: the request comes again, to the other.
        let shared = share_redirect(&self.settings, port, None, self.shutdown.clone());
        let thread = std::thread::Builder::new().name("redirect".into());
        let started = thread.spawn(move || event::run(shared, listeners));
        started.map(Some).map_err(ServerError::system("starting a thread"))
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
        let log = start_log(&self.settings)?;
        let listeners = std::mem::take(&mut self.listeners);
        let shared = self
            .shared(service, log.as_ref())
            .map_err(ServerError::system("starting a thread for tokio"))?;
        let result = wait_for_connections(&self.plan, &shared, listeners);
        // The log's thread ends when nobody can write to it any more.
        drop(shared);
        drop(log);
        result.map_err(ServerError::system("waiting for connections"))
    }

    fn shared(&self, service: Box<dyn Service>, log: Option<&LogWriter>) -> io::Result<Shared> {
        // Without the raise, the limit that was there holds.
        let descriptors = raise_descriptor_limit().unwrap_or(1024);
        let Plan { driver, workers, processes, .. } = self.plan;
        let connections_max = self.settings.process_connections_max(driver, processes, descriptors);
        let background = match driver {
            #[cfg(feature = "tokio")]
            Driver::Async => Background::default(),
            _ => Background::start()?,
        };
        let shutdown = self.shutdown.clone();
        let (settings, encryption) = (&self.settings, &self.encryption);
        let shared =
            share(settings, encryption, connections_max, service, log, shutdown, background);
        Ok(Shared { is_alone: workers == 1 && processes == 0, ..shared })
    }
}

/// Whether what was asked for by name works here; `auto` asks for nothing by name.
fn ensure_available(plan: &Plan, architecture: Architecture) -> Result<(), ServerError> {
    match plan.driver {
        Driver::Uring => uring::probe().map_err(|refusal| {
            let reason = refusal.to_string();
            ServerError::Unavailable { architecture, reason }
        }),
        _ => Ok(()),
    }
}

fn bind_all(addresses: &[ListenAddress]) -> Result<Vec<Listener>, ServerError> {
    if addresses.is_empty() {
        return Err(ServerError::NoAddress);
    }
    bind_each(addresses)
}

fn bind_each(addresses: &[ListenAddress]) -> Result<Vec<Listener>, ServerError> {
    let options = ListenOptions::default();
    Ok(addresses
        .iter()
        .map(|address| Listener::bind(address, &options))
        .collect::<Result<_, _>>()?)
}

/// Serves the listeners in the way of the plan until the shutdown is complete.
fn wait_for_connections(plan: &Plan, shared: &Shared, listeners: Vec<Listener>) -> io::Result<()> {
    let _entered = shared.background.enter();
    match plan.driver {
        Driver::Single => blocking::run_single(shared, listeners),
        Driver::Threads => blocking::run_threads(shared, listeners),
        Driver::Event => run_loops(event::run, shared, listeners, plan.workers),
        Driver::Uring => run_loops(uring::run, shared, listeners, plan.workers),
        #[cfg(feature = "tokio")]
        Driver::Async => tasks::run_apart(shared.clone(), listeners, plan.workers),
    }
}

/// One loop of a driver: serves the listeners until the shutdown is complete.
type Loop = fn(Shared, Vec<Listener>) -> io::Result<()>;

/// Runs loops, one of them in the calling thread. They share the listening sockets, so
/// that whichever is free takes the next client.
fn run_loops(run: Loop, shared: &Shared, listeners: Vec<Listener>, count: usize) -> io::Result<()> {
    let mut others = Vec::new();
    for index in 1..count {
        let listeners = listeners.iter().map(Listener::try_clone).collect::<io::Result<_>>()?;
        let shared = shared.clone();
        let name = format!("loop-{index}");
        let thread = std::thread::Builder::new().name(name);
        others.push(thread.spawn(move || {
            let background = shared.background.clone();
            let _entered = background.enter();
            run(shared, listeners)
        })?);
    }
    let mut result = run(shared.clone(), listeners);
    for other in others {
        let ended = other.join().unwrap_or_else(|_| Err(io::Error::other("a loop panicked")));
        result = result.and(ended);
    }
    result
}
