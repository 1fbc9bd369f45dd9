//! Arguments made of content, however it comes; handlers that wait on threads; errors.

use std::time::{Duration, Instant};

use crate::support::{Ask, Content, Heard, Place, Speaker, in_every_version, wait_until};

/// A request with content that an argument is made of, and its answer.
struct Case {
    path: &'static str,
    content_type: &'static str,
    content: &'static str,
    answer: &'static str,
}

const CASES: [Case; 3] = [
    Case {
        path: "/json",
        content_type: "application/json",
        content: "{\"nest\": [\"egg\", 1, null], \"\\u0433\": \"гнездо\"}",
        answer: "{\"nest\":[\"egg\",1,null],\"г\":\"гнездо\"}",
    },
    Case {
        path: "/form",
        content_type: "application/x-www-form-urlencoded",
        content: "a=%D0%B3%D0%BD+1&b=2&c=",
        answer: "{\"a\":\"гн 1\",\"b\":\"2\",\"c\":\"\"}",
    },
    Case {
        path: "/upload",
        content_type: "multipart/form-data; boundary=nest",
        content: "--nest\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\negg\r\n\
            --nest\r\nContent-Disposition: form-data; name=\"b\"; filename=\"b.txt\"\r\n\r\n\
            two\r\n--nes lines\r\n--nest--\r\n",
        answer: "[3,16]",
    },
];

/// The server's limit on content that is read as a whole.
const CONTENT_BYTES_MAX: usize = 10_000;

impl Case {
    fn ask(&self, content: Content) -> Ask<'static> {
        Ask::new("POST", self.path).with("Content-Type", self.content_type).content(content)
    }

    /// With and without an announcement of the length.
    fn asks(&self) -> [Ask<'static>; 2] {
        [Content::Length(self.content.len()), Content::Unknown].map(|content| self.ask(content))
    }

    #[track_caller]
    fn expect(&self, heard: &Heard, how: &str) {
        assert_eq!((heard.status(), heard.text()), (200, self.answer), "{} {how}", self.path);
        assert_eq!(heard.field("content-type"), Some("application/json"), "{} {how}", self.path);
    }
}

/// Sends some octets, and waits until the server has them: what follows is read by itself.
fn send_alone(speaker: &mut Speaker, octets: &[u8]) {
    speaker.wire().send_now(octets);
    wait_until("the piece was read", || speaker.wire().is_read_by_server());
}

fn expect_refusal(speaker: &mut Speaker, ask: &Ask<'_>, content: &[u8], line: &str) {
    let asked = speaker.begin(ask);
    speaker.send(asked, content);
    speaker.finish(asked);
    let heard = speaker.answer(asked);
    assert_eq!(heard.text(), format!("{line}\n"), "{ask:?}");
    assert_eq!(heard.status().to_string(), line[..3], "{ask:?}");
    assert_eq!(speaker.get("/").text(), "OK", "after {ask:?}");
}

#[test]
fn content_with_its_head_becomes_an_argument() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        for (case, ask) in CASES.iter().flat_map(|case| case.asks().map(|ask| (case, ask))) {
            let (asked, octets) = speaker.compose(&ask, case.content.as_bytes());
            speaker.wire().send_now(octets);
            case.expect(&speaker.answer(asked), "in one piece");
        }
    });
}

#[test]
fn content_that_is_cut_anywhere_becomes_an_argument() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        for (case, ask) in CASES.iter().flat_map(|case| case.asks().map(|ask| (case, ask))) {
            // Counted from the end, where a frame takes 9 octets and the last chunk 5: before the
            // content and its frame, in the middle, before its last octet, and within its end.
            let length = case.content.len();
            let rests = [length + 18, length + 9, length + 5, length, length - 1, length / 2];
            for rest in rests.into_iter().chain([10, 9, 6, 5, 1]) {
                let (asked, octets) = speaker.compose(&ask, case.content.as_bytes());
                let (first, second) = octets.split_at(octets.len() - rest);
                send_alone(&mut speaker, first);
                speaker.wire().send_now(second);
                case.expect(&speaker.answer(asked), &format!("cut {rest} before its end"));
            }
        }
    });
}

#[test]
fn content_in_tiny_pieces_becomes_an_argument() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        for (case, ask) in CASES.iter().flat_map(|case| case.asks().map(|ask| (case, ask))) {
            let (asked, octets) = speaker.compose(&ask, case.content.as_bytes());
            octets.iter().for_each(|octet| speaker.wire().send_one(*octet));
            case.expect(&speaker.answer(asked), "octet by octet");
            let asked = speaker.begin(&ask);
            for piece in case.content.as_bytes().chunks(7) {
                speaker.send(asked, piece);
            }
            speaker.finish(asked);
            case.expect(&speaker.answer(asked), "in many chunks or frames");
        }
    });
}

#[test]
fn much_content_is_read_part_by_part() {
    let head = "--nest\r\nContent-Disposition: form-data; name=a; filename=a\r\n\r\n";
    let content = format!("{head}{}\r\n--nest--", "x".repeat(3_000_000));
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        for length in [Content::Length(content.len()), Content::Unknown] {
            let asked = speaker.begin(&CASES[2].ask(length));
            for piece in content.as_bytes().chunks(100_000) {
                speaker.send(asked, piece);
            }
            speaker.finish(asked);
            let heard = speaker.answer(asked);
            assert_eq!((heard.status(), heard.text()), (200, "[3000000]"));
        }
    });
}

#[test]
fn what_does_not_fit_is_refused_and_the_connection_goes_on() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        let [json, form, upload] = &CASES;
        for malformed in ["", "{\"nest\": ", "[1,]", "{} {}"] {
            let ask = json.ask(Content::Length(malformed.len()));
            expect_refusal(&mut speaker, &ask, malformed.as_bytes(), "400 Bad Request");
            let ask = json.ask(Content::Unknown);
            expect_refusal(&mut speaker, &ask, malformed.as_bytes(), "400 Bad Request");
        }
        let ask = upload.ask(Content::Length(6));
        expect_refusal(&mut speaker, &ask, b"--nest", "400 Bad Request");
        for case in [json, form, upload] {
            let mut ask = case.ask(Content::Length(4));
            ask.fields[0].1 = "text/plain";
            expect_refusal(&mut speaker, &ask, b"nest", "415 Unsupported Media Type");
            ask.fields.clear();
            expect_refusal(&mut speaker, &ask, b"nest", "415 Unsupported Media Type");
        }
    });
}

#[test]
fn content_may_be_so_long_and_no_longer() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        let (json, most) = (&CASES[0], CONTENT_BYTES_MAX);
        for is_announced in [true, false] {
            let ask = |length| {
                json.ask(if is_announced { Content::Length(length) } else { Content::Unknown })
            };
            let number = |digits| "1".repeat(digits);
            let text = format!("\"{}\"", number(most - 2));
            let asked = speaker.begin(&ask(most));
            speaker.send(asked, &text);
            speaker.finish(asked);
            assert_eq!(speaker.answer(asked).text(), text);
            let text = format!("\"{}\"", number(most - 1));
            expect_refusal(&mut speaker, &ask(most + 1), text.as_bytes(), "413 Payload Too Large");
        }
    });
}

/// Under HTTP/1 the connection ends with the content, under HTTP/2 the stream.
fn stop_half_way(place: &Place<'_>, case: &Case, ask: &Ask<'_>) {
    let mut speaker = place.connect();
    let asked = speaker.begin(ask);
    speaker.send(asked, &case.content.as_bytes()[..case.content.len() / 2]);
    if place.version.is_http2() {
        send_alone(&mut speaker, &[]);
        speaker.cancel_stream(asked);
    } else {
        speaker.wire().finish_sending();
        assert_eq!(speaker.answer(asked).status(), 400, "{}", case.path);
        speaker.expect_end();
        speaker = place.connect();
    }
    assert_eq!(speaker.get("/").text(), "OK", "after {}", case.path);
}

#[test]
fn content_that_stops_half_way_is_none() {
    in_every_version(&[], |place| {
        for case in &CASES {
            case.asks().iter().for_each(|ask| stop_half_way(&place, case, ask));
        }
    });
}

#[test]
fn content_that_does_not_come_is_not_waited_for() {
    in_every_version(&["--progress-timeout", "0.3"], |place| {
        for case in &CASES {
            let mut speaker = place.connect();
            let asked = speaker.begin(&case.ask(Content::Length(case.content.len())));
            speaker.send(asked, &case.content[..9]);
            assert_eq!(speaker.answer(asked).status(), 408, "{}", case.path);
        }
    });
}

#[test]
fn handlers_that_wait_keep_nobody_waiting() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        assert_eq!(speaker.get("/blocking/20").text(), "waited");
        if !place.version.is_http2() {
            return assert_eq!(speaker.get("/").text(), "OK");
        }
        let start = Instant::now();
        let waiting: Vec<_> = (0..8).map(|_| speaker.request("GET", "/blocking/1000")).collect();
        assert_eq!(speaker.get("/").text(), "OK");
        assert!(waiting.iter().all(|asked| speaker.heard(*asked).head.is_none()));
        waiting.into_iter().for_each(|asked| assert_eq!(speaker.answer(asked).text(), "waited"));
        let elapsed = start.elapsed();
        assert!(elapsed < Duration::from_secs(6), "one after another: {elapsed:?}");
    });
}

#[test]
fn an_error_is_a_problem_and_the_connection_goes_on() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        let heard = speaker.get("/problem");
        assert_eq!((heard.status(), heard.text()), (500, "500 Internal Server Error\n"));
        assert!(heard.field("x-request-id").is_some());
        assert_eq!(speaker.get("/").text(), "OK");
    });
}
