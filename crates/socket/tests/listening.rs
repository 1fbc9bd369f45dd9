//! Listening over TCP: where, with which options, and what is said when it fails.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};

use gnezdo_socket::{
    Advice, ListenAddress, ListenError, ListenOptions, Listener, LocalAddress, Peer, Scheme, Stream,
};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_getfl};
use rustix::io::{FdFlags, fcntl_getfd};
use rustix::net::sockopt;

fn bind(address: &str) -> Listener {
    Listener::bind(&address.parse().unwrap(), &ListenOptions::default()).unwrap()
}

/// Loopback addresses of the families that this machine has.
fn loopbacks() -> Vec<&'static str> {
    let all = ["127.0.0.1", "::1"].into_iter();
    all.filter(|ip| TcpListener::bind((*ip, 0)).is_ok()).collect()
}

/// Tries again if a program elsewhere was quicker to take the port that a test relies on.
fn retried<T>(attempt: impl Fn() -> Result<T, ListenError>) -> T {
    (0..10).find_map(|_| attempt().ok()).unwrap_or_else(|| attempt().unwrap())
}

fn port(listener: &Listener) -> u16 {
    listener.local_address().tcp().unwrap().port()
}

/// Connects to a listener and accepts the connection.
fn connect(listener: &Listener, ip: &str) -> (TcpStream, Stream, Peer) {
    let ip: IpAddr = ip.parse().unwrap();
    let client = TcpStream::connect((ip, port(listener))).unwrap();
    poll(&mut [PollFd::new(listener, PollFlags::IN)], None).unwrap();
    let (stream, peer) = listener.accept().unwrap();
    (client, stream, peer)
}

#[test]
fn port_0_is_chosen_by_the_system_and_peers_are_named() {
    for ip in loopbacks() {
        let listener = bind(&SocketAddr::new(ip.parse().unwrap(), 0).to_string());
        assert_ne!(port(&listener), 0);
        let (client, _, peer) = connect(&listener, ip);
        assert_eq!(peer, Peer::Ip(client.local_addr().unwrap()));
        assert_eq!(peer.to_string(), ip);
    }
}

#[test]
fn all_addresses_means_ipv4_and_ipv6_and_ipv4_peers_look_like_it() {
    let listener = bind(":0");
    for ip in loopbacks() {
        let (client, _, peer) = connect(&listener, ip);
        assert_eq!(peer, Peer::Ip(client.local_addr().unwrap()));
        assert_eq!(peer.ip(), Some(ip.parse().unwrap()));
    }
    assert_eq!(listener.urls(Scheme::Http)[0], format!("http://localhost:{}/", port(&listener)));
}

#[test]
fn an_ipv6_address_leaves_ipv4_to_others() {
    if !loopbacks().contains(&"::1") {
        return;
    }
    let (listener, neighbour) = retried(|| {
        let listener = bind("[::]:0");
        let address = format!("0.0.0.0:{}", port(&listener)).parse().unwrap();
        Listener::bind(&address, &ListenOptions::default()).map(|neighbour| (listener, neighbour))
    });
    assert!(sockopt::ipv6_v6only(&listener).unwrap());
    assert!(listener.urls(Scheme::Http).iter().skip(1).all(|url| url.starts_with("http://[")));
    assert!(neighbour.urls(Scheme::Http).iter().all(|url| !url.contains('[')));
}

#[test]
fn accepting_never_blocks() {
    let listener = bind("127.0.0.1:0");
    assert_eq!(listener.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
}

#[test]
fn what_is_accepted_sends_at_once_does_not_block_and_is_closed_on_exec() {
    let listener = bind("127.0.0.1:0");
    let (_client, stream, _) = connect(&listener, "127.0.0.1");
    assert!(sockopt::tcp_nodelay(&stream).unwrap());
    assert!(fcntl_getfl(&stream).unwrap().contains(OFlags::NONBLOCK));
    assert!(fcntl_getfd(&stream).unwrap().contains(FdFlags::CLOEXEC));
    assert!(fcntl_getfl(&listener).unwrap().contains(OFlags::NONBLOCK));
    assert!(fcntl_getfd(&listener).unwrap().contains(FdFlags::CLOEXEC));
}

#[test]
fn a_taken_address_is_said_to_be_in_use() {
    let first = bind("127.0.0.1:0");
    let address = ListenAddress::Tcp(first.local_address().tcp().unwrap());
    let error = Listener::bind(&address, &ListenOptions::default()).unwrap_err();
    assert!(matches!(&error, ListenError::AddressInUse { address: a } if *a == address));
    assert_eq!(error.advice(), Advice::AnotherAddress);
    assert_eq!(
        error.to_string(),
        format!("address {address} is in use by another program; choose another address")
    );
    let all = ListenAddress::AllTcp(port(&first));
    let error = Listener::bind(&all, &ListenOptions::default()).unwrap_err();
    assert!(matches!(error, ListenError::AddressInUse { .. }), "{error}");
}

#[test]
fn a_port_can_be_bound_again_while_old_connections_linger() {
    retried(|| {
        let listener = bind("127.0.0.1:0");
        let address = ListenAddress::Tcp(listener.local_address().tcp().unwrap());
        let (client, stream, _) = connect(&listener, "127.0.0.1");
        // The side that closes first is the one that lingers.
        drop(stream);
        drop(client);
        drop(listener);
        Listener::bind(&address, &ListenOptions::default())
    });
}

#[test]
fn listeners_that_agree_to_it_share_a_port() {
    let options = ListenOptions { reuse_port: true, ..Default::default() };
    let first = Listener::bind(&"127.0.0.1:0".parse().unwrap(), &options).unwrap();
    let address = ListenAddress::Tcp(first.local_address().tcp().unwrap());
    Listener::bind(&address, &options).unwrap();
    let error = Listener::bind(&address, &ListenOptions::default()).unwrap_err();
    assert!(matches!(error, ListenError::AddressInUse { .. }), "{error}");
}

#[test]
fn an_address_of_another_machine_is_not_available() {
    for address in ["192.0.2.1:0", "[2001:db8::1]:0"] {
        let address: ListenAddress = address.parse().unwrap();
        let error = Listener::bind(&address, &ListenOptions::default()).unwrap_err();
        assert!(matches!(error, ListenError::AddressNotAvailable { .. }), "{error}");
    }
}

#[test]
fn extreme_backlogs_are_taken() {
    for backlog in [0, 1, u32::MAX] {
        let options = ListenOptions { backlog, ..Default::default() };
        let listener = Listener::bind(&"127.0.0.1:0".parse().unwrap(), &options).unwrap();
        connect(&listener, "127.0.0.1");
    }
}

#[test]
fn a_clone_accepts_too_and_outlives_the_first() {
    let listener = bind("127.0.0.1:0");
    let clone = listener.try_clone().unwrap();
    assert_eq!(clone.local_address(), listener.local_address());
    assert!(fcntl_getfd(&clone).unwrap().contains(FdFlags::CLOEXEC));
    drop(listener);
    connect(&clone, "127.0.0.1");
}

#[test]
fn a_socket_of_the_standard_library_is_taken() {
    let theirs = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = theirs.local_addr().unwrap();
    let listener = Listener::new(theirs).unwrap();
    assert_eq!(listener.local_address(), &LocalAddress::Tcp(address));
    assert_eq!(listener.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
    let (_, stream, _) = connect(&listener, "127.0.0.1");
    assert!(sockopt::tcp_nodelay(&stream).unwrap());
}

#[test]
fn what_does_not_listen_is_not_taken() {
    let listener = bind("127.0.0.1:0");
    let (client, ..) = connect(&listener, "127.0.0.1");
    assert!(matches!(Listener::new(client), Err(ListenError::NotListening { .. })));
    let file = std::fs::File::open("/dev/null").unwrap();
    assert!(matches!(Listener::new(file), Err(ListenError::NotASocket { .. })));
}

#[test]
fn urls_are_ready_to_be_typed() {
    let listener = bind("127.0.0.1:0");
    let port = port(&listener);
    assert_eq!(listener.urls(Scheme::Http), [format!("http://127.0.0.1:{port}/")]);
    assert_eq!(listener.local_address().to_string(), format!("127.0.0.1:{port}"));
    let address: SocketAddr = ([127, 0, 0, 1], port).into();
    assert_eq!(*listener.local_address(), LocalAddress::Tcp(address));
}

#[test]
fn the_descriptor_limit_is_raised_and_stays() {
    let limit = gnezdo_socket::raise_descriptor_limit().unwrap();
    assert!(limit > 0);
    assert_eq!(gnezdo_socket::raise_descriptor_limit().unwrap(), limit);
}
