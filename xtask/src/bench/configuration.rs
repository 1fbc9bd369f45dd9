//! How each server is told to serve a folder from one core, as fast as it can and without an
//! access log. Settings that are not here are the server's own defaults.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use nix::unistd::geteuid;

use super::peer::{Peer, Place, Role};
use crate::error::Error;

/// Our program: one worker of an architecture.
pub(crate) fn gnezdo(peer: &Peer, place: &Place<'_>) -> Vec<OsString> {
    let architecture = match &peer.role {
        Role::Ours(architecture) => architecture,
        Role::Server | Role::Floor => "auto",
    };
    let mut arguments = vec!["serve".into(), place.root.into()];
    arguments.extend(words(&format!(
        "--listen {} --architecture {architecture} --workers 1 --access-log off",
        place.address
    )));
    arguments
}

/// nginx: one worker, open files kept open, `sendfile` with full packets, and no end to the
/// requests of a connection, since wrk would count each end as an error.
pub(crate) fn nginx(place: &Place<'_>) -> Result<Vec<OsString>, Error> {
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
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    open_file_cache max=1000 inactive=60s;
    server {{
        listen {address} backlog=4096;
        root {root};
    }}
}}
",
        user = when_root("user root;\n"),
        address = place.address,
        root = quoted(place),
    );
    let path = write(place, "nginx.conf", &configuration)?;
    let mut arguments = words("-e stderr -p");
    arguments.extend([place.folder.into(), "-c".into(), path.into()]);
    Ok(arguments)
}

/// h2o: one thread; its default of 10 seconds would close idle connections while they are
/// counted, so it has the 75 seconds of nginx.
pub(crate) fn h2o(place: &Place<'_>) -> Result<Vec<OsString>, Error> {
    let configuration = format!(
        "{user}num-threads: 1
num-name-resolution-threads: 1
max-connections: 16000
http1-request-timeout: 75
listen:
  host: {host}
  port: {port}
hosts:
  default:
    paths:
      /:
        file.dir: {root}
",
        user = when_root("user: root\n"),
        host = place.address.ip(),
        port = place.address.port(),
        root = quoted(place),
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

/// A server that is started by root would change to a user who may not read the files.
fn when_root(line: &'static str) -> &'static str {
    if geteuid().is_root() { line } else { "" }
}

/// The root in quotes, which nginx and YAML both understand.
fn quoted(place: &Place<'_>) -> String {
    format!("{:?}", place.root.display().to_string())
}

fn write(place: &Place<'_>, name: &str, text: &str) -> Result<PathBuf, Error> {
    let path = place.folder.join(name);
    fs::write(&path, text).map_err(Error::io(format!("write {}", path.display())))?;
    Ok(path)
}

fn words(text: &str) -> Vec<OsString> {
    text.split(' ').map(OsString::from).collect()
}
