//! What is needed before anybody is served, wherever the server runs.

use std::sync::Arc;

use gnezdo_core::Service;

use crate::access_log::{LogTarget, LogWriter};
use crate::admission::Admission;
use crate::background::Background;
use crate::busy::Busy;
use crate::context::Context;
use crate::driver::Shared;
use crate::error::ServerError;
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
    connections_max: usize,
    service: Box<dyn Service>,
    log: Option<&LogWriter>,
    shutdown: Shutdown,
    background: Background,
) -> Shared {
    let context = |service, limits| {
        let log = log.and_then(LogWriter::sink);
        Arc::new(Context { service, limits: Arc::new(limits), log })
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
