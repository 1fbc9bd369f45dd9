//! Peers as data: who is measured, which program that is, and how it is started.

use std::borrow::Cow;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;

use super::configuration;
use crate::error::Error;

/// The name of our own program among the peers.
pub(crate) const OURS: &str = "gnezdo";

/// A server that is measured.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    /// Its name in tables and on the command line.
    pub(crate) name: Cow<'static, str>,
    /// What it stands for.
    pub(crate) role: Role,
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

/// Where a program comes from.
#[derive(Clone, Debug)]
pub(crate) enum Program {
    /// Built from this workspace.
    Ours,
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
}

/// The load generator; no peer, but found in the same way.
pub(crate) const WRK: System =
    System { program: "wrk", package: "wrk", version_option: "--version" };

pub(crate) const NGINX: Peer = Peer {
    name: Cow::Borrowed("nginx"),
    role: Role::Server,
    program: Program::System(System { program: "nginx", package: "nginx", version_option: "-v" }),
    prepare: |_, place| configuration::nginx(place),
};

pub(crate) const H2O: Peer = Peer {
    name: Cow::Borrowed("h2o"),
    role: Role::Server,
    program: Program::System(System { program: "h2o", package: "h2o", version_option: "-v" }),
    prepare: |_, place| configuration::h2o(place),
};

pub(crate) const STATIC_WEB_SERVER: Peer = Peer {
    name: Cow::Borrowed("static-web-server"),
    role: Role::Server,
    program: Program::Workspace {
        package: "peer-static-web-server",
        measured: "static-web-server",
    },
    prepare: |_, place| Ok(configuration::static_web_server(place)),
};

pub(crate) const ACTIX_FILES: Peer = Peer {
    name: Cow::Borrowed("actix-files"),
    role: Role::Server,
    program: Program::Workspace { package: "peer-actix-files", measured: "actix-files" },
    prepare: |_, place| Ok(vec![place.address.to_string().into(), place.root.into()]),
};

pub(crate) const AXUM_SERVEDIR: Peer = Peer {
    name: Cow::Borrowed("axum-servedir"),
    role: Role::Server,
    program: Program::Workspace { package: "peer-axum-servedir", measured: "tower-http" },
    prepare: |_, place| Ok(vec![place.address.to_string().into(), place.root.into()]),
};

pub(crate) const FLOOR_EPOLL: Peer = Peer {
    name: Cow::Borrowed("floor-epoll"),
    role: Role::Floor,
    program: Program::Workspace { package: "floor-epoll", measured: "floor-epoll" },
    prepare: |_, place| Ok(vec![place.address.to_string().into(), place.answer.into()]),
};

pub(crate) const FLOOR_URING: Peer = Peer {
    name: Cow::Borrowed("floor-uring"),
    role: Role::Floor,
    program: Program::Workspace { package: "floor-uring", measured: "floor-uring" },
    prepare: |_, place| Ok(vec![place.address.to_string().into(), place.answer.into()]),
};

/// Our program under an architecture.
pub(crate) fn ours(architecture: &str) -> Peer {
    Peer {
        name: Cow::Owned(format!("{OURS} {architecture}")),
        role: Role::Ours(architecture.to_owned()),
        program: Program::Ours,
        prepare: |peer, place| Ok(configuration::gnezdo(peer, place)),
    }
}

impl Peer {
    /// Whether this is our program.
    pub(crate) fn is_ours(&self) -> bool {
        matches!(self.role, Role::Ours(_))
    }
}
