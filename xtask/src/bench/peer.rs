//! Peers as data: who is measured, which program that is, and how it is started.

use std::borrow::Cow;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;

use super::configuration;
use super::documents::{PLAINTEXT_TARGET, POST_TARGET, SMALL_TARGET};
use super::suite::Protocol;
use super::tls::Identity;
use crate::error::Error;

/// The name of our own programs among the peers.
pub(crate) const OURS: &str = "gnezdo";
/// The floor that waits by epoll.
pub(crate) const FLOOR_EPOLL: &str = "floor-epoll";
/// The floor that waits by io_uring.
pub(crate) const FLOOR_URING: &str = "floor-uring";

/// A server that is measured.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    /// Its name in tables and on the command line.
    pub(crate) name: Cow<'static, str>,
    /// What it stands for.
    pub(crate) role: Role,
    /// What it serves.
    pub(crate) application: Application,
    /// Where its program comes from.
    pub(crate) program: Program,
    /// Writes what it needs, and gives its arguments.
    pub(crate) prepare: Prepare,
}

/// Writes what a server needs to run at a place, and gives its arguments.
pub(crate) type Prepare = fn(&Peer, &Place<'_>) -> Result<Vec<OsString>, Error>;

/// What a peer stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Our program, under this architecture.
    Ours(String),
    /// A server that people use.
    Server,
    /// The least that any server has to do: it answers canned octets.
    Floor,
}

/// What servers serve, and what they speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Application {
    /// A folder.
    Files,
    /// A constant answer, by a route.
    Hello,
    /// A folder over HTTP/2, without TLS, as who connects knows (RFC 9113 §3.3).
    Http2Files,
    /// A route that reads what is sent to it and drops it, over HTTP/2 without TLS.
    Upload,
    /// A folder over TLS: HTTP/2 or HTTP/1.1, as the client chooses.
    TlsFiles,
    /// Routes with parameters, JSON, and a template.
    Framework,
}

/// Where a program comes from.
#[derive(Clone, Debug)]
pub(crate) enum Program {
    /// Built from this workspace: where it lies in the folder of the release profile, the words
    /// after `cargo build --release`, and the crate whose version counts.
    Ours { path: &'static str, build: &'static [&'static str], measured: &'static str },
    /// A Debian package.
    System(System),
    /// A package of the workspace `bench/peers`; `measured` is the crate whose version counts.
    Workspace { package: &'static str, measured: &'static str },
}

/// A program that comes as a Debian package.
#[derive(Clone, Copy, Debug)]
pub(crate) struct System {
    /// The program.
    pub(crate) program: &'static str,
    /// The package.
    pub(crate) package: &'static str,
    /// The option that makes it print its version.
    pub(crate) version_option: &'static str,
}

/// A program that a suite needs beside its peers; no peer, but found in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tool {
    /// Puts load on servers over HTTP/1.1.
    Wrk,
    /// Puts load on servers over HTTP/2.
    H2load,
    /// Makes the certificate, and speaks TLS where a server is verified.
    OpenSsl,
    /// Makes full handshakes of TLS, again and again.
    Handshakes,
    /// Finds routes in our router and in matchit.
    Routing,
}

/// Where and with what a server runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// The files it serves.
    pub(crate) root: &'a Path,
    /// A folder of its own.
    pub(crate) folder: &'a Path,
    /// The octets that a floor answers.
    pub(crate) answer: &'a Path,
    /// Its certificate and key, if it speaks TLS.
    pub(crate) identity: Option<&'a Identity>,
}

impl Tool {
    /// All of them.
    pub(crate) const ALL: [Self; 5] =
        [Self::Wrk, Self::H2load, Self::OpenSsl, Self::Handshakes, Self::Routing];

    /// Its name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Wrk => "wrk",
            Self::H2load => "h2load",
            Self::OpenSsl => "openssl",
            Self::Handshakes => "rustls (handshakes)",
            Self::Routing => "matchit (routes)",
        }
    }

    /// Where it comes from.
    pub(crate) fn program(self) -> Program {
        let system = |program, package, version_option| {
            Program::System(System { program, package, version_option })
        };
        match self {
            Self::Wrk => system("wrk", "wrk", "--version"),
            Self::H2load => system("h2load", "nghttp2-client", "--version"),
            Self::OpenSsl => system("openssl", "openssl", "version"),
            Self::Handshakes => Program::Workspace { package: "handshakes", measured: "rustls" },
            Self::Routing => Program::Ours {
                path: "routing",
                build: &["--package", "gnezdo-bench-routing"],
                measured: "matchit",
            },
        }
    }
}

const NGINX: Program =
    Program::System(System { program: "nginx", package: "nginx", version_option: "-v" });
const H2O: Program =
    Program::System(System { program: "h2o", package: "h2o", version_option: "-v" });

pub(crate) const NGINX_FILES: Peer =
    server("nginx", Application::Files, NGINX, |_, place| configuration::nginx_files(place));

pub(crate) const NGINX_HELLO: Peer =
    server("nginx", Application::Hello, NGINX, |_, place| configuration::nginx_hello(place));

pub(crate) const H2O_FILES: Peer =
    server("h2o", Application::Files, H2O, |_, place| configuration::h2o_files(place));

pub(crate) const H2O_HELLO: Peer =
    server("h2o", Application::Hello, H2O, |_, place| configuration::h2o_hello(place));

const NGHTTPD: Program = Program::System(System {
    program: "nghttpd",
    package: "nghttp2-server",
    version_option: "--version",
});

pub(crate) const NGINX_HTTP2: Peer = server("nginx", Application::Http2Files, NGINX, |_, place| {
    configuration::nginx_http2_files(place)
});

pub(crate) const H2O_HTTP2: Peer =
    server("h2o", Application::Http2Files, H2O, |_, place| configuration::h2o_files(place));

pub(crate) const NGHTTPD_HTTP2: Peer =
    server("nghttpd", Application::Http2Files, NGHTTPD, |_, place| {
        Ok(configuration::nghttpd(place))
    });

pub(crate) const NGINX_UPLOAD: Peer =
    server("nginx", Application::Upload, NGINX, |_, place| configuration::nginx_upload(place));

pub(crate) const H2O_UPLOAD: Peer =
    server("h2o", Application::Upload, H2O, |_, place| configuration::h2o_upload(place));

pub(crate) const NGHTTPD_UPLOAD: Peer =
    server("nghttpd", Application::Upload, NGHTTPD, |_, place| Ok(configuration::nghttpd(place)));

pub(crate) const NGINX_TLS: Peer =
    server("nginx", Application::TlsFiles, NGINX, |_, place| configuration::nginx_tls_files(place));

pub(crate) const H2O_TLS: Peer =
    server("h2o", Application::TlsFiles, H2O, |_, place| configuration::h2o_tls_files(place));

pub(crate) const STATIC_WEB_SERVER: Peer = server(
    "static-web-server",
    Application::Files,
    Program::Workspace { package: "peer-static-web-server", measured: "static-web-server" },
    |_, place| Ok(configuration::static_web_server(place)),
);

pub(crate) const ACTIX_FILES: Peer = server(
    "actix-files",
    Application::Files,
    Program::Workspace { package: "peer-actix-files", measured: "actix-files" },
    address_and_root,
);

pub(crate) const AXUM_SERVEDIR: Peer = server(
    "axum-servedir",
    Application::Files,
    Program::Workspace { package: "peer-axum-servedir", measured: "tower-http" },
    address_and_root,
);

pub(crate) const MAY_MINIHTTP: Peer = server(
    "may_minihttp",
    Application::Hello,
    Program::Workspace { package: "peer-may-minihttp", measured: "may_minihttp" },
    address,
);

pub(crate) const ACTIX_WEB: Peer = server(
    "actix-web",
    Application::Hello,
    Program::Workspace { package: "peer-actix-web", measured: "actix-web" },
    address,
);

pub(crate) const AXUM: Peer = server(
    "axum",
    Application::Hello,
    Program::Workspace { package: "peer-axum", measured: "axum" },
    address,
);

pub(crate) const NTEX: Peer = server(
    "ntex",
    Application::Hello,
    Program::Workspace { package: "peer-ntex", measured: "ntex" },
    address,
);

pub(crate) const ACTIX_FRAMEWORK: Peer = server(
    "actix-web",
    Application::Framework,
    Program::Workspace { package: "peer-actix-framework", measured: "actix-web" },
    address,
);

pub(crate) const AXUM_FRAMEWORK: Peer = server(
    "axum",
    Application::Framework,
    Program::Workspace { package: "peer-axum-framework", measured: "axum" },
    address,
);

/// A floor, with the canned answer of an application.
pub(crate) const fn floor(name: &'static str, application: Application) -> Peer {
    Peer {
        name: Cow::Borrowed(name),
        role: Role::Floor,
        application,
        program: Program::Workspace { package: name, measured: name },
        prepare: |_, place| Ok(vec![place.address.to_string().into(), place.answer.into()]),
    }
}

/// Our program for an application, under an architecture.
pub(crate) fn ours(architecture: &str, application: Application) -> Peer {
    let (path, build): (_, &[&str]) = match application {
        Application::Files | Application::Http2Files | Application::TlsFiles => {
            ("gnezdo", &["--package", "gnezdo-cli"])
        }
        Application::Upload => ("upload", &["--package", "gnezdo-upload"]),
        Application::Hello => ("examples/hello", &["--package", "gnezdo", "--example", "hello"]),
        Application::Framework => ("framework", &["--package", "gnezdo-bench-framework"]),
    };
    Peer {
        name: Cow::Owned(format!("{OURS} {architecture}")),
        role: Role::Ours(architecture.to_owned()),
        application,
        program: Program::Ours { path, build, measured: "gnezdo" },
        prepare: |peer, place| Ok(configuration::gnezdo(peer, place)),
    }
}

const fn server(
    name: &'static str,
    application: Application,
    program: Program,
    prepare: Prepare,
) -> Peer {
    Peer { name: Cow::Borrowed(name), role: Role::Server, application, program, prepare }
}

fn address(_: &Peer, place: &Place<'_>) -> Result<Vec<OsString>, Error> {
    Ok(vec![place.address.to_string().into()])
}

fn address_and_root(_: &Peer, place: &Place<'_>) -> Result<Vec<OsString>, Error> {
    Ok(vec![place.address.to_string().into(), place.root.into()])
}

impl Peer {
    /// Whether this is our program.
    pub(crate) fn is_ours(&self) -> bool {
        matches!(self.role, Role::Ours(_))
    }

    /// Whether this is no server.
    pub(crate) fn is_floor(&self) -> bool {
        self.role == Role::Floor
    }

    /// The name of the folder in which it runs.
    pub(crate) fn folder_name(&self) -> String {
        format!("{}-{}", self.name.replace(' ', "-"), self.application.name())
    }
}

impl Application {
    /// All of them.
    pub(crate) const ALL: [Self; 6] =
        [Self::Files, Self::Hello, Self::Http2Files, Self::Upload, Self::TlsFiles, Self::Framework];

    /// What its server is asked for when the octets for the floors are taken; nothing if the
    /// floors do not serve it.
    pub(crate) fn canned_target(self) -> Option<&'static str> {
        match self {
            Self::Files => Some(SMALL_TARGET),
            Self::Hello => Some(PLAINTEXT_TARGET),
            Self::Framework => Some(POST_TARGET),
            Self::Http2Files | Self::Upload | Self::TlsFiles => None,
        }
    }

    /// Whether it is served over TLS.
    pub(crate) fn is_secure(self) -> bool {
        self == Self::TlsFiles
    }

    /// The scheme of its addresses.
    pub(crate) fn scheme(self) -> &'static str {
        if self.is_secure() { Protocol::SECURE_SCHEME } else { "http" }
    }

    /// Its name in the names of files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Hello => "hello",
            Self::Http2Files => "http2",
            Self::Upload => "upload",
            Self::TlsFiles => "tls",
            Self::Framework => "framework",
        }
    }
}
