//! A service that cannot serve is not served: nobody is accepted, and the caller is told why.

use std::error::Error;
use std::net::{SocketAddr, TcpStream};

use gnezdo_core::{Body, Reply, Request, Response, Service};
use gnezdo_server::{Architecture, Server, ServerError, Settings};

const REASON: &str = "the nest is empty:\nlay an egg";

/// Whether the service is fit to serve.
#[derive(Clone, Copy)]
enum Nest {
    Empty,
    Full,
}

impl Service for Nest {
    fn call(&self, _: Request) -> Reply {
        Reply::Now(Response::new(Body::from("egg")))
    }

    fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        match self {
            Self::Empty => Err(REASON.into()),
            Self::Full => Ok(()),
        }
    }
}

fn bind(architecture: Architecture) -> (Server, SocketAddr) {
    let mut settings = Settings::default();
    settings.listen = vec!["127.0.0.1:0".parse().unwrap()];
    settings.architecture = architecture;
    let server = Server::bind(settings).unwrap();
    let address = server.local_addresses()[0].tcp().unwrap();
    (server, address)
}

fn expect_told(error: &ServerError) {
    assert!(matches!(error, ServerError::Check(_)), "{error:?}");
    assert_eq!(error.to_string(), REASON);
    assert_eq!(error.source().unwrap().to_string(), REASON);
}

#[test]
fn it_is_told_before_anything_starts() {
    // That of `processes` fails before it starts a worker: who would be this test again.
    for architecture in Architecture::ALL {
        if architecture.name() == "uring"
            && Architecture::Auto.plan(None, None).driver.to_string() != "uring"
        {
            continue;
        }
        let (server, address) = bind(architecture);
        let mut announced = 0;
        let error = server.run_announced(Nest::Empty, |_| announced += 1).unwrap_err();
        expect_told(&error);
        assert_eq!(announced, 0, "{architecture}");
        assert!(TcpStream::connect(address).is_err(), "{architecture}");
    }
}

#[test]
fn who_is_fit_is_announced_and_serves() {
    let (server, _) = bind(Architecture::Event);
    server.shutdown().begin();
    let mut urls = Vec::new();
    server.run_announced(Nest::Full, |server| urls = server.urls()).unwrap();
    assert_eq!(urls.len(), 1);
}

#[cfg(feature = "tokio")]
#[test]
fn a_future_ends_with_the_reason() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = gnezdo_server::serve(listener, Nest::Empty);
    let error = runtime.block_on(server.into_future()).unwrap_err();
    expect_told(&error);
    assert!(TcpStream::connect(address).is_err());
}
