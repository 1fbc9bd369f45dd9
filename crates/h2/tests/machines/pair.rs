//! Our client against our server, over wires that cut, delay, throttle and break.

use std::time::Duration;

use gnezdo_core::{Http2Limits, Limits};
use gnezdo_testkit::{Chance, Cuts, Pair, Wire};
use http::{HeaderMap, Method, StatusCode};

use crate::support::client_user::{Ask, ClientUser, Outcome};
use crate::support::pattern;
use crate::support::server_user::{Releases, ServerUser};

type Users = Pair<ClientUser, ServerUser>;

fn pair(limits: &Limits, asks: &[Ask], up: Wire, down: Wire) -> Users {
    let client = ClientUser::new(limits.clone(), asks.to_vec()).releasing(Releases::AtOnce);
    let server = ServerUser::new(limits.clone()).releasing(Releases::AtOnce);
    Pair::new(client, server, up, down)
}

/// The outcomes of all requests, the same over wires of every kind.
fn outcomes(limits: &Limits, asks: &[Ask]) -> Vec<Outcome> {
    let wires = |cuts: &Cuts| {
        let delay = Duration::from_millis(20);
        [Wire::new(cuts.clone()), Wire::new(cuts.clone()).delay(delay).throttle(1_000_000)]
    };
    let run = |cuts: &Cuts| {
        let [up, down] = wires(cuts);
        let mut pair = pair(limits, asks, up, down);
        pair.run();
        assert!(pair.server.subject().is_idle(), "the server is not done");
        pair.client.subject().outcomes.values().cloned().collect::<Vec<_>>()
    };
    let whole = run(&Cuts::Whole);
    for cuts in [Cuts::Every(7), Cuts::Every(700), Cuts::Random(Chance::new(3), 9_000)] {
        assert_eq!(run(&cuts), whole, "{cuts:?}");
    }
    whole
}

fn with_windows(stream: u32, connection: u32) -> Limits {
    let http2 = Http2Limits {
        stream_window_bytes: stream,
        connection_window_bytes: connection,
        ..Http2Limits::default()
    };
    Limits { http2, ..Limits::default() }
}

#[test]
fn each_kind_of_message_arrives() {
    let mut with_trailers = Ask::post("/", 100);
    with_trailers.trailers = Some(HeaderMap::from_iter([("x-a".parse().unwrap(), 1.into())]));
    let asks = [
        Ask::get("/"),
        Ask::get("/size/0"),
        Ask::get("/unknown/size/100"),
        Ask::get("/trailers"),
        Ask::get("/204"),
        Ask::get("/hints"),
        Ask::new(Method::HEAD, "/"),
        Ask::post("/", 0),
        Ask::post("/", 5),
        Ask::post("/", 100).waits_for_continue(),
        with_trailers,
    ];
    let found = outcomes(&Limits::default(), &asks);
    let contents: Vec<_> = found.iter().map(|outcome| outcome.content.len()).collect();
    assert_eq!(contents, [5, 0, 100, 5, 0, 5, 0, 5, 5, 5, 5]);
    assert!(found.iter().all(|outcome| outcome.is_complete && outcome.gone.is_none()));
    assert_eq!(found[3].trailers.as_ref().unwrap()["x-sum"], "1");
    assert_eq!(found[4].status, Some(StatusCode::NO_CONTENT));
    assert_eq!(found[5].interim, [StatusCode::EARLY_HINTS]);
    assert_eq!(found[9].interim, [StatusCode::CONTINUE]);
}

#[test]
fn large_contents_go_both_ways_whatever_the_windows() {
    // Below the default a window is known only once its settings are; it must not stop then.
    for (stream, connection) in [(500, 0), (16_384, 70_000), (1 << 20, 1 << 20)] {
        let limits = with_windows(stream, connection);
        let asks = [Ask::post("/size/40000", 40_000), Ask::get("/size/40000")];
        for outcome in outcomes(&limits, &asks) {
            assert!(outcome.content == pattern(0, 40_000), "{stream} {}", outcome.content.len());
            assert!(outcome.is_complete);
        }
    }
}

#[test]
fn a_window_of_one_octet_suffices() {
    let asks = [Ask::post("/size/60", 60), Ask::get("/size/60")];
    for outcome in outcomes(&with_windows(1, 0), &asks) {
        assert_eq!(outcome.content, pattern(0, 60));
    }
}

#[test]
fn many_streams_share_a_connection() {
    let asks: Vec<_> = (0..100).map(|n| Ask::post(&format!("/size/{}", n * 20), n * 7)).collect();
    for (n, outcome) in outcomes(&Limits::default(), &asks).into_iter().enumerate() {
        assert_eq!(outcome.content, pattern(0, n * 20));
    }
}

#[test]
fn more_requests_than_streams_wait_for_their_turn() {
    let http2 = Http2Limits { streams_max: 3, ..Http2Limits::default() };
    let limits = Limits { http2, ..Limits::default() };
    let asks: Vec<_> = (0..40).map(|_| Ask::get("/size/2000")).collect();
    let mut pair = pair(&limits, &[], Wire::new(Cuts::Every(99)), Wire::new(Cuts::Every(99)));
    // The client knows the limit by then.
    pair.run();
    asks.into_iter().for_each(|ask| pair.client.subject_mut().ask(ask));
    pair.client.settle();
    pair.run();
    let outcomes = &pair.client.subject().outcomes;
    assert_eq!(outcomes.len(), 40);
    assert!(outcomes.values().all(|outcome| outcome.is_complete));
}

#[test]
fn the_urgent_go_first() {
    let ask = |priority| Ask::get("/size/60000").field("priority", priority);
    let asks = [ask("u=5"), ask("u=3, i"), ask("u=3, i"), ask("u=1"), ask("u=3")];
    let limits = with_windows(100_000, 0);
    let (up, down) = (Wire::new(Cuts::Whole), Wire::new(Cuts::Whole));
    let mut pair = pair(&limits, &asks, up, down);
    pair.run();
    let order: Vec<_> = pair.server.subject().order.iter().map(|id| id.0).collect();
    // The first has what the window allowed before the others had asked.
    let last = |id| order.iter().rposition(|sent| *sent == id).unwrap();
    assert!(last(7) < last(9) && last(9) < last(3).min(last(5)), "{order:?}");
    // Those whose pieces are of use take turns.
    let turns: Vec<_> = order[last(9) + 1..].to_vec();
    assert!(turns.starts_with(&[3, 5, 3, 5]) || turns.starts_with(&[5, 3, 5, 3]), "{order:?}");
}

#[test]
fn either_side_can_break_off() {
    let mut gives_up = Ask::get("/size/500000");
    gives_up.gives_up_after = Some(1_000);
    let (up, down) = (Wire::new(Cuts::Every(50)), Wire::new(Cuts::Every(500)).throttle(100_000));
    let asks = [gives_up, Ask::get("/reset"), Ask::get("/size/1000")];
    let mut pair = pair(&Limits::default(), &asks, up, down);
    pair.run();
    let outcomes: Vec<_> = pair.client.subject().outcomes.values().cloned().collect();
    assert!(outcomes[0].content.len() < 500_000);
    assert_eq!(outcomes[1].gone.as_deref(), Some("reset CANCEL"));
    assert_eq!(outcomes[2].content, pattern(0, 1_000));
    assert!(pair.server.subject().is_idle());
}

#[test]
fn an_early_answer_ends_the_request() {
    let (up, down) = (Wire::new(Cuts::Every(1_000)).throttle(100_000), Wire::new(Cuts::Whole));
    let asks = [Ask::post("/early", 500_000), Ask::get("/")];
    let limits = Limits::default();
    let mut pair = pair(&limits, &asks, up, down);
    pair.run();
    let early = pair.client.subject().outcomes.values().next().cloned().unwrap();
    // So that it is read, the reset comes behind it, and not with it.
    assert!(early.is_complete && early.gone.is_none());
    pair.run_for(limits.linger_timeout);
    let outcomes: Vec<_> = pair.client.subject().outcomes.values().cloned().collect();
    assert_eq!(outcomes[0].content, b"Hello");
    assert!(outcomes[0].is_complete);
    assert_eq!(outcomes[0].gone.as_deref(), Some("reset NO_ERROR"));
    assert!(outcomes[1].is_complete);
}

#[test]
fn a_server_leaves_in_two_steps() {
    let wire = || Wire::new(Cuts::Whole).delay(Duration::from_millis(100));
    let mut pair = pair(&Limits::default(), &[Ask::get("/size/10")], wire(), wire());
    pair.run();
    // On its way while the server says that it goes: served all the same.
    pair.client.subject_mut().ask(Ask::post("/size/20", 70_000));
    pair.client.settle();
    pair.server.subject_mut().server().finish_soon();
    pair.server.settle();
    pair.run();
    // It knows that the server goes, and asks no more.
    pair.client.subject_mut().ask(Ask::get("/"));
    pair.client.settle();
    pair.run();
    pair.server.subject_mut().server().finish_soon();
    pair.server.settle();
    pair.run();
    let outcomes: Vec<_> = pair.client.subject().outcomes.values().cloned().collect();
    assert_eq!(outcomes.len(), 2);
    assert!(outcomes.iter().all(|outcome| outcome.is_complete));
    let (client, server) = pair.finish();
    assert!(server.last().unwrap().starts_with("close"), "{server:#?}");
    assert!(client.last().unwrap().starts_with("close"), "{client:#?}");
}

#[test]
fn what_comes_after_the_last_word_is_unprocessed() {
    let wire = || Wire::new(Cuts::Whole).delay(Duration::from_millis(100));
    let mut pair = pair(&Limits::default(), &[Ask::post("/size/10", 200_000)], wire(), wire());
    pair.run_for(Duration::from_millis(150));
    // These are on their way, with content, when the server settles which streams it serves.
    pair.client.subject_mut().ask(Ask::post("/", 1_000));
    pair.client.subject_mut().ask(Ask::get("/"));
    pair.client.settle();
    (0..2).for_each(|_| pair.server.subject_mut().server().finish_soon());
    pair.server.settle();
    pair.run();
    let outcomes: Vec<_> = pair.client.subject().outcomes.values().cloned().collect();
    assert_eq!(outcomes[0].content, pattern(0, 10));
    let gone: Vec<_> = outcomes.iter().map(|outcome| outcome.gone.as_deref()).collect();
    assert_eq!(gone, [None, Some("unprocessed"), Some("unprocessed")]);
    assert_eq!(pair.server.subject().requests, 1);
}

#[test]
fn a_wire_that_breaks_anywhere_ends_both_sides() {
    let asks = [Ask::post("/trailers", 300), Ask::get("/size/300")];
    for octets in (0..1_200).step_by(7) {
        let (up, down) = (Wire::new(Cuts::Whole), Wire::new(Cuts::Whole).break_after(octets));
        let mut pair = pair(&Limits::default(), &asks, up, down);
        pair.run();
        pair.run_for(Duration::from_secs(200));
        let outcomes = pair.client.subject().outcomes.clone();
        assert!(outcomes.values().all(|o| o.is_complete || o.gone.is_some()), "{octets}");
        let (client, server) = pair.finish();
        assert!(client.last().unwrap().starts_with("close"), "{octets}: {client:#?}");
        assert!(server.last().unwrap().starts_with("close"), "{octets}: {server:#?}");
    }
}
