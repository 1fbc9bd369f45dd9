//! The `h2` crate as a client: what others make of our frames.

use std::sync::Arc;

use bytes::Bytes;
use gnezdo::http::{HeaderMap, Request};
use h2::client::{SendRequest, handshake};
use h2::{RecvStream, SendStream};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::support::{Target, everywhere};

type Client = SendRequest<Bytes>;

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

async fn connect(target: &Target) -> Client {
    let stream = TcpStream::connect(target.address()).await.unwrap();
    let (client, connection) = handshake(stream).await.unwrap();
    tokio::spawn(async { connection.await.unwrap() });
    client
}

/// An answer's status, content and trailers.
async fn ask(
    client: Client,
    method: &str,
    path: &str,
    content: Option<Bytes>,
    trailers: Option<HeaderMap>,
) -> (u16, Vec<u8>, Option<HeaderMap>) {
    let uri = format!("http://nest.example{path}");
    let request = Request::builder().method(method).uri(uri).body(()).unwrap();
    let mut client = client.ready().await.unwrap();
    let (answer, stream) = client.send_request(request, content.is_none()).unwrap();
    let sending = async move {
        if let Some(content) = content {
            send(stream, content, trailers).await;
        }
    };
    let receiving = async move {
        let (head, body) = answer.await.unwrap().into_parts();
        let (body, trailers) = receive(body).await;
        (head.status.as_u16(), body, trailers)
    };
    tokio::join!(sending, receiving).1
}

async fn send(mut stream: SendStream<Bytes>, mut content: Bytes, trailers: Option<HeaderMap>) {
    while !content.is_empty() {
        stream.reserve_capacity(content.len());
        let room = std::future::poll_fn(|cx| stream.poll_capacity(cx)).await.unwrap().unwrap();
        stream.send_data(content.split_to(room.min(content.len())), false).unwrap();
    }
    match trailers {
        Some(trailers) => stream.send_trailers(trailers).unwrap(),
        None => stream.send_data(Bytes::new(), true).unwrap(),
    }
}

async fn receive(mut body: RecvStream) -> (Vec<u8>, Option<HeaderMap>) {
    let mut octets = Vec::new();
    while let Some(piece) = body.data().await {
        let piece = piece.unwrap();
        body.flow_control().release_capacity(piece.len()).unwrap();
        octets.extend_from_slice(&piece);
    }
    (octets, body.trailers().await.unwrap())
}

#[test]
fn a_hundred_requests_at_once() {
    everywhere(|setup| {
        let target = Arc::new(setup.start(&[]));
        run(async {
            let client = connect(&target).await;
            let mut asked = JoinSet::new();
            for n in 0..100 {
                let path = ["/", "/later/50", "/bytes/100000", "/stream/later/3"][n % 4];
                let length = [2, 4, 100_000, 3_000][n % 4];
                let client = client.clone();
                asked.spawn(async move {
                    let (status, body, _) = ask(client, "GET", path, None, None).await;
                    assert_eq!((status, body.len()), (200, length), "{path}");
                });
            }
            assert!(asked.join_all().await.len() == 100);
        });
    });
}

#[test]
fn much_content_both_ways() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let content: Bytes = (0..8 << 20).map(|at| (at % 251) as u8).collect();
        run(async {
            let client = connect(&target).await;
            let (status, body, _) =
                ask(client.clone(), "POST", "/", Some(content.clone()), None).await;
            assert!(status == 200 && body == content, "{status}, {} octets", body.len());
            let (_, body, _) = ask(client.clone(), "POST", "/later", Some(content), None).await;
            assert_eq!(body, b"8388608");
            let (_, body, _) = ask(client, "GET", "/bytes/8388608", None, None).await;
            assert_eq!(body.len(), 8 << 20);
        });
    });
}

#[test]
fn trailers_both_ways() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        run(async {
            let client = connect(&target).await;
            let (_, body, trailers) =
                ask(client.clone(), "GET", "/stream/trailers/3", None, None).await;
            assert_eq!(
                (body.len(), &trailers.unwrap()["x-signature"]),
                (3_000, &"nest".parse().unwrap())
            );
            let fields = [("x-one".parse().unwrap(), "1".parse().unwrap())].into_iter().collect();
            let content = Some("nest".into());
            let (_, body, _) = ask(client, "POST", "/trailers", content, Some(fields)).await;
            assert_eq!(body, b"x-one: 1\n");
        });
    });
}
