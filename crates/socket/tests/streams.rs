//! Connections: what goes in and out, over TCP and over unix sockets.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::thread;

use gnezdo_socket::{Direction, More, Stream};
use rustix::event::{PollFd, PollFlags, poll};

/// A blocking client and the stream at the other end.
fn tcp_pair() -> (TcpStream, Stream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (client, Stream::new(listener.accept().unwrap().0).unwrap())
}

fn unix_pair() -> (UnixStream, Stream) {
    let (client, server) = UnixStream::pair().unwrap();
    (client, Stream::new(server).unwrap())
}

fn wait_for_input(stream: &Stream) {
    poll(&mut [PollFd::new(stream, PollFlags::IN)], None).unwrap();
}

fn wait_for_room(stream: &Stream) {
    poll(&mut [PollFd::new(stream, PollFlags::OUT)], None).unwrap();
}

fn file_of(content: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(content).unwrap();
    file
}

/// What the client receives until the end.
fn received(mut client: impl Read, stream: Stream) -> Vec<u8> {
    drop(stream);
    let mut octets = Vec::new();
    client.read_to_end(&mut octets).unwrap();
    octets
}

fn kind<T: std::fmt::Debug>(result: io::Result<T>) -> io::ErrorKind {
    result.unwrap_err().kind()
}

#[test]
fn a_stream_is_as_small_as_its_descriptor() {
    assert_eq!(size_of::<Stream>(), 4);
    assert_eq!(size_of::<Option<Stream>>(), 4);
}

fn receives(mut client: impl Write, stream: &Stream) {
    let mut buffer = [0; 16];
    assert_eq!(kind(stream.receive(&mut buffer)), io::ErrorKind::WouldBlock);
    client.write_all(b"abcde").unwrap();
    wait_for_input(stream);
    assert_eq!(stream.receive(&mut buffer[..3]).unwrap(), 3);
    assert_eq!(stream.receive(&mut buffer[3..]).unwrap(), 2);
    assert_eq!(&buffer[..5], b"abcde");
    drop(client);
    wait_for_input(stream);
    assert_eq!(stream.receive(&mut buffer).unwrap(), 0);
}

#[test]
fn octets_are_received_until_the_end() {
    let (client, stream) = tcp_pair();
    receives(client, &stream);
    let (client, stream) = unix_pair();
    receives(client, &stream);
}

#[test]
fn octets_are_sent_in_order_whatever_follows() {
    let (client, stream) = tcp_pair();
    assert_eq!(stream.send(b"one ", More::Follows).unwrap(), 4);
    assert_eq!(stream.send_two(b"two ", b"three ", More::Follows).unwrap(), 10);
    assert_eq!(stream.send_two(b"", b"four ", More::Nothing).unwrap(), 5);
    assert_eq!(stream.send_two(b"five", b"", More::Nothing).unwrap(), 4);
    assert_eq!(stream.send(b"", More::Nothing).unwrap(), 0);
    assert_eq!(received(client, stream), b"one two three four five");

    let (client, stream) = unix_pair();
    assert_eq!(stream.send_two(b"head ", b"body", More::Nothing).unwrap(), 9);
    assert_eq!(received(client, stream), b"head body");
}

#[test]
fn a_full_connection_has_no_room() {
    let (_client, stream) = tcp_pair();
    let octets = vec![0; 1 << 20];
    let refused = loop {
        if let Err(error) = stream.send(&octets, More::Nothing) {
            break error;
        }
    };
    assert_eq!(refused.kind(), io::ErrorKind::WouldBlock);
    assert_eq!(kind(stream.send_two(&octets, &octets, More::Nothing)), io::ErrorKind::WouldBlock);
    assert_eq!(kind(stream.send_file(&file_of(b"abc"), 0, 3)), io::ErrorKind::WouldBlock);
}

#[test]
fn a_range_of_a_file_is_sent() {
    let file = file_of(b"0123456789");
    let (client, stream) = tcp_pair();
    assert_eq!(stream.send_file(&file, 2, 3).unwrap(), 3);
    assert_eq!(stream.send_file(&file, 0, 0).unwrap(), 0);
    assert_eq!(received(client, stream), b"234");
    let (client, stream) = unix_pair();
    assert_eq!(stream.send_file(&file, 7, 3).unwrap(), 3);
    assert_eq!(received(client, stream), b"789");
}

#[test]
fn a_short_file_gives_what_it_has_and_then_nothing() {
    let (mut client, stream) = tcp_pair();
    let file = file_of(b"0123");
    assert_eq!(stream.send_file(&file, 2, 100).unwrap(), 2);
    assert_eq!(stream.send_file(&file, 4, 98).unwrap(), 0);
    assert_eq!(stream.send_file(&file, 1 << 40, 1).unwrap(), 0);
    // Before the file shrinks: until they are received, the octets may still be the file's own.
    client.read_exact(&mut [0; 2]).unwrap();
    file.set_len(1).unwrap();
    assert_eq!(stream.send_file(&file, 2, 2).unwrap(), 0);
    assert_eq!(received(client, stream), b"");
}

#[test]
fn extreme_ranges_are_errors_or_capped() {
    let (client, stream) = tcp_pair();
    let file = file_of(b"0123");
    assert_eq!(stream.send_file(&file, 0, usize::MAX).unwrap(), 4);
    for offset in [i64::MAX as u64, u64::MAX] {
        assert!(stream.send_file(&file, offset, usize::MAX).is_err());
    }
    assert_eq!(received(client, stream), b"0123");
}

#[test]
fn a_large_file_arrives_whole_through_a_narrow_connection() {
    let content: Vec<u8> = (0..5_000_011_u32).map(|i| (i % 251) as u8).collect();
    let file = file_of(&content);
    let (client, stream) = tcp_pair();
    let reader = thread::spawn(move || {
        let mut octets = Vec::new();
        { client }.read_to_end(&mut octets).unwrap();
        octets
    });
    let mut offset = 0;
    while offset < content.len() {
        match stream.send_file(&file, offset as u64, content.len() - offset) {
            Ok(sent) => offset += sent,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => wait_for_room(&stream),
            Err(error) => panic!("{error}"),
        }
    }
    drop(stream);
    assert!(reader.join().unwrap() == content);
}

#[test]
fn a_shut_down_half_leaves_the_other() {
    let (mut client, stream) = tcp_pair();
    stream.shutdown(Direction::Write).unwrap();
    assert_eq!(client.read(&mut [0]).unwrap(), 0);
    assert_eq!(kind(stream.send(b"x", More::Nothing)), io::ErrorKind::BrokenPipe);
    client.write_all(b"still").unwrap();
    wait_for_input(&stream);
    assert_eq!(stream.receive(&mut [0; 8]).unwrap(), 5);
    stream.shutdown(Direction::Read).unwrap();
    assert_eq!(stream.receive(&mut [0; 8]).unwrap(), 0);
}

#[test]
fn a_half_closed_client_still_gets_its_answer() {
    let (mut client, stream) = tcp_pair();
    client.write_all(b"?").unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    wait_for_input(&stream);
    assert_eq!(stream.receive(&mut [0; 8]).unwrap(), 1);
    wait_for_input(&stream);
    assert_eq!(stream.receive(&mut [0; 8]).unwrap(), 0);
    assert_eq!(stream.send(b"!", More::Nothing).unwrap(), 1);
    assert_eq!(received(client, stream), b"!");
}

#[test]
fn a_peer_that_left_is_an_error_and_not_a_signal() {
    let (client, stream) = unix_pair();
    drop(client);
    assert_eq!(kind(stream.send(b"x", More::Nothing)), io::ErrorKind::BrokenPipe);
    assert_eq!(kind(stream.send_two(b"x", b"y", More::Nothing)), io::ErrorKind::BrokenPipe);
    assert_eq!(kind(stream.send_file(&file_of(b"x"), 0, 1)), io::ErrorKind::BrokenPipe);
}
