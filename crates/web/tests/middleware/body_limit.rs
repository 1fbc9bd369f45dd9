//! How much content reaches handlers, and what is said to those who send more.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use gnezdo_core::{Body, BodyError, Request};
use gnezdo_web::middleware::BodyLimit;
use gnezdo_web::{App, Rejection, post};
use http::{Method, StatusCode};
use http_body::Frame;
use http_body_util::BodyExt;

use crate::answers::{ask, request};

/// Content that comes in pieces and says nothing of its length.
struct Pieces(VecDeque<&'static str>);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(Bytes::from(piece)))))
    }
}

fn streamed(pieces: &[&'static str]) -> Request {
    request(Method::POST, "/", &[]).map(|_| Body::stream(Pieces(pieces.iter().copied().collect())))
}

fn whole(content: &'static str) -> Request {
    request(Method::POST, "/", &[]).map(|_| Body::from(content))
}

/// Reads content as it comes, and says how it ended.
async fn read(mut body: Body) -> String {
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => bytes += frame.data_ref().map_or(0, Bytes::len),
            Err(BodyError::TooLarge) => {
                assert!(body.frame().await.is_none());
                return format!("{bytes}, too large");
            }
            Err(error) => return error.to_string(),
        }
    }
    bytes.to_string()
}

#[test]
fn an_argument_takes_as_much_as_is_allowed() {
    let app = App::new().post("/", |text: String| text).wrap(BodyLimit::bytes(4));
    for (request, status) in [
        (whole("1234"), 200),
        (whole("12345"), 413),
        (streamed(&["12", "34"]), 200),
        (streamed(&["12", "345"]), 413),
        (request(Method::POST, "/", &[("content-length", "5")]), 413),
        (request(Method::POST, "/", &[("content-length", "99999999999999999999")]), 413),
    ] {
        assert_eq!(ask(&app, request).status, status);
    }
}

#[test]
fn a_body_that_is_read_as_it_comes_breaks_off() {
    let app = App::new().post("/", read).wrap(BodyLimit::bytes(4));
    assert_eq!(ask(&app, streamed(&["12", "34"])).text(), "4");
    assert_eq!(ask(&app, streamed(&["12", "345"])).text(), "2, too large");
    // Its announcement is a lie.
    let mut liar = streamed(&["12345"]);
    liar.headers_mut().insert("content-length", "2".parse().unwrap());
    assert_eq!(ask(&app, liar).text(), "0, too large");
}

#[test]
fn a_handler_that_hands_the_error_on_answers_413() {
    async fn careless(body: Body) -> Result<StatusCode, Rejection> {
        body.collect().await?;
        Ok(StatusCode::OK)
    }
    let app = App::new().post("/", careless).wrap(BodyLimit::bytes(4));
    assert_eq!(ask(&app, streamed(&["12345"])).status, 413);
}

#[test]
fn a_route_may_take_more_than_the_app_and_never_more_than_what_stands_around_it() {
    let route = || post("/", |text: String| text).wrap(BodyLimit::bytes(8));
    let app = App::new().content_bytes_max(2).route(route());
    assert_eq!(ask(&app, streamed(&["12345678"])).status, 200);
    assert_eq!(ask(&app, streamed(&["123456789"])).status, 413);
    let app = App::new().route(route()).wrap(BodyLimit::bytes(4));
    assert_eq!(ask(&app, streamed(&["1234"])).status, 200);
    assert_eq!(ask(&app, streamed(&["12345"])).status, 413);
}
