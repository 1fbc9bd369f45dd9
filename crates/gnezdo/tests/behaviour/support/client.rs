//! A client that sends octets as they are given and reads answers strictly.

use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::net::{Shutdown, SocketAddr};
use std::path::Path;
use std::time::Duration;

use socket2::Socket;

use super::BOUND;
use super::dial::{dial, dial_from, dial_narrow, dial_unix, is_read_by_server, try_dial};

/// One connection.
pub(crate) struct Client {
    socket: Socket,
    /// What was read and not used.
    input: Vec<u8>,
}

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The status line and the fields, as they came.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// The trailer section, as it came.
    pub(crate) trailers: String,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self::over(dial(address))
    }

    /// From another address of the loopback network.
    pub(crate) fn connect_from(source: [u8; 4], address: SocketAddr) -> Self {
        Self::over(dial_from(source, address))
    }

    /// With a receive buffer that holds next to nothing.
    pub(crate) fn connect_narrow(address: SocketAddr) -> Self {
        Self::over(dial_narrow(address))
    }

    pub(crate) fn connect_unix(path: &Path) -> Self {
        Self::over(dial_unix(path))
    }

    pub(crate) fn try_connect(address: SocketAddr) -> io::Result<Self> {
        try_dial(address).map(Self::over)
    }

    fn over(socket: Socket) -> Self {
        socket.set_read_timeout(Some(BOUND)).expect("a socket");
        socket.set_write_timeout(Some(BOUND)).expect("a socket");
        Self { socket, input: Vec::new() }
    }

    pub(crate) fn send(&mut self, octets: impl AsRef<[u8]>) -> &mut Self {
        self.try_send(octets).expect("the server takes what is sent");
        self
    }

    pub(crate) fn try_send(&mut self, octets: impl AsRef<[u8]>) -> io::Result<()> {
        self.socket.write_all(octets.as_ref())
    }

    /// Sends a request of one line and `Host`.
    pub(crate) fn request(&mut self, method: &str, target: &str) -> &mut Self {
        self.send(request(method, target, ""))
    }

    pub(crate) fn get(&mut self, target: &str) -> Answer {
        self.request("GET", target).answer()
    }

    pub(crate) fn post(&mut self, target: &str, body: impl AsRef<[u8]>) -> Answer {
        let body = body.as_ref();
        let head = request("POST", target, &format!("Content-Length: {}\r\n", body.len()));
        self.send([head.as_bytes(), body].concat()).answer()
    }

    /// No more is sent; what comes can still be read.
    pub(crate) fn finish_sending(&mut self) -> &mut Self {
        self.socket.shutdown(Shutdown::Write).expect("an open connection");
        self
    }

    /// Ends the connection the hard way.
    pub(crate) fn reset(self) {
        self.reset_when_dropped();
    }

    /// Lets the connection end the hard way.
    pub(crate) fn reset_when_dropped(&self) {
        self.socket.set_linger(Some(Duration::ZERO)).expect("a socket");
    }

    /// Leaves the other end alone for a moment.
    pub(crate) fn pause(&self, moment: Duration) {
        std::thread::sleep(moment);
    }

    /// Whether the server has read everything that was sent: nothing is in its queue.
    pub(crate) fn is_read_by_server(&self) -> bool {
        is_read_by_server(&self.socket)
    }

    /// Whether octets have come that were not read.
    pub(crate) fn has_input(&self) -> bool {
        let mut octet = [MaybeUninit::uninit()];
        self.socket.set_nonblocking(true).expect("a socket");
        let peeked = self.socket.peek(&mut octet);
        self.socket.set_nonblocking(false).expect("a socket");
        peeked.is_ok_and(|count| count > 0)
    }

    /// Reads the next answer.
    #[track_caller]
    pub(crate) fn answer(&mut self) -> Answer {
        self.try_answer().expect("a complete answer")
    }

    /// Reads the next answer, whose head is all there is.
    #[track_caller]
    pub(crate) fn answer_to_head(&mut self) -> Answer {
        self.read_head().expect("a complete answer")
    }

    pub(crate) fn try_answer(&mut self) -> io::Result<Answer> {
        let mut answer = self.read_head()?;
        if answer.status < 200 || answer.status == 204 || answer.status == 304 {
            return Ok(answer);
        }
        if answer.field("transfer-encoding").is_some_and(|coding| coding == "chunked") {
            self.read_chunks(&mut answer)?;
        } else if let Some(length) = answer.field("content-length") {
            let length = length.parse().map_err(|_| broken("length"))?;
            answer.body = self.take(length)?;
        } else {
            answer.body = self.try_rest()?;
        }
        Ok(answer)
    }

    /// Everything up to the end of the connection.
    #[track_caller]
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        self.try_rest().expect("an orderly end")
    }

    pub(crate) fn try_rest(&mut self) -> io::Result<Vec<u8>> {
        while self.fill()? > 0 {}
        Ok(std::mem::take(&mut self.input))
    }

    /// Waits for the end of the connection, which comes without another octet.
    #[track_caller]
    pub(crate) fn expect_end(&mut self) {
        let rest = self.rest();
        assert!(rest.is_empty(), "more than was expected: {}", rest.escape_ascii());
    }

    /// Waits for the end of the connection, of whatever kind; gives how many octets came.
    #[track_caller]
    pub(crate) fn drain(&mut self) -> usize {
        let mut count = self.input.len();
        loop {
            self.input.clear();
            match self.fill() {
                Ok(0) => return count,
                Ok(read) => count += read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    panic!("the connection does not end")
                }
                Err(_) => return count,
            }
        }
    }

    /// Reads so many octets.
    pub(crate) fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.input.len() < length {
            self.fill_some()?;
        }
        let rest = self.input.split_off(length);
        Ok(std::mem::replace(&mut self.input, rest))
    }

    /// Sends as long as the server takes it; gives how many octets it took before it took
    /// none for a while.
    pub(crate) fn send_until_blocked(&mut self, piece: &[u8], octets_max: usize) -> usize {
        let while_blocked = Duration::from_millis(300);
        self.socket.set_write_timeout(Some(while_blocked)).expect("a socket");
        let mut sent = 0;
        while sent < octets_max {
            match self.socket.write(piece) {
                Ok(written) => sent += written,
                Err(_) => break,
            }
        }
        sent
    }

    /// Whether nothing comes, not even the end, within a moment.
    pub(crate) fn is_silent(&mut self, moment: Duration) -> bool {
        self.socket.set_read_timeout(Some(moment)).expect("a socket");
        let read = self.fill();
        self.socket.set_read_timeout(Some(BOUND)).expect("a socket");
        read.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Reads at most so many octets from the socket, past the input that was kept.
    pub(crate) fn try_take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut octets = vec![0; length];
        let read = self.socket.read(&mut octets)?;
        octets.truncate(read);
        Ok(octets)
    }

    fn read_head(&mut self) -> io::Result<Answer> {
        let head = self.take_through(b"\r\n\r\n")?;
        let status = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        let status = status.ok_or_else(|| broken("status line"))?;
        Ok(Answer { status, head, body: Vec::new(), trailers: String::new() })
    }

    fn read_chunks(&mut self, answer: &mut Answer) -> io::Result<()> {
        loop {
            let line = self.take_through(b"\r\n")?;
            let size = usize::from_str_radix(line.trim_end(), 16);
            let size = size.map_err(|_| broken("chunk size"))?;
            if size == 0 {
                break;
            }
            answer.body.extend(self.take(size)?);
            if self.take(2)? != b"\r\n" {
                return Err(broken("chunk end"));
            }
        }
        loop {
            let line = self.take_through(b"\r\n")?;
            if line == "\r\n" {
                return Ok(());
            }
            answer.trailers.push_str(&line);
        }
    }

    fn take_through(&mut self, end: &[u8]) -> io::Result<String> {
        loop {
            let found = self.input.windows(end.len()).position(|window| window == end);
            if let Some(start) = found {
                let octets = self.take(start + end.len())?;
                return String::from_utf8(octets).map_err(|_| broken("text"));
            }
            self.fill_some()?;
        }
    }

    fn fill_some(&mut self) -> io::Result<()> {
        match self.fill()? {
            0 if self.input.is_empty() => Err(io::ErrorKind::ConnectionAborted.into()),
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    fn fill(&mut self) -> io::Result<usize> {
        let mut octets = [0; 64 * 1024];
        let read = self.socket.read(&mut octets)?;
        self.input.extend_from_slice(&octets[..read]);
        Ok(read)
    }
}

impl Answer {
    /// The value of a field.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.split("\r\n").filter_map(|line| line.split_once(": "));
        lines.find(|(this, _)| this.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The content as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    /// Whether it says that it is the last one.
    pub(crate) fn says_close(&self) -> bool {
        self.field("connection").is_some_and(|options| options == "close")
    }
}

/// A request without content. `fields` are complete lines.
pub(crate) fn request(method: &str, target: &str, fields: &str) -> String {
    format!("{method} {target} HTTP/1.1\r\nHost: nest.example\r\n{fields}\r\n")
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("broken {what}"))
}
