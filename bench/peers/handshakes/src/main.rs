//! Full handshakes of TLS 1.3, again and again: `ADDRESS:PORT TARGET CONNECTIONS SECONDS`.
//!
//! Each connection connects, makes its handshake, asks once over HTTP/1.1, reads until the server
//! closes, and begins again. Sessions are never kept, and every handshake is looked at: one that
//! resumed, or negotiated another suite or group than the only ones that are offered, is an
//! error. The certificate may be anybody's, but its signature is verified: the server has to have
//! made one.
//!
//! One thread for each connection, which waits in the kernel: what they cost is the client's.
#![forbid(unsafe_code)]

use std::error::Error;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring::{cipher_suite::TLS13_AES_128_GCM_SHA256, default_provider, kx_group};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CipherSuite, ClientConfig, ClientConnection, DigitallySignedStruct, HandshakeKind, NamedGroup,
    SignatureScheme, StreamOwned, version,
};

/// Longer than any server should need.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [address, target, connections, seconds] = words.as_slice() else {
        return Err("usage: handshakes ADDRESS:PORT TARGET CONNECTIONS SECONDS".into());
    };
    let client = Client::new(address.parse()?, target)?;
    let seconds = Duration::from_secs(seconds.parse()?);
    let start = Instant::now();
    let work = || {
        let mut done = Done::default();
        while start.elapsed() < seconds {
            done.add(client.connect());
        }
        done
    };
    let connections: usize = connections.parse()?;
    let done = thread::scope(|scope| {
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(work)).collect();
        let done = threads.into_iter().map(|thread| thread.join().unwrap_or_default());
        done.reduce(Done::and).unwrap_or_default()
    });
    done.print(start.elapsed());
    Ok(())
}

/// What came of the connections.
#[derive(Default)]
struct Done {
    times: Vec<Duration>,
    errors: u64,
    problem: Option<io::Error>,
}

impl Done {
    fn add(&mut self, connected: io::Result<Duration>) {
        match connected {
            Ok(time) => self.times.push(time),
            Err(error) => {
                self.errors += 1;
                self.problem = Some(error);
            }
        }
    }

    fn and(mut self, other: Self) -> Self {
        self.times.extend(other.times);
        Self {
            times: self.times,
            errors: self.errors + other.errors,
            problem: self.problem.or(other.problem),
        }
    }

    fn print(mut self, elapsed: Duration) {
        self.times.sort_unstable();
        let rank = |percent: usize| (self.times.len() * percent).div_ceil(100).saturating_sub(1);
        let at = |percent| self.times.get(rank(percent)).map_or(0, Duration::as_micros);
        println!("requests {}", self.times.len());
        println!("errors {}", self.errors);
        println!("microseconds {}", elapsed.as_micros());
        println!("p50_microseconds {}", at(50));
        println!("p99_microseconds {}", at(99));
        if let Some(problem) = self.problem {
            eprintln!("{problem}");
        }
    }
}

struct Client {
    address: SocketAddr,
    name: ServerName<'static>,
    request: String,
    config: Arc<ClientConfig>,
}

impl Client {
    fn new(address: SocketAddr, target: &str) -> Result<Self, Box<dyn Error>> {
        let provider = Arc::new(CryptoProvider {
            cipher_suites: vec![TLS13_AES_128_GCM_SHA256],
            kx_groups: vec![kx_group::X25519],
            ..default_provider()
        });
        let mut config = ClientConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[&version::TLS13])?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody(provider)))
            .with_no_client_auth();
        config.resumption = Resumption::disabled();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let request =
            format!("GET {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        let name = ServerName::try_from("localhost")?;
        Ok(Self { address, name, request, config: Arc::new(config) })
    }

    /// One connection, from its beginning to its end.
    fn connect(&self) -> io::Result<Duration> {
        let start = Instant::now();
        let stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let session = ClientConnection::new(self.config.clone(), self.name.clone())
            .map_err(io::Error::other)?;
        let mut line = StreamOwned::new(session, stream);
        line.write_all(self.request.as_bytes())?;
        let mut answer = Vec::new();
        match line.read_to_end(&mut answer) {
            // Not everybody says goodbye before leaving. The length says whether it was all.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
            other => other.map(|_| ())?,
        }
        check_answer(&answer)?;
        check_handshake(&line.conn)?;
        Ok(start.elapsed())
    }
}

fn check_answer(answer: &[u8]) -> io::Result<()> {
    let text = String::from_utf8_lossy(answer);
    let (head, content) = text.split_once("\r\n\r\n").unwrap_or_default();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    match head.starts_with("HTTP/1.1 200 ") && length == Some(content.len()) {
        true => Ok(()),
        false => Err(io::Error::other(format!("a bad answer: {head}"))),
    }
}

fn check_handshake(session: &ClientConnection) -> io::Result<()> {
    let group = session.negotiated_key_exchange_group().map(|group| group.name());
    let suite = session.negotiated_cipher_suite().map(|suite| suite.suite());
    let kind = session.handshake_kind();
    let is_right = kind == Some(HandshakeKind::Full)
        && group == Some(NamedGroup::X25519)
        && suite == Some(CipherSuite::TLS13_AES_128_GCM_SHA256);
    match is_right {
        true => Ok(()),
        false => Err(io::Error::other(format!("negotiated {kind:?}, {group:?}, {suite:?}"))),
    }
}

/// Trusts everybody who can sign.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("TLS 1.2 is not spoken".into()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ECDSA_NISTP256_SHA256]
    }
}
