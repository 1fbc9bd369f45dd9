//! One request and its answer over HTTP/1.1 by hand: proof that a server answers rightly before it is
//! measured, and the octets that the floors repeat.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::documents::JSON;

/// An answer as it came over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// All of it.
    pub(crate) octets: Vec<u8>,
    /// Where its content starts.
    pub(crate) content_start: usize,
}

/// Longer than any server should need for a small file.
const PATIENCE: Duration = Duration::from_secs(10);

impl Answer {
    /// The content.
    pub(crate) fn content(&self) -> &[u8] {
        &self.octets[self.content_start..]
    }

    /// The status code.
    pub(crate) fn status(&self) -> &[u8] {
        self.octets.get(9..12).unwrap_or_default()
    }
}

/// Connects.
pub(crate) fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Asks for a target in the words that wrk uses, and reads the whole answer.
pub(crate) fn exchange(stream: &mut TcpStream, target: &str) -> io::Result<Answer> {
    let address = stream.peer_addr()?;
    let mut answers = pipelined(stream, &get(address, target), 1)?;
    answers.pop().ok_or_else(|| io::Error::other("there is no answer to no request"))
}

/// A request for a target, in the words that wrk uses.
pub(crate) fn get(address: SocketAddr, target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: {address}\r\n\r\n").into()
}

/// A request that sends JSON to a target, in the words that wrk uses.
pub(crate) fn post_json(address: SocketAddr, target: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {target} HTTP/1.1\r\nHost: {address}\r\nContent-Type: {JSON}\r\n\
         Content-Length: {}\r\n\r\n",
        content.len()
    );
    [head.as_bytes(), content].concat()
}

/// Sends a request several times at once, and reads all answers.
pub(crate) fn pipelined<S: Read + Write>(
    stream: &mut S,
    request: &[u8],
    count: u32,
) -> io::Result<Vec<Answer>> {
    stream.write_all(&request.repeat(count as usize))?;
    stream.flush()?;
    let mut answers = Vec::new();
    let mut octets = Vec::new();
    let mut piece = vec![0; 64 * 1024];
    while answers.len() < count as usize {
        match stream.read(&mut piece)? {
            0 => return Err(io::Error::other("it left before the end of its answer")),
            length => octets.extend_from_slice(&piece[..length]),
        }
        while let Some(answer) = take_answer(&mut octets)? {
            answers.push(answer);
        }
    }
    match octets.is_empty() && answers.len() == count as usize {
        true => Ok(answers),
        false => Err(io::Error::other("octets follow its answer")),
    }
}

/// The first answer of `octets`, once it is complete.
fn take_answer(octets: &mut Vec<u8>) -> io::Result<Option<Answer>> {
    let Some((content_start, content_length)) = framing(octets)? else { return Ok(None) };
    let end = content_start.saturating_add(content_length);
    if octets.len() < end {
        return Ok(None);
    }
    let rest = octets.split_off(end);
    let octets = std::mem::replace(octets, rest);
    Ok(Some(Answer { octets, content_start }))
}

/// Where the content starts and how long it is, once the head is complete.
fn framing(octets: &[u8]) -> io::Result<Option<(usize, usize)>> {
    let Some(end) = octets.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = String::from_utf8_lossy(&octets[..end]);
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    let length = length.ok_or_else(|| io::Error::other("its answer has no Content-Length"))?;
    Ok(Some((end + 4, length)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::thread;

    /// What `exchange` makes of these octets, sent in pieces.
    fn exchanged(pieces: &'static [&'static [u8]]) -> io::Result<Answer> {
        served(pieces, |stream| exchange(stream, "/x"))
    }

    /// What `ask` makes of a server that sends these octets in pieces.
    fn served<T>(
        pieces: &'static [&'static [u8]],
        ask: impl FnOnce(&mut TcpStream) -> io::Result<T>,
    ) -> io::Result<T> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut octet = [0];
                stream.read_exact(&mut octet).unwrap();
                request.extend(octet);
            }
            assert!(request.starts_with(b"GET /x HTTP/1.1\r\nHost: 127.0.0.1:"));
            for piece in pieces {
                stream.write_all(piece).unwrap();
            }
        });
        let answer = ask(&mut connect(address).unwrap());
        server.join().unwrap();
        answer
    }

    #[test]
    fn an_answer_ends_where_its_length_says() {
        let answer =
            exchanged(&[b"HTTP/1.1 200 OK\r\nconTENT-length:  3\r\n", b"\r\na", b"bc"]).unwrap();
        assert_eq!(answer.status(), b"200");
        assert_eq!(answer.content(), b"abc");
    }

    #[test]
    fn pipelined_answers_are_told_apart() {
        const PIECES: &[&[u8]] = &[
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\nContent-",
            b"Length: 2\r\n\r\nbc",
        ];
        let answers =
            served(PIECES, |stream| pipelined(stream, &get(stream.peer_addr()?, "/x"), 2)).unwrap();
        let contents: Vec<&[u8]> = answers.iter().map(Answer::content).collect();
        assert_eq!(contents, [b"a".as_slice(), b"bc"]);
    }

    #[test]
    fn what_is_sent_follows_a_head_with_its_type_and_length() {
        let request = post_json(([127, 0, 0, 1], 8080).into(), "/x", b"{}");
        assert_eq!(
            String::from_utf8(request).unwrap(),
            "POST /x HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/json\r\n\
             Content-Length: 2\r\n\r\n{}"
        );
    }

    #[test]
    fn a_broken_answer_is_an_error() {
        let problem = |pieces| exchanged(pieces).unwrap_err().to_string();
        assert!(problem(&[b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab"]).contains("left"));
        assert!(problem(&[b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab"]).contains("follow"));
        assert!(problem(&[b"HTTP/1.1 200 OK\r\n\r\n"]).contains("no Content-Length"));
    }
}
