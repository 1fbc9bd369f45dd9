//! What all connections of a process share, and what a thread lends to them for one turn.

use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use gnezdo_core::{Body, ConnectionInfo, FileRange, FixedField, Limits, Now, Request, Service};
use gnezdo_socket::Peer;

use crate::access_log::{LogBuffer, LogSink};
use crate::encryption::Encryption;
use crate::file_content;
use crate::output::Output;

/// What all sessions of a process share.
pub(crate) struct Context {
    pub(crate) service: Box<dyn Service>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) log: Option<LogSink>,
    /// Whether requests say where they come from: what the service wants, asked once.
    pub(crate) tells_connection: bool,
    /// Whether HTTP/2 is spoken with those who know beforehand that it is.
    pub(crate) http2: bool,
    pub(crate) encryption: Encryption,
    /// A field of every answer.
    pub(crate) fixed_field: Option<Arc<FixedField>>,
    /// For those who speak HTTP where TLS is expected.
    pub(crate) plain: Option<Arc<Self>>,
}

impl Context {
    /// A context without TLS and log.
    pub(crate) fn new(service: Box<dyn Service>, limits: Arc<Limits>) -> Self {
        Self {
            tells_connection: service.wants_connection_info(),
            service,
            limits,
            log: None,
            http2: true,
            encryption: Encryption::default(),
            fixed_field: None,
            plain: None,
        }
    }

    /// A request as the service sees it: with its content, and with where it comes from if the
    /// service wants to know.
    #[inline]
    pub(crate) fn request(&self, head: http::Request<()>, content: Body, peer: Peer) -> Request {
        let mut request = head.map(|()| content);
        if self.tells_connection {
            request.extensions_mut().insert(self.connection_info(peer));
        }
        request
    }

    fn connection_info(&self, peer: Peer) -> ConnectionInfo {
        let peer = match peer {
            Peer::Ip(address) => Some(address),
            Peer::Unix => None,
        };
        ConnectionInfo { peer, scheme: self.encryption.uri_scheme() }
    }
}

/// What a thread lends to one session after another.
pub(crate) struct Desk {
    pub(crate) now: Now,
    pub(crate) out: Output,
    pub(crate) log: Option<LogBuffer>,
    pub(crate) input: Box<[u8]>,
    /// Whether the driver receives and sends by itself: octets that came are handed to the
    /// connection, and those that are to leave are taken from `out` after its turn.
    pub(crate) is_ring: bool,
    /// Memory for content on its way to those who read it.
    pub(crate) content: BytesMut,
    /// Where TLS decrypts what came.
    pub(crate) scratch: Vec<u8>,
    /// What is yet to be encrypted, while it is said.
    plain: Output,
}

impl Desk {
    pub(crate) fn new(context: &Context, input_bytes: usize) -> Self {
        Self {
            now: Now::read(),
            out: Output::default(),
            log: context.log.as_ref().map(LogSink::buffer),
            input: vec![0; input_bytes].into_boxed_slice(),
            is_ring: false,
            content: BytesMut::new(),
            scratch: Vec::new(),
            plain: Output::default(),
        }
    }

    /// What is left to do before the thread waits.
    pub(crate) fn close_turn(&mut self) {
        if let Some(log) = &mut self.log {
            log.flush();
        }
    }

    /// Lays another sheet on the desk: what is said from now on is not for the wire as it is.
    /// Gives the sheet that is.
    pub(crate) fn begin_plain(&mut self) -> Output {
        let plain = std::mem::take(&mut self.plain);
        std::mem::replace(&mut self.out, plain)
    }

    /// Puts the sheet for the wire back, after `seal` has written there what was said. What it
    /// finds on the desk is gone afterwards.
    pub(crate) fn end_plain(
        &mut self,
        mut wire: Output,
        seal: impl FnOnce(&mut Output, &mut Output),
    ) {
        seal(&mut self.out, &mut wire);
        self.out.clear();
        self.plain = std::mem::replace(&mut self.out, wire);
    }

    /// Appends the next octets of a file to `out`, at most so many, and moves the start of the
    /// range past them.
    ///
    /// # Errors
    /// What reading gave; [`io::ErrorKind::UnexpectedEof`] if the file is shorter than promised.
    #[expect(clippy::unused_self, reason = "sessions make no system calls; a desk may")]
    pub(crate) fn read_file(
        &self,
        range: &mut FileRange,
        bytes_max: usize,
        out: &mut Vec<u8>,
    ) -> io::Result<()> {
        file_content::read(range, bytes_max, out)
    }
}
