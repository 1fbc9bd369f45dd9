//! How each server is told to serve a folder or a constant from one core, as fast as it can and
//! without an access log. Settings that are not here are the server's own defaults.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use super::documents::{PLAINTEXT_TARGET, RECEIVED, UPLOAD_TARGET};
use super::peer::{Application, Peer, Place, Role};
use super::tls::Identity;
use crate::error::Error;

/// Our program: one worker of an architecture.
pub(crate) fn gnezdo(peer: &Peer, place: &Place<'_>) -> Vec<OsString> {
    let architecture = match &peer.role {
        Role::Ours(architecture) => architecture,
        Role::Server | Role::Floor => "auto",
    };
    let mut arguments = match peer.application {
        Application::Files | Application::Http2Files | Application::TlsFiles => {
            vec!["serve".into(), place.root.into()]
        }
        Application::Hello | Application::Upload | Application::Framework => vec!["run".into()],
    };
    arguments.extend(words(&format!(
        "--listen {} --architecture {architecture} --workers 1 --access-log off",
        place.address
    )));
    if let Some(Identity { certificate, key, .. }) = place.identity {
        let files = format!("{},{}", certificate.display(), key.display());
        arguments.extend(["--tls".into(), files.into()]);
    }
    arguments
}

/// nginx with a folder: open files are kept open, and `sendfile` fills its packets.
pub(crate) fn nginx_files(place: &Place<'_>) -> Result<Vec<OsString>, Error> {
    let http = "    sendfile on;
    tcp_nopush on;
    open_file_cache max=1000 inactive=60s;
";
    nginx(place, http, "", &root(place))
}

/// nginx with a folder over HTTP/2: with `sendfile` each small file costs it a system call of its
/// own, and it answers a quarter less.
pub(crate) fn nginx_http2_files(place: &Place<'_>) -> Result<Vec<OsString>, Error> {
    nginx(place, "    open_file_cache max=1000 inactive=60s;\n", " http2", &root(place))
}

/// nginx with a folder over TLS.
pub(crate) fn nginx_tls_files(place: &Place<'_>) -> Result<Vec<OsString>, Error> {
    let Identity { certificate, key, .. } = identity(place)?;
    let server = format!(
        "        ssl_certificate {};
        ssl_certificate_key {};
        ssl_protocols TLSv1.3;
{}",
        quoted(certificate),
        quoted(key),
        root(place)
    );
    nginx(place, "    open_file_cache max=1000 inactive=60s;\n", " ssl http2", &server)
}

/// nginx that reads content into memory and drops it. A location that answers by itself would not
/// read it; one that mirrors it reads all of it first. The mirror does nothing, and the page
/// that may not be sent to with POST leads to the answer.
pub(crate) fn nginx_upload(place: &Place<'_>) -> Result<Vec<OsString>, Error> {
    let server = format!(
        "        client_max_body_size 2m;
        client_body_buffer_size 1m;
        location = {UPLOAD_TARGET} {{
            root {};
            mirror /discard;
            error_page 405 =200 /received;
        }}
        location = /discard {{
            internal;
            return 204;
        }}
        location = /received {{
            internal;
            default_type text/plain;
            return 200 \"{RECEIVED}\";
        }}
",
        quoted(place.root)
    );
    nginx(place, "    open_file_cache max=1000 inactive=60s;\n", " http2", &server)
}

fn root(place: &Place<'_>) -> String {
    format!("        root {};\n", quoted(place.root))
}

/// nginx with a constant: the answer stands in its configuration.
pub(crate) fn nginx_hello(place: &Place<'_>) -> Result<Vec<OsString>, Error> {
    let server = format!(
        "        location = {PLAINTEXT_TARGET} {{
            default_type text/plain;
            return 200 \"Hello, World!\";
        }}
"
    );
    nginx(place, "", "", &server)
}

/// nginx: one worker, and no end to the requests of a connection, since wrk would count each end
/// as an error. `speaks` says what is spoken where it listens.
fn nginx(
    place: &Place<'_>,
    http: &str,
    speaks: &str,
    server: &str,
) -> Result<Vec<OsString>, Error> {
    let configuration = format!(
        "{user}worker_processes 1;
daemon off;
pid nginx.pid;
error_log stderr warn;
events {{
    worker_connections 16000;
}}
http {{
    types {{
        text/html html;
        application/octet-stream bin;
    }}
    client_body_temp_path client_body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    access_log off;
    keepalive_requests 1000000000;
{http}    server {{
        listen {address}{speaks} backlog=4096;
{server}    }}
}}
",
        user = when_root("user root;\n"),
        address = place.address,
    );
    let path = write(place, "nginx.conf", &configuration)?;
    let mut arguments = words("-e stderr -p");
    arguments.extend([place.folder.into(), "-c".into(), path.into()]);
    Ok(arguments)
}

/// h2o with a folder.
pub(crate) fn h2o_files(place: &Place<'_>) -> Result<Vec<OsString>, Error> {
    h2o(place, "", &folder(place))
}

/// h2o with a folder over TLS. It would look for someone to confirm the certificate.
pub(crate) fn h2o_tls_files(place: &Place<'_>) -> Result<Vec<OsString>, Error> {
    let Identity { certificate, key, .. } = identity(place)?;
    let ssl = format!(
        "  ssl:
    certificate-file: {}
    key-file: {}
    minimum-version: TLSv1.3
    ocsp-update-interval: 0
",
        quoted(certificate),
        quoted(key)
    );
    h2o(place, &ssl, &folder(place))
}

/// h2o that drops content: it reads all of it into memory before any handler is asked, and the
/// shortest answer to POST is a handler in mruby.
pub(crate) fn h2o_upload(place: &Place<'_>) -> Result<Vec<OsString>, Error> {
    let paths = format!(
        "      {UPLOAD_TARGET}:
        mruby.handler: |
          Proc.new do |env|
            [200, {{\"content-type\" => \"text/plain\"}}, [\"{RECEIVED}\"]]
          end
"
    );
    h2o(place, "", &paths)
}

fn folder(place: &Place<'_>) -> String {
    format!("      /:\n        file.dir: {}\n", quoted(place.root))
}

/// h2o with a constant: it has none but a file, which it answers faster than a handler in mruby.
pub(crate) fn h2o_hello(place: &Place<'_>) -> Result<Vec<OsString>, Error> {
    let file = place.root.join(&PLAINTEXT_TARGET[1..]);
    let paths = format!(
        "      {PLAINTEXT_TARGET}:
        file.file: {}
        file.mime.setdefaulttype: text/plain
",
        quoted(&file)
    );
    h2o(place, "", &paths)
}

/// h2o: one thread; its default of 10 seconds would close idle connections while they are
/// counted, so it has the 75 seconds of nginx. `ssl` is what it is told where it listens.
fn h2o(place: &Place<'_>, ssl: &str, paths: &str) -> Result<Vec<OsString>, Error> {
    let configuration = format!(
        "{user}num-threads: 1
num-name-resolution-threads: 1
max-connections: 16000
http1-request-timeout: 75
http2-idle-timeout: 75
listen:
  host: {host}
  port: {port}
{ssl}hosts:
  default:
    paths:
{paths}",
        user = when_root("user: root\n"),
        host = place.address.ip(),
        port = place.address.port(),
    );
    let path = write(place, "h2o.conf", &configuration)?;
    Ok(vec!["-c".into(), path.into()])
}

/// static-web-server: as many threads as it sees cores, which is one.
pub(crate) fn static_web_server(place: &Place<'_>) -> Vec<OsString> {
    let (host, port) = (place.address.ip(), place.address.port());
    let mut arguments = words(&format!("--host {host} --port {port} --log-level error"));
    arguments.extend(["--root".into(), place.root.into()]);
    arguments
}

/// nghttpd: a folder over HTTP/2. What is sent to it with POST it drops as it comes, and answers
/// with the file of that name.
pub(crate) fn nghttpd(place: &Place<'_>) -> Vec<OsString> {
    let (host, port) = (place.address.ip(), place.address.port());
    let mut arguments = words(&format!("--no-tls --workers=1 --address={host} --htdocs"));
    arguments.extend([place.root.into(), port.to_string().into()]);
    arguments
}

fn identity<'p>(place: &Place<'p>) -> Result<&'p Identity, Error> {
    place.identity.ok_or_else(|| Error::Machine("there is no certificate for TLS".into()))
}

/// A server that is started by root would change to a user who may not read the files.
fn when_root(line: &'static str) -> &'static str {
    if geteuid().is_root() { line } else { "" }
}

/// A path in quotes, which nginx and YAML both understand.
fn quoted(path: &Path) -> String {
    format!("{:?}", path.display().to_string())
}

fn write(place: &Place<'_>, name: &str, text: &str) -> Result<PathBuf, Error> {
    let path = place.folder.join(name);
    fs::write(&path, text).map_err(Error::io(format!("write {}", path.display())))?;
    Ok(path)
}

fn words(text: &str) -> Vec<OsString> {
    text.split(' ').map(OsString::from).collect()
}
