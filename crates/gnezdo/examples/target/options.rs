//! The command line: every setting by name, so that a test can make each bound small.

mod values;

use std::path::PathBuf;

use gnezdo::tls::{CertificateFiles, ClientAuth, Protocol, TlsSettings, TlsVersion};
use gnezdo::{AccessRules, ListenAddress, LogFormat, LogTarget, Network, Settings};

use self::values::{certificate, client_auth, protocols, read, seconds, tls_version};

/// What the command line says.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) settings: Settings,
    /// What `/file` serves.
    pub(crate) file: Option<PathBuf>,
    /// What is served where no route leads.
    pub(crate) folder: Option<PathBuf>,
}

/// What is collected, because it is used all at once.
#[derive(Default)]
struct Lists {
    listen: Vec<ListenAddress>,
    allow: Vec<Network>,
    deny: Vec<Network>,
    certificates: Vec<CertificateFiles>,
    client_auth: Option<ClientAuth>,
    protocols: Option<Vec<Protocol>>,
    tls_version_min: Option<TlsVersion>,
}

impl Options {
    /// Reads `--name value` pairs. Times are seconds, such as `0.25`.
    ///
    /// # Errors
    /// A sentence that names the option.
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        let mut lists = Lists::default();
        while let Some(name) = words.next() {
            let value = words.next().ok_or_else(|| format!("{name} needs a value"))?;
            options.set(&mut lists, &name, &value).map_err(|error| format!("{name}: {error}"))?;
        }
        options.settings.access = AccessRules::new(lists.allow, lists.deny);
        if !lists.listen.is_empty() {
            options.settings.listen = lists.listen;
        }
        if !lists.certificates.is_empty() {
            let mut tls = TlsSettings::new(lists.certificates);
            tls.client_auth = lists.client_auth;
            tls.protocols = lists.protocols.unwrap_or(tls.protocols);
            tls.version_min = lists.tls_version_min.unwrap_or(tls.version_min);
            options.settings.tls = Some(tls);
        }
        Ok(options)
    }

    fn set(&mut self, lists: &mut Lists, name: &str, value: &str) -> Result<(), String> {
        let settings = &mut self.settings;
        let limits = &mut settings.limits;
        match name {
            "--listen" => lists.listen.push(read(value)?),
            "--architecture" => settings.architecture = read(value)?,
            "--workers" => settings.workers = Some(read(value)?),
            "--processes" => settings.processes = Some(read(value)?),
            "--max-connections" => settings.connections_max = Some(read(value)?),
            "--max-connections-per-ip" => settings.connections_per_ip_max = Some(read(value)?),
            "--allow" => lists.allow.push(read(value)?),
            "--deny" => lists.deny.push(read(value)?),
            "--shutdown-timeout" => settings.shutdown_timeout = seconds(value)?,
            "--access-log" => {
                settings.access_log = Some((LogFormat::Common, LogTarget::File(value.into())));
            }
            "--file" => self.file = Some(value.into()),
            "--folder" => self.folder = Some(value.into()),
            "--tls" => lists.certificates.push(certificate(value)?),
            "--tls-client-ca" => lists.client_auth = Some(client_auth(value)?),
            "--tls-min" => lists.tls_version_min = Some(tls_version(value)?),
            "--alpn" => lists.protocols = Some(protocols(value)?),
            "--redirect-http" => settings.redirect_http.push(read(value)?),
            "--hsts" => settings.hsts_max_age = Some(seconds(value)?),
            "--http2" => settings.http2 = read(value)?,
            "--header-timeout" => limits.header_timeout = seconds(value)?,
            "--idle-timeout" => limits.idle_timeout = seconds(value)?,
            "--progress-timeout" => limits.progress_timeout = seconds(value)?,
            "--progress-bytes" => limits.progress_bytes_min = read(value)?,
            "--linger-timeout" => limits.linger_timeout = seconds(value)?,
            "--head-bytes" => limits.head_bytes_max = read(value)?,
            "--target-bytes" => limits.target_bytes_max = read(value)?,
            "--fields" => limits.fields_max = read(value)?,
            "--chunk-extension-bytes" => limits.chunk_extension_bytes_max = read(value)?,
            "--trailer-bytes" => limits.trailer_bytes_max = read(value)?,
            "--body-bytes" => limits.body_bytes_max = read(value)?,
            "--discard-bytes" => limits.discard_bytes_max = read(value)?,
            "--streams" => limits.http2.streams_max = read(value)?,
            "--stream-window" => limits.http2.stream_window_bytes = read(value)?,
            "--connection-window" => limits.http2.connection_window_bytes = read(value)?,
            "--settings-timeout" => limits.http2.settings_timeout = seconds(value)?,
            _ => return Err("there is no such option".into()),
        }
        Ok(())
    }
}
