//! Connections to the server, as sockets.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;

use socket2::{Domain, SockAddr, Socket, Type};

/// Connects.
pub(crate) fn dial(address: SocketAddr) -> Socket {
    try_dial(address).expect("a connection")
}

/// Connects from another address of the loopback network.
pub(crate) fn dial_from(source: [u8; 4], address: SocketAddr) -> Socket {
    let source = SockAddr::from(SocketAddr::from((source, 0)));
    prepared(address, |socket| socket.bind(&source)).expect("a connection")
}

/// Connects with a receive buffer that holds next to nothing.
pub(crate) fn dial_narrow(address: SocketAddr) -> Socket {
    prepared(address, |socket| socket.set_recv_buffer_size(4_096)).expect("a connection")
}

/// Connects to a socket in the file system.
pub(crate) fn dial_unix(path: &Path) -> Socket {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None).expect("a socket");
    socket.connect(&SockAddr::unix(path).expect("a short path")).expect("a connection");
    socket
}

/// Connects, if somebody listens.
pub(crate) fn try_dial(address: SocketAddr) -> io::Result<Socket> {
    prepared(address, |_| Ok(()))
}

fn prepared(
    address: SocketAddr,
    prepare: impl FnOnce(&Socket) -> io::Result<()>,
) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    prepare(&socket)?;
    socket.connect(&address.into())?;
    socket.set_tcp_nodelay(true)?;
    Ok(socket)
}

/// Whether the server has read everything that was sent: nothing is in its queue.
pub(crate) fn is_read_by_server(socket: &Socket) -> bool {
    let port = |address: io::Result<SockAddr>| {
        let address = address.ok().and_then(|address| address.as_socket());
        format!(":{:04X}", address.expect("an address").port())
    };
    let (server, client) = (port(socket.peer_addr()), port(socket.local_addr()));
    let table = fs::read_to_string("/proc/net/tcp").expect("/proc");
    table.lines().any(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        // The queues are those of sending and of receiving.
        matches!(words[..], [_, local, remote, _, queues, ..]
            if local.ends_with(&server) && remote.ends_with(&client)
                && queues.ends_with(":00000000"))
    })
}
