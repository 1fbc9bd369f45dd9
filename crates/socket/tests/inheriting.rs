//! Listening sockets that go from one program to another.

use std::env;
use std::fs::File;
use std::io::{self, Read};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, IntoRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command};

use gnezdo_socket::{ListenAddress, ListenError, ListenOptions, Listener, LocalAddress, More};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_getfl};
use rustix::io::{FdFlags, fcntl_dupfd_cloexec, fcntl_getfd, fcntl_setfd};
use rustix::net::sockopt;

/// Names the descriptor to [`child`].
const VARIABLE: &str = "GNEZDO_TEST_DESCRIPTOR";

fn bind(address: &str) -> Listener {
    Listener::bind(&address.parse().unwrap(), &ListenOptions::default()).unwrap()
}

/// Runs [`child`] in a process of its own, with a descriptor passed on.
fn start_child(listener: &Listener) -> Child {
    child_command(listener.pass_on().unwrap()).spawn().unwrap()
}

fn child_command(fd: RawFd) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "child", "--nocapture"])
        .env(VARIABLE, ListenAddress::Descriptor(fd).to_string());
    command
}

/// The other program: answers one connection. Nothing to do when it runs among the tests.
#[test]
fn child() {
    let Ok(address) = env::var(VARIABLE) else { return };
    let address = address.parse().unwrap();
    let listener = Listener::bind(&address, &ListenOptions::default()).unwrap();
    poll(&mut [PollFd::new(&listener, PollFlags::IN)], None).unwrap();
    let (stream, _) = listener.accept().unwrap();
    let text = format!("{} from a child", listener.local_address());
    assert_eq!(stream.send(text.as_bytes(), More::Nothing).unwrap(), text.len());
}

fn answer(mut client: impl Read) -> String {
    let mut text = String::new();
    client.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_child_answers_over_tcp() {
    let listener = bind("127.0.0.1:0");
    let mut child = start_child(&listener);
    let client = TcpStream::connect(listener.local_address().tcp().unwrap()).unwrap();
    assert_eq!(answer(client), format!("{} from a child", listener.local_address()));
    assert!(child.wait().unwrap().success());
    assert_eq!(listener.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
}

#[test]
fn a_child_answers_over_a_unix_socket_and_leaves_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nest.sock");
    let listener = bind(&format!("unix:{}", path.display()));
    let mut child = start_child(&listener);
    let client = UnixStream::connect(&path).unwrap();
    assert_eq!(answer(client), format!("unix:{} from a child", path.display()));
    assert!(child.wait().unwrap().success());
    assert!(path.exists());
    drop(listener);
    assert!(!path.exists());
}

#[test]
fn a_child_answers_at_its_standard_input() {
    let listener = bind("127.0.0.1:0");
    let input = listener.as_fd().try_clone_to_owned().unwrap();
    let mut child = child_command(0).stdin(input).spawn().unwrap();
    let client = TcpStream::connect(listener.local_address().tcp().unwrap()).unwrap();
    assert_eq!(answer(client), format!("{} from a child", listener.local_address()));
    assert!(child.wait().unwrap().success());
}

/// A descriptor as if the program had been started with it: open on exec, and with a number
/// that no listener of these tests has had.
fn handed_over(descriptor: impl AsFd) -> OwnedFd {
    let copy = fcntl_dupfd_cloexec(descriptor, 100).unwrap();
    fcntl_setfd(&copy, FdFlags::empty()).unwrap();
    copy
}

#[test]
fn what_is_inherited_is_made_ready() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let local = LocalAddress::Tcp(listener.local_addr().unwrap());
    let fd = handed_over(listener).into_raw_fd();

    let listener = Listener::inherit(fd).unwrap();
    assert_eq!(listener.as_raw_fd(), fd);
    assert_eq!(*listener.local_address(), local);
    assert!(fcntl_getfd(&listener).unwrap().contains(FdFlags::CLOEXEC));
    assert!(fcntl_getfl(&listener).unwrap().contains(OFlags::NONBLOCK));
    assert!(sockopt::tcp_nodelay(&listener).unwrap());
    assert!(matches!(Listener::inherit(fd), Err(ListenError::DescriptorOwned { .. })));
}

#[test]
fn our_own_descriptors_are_refused_even_when_passed_on() {
    let listener = bind("127.0.0.1:0");
    let owned = |fd| matches!(Listener::inherit(fd), Err(ListenError::DescriptorOwned { .. }));
    assert!(owned(listener.as_raw_fd()));
    let fd = listener.pass_on().unwrap();
    assert_eq!(fd, listener.as_raw_fd());
    assert!(!fcntl_getfd(&listener).unwrap().contains(FdFlags::CLOEXEC));
    assert!(owned(fd));
}

#[test]
fn a_closed_descriptor_is_named() {
    for fd in [-1, i32::MIN, 1_000_000, i32::MAX] {
        let error = Listener::inherit(fd).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "descriptor {fd} is not open; start the program with a listening socket as this \
                 descriptor"
            )
        );
    }
}

#[test]
fn a_file_is_not_a_socket() {
    let file = handed_over(File::open("/dev/null").unwrap());
    let error = Listener::inherit(file.as_raw_fd()).unwrap_err();
    assert!(matches!(error, ListenError::NotASocket { fd } if fd == file.as_raw_fd()), "{error}");
    // It is left as it was.
    assert!(!fcntl_getfd(&file).unwrap().contains(FdFlags::CLOEXEC));
}

#[test]
fn a_socket_that_does_not_listen_is_refused() {
    let datagram = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (stream, _other) = UnixStream::pair().unwrap();
    for socket in [handed_over(datagram), handed_over(stream)] {
        let error = Listener::inherit(socket.as_raw_fd()).unwrap_err();
        assert!(matches!(error, ListenError::NotListening { .. }), "{error}");
    }
}
