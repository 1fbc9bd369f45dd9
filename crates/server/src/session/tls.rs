//! TLS between the wire and what speaks: octets in, octets out, no socket.
//!
//! The library decrypts and encrypts into memory that is ours, so that a connection at rest holds
//! no buffers. What is said in one turn leaves in as few records as it fits in. A large piece
//! behind it, octets or a range of a file, is encrypted as far as it leaves at once; the rest
//! waits in `tail` where it lies.

use std::mem;

use gnezdo_core::{Closing, Wants};
use gnezdo_tls::Protocol;
use rustls::server::{ServerConnectionData, UnbufferedServerConnection};
use rustls::unbuffered::{
    ConnectionState, EncodeError, EncryptError, InsufficientSizeError, UnbufferedStatus,
    WriteTraffic,
};

use crate::context::{Context, Desk};
use crate::output::{Output, Tail};

/// How much of a tail is encrypted at once: as much as a record holds. RFC 8446 §5.1.
const RECORD_BYTES: usize = 16 * 1024;

/// What a record needs beside its content, in all versions and ciphers.
const RECORD_OVERHEAD_BYTES: usize = 64;

/// The server's side of TLS on one connection.
pub(super) struct Tls {
    connection: UnbufferedServerConnection,
    /// The beginning of a record.
    partial: Vec<u8>,
    /// Octets that came without being asked for.
    held: Vec<u8>,
    /// What follows the output, in parts.
    tail: Option<Tail>,
    state: State,
}

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing has come.
    New,
    Handshake,
    Open,
    /// We have said that nothing more comes.
    Closed,
    /// It cannot go on; the peer was told why, if it could be told.
    Failed,
}

/// Where the library encrypts.
type Traffic<'c> = WriteTraffic<'c, ServerConnectionData>;

/// What a client says over TLS.
pub(super) enum Heard<'o> {
    /// That it speaks HTTP/2.
    Http2,
    /// That it speaks HTTP/1.1.
    Http11,
    Octets(&'o [u8]),
    /// That nothing more comes.
    End,
}

impl Tls {
    /// TLS for a connection that has just been accepted, if it is to be spoken.
    pub(super) fn begin(context: &Context) -> Option<Box<Self>> {
        let config = context.encryption.tls.as_ref()?.server_config();
        // It fails for settings that nobody can make here: sizes of fragments.
        let connection = UnbufferedServerConnection::new(config).ok()?;
        Some(Box::new(Self {
            connection,
            partial: Vec::new(),
            held: Vec::new(),
            tail: None,
            state: State::New,
        }))
    }

    /// Takes octets from the wire, and tells what they mean; what the library has to say by
    /// itself goes into `wire`.
    pub(super) fn receive(
        &mut self,
        input: &[u8],
        scratch: &mut Vec<u8>,
        wire: &mut Vec<u8>,
        hear: &mut dyn FnMut(Heard<'_>),
    ) {
        if self.state == State::New {
            self.state = State::Handshake;
        }
        if !self.partial.is_empty() {
            let mut octets = mem::take(&mut self.partial);
            octets.extend_from_slice(input);
            let used = self.process(&mut octets, wire, hear);
            octets.drain(..used);
            self.partial = octets;
            if self.partial.is_empty() {
                self.partial = Vec::new();
            }
            return;
        }
        scratch.clear();
        scratch.extend_from_slice(input);
        let used = self.process(scratch, wire, hear);
        if self.state != State::Failed {
            self.partial = scratch[used..].to_vec();
        }
    }

    /// Goes through all whole records; gives how many octets were used.
    fn process(
        &mut self,
        octets: &mut [u8],
        wire: &mut Vec<u8>,
        hear: &mut dyn FnMut(Heard<'_>),
    ) -> usize {
        let mut used = 0;
        while self.state != State::Failed {
            self.note_agreed(hear);
            let is_agreed = self.state != State::Handshake;
            let UnbufferedStatus { discard, state } =
                self.connection.process_tls_records(&mut octets[used..]);
            let mut goes_on = true;
            let mut early = Vec::new();
            match state {
                Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                    while let Some(Ok(record)) = traffic.next_record() {
                        if is_agreed {
                            hear(Heard::Octets(record.payload));
                        } else {
                            early.extend_from_slice(record.payload);
                        }
                    }
                }
                Ok(ConnectionState::EncodeTlsData(mut data)) => {
                    append(wire, RECORD_OVERHEAD_BYTES, |room| data.encode(room));
                }
                Ok(ConnectionState::TransmitTlsData(data)) => data.done(),
                Ok(ConnectionState::PeerClosed) => hear(Heard::End),
                Ok(_) => goes_on = false,
                Err(_) => self.state = State::Failed,
            }
            used += discard;
            if !early.is_empty() {
                self.note_agreed(hear);
                hear(Heard::Octets(&early));
            }
            if !goes_on {
                return used;
            }
        }
        self.say_why(&mut octets[used..], wire);
        octets.len()
    }

    /// The handshake may have been completed, and with it what is spoken.
    fn note_agreed(&mut self, hear: &mut dyn FnMut(Heard<'_>)) {
        if self.state != State::Handshake || self.connection.is_handshaking() {
            return;
        }
        self.state = State::Open;
        let alpn = self.connection.alpn_protocol();
        match alpn.and_then(Protocol::from_alpn_name) {
            Some(Protocol::Http2) => hear(Heard::Http2),
            Some(_) => hear(Heard::Http11),
            None => {}
        }
    }

    /// What was to be said before the fault, and the alert that tells the peer what was wrong.
    fn say_why(&mut self, octets: &mut [u8], wire: &mut Vec<u8>) {
        while self.connection.wants_write() {
            let status = self.connection.process_tls_records(octets);
            let Ok(ConnectionState::EncodeTlsData(mut data)) = status.state else {
                return;
            };
            append(wire, RECORD_OVERHEAD_BYTES, |room| data.encode(room));
        }
    }

    /// Keeps octets for later.
    pub(super) fn hold_input(&mut self, input: &[u8]) {
        if self.state != State::Failed {
            self.held.extend_from_slice(input);
        }
    }

    /// Octets that were kept, once they may be looked at.
    pub(super) fn take_held(&mut self) -> Option<Vec<u8>> {
        let is_next = self.tail.is_none() && !self.held.is_empty();
        is_next.then(|| mem::take(&mut self.held))
    }

    /// Encrypts what was said, but for its tail, with which [`seal_more`](Self::seal_more) goes on.
    pub(super) fn seal(&mut self, plain: &mut Output, wire: &mut Output) {
        if !plain.is_empty() {
            self.tail = plain.tail.take();
            self.encrypt(&plain.bytes[plain.sent..], &mut wire.bytes);
        }
    }

    /// Encrypts as much of the tail as the output has room for.
    pub(super) fn seal_more(&mut self, desk: &mut Desk) {
        while !desk.out.is_full() {
            match self.tail.take() {
                None => return,
                Some(Tail::Bytes(mut bytes)) => {
                    let piece = bytes.split_to(bytes.len().min(RECORD_BYTES));
                    self.encrypt(&piece, &mut desk.out.bytes);
                    self.tail = (!bytes.is_empty()).then_some(Tail::Bytes(bytes));
                }
                Some(Tail::File(mut range)) => {
                    let mut piece = mem::take(&mut desk.scratch);
                    piece.clear();
                    let read = desk.read_file(&mut range, RECORD_BYTES, &mut piece);
                    self.encrypt(&piece, &mut desk.out.bytes);
                    desk.scratch = piece;
                    if read.is_err() {
                        // The promise cannot be kept: the client sees it by the missing end.
                        return self.fail();
                    }
                    self.tail = (range.length > 0).then_some(Tail::File(range));
                }
            }
        }
    }

    /// Says that nothing more comes. RFC 8446 §6.1.
    pub(super) fn say_goodbye(&mut self, desk: &mut Desk) {
        self.write(&mut desk.out.bytes, RECORD_OVERHEAD_BYTES, |traffic, room| {
            traffic.queue_close_notify(room)
        });
        if self.state != State::Failed {
            self.state = State::Closed;
        }
    }

    fn encrypt(&mut self, plain: &[u8], wire: &mut Vec<u8>) {
        if plain.is_empty() {
            return;
        }
        let records = plain.len().div_ceil(RECORD_BYTES);
        let room = plain.len() + (records + 1) * RECORD_OVERHEAD_BYTES;
        self.write(wire, room, |traffic, room| traffic.encrypt(plain, room));
    }

    /// Lets the library write something, after what it has to say by itself.
    fn write(
        &mut self,
        wire: &mut Vec<u8>,
        room: usize,
        mut write: impl FnMut(&mut Traffic<'_>, &mut [u8]) -> Result<usize, EncryptError>,
    ) {
        loop {
            // The library knows places in what it has been shown, so it is shown that again.
            let UnbufferedStatus { discard, state } =
                self.connection.process_tls_records(&mut self.partial);
            let mut is_done = false;
            match state {
                Ok(ConnectionState::WriteTraffic(mut traffic)) => {
                    append(wire, room, |room| write(&mut traffic, room));
                    is_done = true;
                }
                Ok(ConnectionState::EncodeTlsData(mut data)) => {
                    append(wire, RECORD_OVERHEAD_BYTES, |room| data.encode(room));
                }
                Ok(ConnectionState::TransmitTlsData(data)) => data.done(),
                Ok(ConnectionState::PeerClosed) => {}
                // Before the handshake nobody has anything to say, and after an end nobody hears.
                _ => return self.fail(),
            }
            self.partial.drain(..discard);
            if is_done {
                return;
            }
        }
    }

    /// It cannot go on.
    pub(super) fn fail(&mut self) {
        self.state = State::Failed;
        self.tail = None;
        (self.partial, self.held) = (Vec::new(), Vec::new());
    }

    pub(super) fn has_heard_nothing(&self) -> bool {
        self.state == State::New
    }

    /// Whether there is more to encrypt, or to decrypt, without anybody else's doing.
    pub(super) fn has_more(&self) -> bool {
        self.state != State::Failed && (self.tail.is_some() || !self.held.is_empty())
    }

    /// Whether the end is yet to be said, after which nothing comes.
    pub(super) fn owes_goodbye(&self, speech: Wants) -> bool {
        matches!(speech, Wants::Close(_)) && matches!(self.state, State::Handshake | State::Open)
    }

    /// How many octets have not been encrypted.
    pub(super) fn left(&self) -> u64 {
        self.tail.as_ref().map_or(0, Tail::left)
    }

    /// What the connection waits for, if what is spoken waits for this.
    pub(super) fn wants(&self, speech: Wants) -> Wants {
        if self.state == State::Failed {
            return Wants::Close(Closing::Linger);
        }
        if self.has_more() || self.owes_goodbye(speech) {
            return Wants::Nothing;
        }
        speech
    }
}

/// Appends what `write` writes into the room that it is given: at first `room` octets, and more
/// if it asks for more.
fn append<E: NeedsRoom>(
    wire: &mut Vec<u8>,
    room: usize,
    mut write: impl FnMut(&mut [u8]) -> Result<usize, E>,
) {
    let start = wire.len();
    let mut room = room;
    loop {
        wire.resize(start + room, 0);
        match write(&mut wire[start..]) {
            Ok(written) => return wire.truncate(start + written),
            Err(error) => match error.needed() {
                Some(needed) if needed > room => room = needed,
                _ => return wire.truncate(start),
            },
        }
    }
}

/// An error that may ask for more room.
trait NeedsRoom {
    fn needed(&self) -> Option<usize>;
}

impl NeedsRoom for EncodeError {
    fn needed(&self) -> Option<usize> {
        match self {
            Self::InsufficientSize(InsufficientSizeError { required_size }) => Some(*required_size),
            Self::AlreadyEncoded => None,
        }
    }
}

impl NeedsRoom for EncryptError {
    fn needed(&self) -> Option<usize> {
        match self {
            Self::InsufficientSize(InsufficientSizeError { required_size }) => Some(*required_size),
            Self::EncryptExhausted => None,
        }
    }
}
