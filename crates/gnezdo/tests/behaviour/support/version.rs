//! The second axis: every behaviour that all versions share runs over each of them.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use rustls::ClientConfig;
use socket2::Socket;

use super::authority::{ClientTls, certificate_word};
use super::dial::{dial, dial_from, dial_narrow, dial_unix};
use super::{Setup, Speaker, Target, Wire, everywhere, everywhere_but};

/// What is spoken, and whether it is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    Http1,
    Http2,
    Http1Tls,
    Http2Tls,
}

/// Encrypted versions and others have servers of their own; each serves two.
const BY_SERVER: [[Version; 2]; 2] =
    [[Version::Http1, Version::Http2], [Version::Http1Tls, Version::Http2Tls]];

/// A server, and a version in which it is spoken to.
#[derive(Clone, Copy)]
pub(crate) struct Place<'t> {
    pub(crate) setup: Setup,
    pub(crate) version: Version,
    pub(crate) target: &'t Target,
}

/// Runs a test in every version under every architecture. Those that can share a server do.
pub(crate) fn in_every_version(words: &[&str], test: impl Fn(Place<'_>) + Sync) {
    everywhere(|setup| in_each(setup, words, &test));
}

/// Runs a test in every version under every architecture but some.
pub(crate) fn in_every_version_but(
    names: &[&str],
    words: &[&str],
    test: impl Fn(Place<'_>) + Sync,
) {
    everywhere_but(names, |setup| in_each(setup, words, &test));
}

fn in_each(setup: Setup, words: &[&str], test: &(impl Fn(Place<'_>) + Sync)) {
    all_at_once(setup, BY_SERVER, |versions| {
        let target = versions[0].start(setup, words);
        for version in versions {
            let _where = Where(setup, version);
            test(Place { setup, version, target: &target });
        }
    });
}

/// Runs a test in every version under every architecture, each time with a server of its own.
pub(crate) fn in_every_version_anew(words: &[&str], test: impl Fn(Setup, Version, Target) + Sync) {
    everywhere(|setup| {
        all_at_once(setup, Version::ALL, |version| {
            let _where = Where(setup, version);
            test(setup, version, version.start(setup, words));
        });
    });
}

fn all_at_once<T: Send, const N: usize>(setup: Setup, all: [T; N], test: impl Fn(T) + Sync) {
    let test = &test;
    thread::scope(|scope| {
        for one in all {
            let builder = thread::Builder::new().name(setup.name.into());
            builder.spawn_scoped(scope, move || test(one)).expect("a thread");
        }
    });
}

impl Version {
    pub(crate) const ALL: [Self; 4] = [Self::Http1, Self::Http2, Self::Http1Tls, Self::Http2Tls];

    pub(crate) fn is_http2(self) -> bool {
        matches!(self, Self::Http2 | Self::Http2Tls)
    }

    pub(crate) fn is_tls(self) -> bool {
        matches!(self, Self::Http1Tls | Self::Http2Tls)
    }

    /// Starts a server that can be spoken to so.
    pub(crate) fn start(self, setup: Setup, words: &[&str]) -> Target {
        self.start_at(setup, &[&["--listen", "127.0.0.1:0"], words].concat())
    }

    /// Starts one that listens where `words` say.
    pub(crate) fn start_at(self, setup: Setup, words: &[&str]) -> Target {
        if self.is_tls() {
            setup.start_at(&[&["--tls", &*certificate_word()], words].concat())
        } else {
            setup.start_at(words)
        }
    }

    /// A connection over which nothing has been said but what belongs to TLS.
    pub(crate) fn wire(self, target: &Target) -> Wire {
        self.over(dial(target.address()))
    }

    pub(crate) fn connect(self, target: &Target) -> Speaker {
        self.speak(dial(target.address()))
    }

    pub(crate) fn connect_unix(self, path: &Path) -> Speaker {
        self.speak(dial_unix(path))
    }

    fn speak(self, socket: Socket) -> Speaker {
        let mut wire = self.over(socket);
        if self.is_tls() {
            wire.shake_hands().expect("the server agrees");
        }
        if self.is_http2() { Speaker::http2(wire) } else { Speaker::http1(wire) }
    }

    fn over(self, socket: Socket) -> Wire {
        match self.config() {
            Some(config) => Wire::encrypted(socket, config),
            None => Wire::over(socket),
        }
    }

    fn config(self) -> Option<Arc<ClientConfig>> {
        match self {
            Self::Http1 | Self::Http2 => None,
            Self::Http1Tls => Some(ClientTls::offering("http/1.1")),
            Self::Http2Tls => Some(ClientTls::offering("h2")),
        }
    }
}

impl Place<'_> {
    pub(crate) fn connect(&self) -> Speaker {
        self.version.connect(self.target)
    }

    /// From another address of the loopback network.
    pub(crate) fn connect_from(&self, source: [u8; 4]) -> Speaker {
        self.version.speak(dial_from(source, self.target.address()))
    }

    /// With a receive buffer that holds next to nothing.
    pub(crate) fn connect_narrow(&self) -> Speaker {
        self.version.speak(dial_narrow(self.target.address()))
    }

    pub(crate) fn wire(&self) -> Wire {
        self.version.wire(self.target)
    }
}

/// Says in which version a test has failed.
struct Where(Setup, Version);

impl Drop for Where {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("under {} in the version {:?}", self.0.name, self.1);
        }
    }
}
