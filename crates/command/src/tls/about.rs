//! What the banner tells about TLS: which certificates, who trusts them, and what is spoken.

use std::path::Path;

use gnezdo_server::Settings;
use gnezdo_tls::dev_ca::DevAuthority;
use gnezdo_tls::{ClientAuth, ClientAuthMode, Protocol};

/// Lines of the banner, none without TLS.
pub(crate) fn about_tls(settings: &Settings) -> Vec<(&'static str, String)> {
    let Some(tls) = &settings.tls else { return Vec::new() };
    let mut lines = Vec::new();
    for files in &tls.certificates {
        lines.push(("TLS", files.chain.display().to_string()));
    }
    lines.extend(tls.certificates.iter().find_map(|files| about_trust(&files.chain)));
    lines.extend(tls.client_auth.as_ref().map(|auth| ("clients", about_clients(auth))));
    lines.push(("protocols", about_protocols(&tls.protocols)));
    lines
}

/// Where a development authority has left a certificate, it lies beside it.
fn about_trust(chain: &Path) -> Option<(&'static str, String)> {
    let dir = chain.parent().filter(|dir| dir.join("gnezdo-dev-ca.pem").exists())?;
    let is_default = DevAuthority::default_dir().is_ok_and(|default| default == dir);
    let option = if is_default { String::new() } else { format!(" --dir {}", dir.display()) };
    Some(("trust", format!("run gnezdo cert dev{option} to see how browsers trust it")))
}

fn about_clients(auth: &ClientAuth) -> String {
    let verb = match auth.mode {
        ClientAuthMode::Required => "must",
        ClientAuthMode::Optional => "may",
    };
    format!("{verb} show a certificate from {}", auth.authorities.display())
}

fn about_protocols(protocols: &[Protocol]) -> String {
    let names = protocols.iter().map(|protocol| String::from_utf8_lossy(protocol.alpn_name()));
    names.collect::<Vec<_>>().join(", ")
}
