//! Many connections that ask once and then stay.

use std::io::{self, ErrorKind, Read};
use std::net::{SocketAddr, TcpStream};

use nix::libc::linger;
use nix::sys::socket::{setsockopt, sockopt};

use super::exchange::{connect, exchange};
use super::http2;
use super::launch::raise_descriptor_limit;
use super::suite::Protocol;
use crate::error::Error;

/// Descriptors that this process and a server need besides those of the connections.
const OTHER_DESCRIPTORS: u64 = 100;

/// Open connections without anything to do. They end with a reset, so that ten thousand of
/// them do not linger in the kernel.
#[derive(Debug)]
pub(crate) struct Idle(Vec<TcpStream>);

impl Idle {
    /// Opens `count` connections; each asks for `target` once.
    pub(crate) fn open(
        address: SocketAddr,
        protocol: Protocol,
        target: &str,
        count: u32,
    ) -> Result<Self, Error> {
        let limit = raise_descriptor_limit().unwrap_or_default();
        let needed = u64::from(count) + OTHER_DESCRIPTORS;
        if limit < needed {
            return Err(Error::Machine(format!(
                "{count} connections need {needed} descriptors and only {limit} are allowed; \
                 raise the limit with `ulimit -Hn {needed}`"
            )));
        }
        let open_one = || -> io::Result<TcpStream> {
            let mut stream = connect(address)?;
            ask(&mut stream, protocol, target)?;
            Ok(stream)
        };
        (0..count)
            .map(|index| open_one().map_err(Error::io(format!("open connection {}", index + 1))))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// How many of them the server has closed.
    pub(crate) fn closed(&self) -> usize {
        self.0.iter().filter(|stream| !is_open(stream)).count()
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        let at_once = linger { l_onoff: 1, l_linger: 0 };
        for stream in &self.0 {
            // A stream that is closed already cannot linger.
            let _ = setsockopt(stream, sockopt::Linger, &at_once);
        }
    }
}

/// Asks once, and reads the answer.
pub(crate) fn ask(stream: &mut TcpStream, protocol: Protocol, target: &str) -> io::Result<()> {
    match protocol {
        Protocol::Http1 => exchange(stream, target).map(|_| ()),
        Protocol::Http2 => {
            let authority = stream.peer_addr()?.to_string();
            let (scheme, content) = ("http", None);
            let question = http2::Question { scheme, authority: &authority, target, content };
            http2::exchange(stream, &question, 1).map(|_| ())
        }
    }
}

fn is_open(mut stream: &TcpStream) -> bool {
    if stream.set_nonblocking(true).is_err() {
        return false;
    }
    let mut octets = [0; 1024];
    loop {
        match stream.read(&mut octets) {
            Ok(0) => return false,
            // A frame that concerns the connection may follow the answer.
            Ok(_) => {}
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
        }
    }
}
