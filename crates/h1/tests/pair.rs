//! A client against a server, over wires that cut, delay, throttle and break.

use std::time::Duration;

use gnezdo_core::{Limits, Now};
use gnezdo_h1::{Client, Outgoing, RequestHead};
use gnezdo_testkit::{Chance, Clock, Cuts, Pair, Wire};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};

use crate::support::client_user::{Ask, ClientUser};
use crate::support::server_user::{Answer, Content, Moment, ServerUser};

fn fields(lines: &[(&'static str, &'static str)]) -> HeaderMap {
    lines.iter().map(|(n, v)| (n.parse().unwrap(), HeaderValue::from_static(v))).collect()
}

fn pieces(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Answers as the path says.
fn service(head: &RequestHead) -> Answer {
    let with = |content| Answer { content, ..Answer::default() };
    let status = |status| Answer { status, ..Answer::default() };
    match head.uri().path() {
        "/length" => with(Content::Length(5, pieces(&["he", "", "llo"]))),
        "/empty" => with(Content::Length(0, Vec::new())),
        "/chunks" => with(Content::Unknown(pieces(&["he", "", "llo"]), None)),
        "/no-chunks" => with(Content::Unknown(Vec::new(), None)),
        "/trailers" => with(Content::Unknown(pieces(&["hello"]), Some(fields(&[("digest", "x")])))),
        "/long" => with(Content::Length(100_000, vec![vec![b'x'; 50_000]; 2])),
        "/too-short" => with(Content::Length(5, pieces(&["hel"]))),
        "/too-long" => with(Content::Length(5, pieces(&["hello", "!"]))),
        "/close" => Answer { fields: fields(&[("connection", "close")]), ..Answer::default() },
        "/204" => status(StatusCode::NO_CONTENT),
        "/205" => status(StatusCode::RESET_CONTENT),
        "/304" => status(StatusCode::NOT_MODIFIED),
        "/404" => status(StatusCode::NOT_FOUND),
        "/100" => status(StatusCode::CONTINUE),
        _ => Answer::default(),
    }
}

fn server(moment: Moment) -> ServerUser {
    ServerUser::new(Limits::default(), moment).with_service(service)
}

fn client(asks: impl IntoIterator<Item = Ask>) -> ClientUser {
    ClientUser::new(Limits::default(), asks)
}

/// The transcripts of client and server over a wire that cuts as told.
fn talk(asks: &[Ask], moment: Moment, cuts: &Cuts) -> (Vec<String>, Vec<String>) {
    let wire = || Wire::new(cuts.clone());
    let mut pair = Pair::new(client(asks.to_vec()), server(moment), wire(), wire());
    pair.run();
    pair.finish()
}

/// The same, over wires of every kind: they must not differ. Without the lines about `date`.
fn talk_over_all_wires(asks: &[Ask], moment: Moment) -> (Vec<String>, Vec<String>) {
    let (client, server) = talk(asks, moment, &Cuts::Whole);
    let random = (0..8).map(|seed| Cuts::Random(Chance::new(seed), 40));
    for cuts in [Cuts::Every(1), Cuts::Every(7)].into_iter().chain(random) {
        assert_eq!(talk(asks, moment, &cuts), (client.clone(), server.clone()), "{cuts:?}");
    }
    let without_date = client.into_iter().filter(|line| !line.starts_with("field date: "));
    (without_date.collect(), server)
}

fn client_lines(asks: &[Ask]) -> Vec<String> {
    talk_over_all_wires(asks, Moment::AtEnd).0
}

#[test]
fn each_kind_of_content_arrives() {
    for (path, expected) in [
        ("/", &["field content-length: 5", "body of 5", "data \"Hello\"", "end"][..]),
        ("/length", &["field content-length: 5", "body of 5", "data \"hello\"", "end"]),
        ("/empty", &["field content-length: 0"]),
        (
            "/chunks",
            &["field transfer-encoding: chunked", "body in chunks", "data \"hello\"", "end"],
        ),
        ("/no-chunks", &["field transfer-encoding: chunked", "body in chunks", "end"]),
        ("/long", &["field content-length: 100000", "body of 100000", "data 100000*\"x\"", "end"]),
    ] {
        let lines = client_lines(&[Ask::get(path), Ask::get("/404")]);
        assert_eq!(lines[1], "response 200 HTTP/1.1");
        assert_eq!(lines[2..2 + expected.len()], *expected, "{path}");
        assert_eq!(lines[2 + expected.len()..][..2], ["sent GET /404", "response 404 HTTP/1.1"]);
    }
}

#[test]
fn trailers_arrive() {
    let lines = client_lines(&[Ask::get("/trailers")]);
    assert!(lines.contains(&"trailer digest: x".into()), "{lines:#?}");
}

#[test]
fn request_content_arrives() {
    let by_length = Ask::new(Method::PUT, "/").content(Some(5), &["he", "", "llo"]);
    let mut by_chunks = Ask::new(Method::PATCH, "/").content(None, &["he", "", "llo"]);
    by_chunks.trailers = Some(fields(&[("digest", "y")]));
    let (_, server) = talk_over_all_wires(&[by_length, by_chunks, Ask::get("/")], Moment::AtEnd);
    let data = server.iter().filter(|line| *line == "data \"hello\"").count();
    assert_eq!(data, 2, "{server:#?}");
    assert!(server.contains(&"trailer digest: y".into()), "{server:#?}");
}

#[test]
fn each_method_is_understood() {
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
        let asks = [Ask::new(method.parse().unwrap(), "http://nest/a?b"), Ask::get("/404")];
        let (client, server) = talk_over_all_wires(&asks, Moment::AtEnd);
        assert_eq!(server[0], format!("request {method} /a?b HTTP/1.1"));
        assert_eq!(server[1], "field host: nest");
        assert!(client.contains(&"response 404 HTTP/1.1".into()), "{client:#?}");
    }
    let asks = [Ask::new(Method::OPTIONS, "*"), Ask::new(Method::CONNECT, "u@nest:1")];
    let (client, server) = talk_over_all_wires(&asks, Moment::AtEnd);
    assert_eq!(server[0], "request OPTIONS * HTTP/1.1");
    assert!(server.contains(&"request CONNECT nest:1 HTTP/1.1".into()), "{server:#?}");
    // The end of the tunnel is the end of the connection.
    assert_eq!(
        client[client.len() - 4..],
        ["body until close", "data \"Hello\"", "end", "close now"]
    );
}

#[test]
fn an_empty_path_is_sent_as_a_slash() {
    for (target, expected) in [("http://nest", "/"), ("http://nest?a", "/?a")] {
        let (_, server) = talk_over_all_wires(&[Ask::get(target)], Moment::AtEnd);
        assert_eq!(server[0], format!("request GET {expected} HTTP/1.1"));
    }
}

#[test]
fn answers_without_content_leave_the_connection_usable() {
    let head = |path| Ask::new(Method::HEAD, path);
    for ask in [
        head("/"),
        head("/length"),
        head("/chunks"),
        Ask::get("/204"),
        Ask::get("/205"),
        Ask::get("/304"),
        Ask::get("/empty"),
    ] {
        let lines = client_lines(&[ask, Ask::get("/length")]);
        assert!(!lines.iter().any(|line| line == "data \"Hello\""), "{lines:#?}");
        assert_eq!(lines[lines.len() - 3..], ["data \"hello\"", "end", "open"], "{lines:#?}");
    }
}

#[test]
fn head_has_the_fields_of_get() {
    let fields_of = |method, path| {
        let lines = client_lines(&[Ask::new(method, path)]);
        lines.into_iter().filter(|line| line.starts_with("field ")).collect::<Vec<_>>()
    };
    for path in ["/", "/length", "/empty", "/chunks", "/204", "/205", "/304", "/404"] {
        assert_eq!(fields_of(Method::HEAD, path), fields_of(Method::GET, path), "{path}");
    }
}

#[test]
fn content_waits_for_100_continue() {
    let post = Ask::new(Method::POST, "/").content(Some(5), &["hello"]).waits_for_continue();
    let (client, server) = talk_over_all_wires(&[post.clone(), Ask::get("/404")], Moment::AtEnd);
    assert_eq!(client[1], "interim 100");
    assert!(server.contains(&"data \"hello\"".into()), "{server:#?}");
    assert!(client.contains(&"response 404 HTTP/1.1".into()), "{client:#?}");

    // Answered without it: nobody knows whether the content will come, so this is the end.
    let (client, _) = talk_over_all_wires(&[post, Ask::get("/404")], Moment::AtHead);
    assert!(!client.contains(&"interim 100".into()), "{client:#?}");
    assert!(client.contains(&"field connection: close".into()), "{client:#?}");
    assert!(!client.contains(&"response 404 HTTP/1.1".into()), "{client:#?}");
}

#[test]
fn early_answers_leave_the_connection_usable() {
    let posts =
        [Some(5), None].map(|length| Ask::new(Method::POST, "/").content(length, &["hello"]));
    for post in posts {
        let (client, server) = talk_over_all_wires(&[post, Ask::get("/404")], Moment::AtHead);
        assert!(client.contains(&"response 404 HTTP/1.1".into()), "{client:#?}");
        assert!(!server.contains(&"data \"hello\"".into()), "{server:#?}");
    }
}

#[test]
fn a_connection_lasts_for_many_cycles() {
    let asks: Vec<_> = (0..300).map(|n| Ask::get(&format!("/cycle/{n}"))).collect();
    let wire = || Wire::new(Cuts::Random(Chance::new(1), 100)).delay(Duration::from_millis(50));
    let mut pair = Pair::new(client(asks), server(Moment::AtEnd), wire(), wire());
    pair.run();
    assert_eq!(pair.client.subject().responses, 300);
    assert_eq!(pair.server.subject().requests, 300);
}

#[test]
fn either_side_can_make_a_message_the_last() {
    for first in [Ask::get("/close"), Ask::get("/").field("connection", "close")] {
        let (client, server) = talk_over_all_wires(&[first, Ask::get("/404")], Moment::AtEnd);
        assert_eq!(client.last().unwrap(), "close now");
        assert!(client.contains(&"field connection: close".into()), "{client:#?}");
        assert_eq!(server.iter().filter(|line| line.starts_with("request ")).count(), 1);
        assert!(server.last().unwrap().starts_with("close "), "{server:#?}");
    }
}

#[test]
fn a_broken_promise_is_seen() {
    for path in ["/too-short", "/too-long"] {
        let lines = client_lines(&[Ask::get(path), Ask::get("/404")]);
        assert_eq!(lines.last().unwrap(), "close now");
        assert!(!lines.contains(&"response 404 HTTP/1.1".into()), "{lines:#?}");
    }
    let lines = client_lines(&[Ask::get("/too-short")]);
    assert!(lines.contains(&"refused Truncated".into()), "{lines:#?}");
}

#[test]
fn an_interim_status_as_an_answer_ends_the_connection() {
    let lines = client_lines(&[Ask::get("/100"), Ask::get("/404")]);
    assert_eq!(lines.last().unwrap(), "close now");
    assert!(!lines.contains(&"response 404 HTTP/1.1".into()), "{lines:#?}");
}

fn request(now: &Now, client: &mut Client) -> (Outgoing, Vec<u8>) {
    let (head, ()) = Request::get("/").header("host", "x").body(()).unwrap().into_parts();
    let mut out = Vec::new();
    (client.send_request(now, &head, Some(0), &mut out), out)
}

#[test]
fn a_client_does_not_pipeline() {
    let clock = Clock::new();
    let mut client = Client::new(Default::default());
    assert!(!request(clock.now(), &mut client).1.is_empty());
    assert!(!client.is_idle());
    assert_eq!(request(clock.now(), &mut client), (Outgoing::None, Vec::new()));
}

#[test]
fn a_wire_that_breaks_anywhere_is_noticed() {
    let run = |octets| {
        let down = Wire::new(Cuts::Whole).break_after(octets);
        let user = client([Ask::get("/trailers")]);
        let mut pair = Pair::new(user, server(Moment::AtEnd), Wire::new(Cuts::Whole), down);
        pair.run();
        pair.finish().0
    };
    let length = (1..).find(|n| !run(*n).contains(&"refused Truncated".into())).unwrap();
    assert!(length > 100);
    assert!(run(length).contains(&"end".into()));
    for octets in 0..length {
        let lines = run(octets);
        assert_eq!(lines[lines.len() - 2..], ["refused Truncated", "close now"], "{octets}");
    }
}

#[test]
fn a_slow_head_gets_408_and_a_slow_body_does_not_if_it_moves() {
    let slow = || Wire::new(Cuts::Every(1)).throttle(1);
    let fast = || Wire::new(Cuts::Whole);
    let patient = Limits { header_timeout: Duration::from_secs(60), ..Default::default() };
    let user = ClientUser::new(patient, [Ask::get("/")]);
    let mut pair = Pair::new(user, server(Moment::AtEnd), slow(), fast());
    pair.run();
    let (client_lines, _) = pair.finish();
    assert_eq!(client_lines[1], "response 408 HTTP/1.1");

    // 250 octets a second are enough, 200 are not; the whole takes minutes.
    for (rate, is_enough) in [(250, true), (200, false)] {
        let up = Wire::new(Cuts::Every(50)).throttle(rate);
        let text = "x".repeat(50_000);
        let post = Ask::new(Method::POST, "/").content(Some(50_000), &[&text]);
        let mut pair = Pair::new(client([post]), server(Moment::AtEnd), up, fast());
        pair.run();
        let (_, server_lines) = pair.finish();
        assert_eq!(server_lines.contains(&"end".into()), is_enough, "{server_lines:#?}");
    }
}

#[test]
fn an_idle_connection_ends_in_silence() {
    let wire = || Wire::new(Cuts::Whole);
    let mut pair = Pair::new(client([Ask::get("/")]), server(Moment::AtEnd), wire(), wire());
    pair.run_for(Duration::from_secs(80));
    let (client, server) = pair.finish();
    assert_eq!(client[client.len() - 2..], ["end", "close now"]);
    assert_eq!(server.last().unwrap(), "close now");
}
