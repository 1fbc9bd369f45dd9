//! What options take: numbers, times in seconds, and the words about TLS.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use gnezdo::tls::{CertificateFiles, ClientAuth, ClientAuthMode, Protocol, TlsVersion};

/// `CERTIFICATE,KEY`: two files.
pub(super) fn certificate(value: &str) -> Result<CertificateFiles, String> {
    let (chain, key) = value.split_once(',').ok_or("two files, with a comma between them")?;
    Ok(CertificateFiles { chain: chain.into(), key: key.into() })
}

/// `required,FILE` or `optional,FILE`.
pub(super) fn client_auth(value: &str) -> Result<ClientAuth, String> {
    let (mode, authorities) = match value.split_once(',') {
        Some(("required", file)) => (ClientAuthMode::Required, file),
        Some(("optional", file)) => (ClientAuthMode::Optional, file),
        _ => return Err("required,FILE or optional,FILE".into()),
    };
    Ok(ClientAuth { authorities: authorities.into(), mode })
}

pub(super) fn tls_version(value: &str) -> Result<TlsVersion, String> {
    match value {
        "1.2" => Ok(TlsVersion::Tls12),
        "1.3" => Ok(TlsVersion::Tls13),
        _ => Err("1.2 or 1.3".into()),
    }
}

/// The names of ALPN with commas between them, or `none`.
pub(super) fn protocols(value: &str) -> Result<Vec<Protocol>, String> {
    let names = value.split(',').filter(|name| *name != "none");
    let protocol = |name: &str| Protocol::from_alpn_name(name.as_bytes());
    names.map(|name| protocol(name).ok_or_else(|| format!("{name:?} is unknown"))).collect()
}

pub(super) fn read<T: FromStr<Err: Display>>(value: &str) -> Result<T, String> {
    value.parse().map_err(|error| format!("{value:?}: {error}"))
}

pub(super) fn seconds(value: &str) -> Result<Duration, String> {
    Duration::try_from_secs_f64(read(value)?).map_err(|error| format!("{value:?}: {error}"))
}
