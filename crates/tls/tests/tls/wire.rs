//! Clients, and the wire between them and a server: buffers.

use std::sync::Arc;

use gnezdo_tls::Tls;
use rustls::client::WantsClientCert;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{
    ALL_VERSIONS, ClientConfig, ClientConnection, ConfigBuilder, Connection, Error, RootCertStore,
    ServerConnection, SupportedProtocolVersion,
};

use crate::fixture::Pair;

pub(crate) type Version = &'static SupportedProtocolVersion;

/// A client that shows no certificate.
pub(crate) fn client(roots: RootCertStore) -> ClientConfig {
    builder(roots, ALL_VERSIONS).with_no_client_auth()
}

pub(crate) fn client_of_version(roots: RootCertStore, version: Version) -> ClientConfig {
    builder(roots, &[version]).with_no_client_auth()
}

pub(crate) fn client_with(roots: RootCertStore, version: Version, pair: &Pair) -> ClientConfig {
    builder(roots, &[version]).with_client_auth_cert(vec![pair.der()], pair.key_der()).unwrap()
}

fn builder(
    roots: RootCertStore,
    versions: &[Version],
) -> ConfigBuilder<ClientConfig, WantsClientCert> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
}

/// Both ends of a connection.
#[derive(Debug)]
pub(crate) struct Ends {
    pub(crate) client: Connection,
    pub(crate) server: Connection,
}

/// Makes a handshake and carries what follows it; the server's error goes first, for the client
/// has only an alert to tell.
pub(crate) fn connect(tls: &Tls, client: &Arc<ClientConfig>, name: &str) -> Result<Ends, Error> {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let client = ClientConnection::new(client.clone(), name).unwrap();
    let server = ServerConnection::new(tls.server_config()).unwrap();
    let mut ends = Ends { client: client.into(), server: server.into() };
    ends.carry()?;
    assert!(!ends.client.is_handshaking() && !ends.server.is_handshaking());
    Ok(ends)
}

impl Ends {
    /// Until both are silent.
    pub(crate) fn carry(&mut self) -> Result<(), Error> {
        while self.client.wants_write() || self.server.wants_write() {
            carry(&mut self.client, &mut self.server)?;
            carry(&mut self.server, &mut self.client)?;
        }
        Ok(())
    }

    /// The certificate that the server showed.
    pub(crate) fn shown(&self) -> CertificateDer<'_> {
        self.client.peer_certificates().unwrap()[0].clone()
    }
}

fn carry(from: &mut Connection, to: &mut Connection) -> Result<(), Error> {
    let mut wire = Vec::new();
    while from.wants_write() {
        from.write_tls(&mut wire).unwrap();
    }
    let mut rest = &wire[..];
    while !rest.is_empty() {
        to.read_tls(&mut rest).unwrap();
        to.process_new_packets()?;
    }
    Ok(())
}
