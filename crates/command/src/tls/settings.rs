//! From options about TLS to settings, with the refusals of what contradicts itself.

use gnezdo_server::Settings;
use gnezdo_tls::{CertificateFiles, ClientAuth, ClientAuthMode, Protocol, TlsSettings};

use super::{TlsFailure, dev_certificate};
use crate::failure::Failure;
use crate::options::{ClientAuthChoice, TlsOptions, VersionChoice};
use crate::values::{Certificate, TimeSpan};

/// Changes the settings as the options say. For `self-signed`, files may be made.
pub(crate) fn set_tls(options: &TlsOptions, settings: &mut Settings) -> Result<(), Failure> {
    settings.tls = tls(options, settings.http2)?;
    settings.redirect_http.clone_from(&options.redirect_http);
    settings.hsts_max_age = options.hsts.map(TimeSpan::duration);
    Ok(())
}

fn tls(options: &TlsOptions, http2: bool) -> Result<Option<TlsSettings>, Failure> {
    if options.tls.is_empty() {
        return match useless_without_tls(options) {
            Some(option) => Err(TlsFailure::Missing(option).into()),
            None => Ok(None),
        };
    }
    // What contradicts itself is refused before a file is made.
    let client_auth = client_auth(options)?;
    let certificates: Result<_, _> = options.tls.iter().map(files).collect();
    let mut tls = TlsSettings::new(certificates?);
    tls.client_auth = client_auth;
    tls.version_min = options.tls_min.map_or(tls.version_min, VersionChoice::version);
    tls.protocols.retain(|protocol| http2 || *protocol != Protocol::Http2);
    Ok(Some(tls))
}

/// The first option that says something about TLS, but not with which certificate.
fn useless_without_tls(options: &TlsOptions) -> Option<&'static str> {
    let given = [
        ("--tls-min", options.tls_min.is_some()),
        ("--tls-client-ca", options.tls_client_ca.is_some()),
        ("--tls-client-auth", options.tls_client_auth.is_some()),
        ("--redirect-http", !options.redirect_http.is_empty()),
        ("--hsts", options.hsts.is_some()),
    ];
    given.into_iter().find_map(|(option, is_given)| is_given.then_some(option))
}

fn client_auth(options: &TlsOptions) -> Result<Option<ClientAuth>, TlsFailure> {
    let Some(authorities) = options.tls_client_ca.clone() else {
        let is_useless = options.tls_client_auth.is_some();
        return if is_useless { Err(TlsFailure::ClientCaMissing) } else { Ok(None) };
    };
    let mode = options.tls_client_auth.map_or(ClientAuthMode::Required, ClientAuthChoice::mode);
    Ok(Some(ClientAuth { authorities, mode }))
}

fn files(certificate: &Certificate) -> Result<CertificateFiles, Failure> {
    match certificate {
        Certificate::Files(files) => Ok(files.clone()),
        Certificate::SelfSigned { more_names } => Ok(dev_certificate(None, more_names)?.files),
    }
}
