//! What TLS takes: one certificate for all servers, clients that leave no choice, and a client by
//! hand, which is `openssl s_client` with its pipes.
//!
//! Every server negotiates the same, since every client offers nothing else: TLS 1.3,
//! [`SUITE`], [`GROUP`], and a certificate with a key on the curve P-256. The programs that use
//! OpenSSL are told by a file (`OPENSSL_CONF`), h2load by its options too.

use std::fs;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::suite::Protocol;
use super::work_folder;
use crate::error::Error;

/// The version that is spoken, as OpenSSL writes it.
pub(crate) const VERSION: &str = "TLSv1.3";
/// The cipher suite that is spoken.
pub(crate) const SUITE: &str = "TLS_AES_128_GCM_SHA256";
/// The group of the key exchange.
pub(crate) const GROUP: &str = "X25519";

/// How long a server may take to answer, in seconds.
const PATIENCE_SECONDS: &str = "10";

/// The certificate and its key, in files.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// PEM.
    pub(crate) certificate: PathBuf,
    /// PEM.
    pub(crate) key: PathBuf,
    /// What clients that use OpenSSL are told by `OPENSSL_CONF`.
    pub(crate) client_configuration: PathBuf,
    openssl: PathBuf,
}

impl Identity {
    /// Makes a certificate for this machine, signed by itself, and what clients are told.
    pub(crate) fn make(openssl: &Path) -> Result<Self, Error> {
        let folder = work_folder().join("tls");
        fs::create_dir_all(&folder).map_err(Error::io(format!("make {}", folder.display())))?;
        let folder = folder.canonicalize().map_err(Error::io("find the folder for TLS"))?;
        let own = Self {
            certificate: folder.join("certificate.pem"),
            key: folder.join("key.pem"),
            client_configuration: folder.join("client.cnf"),
            openssl: openssl.to_owned(),
        };
        let request = folder.join("request.cnf");
        write(&request, REQUEST)?;
        write(&own.client_configuration, &client_configuration())?;
        let mut command = Command::new(openssl);
        command
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
            .args(["-nodes", "-sha256", "-days", "30", "-config"])
            .arg(request)
            .arg("-keyout")
            .arg(&own.key)
            .arg("-out")
            .arg(&own.certificate);
        let output = command.output().map_err(Error::io("run openssl"))?;
        if output.status.success() {
            return Ok(own);
        }
        let words = String::from_utf8_lossy(&output.stderr);
        let ending = words.lines().last().unwrap_or("no word why").to_owned();
        Err(Error::Failed { command: "openssl req".into(), ending })
    }

    /// Connects to a server that has this certificate.
    pub(crate) fn connect(&self, address: SocketAddr, protocol: Protocol) -> io::Result<Secure> {
        let mut child = Command::new("timeout")
            .arg(PATIENCE_SECONDS)
            .arg(&self.openssl)
            .args(["s_client", "-brief", "-ign_eof", "-connect", &address.to_string()])
            .args(["-alpn", protocol.alpn()])
            .env("OPENSSL_CONF", &self.client_configuration)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("openssl has no pipes"));
        };
        Ok(Secure { child, input, output })
    }
}

/// A connection over TLS.
#[derive(Debug)]
pub(crate) struct Secure {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Secure {
    /// Ends it, and proves that what was spoken is what was to be spoken.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.end();
        let mut words = String::new();
        if let Some(mut errors) = self.child.stderr.take() {
            errors.read_to_string(&mut words)?;
        }
        match unexpected(&words) {
            Some(problem) => Err(io::Error::other(problem)),
            None => Ok(()),
        }
    }

    /// A signal that `timeout` passes on, which it could not do with SIGKILL.
    fn end(&self) {
        // It fails only if the client has ended, which is what is wanted.
        let _ = kill(Pid::from_raw(self.child.id() as i32), Signal::SIGTERM);
    }
}

impl Drop for Secure {
    fn drop(&mut self) {
        self.end();
        // It has been told to, and does not refuse.
        let _ = self.child.wait();
    }
}

impl Read for Secure {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.output.read(buffer)
    }
}

impl Write for Secure {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.input.write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.input.flush()
    }
}

/// What `openssl s_client -brief` says that is not as it should be.
fn unexpected(words: &str) -> Option<String> {
    let wanted = [
        ("Protocol version: ", VERSION),
        ("Ciphersuite: ", SUITE),
        ("Server Temp Key: ", GROUP),
        ("Signature type: ", "ECDSA"),
    ];
    wanted.into_iter().find_map(|(name, wanted)| {
        let found = words.lines().find_map(|line| line.strip_prefix(name));
        match found {
            Some(value) if value.starts_with(wanted) => None,
            Some(value) => Some(format!("{value} was negotiated, not {wanted}")),
            None => Some(format!("openssl does not say that {wanted} was negotiated")),
        }
    })
}

const REQUEST: &str = "[req]
prompt = no
distinguished_name = name
x509_extensions = extensions
[name]
CN = localhost
[extensions]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:localhost, IP:127.0.0.1
";

fn client_configuration() -> String {
    format!(
        "openssl_conf = bench
[bench]
ssl_conf = ssl
[ssl]
system_default = client
[client]
MinProtocol = {VERSION}
Ciphersuites = {SUITE}
Groups = {GROUP}
"
    )
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(Error::io(format!("write {}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &str = "\
Can't use SSL_get_servername
depth=0 CN = localhost
verify error:num=18:self-signed certificate
CONNECTION ESTABLISHED
Protocol version: TLSv1.3
Ciphersuite: TLS_AES_128_GCM_SHA256
Peer certificate: CN = localhost
Hash used: SHA256
Signature type: ECDSA
Verification error: self-signed certificate
Server Temp Key: X25519, 253 bits
";

    #[test]
    fn what_was_negotiated_is_what_was_wanted() {
        assert_eq!(unexpected(WORDS), None);
        let other = WORDS.replace("AES_128_GCM_SHA256", "AES_256_GCM_SHA384");
        assert_eq!(
            unexpected(&other).unwrap(),
            "TLS_AES_256_GCM_SHA384 was negotiated, not TLS_AES_128_GCM_SHA256"
        );
        assert!(unexpected("write:errno=0\n").unwrap().contains("does not say that TLSv1.3"));
    }
}
