//! What the two floors have in common: their arguments, the canned answer, and how requests
//! are counted.
//!
//! A floor is the least that any HTTP server has to do: wait, receive, find where a request
//! ends, send. It parses nothing, so it is no HTTP server: it answers every empty line with
//! the same octets. What a real server needs above it is its own cost.
#![forbid(unsafe_code)]

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::{env, fs, io};

mod head_ends;

pub use head_ends::HeadEnds;

/// How many octets of answers stand ready in one piece, at least: a burst of pipelined
/// requests is answered by one send.
const READY_BYTES: usize = 64 * 1024;

/// How many connections may wait to be accepted; the standard library lets 128.
const BACKLOG: i32 = 4096;

/// What a floor is started with.
pub struct Floor {
    /// The bound socket.
    pub listener: TcpListener,
    /// What is sent for each request.
    pub answers: Answers,
}

impl Floor {
    /// Reads `ADDRESS:PORT ANSWER_FILE` from the command line, and binds.
    ///
    /// # Errors
    /// One line that says what was wrong.
    pub fn from_args() -> Result<Self, String> {
        let mut args = env::args().skip(1);
        let (Some(listen), Some(answer), None) = (args.next(), args.next(), args.next()) else {
            return Err("usage: FLOOR ADDRESS:PORT ANSWER_FILE".into());
        };
        let address: SocketAddr =
            listen.parse().map_err(|_| format!("{listen} is not ADDRESS:PORT"))?;
        let listener =
            listen_on(address).map_err(|error| format!("listen on {address}: {error}"))?;
        Ok(Self { listener, answers: Answers::read(Path::new(&answer))? })
    }
}

fn listen_on(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    // Listening again only changes the backlog (listen(2)).
    rustix::net::listen(&listener, BACKLOG)?;
    Ok(listener)
}

/// The canned answer, repeated as often as one send may need it.
pub struct Answers {
    repeated: Vec<u8>,
    length: usize,
}

impl Answers {
    fn read(path: &Path) -> Result<Self, String> {
        let answer = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        if answer.is_empty() {
            return Err(format!("{} is empty; it has to hold an answer", path.display()));
        }
        Ok(Self::new(&answer))
    }

    fn new(answer: &[u8]) -> Self {
        let copies = READY_BYTES.div_ceil(answer.len()).max(1);
        Self { repeated: answer.repeat(copies), length: answer.len() }
    }

    /// How many octets one answer has.
    pub fn length(&self) -> usize {
        self.length
    }

    /// The next octets for a client that is still owed `owed`; never empty while it is owed.
    pub fn next(&self, owed: usize) -> &[u8] {
        // What is owed ends with a whole answer.
        let start = match owed % self.length {
            0 => 0,
            rest => self.length - rest,
        };
        let end = self.repeated.len().min(start + owed);
        &self.repeated[start..end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rest_goes_on_where_the_last_send_stopped() {
        let answers = Answers::new(b"abc");
        assert_eq!(answers.next(6), b"abcabc");
        assert_eq!(answers.next(5), b"bcabc");
        assert_eq!(answers.next(1), b"c");
        assert_eq!(answers.next(0), b"");
    }

    #[test]
    fn much_is_sent_in_pieces() {
        let answers = Answers::new(b"abc");
        let mut owed = 3 * READY_BYTES;
        while owed > 0 {
            let sent = answers.next(owed).len();
            assert!(sent > 0);
            owed -= sent;
        }
    }
}
