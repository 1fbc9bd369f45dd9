//! What can be listened with.

use std::net::TcpStream as StdTcpStream;
use std::os::fd::OwnedFd;

use gnezdo_server::{IntoListener, ServerError, serve};
use gnezdo_socket::{ListenError, ListenOptions, Listener};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

use crate::support::{Client, Manners, in_both_runtimes};

async fn tries(listener: impl IntoListener, stream: impl AsyncFnOnce() -> Client) {
    let server = tokio::spawn(serve(listener, Manners::default()).into_future());
    assert_eq!(stream().await.get("/").await.text, "OK");
    server.abort();
}

async fn connect(port: u16) -> Client {
    Client { stream: TcpStream::connect(("127.0.0.1", port)).await.unwrap() }
}

#[test]
fn tcp_listeners_of_every_kind() {
    in_both_runtimes(|| async {
        let any = "127.0.0.1:0";
        let listener = TcpListener::bind(any).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tries(listener, async || connect(port).await).await;

        let listener = std::net::TcpListener::bind(any).unwrap();
        let port = listener.local_addr().unwrap().port();
        tries(listener, async || connect(port).await).await;

        let listener = std::net::TcpListener::bind(any).unwrap();
        let port = listener.local_addr().unwrap().port();
        tries(OwnedFd::from(listener), async || connect(port).await).await;

        let listener = Listener::bind(&any.parse().unwrap(), &ListenOptions::default()).unwrap();
        let port = listener.local_address().tcp().unwrap().port();
        tries(listener, async || connect(port).await).await;
    });
}

#[test]
fn unix_listeners_of_both_kinds() {
    in_both_runtimes(|| async {
        let folder = tempfile::tempdir().unwrap();
        for (name, is_tokio) in [("one", true), ("two", false)] {
            let path = folder.path().join(name);
            let server = if is_tokio {
                serve(UnixListener::bind(&path).unwrap(), Manners::default())
            } else {
                let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
                serve(listener, Manners::default())
            };
            let server = tokio::spawn(server.into_future());
            let mut client = Client { stream: UnixStream::connect(&path).await.unwrap() };
            assert_eq!(client.get("/").await.text, "OK");
            assert_eq!(client.get("/later").await.text, "late");
            server.abort();
            client.expect_end().await;
            assert!(path.exists(), "who made the file removes it");
        }
    });
}

#[test]
fn what_does_not_listen_is_refused() {
    in_both_runtimes(|| async {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = StdTcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let error = serve(OwnedFd::from(stream), Manners::default()).await.unwrap_err();
        assert!(matches!(error, ServerError::Listen(ListenError::NotListening { .. })), "{error}");
        let file = OwnedFd::from(tempfile::tempfile().unwrap());
        let error = serve(file, Manners::default()).await.unwrap_err();
        assert!(matches!(error, ServerError::Listen(ListenError::NotASocket { .. })), "{error}");
    });
}
