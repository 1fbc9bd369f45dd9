use std::time::Duration;

use gnezdo_core::Ready;

use super::*;

fn at(now: &Now, seconds: u64) -> Now {
    let mut then = now.clone();
    then.instant += Duration::from_secs(seconds);
    then
}

fn server() -> (Now, Server) {
    let now = Now::read();
    let server = Server::new(&now, Arc::default());
    (now, server)
}

fn ready(text: &'static str) -> Ready {
    Ready::new(http::Response::new(()).into_parts().0, text.into())
}

/// Feeds everything; gives the names of the events.
fn feed(server: &mut Server, now: &Now, mut input: &[u8]) -> Vec<String> {
    let mut events = Vec::new();
    loop {
        let step = server.handle_input(now, input);
        input = &input[step.used..];
        match step.event {
            Some(Event::Request { head, .. }) => events.push(head.uri().to_string()),
            Some(Event::Plain(request)) => events.push(request.glance().path().to_string()),
            Some(Event::Data(data)) => events.push(String::from_utf8_lossy(data).into()),
            Some(Event::End(_)) => events.push("end".into()),
            Some(Event::Refused(error)) => events.push(format!("{error:?}")),
            None if step.used == 0 => return events,
            None => {}
        }
    }
}

fn output(server: &mut Server, now: &Now) -> String {
    let mut out = Vec::new();
    server.poll_output(now, &mut out);
    String::from_utf8(out).unwrap()
}

fn answer(server: &mut Server, now: &Now) -> String {
    let mut out = Vec::new();
    server.send_ready(now, &ready("Hello"), 1024, &mut out);
    String::from_utf8(out).unwrap()
}

const GET: &[u8] = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

#[test]
fn one_request_at_a_time() {
    let (now, mut server) = server();
    let pipeline = GET.repeat(2);
    let step = server.handle_input(&now, &pipeline);
    assert_eq!(step.used, GET.len());
    assert_eq!(server.wants(), Wants::Nothing);
    assert_eq!(server.handle_input(&now, GET).used, 0);
    let text = answer(&mut server, &now);
    assert!(text.ends_with("\r\n\r\nHello"), "{text}");
    assert!(!text.contains("connection"), "{text}");
    assert_eq!(server.wants(), Wants::Read);
    assert_eq!(feed(&mut server, &now, GET), ["/a"]);
}

#[test]
fn http10_closes_unless_asked() {
    let (now, mut server) = server();
    feed(&mut server, &now, b"GET / HTTP/1.0\r\n\r\n");
    assert!(answer(&mut server, &now).contains("connection: close\r\n"));
    assert_eq!(server.wants(), Wants::Close(Closing::Now));

    let (now, mut server) = self::server();
    feed(&mut server, &now, b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert!(answer(&mut server, &now).contains("connection: keep-alive\r\n"));
    assert_eq!(server.wants(), Wants::Read);
}

#[test]
fn head_gets_the_head_of_get() {
    let (now, mut server) = server();
    feed(&mut server, &now, b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    let text = answer(&mut server, &now);
    assert!(text.contains("content-length: 5\r\n") && text.ends_with("\r\n\r\n"), "{text}");
}

#[test]
fn a_refusal_is_the_last_word() {
    let (now, mut server) = server();
    let events =
        feed(&mut server, &now, b"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(events, ["HostMissing"]);
    let text = output(&mut server, &now);
    assert!(text.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{text}");
    assert!(text.contains("connection: close\r\n") && text.contains("date: "), "{text}");
    assert_eq!(server.wants(), Wants::Close(Closing::Linger));
    assert!(feed(&mut server, &now, GET).is_empty());
}

#[test]
fn unwanted_content_is_discarded_up_to_the_limit() {
    let (now, mut server) = server();
    let post = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n";
    feed(&mut server, &now, post);
    assert!(!answer(&mut server, &now).contains("connection"));
    assert!(feed(&mut server, &now, b"12345").is_empty());
    assert_eq!(feed(&mut server, &now, GET), ["/a"]);

    let (now, mut server) = self::server();
    feed(&mut server, &now, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n");
    assert!(answer(&mut server, &now).contains("connection: close\r\n"));
    assert_eq!(server.wants(), Wants::Close(Closing::Linger));

    let (now, mut server) = self::server();
    let coded = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    feed(&mut server, &now, coded);
    assert!(!answer(&mut server, &now).contains("connection"));
    feed(&mut server, &now, format!("FFFFF\r\n{}", "x".repeat(70_000)).as_bytes());
    assert_eq!(server.wants(), Wants::Close(Closing::Linger));
}

#[test]
fn continue_is_said_when_content_is_wanted() {
    let post = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n";
    let (now, mut server) = server();
    feed(&mut server, &now, post);
    assert_eq!(server.poll_timeout(), None);
    let mut out = Vec::new();
    server.send_continue(&now, &mut out);
    server.send_continue(&now, &mut out);
    assert_eq!(out, b"HTTP/1.1 100 Continue\r\n\r\n");
    assert!(server.poll_timeout().is_some());

    let (now, mut server) = self::server();
    feed(&mut server, &now, post);
    assert!(answer(&mut server, &now).contains("connection: close\r\n"));
}

#[test]
fn deadlines() {
    let limits = Limits::default();
    let (now, mut server) = server();
    assert_eq!(server.poll_timeout(), Some(now.instant + limits.header_timeout));
    feed(&mut server, &at(&now, 9), b"GET /");
    assert!(server.handle_timeout(&at(&now, 9)).is_none());
    assert!(matches!(
        server.handle_timeout(&at(&now, 10)),
        Some(Event::Refused(PeerError::HeadTimeout))
    ));
    assert!(output(&mut server, &now).starts_with("HTTP/1.1 408 "));

    // Silence is closed in silence.
    let (now, mut server) = self::server();
    assert!(server.handle_timeout(&at(&now, 10)).is_none());
    assert_eq!(output(&mut server, &now), "");
    assert_eq!(server.wants(), Wants::Close(Closing::Now));

    let (now, mut server) = self::server();
    feed(&mut server, &now, GET);
    assert_eq!(server.poll_timeout(), None);
    answer(&mut server, &at(&now, 1));
    server.handle_flushed(&at(&now, 2));
    assert_eq!(server.poll_timeout(), Some(at(&now, 2).instant + limits.idle_timeout));
    feed(&mut server, &at(&now, 70), b"G");
    assert_eq!(server.poll_timeout(), Some(at(&now, 70).instant + limits.header_timeout));
}

#[test]
fn half_closed_clients_get_their_answer() {
    let (now, mut server) = server();
    feed(&mut server, &now, GET);
    assert!(server.handle_eof(&now).is_none());
    assert_eq!(server.wants(), Wants::Nothing);
    assert!(answer(&mut server, &now).ends_with("Hello"));
    assert_eq!(server.wants(), Wants::Close(Closing::Now));
}

#[test]
fn unknown_length_is_chunked_or_ends_with_the_connection() {
    let (parts, ()) = http::Response::new(()).into_parts();
    for (request, end) in [
        (GET, "\r\n\r\n2\r\nhi\r\n0\r\n\r\n"),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "connection: close\r\n\r\nhi"),
    ] {
        let (now, mut server) = server();
        feed(&mut server, &now, request);
        let mut out = Vec::new();
        server.send_response(&now, &parts, None, &mut out);
        server.send_data(b"hi", &mut out);
        server.send_end(&now, None, &mut out);
        let text = String::from_utf8(out).unwrap();
        assert!(text.ends_with(end), "{text}");
    }
}

#[test]
fn a_short_body_breaks_the_connection() {
    let (now, mut server) = server();
    feed(&mut server, &now, GET);
    let (parts, ()) = http::Response::new(()).into_parts();
    let mut out = Vec::new();
    server.send_response(&now, &parts, Some(3), &mut out);
    server.send_data(b"hi", &mut out);
    server.send_end(&now, None, &mut out);
    assert_eq!(server.wants(), Wants::Close(Closing::Now));
}

#[test]
fn the_end_of_the_stream_may_come_before_the_end_of_the_content_was_told() {
    let (now, mut server) = server();
    feed(&mut server, &now, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n");
    let step = server.handle_input(&now, b"hi");
    assert!(matches!(step.event, Some(Event::Data(b"hi"))));
    assert!(matches!(server.handle_eof(&now), Some(Event::End(None))));
    assert!(answer(&mut server, &now).ends_with("Hello"));
    assert_eq!(server.wants(), Wants::Close(Closing::Now));
}

#[test]
fn discarded_content_does_not_hide_the_request_behind_it() {
    let (now, mut server) = server();
    feed(&mut server, &now, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
    answer(&mut server, &now);
    assert_eq!(feed(&mut server, &now, &[b"12345", GET].concat()), ["/a"]);
}

#[test]
fn who_may_still_be_sending_is_not_reset() {
    // The client has not said that this is its last request, so the next may be on its way.
    let (now, mut server) = server();
    feed(&mut server, &now, GET);
    server.finish_soon();
    assert!(answer(&mut server, &now).contains("connection: close\r\n"));
    assert_eq!(server.wants(), Wants::Close(Closing::Linger));
}

#[test]
fn a_prepared_answer_to_connect_frames_nothing() {
    let (now, mut server) = server();
    feed(&mut server, &now, b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
    let text = answer(&mut server, &now);
    assert!(!text.contains("content-length") && text.contains("connection: close"), "{text}");
}

#[test]
fn timeouts_beyond_the_clock_never_come() {
    let limits = Limits { header_timeout: Duration::MAX, ..Default::default() };
    let now = Now::read();
    assert_eq!(Server::new(&now, Arc::new(limits)).poll_timeout(), None);
}
