//! One connection to the server, encrypted or not, on which nothing ever blocks: whoever speaks
//! over it can send and read at once.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustls::{AlertDescription, ClientConfig, ClientConnection};
use socket2::Socket;

use super::BOUND;
use super::dial::is_read_by_server;

/// How much is encrypted or sent at once.
const PIECE_BYTES: usize = 64 * 1024;

/// The name by which the server is called.
pub(crate) const SERVER_NAME: &str = "localhost";

/// One connection.
pub(crate) struct Wire {
    socket: Socket,
    tls: Option<Box<ClientConnection>>,
    /// What came and was not used.
    pub(crate) input: Vec<u8>,
    /// What is to be sent, before encryption and after it.
    plain: VecDeque<u8>,
    sealed: Vec<u8>,
    has_said_goodbye: bool,
    end: Option<End>,
}

/// How the server has ended a connection.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum End {
    /// As it should: under TLS it has said so before.
    Orderly,
    /// TLS ended, and nobody had said so.
    Truncated,
    Reset,
    Alert(AlertDescription),
    /// What it has sent makes no sense.
    Faulty(rustls::Error),
}

impl Wire {
    pub(crate) fn over(socket: Socket) -> Self {
        socket.set_nonblocking(true).expect("a socket");
        Self {
            socket,
            tls: None,
            input: Vec::new(),
            plain: VecDeque::new(),
            sealed: Vec::new(),
            has_said_goodbye: false,
            end: None,
        }
    }

    /// Encrypted; the handshake is made when something is sent or read.
    pub(crate) fn encrypted(socket: Socket, config: Arc<ClientConfig>) -> Self {
        let name = SERVER_NAME.try_into().expect("a name");
        let mut tls = ClientConnection::new(config, name).expect("sound settings");
        tls.set_buffer_limit(None);
        Self { tls: Some(Box::new(tls)), ..Self::over(socket) }
    }

    /// Makes the handshake.
    pub(crate) fn shake_hands(&mut self) -> Result<&ClientConnection, End> {
        self.turn_until("hands are shaken", |wire| {
            wire.end.is_some() || wire.tls.as_ref().is_none_or(|tls| !tls.is_handshaking())
        });
        match (&self.tls, &self.end) {
            (Some(tls), _) if !tls.is_handshaking() => Ok(tls),
            (_, Some(end)) => Err(end.clone()),
            _ => panic!("not encrypted"),
        }
    }

    /// What is known of the encryption.
    pub(crate) fn tls(&self) -> &ClientConnection {
        self.tls.as_ref().expect("encrypted")
    }

    /// Sends octets when the wire has its next turn.
    pub(crate) fn send(&mut self, octets: impl AsRef<[u8]>) {
        self.plain.extend(octets.as_ref());
    }

    /// Sends all octets without reading.
    #[track_caller]
    pub(crate) fn send_now(&mut self, octets: impl AsRef<[u8]>) {
        self.send(octets);
        let end = Instant::now() + BOUND;
        while self.has_output() && self.end.is_none() {
            assert!(Instant::now() < end, "the server does not read");
            if !self.send_some() && self.has_output() {
                self.wait_for(PollFlags::OUT, Duration::from_millis(50));
            }
        }
    }

    /// Sends one octet that leaves alone, if the network does not join it with others.
    pub(crate) fn send_one(&mut self, octet: u8) {
        if self.tls.as_ref().is_some_and(|tls| tls.is_handshaking()) {
            self.shake_hands().expect("the server agrees");
        }
        self.send_now([octet]);
    }

    /// Takes back what was given to be sent, before encryption.
    pub(crate) fn take_unsent(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.plain).into()
    }

    /// Sends octets past the encryption.
    pub(crate) fn send_raw(&mut self, octets: &[u8]) {
        self.send_now([]);
        self.sealed.extend_from_slice(octets);
    }

    /// Sends as long as the server takes it, without reading. Says whether something is left.
    pub(crate) fn send_until_blocked(&mut self, moment: Duration) -> bool {
        while self.has_output() {
            if !self.send_some() && !self.wait_for(PollFlags::OUT, moment) {
                return true;
            }
        }
        false
    }

    /// How much is yet to be sent.
    pub(crate) fn unsent(&self) -> usize {
        self.plain.len() + self.sealed.len()
    }

    /// Sends and reads as far as that goes now; if nothing moves, waits for a moment.
    pub(crate) fn turn(&mut self, moment: Duration) {
        let sent = self.send_some();
        let came = self.receive_some();
        if !sent && !came && self.end.is_none() {
            let out = if self.has_output() { PollFlags::OUT } else { PollFlags::empty() };
            self.wait_for(PollFlags::IN | out, moment);
        }
    }

    /// Takes turns until the condition holds.
    #[track_caller]
    pub(crate) fn turn_until(&mut self, what: &str, mut condition: impl FnMut(&Self) -> bool) {
        let end = Instant::now() + BOUND;
        while !condition(self) {
            assert!(Instant::now() < end, "in vain: waited until {what}");
            self.turn(Duration::from_millis(50));
        }
    }

    /// How the server has ended the connection, if it has.
    pub(crate) fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// Reads everything up to the end.
    #[track_caller]
    pub(crate) fn read_to_end(&mut self) -> End {
        self.turn_until("the server ends the connection", |wire| wire.end.is_some());
        self.end.clone().expect("just seen")
    }

    /// Reads everything up to the end without a word, not even of a handshake.
    #[track_caller]
    pub(crate) fn read_raw_to_end(&mut self) -> End {
        let end = Instant::now() + BOUND;
        while self.end.is_none() {
            assert!(Instant::now() < end, "the connection does not end");
            if !self.receive_some() {
                self.wait_for(PollFlags::IN, Duration::from_millis(50));
            }
        }
        self.end.clone().expect("just seen")
    }

    /// No more is sent; what comes can still be read.
    pub(crate) fn finish_sending(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
        }
        self.send_now([]);
        while self.send_some() {}
        let _ = self.socket.shutdown(Shutdown::Write);
    }

    /// Ends the connection the hard way.
    pub(crate) fn reset(self) {
        self.socket.set_linger(Some(Duration::ZERO)).expect("a socket");
    }

    /// Where the connection comes from, if that is an address of the internet.
    pub(crate) fn local_address(&self) -> Option<SocketAddr> {
        self.socket.local_addr().expect("a socket").as_socket()
    }

    pub(crate) fn is_read_by_server(&self) -> bool {
        is_read_by_server(&self.socket)
    }

    fn has_output(&self) -> bool {
        self.unsent() > 0
    }

    /// Says whether something was sent.
    fn send_some(&mut self) -> bool {
        self.seal();
        if self.sealed.is_empty() {
            return false;
        }
        match (&self.socket).write(&self.sealed) {
            Ok(sent) => {
                self.sealed.drain(..sent);
                true
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => false,
            Err(_) => {
                // Reading will tell why.
                self.plain.clear();
                self.sealed.clear();
                true
            }
        }
    }

    fn seal(&mut self) {
        if !self.sealed.is_empty() {
            return;
        }
        let count = self.plain.len().min(PIECE_BYTES);
        let Some(tls) = &mut self.tls else {
            self.sealed.extend(self.plain.drain(..count));
            return;
        };
        // What is written before the handshake ends is kept by the library.
        if !tls.is_handshaking() {
            let piece: Vec<_> = self.plain.drain(..count).collect();
            tls.writer().write_all(&piece).expect("room");
        }
        while tls.wants_write() {
            tls.write_tls(&mut self.sealed).expect("memory");
        }
    }

    /// Says whether something came, and be it the end.
    fn receive_some(&mut self) -> bool {
        if self.end.is_some() {
            return false;
        }
        let mut octets = vec![0; PIECE_BYTES];
        match (&self.socket).read(&mut octets) {
            Ok(0) if self.tls.is_some() && !self.has_said_goodbye => {
                self.end = Some(End::Truncated);
            }
            Ok(0) => self.end = Some(End::Orderly),
            Ok(count) => self.take(&octets[..count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
            Err(_) => self.end = Some(End::Reset),
        }
        true
    }

    fn take(&mut self, mut octets: &[u8]) {
        let Some(tls) = &mut self.tls else {
            return self.input.extend_from_slice(octets);
        };
        while !octets.is_empty() {
            tls.read_tls(&mut octets).expect("memory");
            let state = match tls.process_new_packets() {
                Ok(state) => state,
                Err(rustls::Error::AlertReceived(alert)) => {
                    self.end = Some(End::Alert(alert));
                    return;
                }
                Err(error) => {
                    self.end = Some(End::Faulty(error));
                    return;
                }
            };
            let start = self.input.len();
            self.input.resize(start + state.plaintext_bytes_to_read(), 0);
            tls.reader().read_exact(&mut self.input[start..]).expect("what was announced");
            if state.peer_has_closed() {
                self.has_said_goodbye = true;
                return;
            }
        }
    }

    /// Says whether it has come about.
    fn wait_for(&self, what: PollFlags, moment: Duration) -> bool {
        let moment = Timespec::try_from(moment).expect("a short time");
        poll(&mut [PollFd::new(&self.socket, what)], Some(&moment)).is_ok_and(|count| count > 0)
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("end", &self.end).finish_non_exhaustive()
    }
}
