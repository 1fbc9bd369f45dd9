//! What is needed before anybody is served, wherever the server runs.

use std::sync::Arc;

use gnezdo_core::Service;

use crate::access_log::{LogTarget, LogWriter};
use crate::admission::Admission;
use crate::background::Background;
use crate::busy::Busy;
use crate::context::Context;
use crate::driver::Shared;
use crate::encryption::Encryption;
use crate::error::ServerError;
use crate::redirect::Redirect;
use crate::settings::Settings;
use crate::shutdown::Shutdown;

/// Starts the access log, if there is to be one.
///
/// # Errors
/// [`ServerError::AccessLog`]
pub(crate) fn start_log(settings: &Settings) -> Result<Option<LogWriter>, ServerError> {
    let Some((format, target)) = settings.access_log.clone() else {
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

/// Brings together what the threads of a process share.
pub(crate) fn share(
    settings: &Settings,
    encryption: &Encryption,
    connections_max: usize,
    service: Box<dyn Service>,
    log: Option<&LogWriter>,
    shutdown: Shutdown,
    background: Background,
) -> Shared {
    let plain = context(settings, Box::new(Redirect::to_same_port()), log);
    let plain = Arc::new(Context { http2: false, ..plain });
    let context = |service, limits| {
        let context = context(settings, service, log);
        let fixed_field = encryption.strict_transport_security(settings).map(Arc::new);
        let (encryption, plain) = (encryption.clone(), Some(plain.clone()));
        let limits = Arc::new(limits);
        Arc::new(Context { limits, encryption, fixed_field, plain, ..context })
    };
    let per_ip_max = settings.connections_per_ip_max.map(usize::from);
    Shared {
        context: context(service, settings.limits.clone()),
        busy: context(Box::new(Busy::new()), Busy::limits(&settings.limits)),
        admission: Admission::new(settings.access.clone(), connections_max, per_ip_max),
        neighbours: Arc::default(),
        is_alone: false,
        shutdown,
        shutdown_timeout: settings.shutdown_timeout,
        background,
    }
}

/// A context without TLS.
fn context(settings: &Settings, service: Box<dyn Service>, log: Option<&LogWriter>) -> Context {
    Context {
        log: log.and_then(LogWriter::sink),
        http2: settings.http2,
        ..Context::new(service, Arc::new(settings.limits.clone()))
    }
}

/// What threads share that send clients elsewhere: to the port that speaks TLS.
pub(crate) fn share_redirect(
    settings: &Settings,
    port: u16,
    log: Option<&LogWriter>,
    shutdown: Shutdown,
) -> Shared {
    let context = Arc::new(context(settings, Box::new(Redirect::to_port(port)), log));
    Shared {
        busy: context.clone(),
        context,
        admission: Admission::new(settings.access.clone(), REDIRECTED_MAX, None),
        neighbours: Arc::default(),
        is_alone: true,
        shutdown,
        shutdown_timeout: settings.shutdown_timeout,
        background: Background::default(),
    }
}

/// How many clients are sent elsewhere at once.
const REDIRECTED_MAX: usize = 1_024;
