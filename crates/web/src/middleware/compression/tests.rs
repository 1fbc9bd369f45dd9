use super::*;

fn fields(list: &[(&'static str, &str)]) -> HeaderMap {
    let mut fields = HeaderMap::new();
    for (name, value) in list {
        fields.append(*name, value.parse().unwrap());
    }
    fields
}

fn accepting(value: &str) -> Accepted {
    Accepted::read(&fields(&[("accept-encoding", value)]))
}

#[test]
fn what_is_done_to_an_answer() {
    const HTML: (&str, &str) = ("content-type", "text/html; charset=utf-8");
    let code = Treatment::Code(Coding::Gzip);
    for (status, list, length, expected) in [
        (200, &[HTML][..], Some(860), code),
        (200, &[HTML], Some(859), Treatment::None),
        (200, &[HTML], None, code),
        (404, &[("content-type", "application/problem+json")], None, code),
        (200, &[("content-type", "image/png")], None, Treatment::None),
        (200, &[], None, Treatment::None),
        (200, &[("content-type", "text/event-stream")], None, Treatment::None),
        (200, &[("content-type", "text/event-stream;charset=utf-8")], None, Treatment::None),
        (200, &[HTML, ("content-encoding", "br")], None, Treatment::None),
        (200, &[HTML, ("content-encoding", "identity")], None, Treatment::None),
        (200, &[HTML, ("cache-control", "public, No-Transform")], None, Treatment::None),
        (200, &[HTML, ("cache-control", "public")], None, code),
        (200, &[HTML, ("content-digest", "sha-256=:a=:")], None, Treatment::None),
        (200, &[HTML, ("content-range", "bytes 0-1/2")], None, Treatment::None),
        (206, &[HTML], None, Treatment::None),
        (101, &[HTML], None, Treatment::None),
        (204, &[], Some(0), Treatment::None),
        (304, &[], Some(0), Treatment::Vary),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        let treat =
            |accepted| Compression::new().treatment(accepted, status, &fields(list), length);
        assert_eq!(treat(accepting("gzip")), expected, "{status} {list:?} {length:?}");
        // Who accepts nothing gets it as it is, and caches learn that others may not.
        let plain = if expected == Treatment::None { Treatment::None } else { Treatment::Vary };
        for refused in ["", "identity", "gzip;q=0", "deflate", "garbage;;q=,"] {
            assert_eq!(treat(accepting(refused)), plain, "{refused}");
        }
    }
}

#[test]
fn nothing_is_never_coded() {
    let html = fields(&[("content-type", "text/html")]);
    let all = Compression::new().bytes_min(0);
    let treat = |length| all.treatment(accepting("br"), StatusCode::OK, &html, length);
    assert_eq!(treat(Some(0)), Treatment::None);
    assert_eq!(treat(Some(1)), Treatment::Code(Coding::Brotli));
}

#[test]
fn tags_become_weak_once() {
    for (tag, expected) in [("\"a\"", "W/\"a\""), ("W/\"a\"", "W/\"a\""), ("\"\"", "W/\"\"")] {
        assert_eq!(weak(tag.parse().unwrap()).unwrap(), expected);
    }
}

#[test]
fn what_depends_on_codings_says_so_once() {
    for (lines, expected) in [
        (&[][..], 1),
        (&["accept"], 2),
        (&["Accept-Encoding"], 1),
        (&["accept, accept-encoding"], 1),
        (&["*"], 1),
    ] {
        let lines: Vec<_> = lines.iter().map(|line| ("vary", *line)).collect();
        let mut fields = fields(&lines);
        vary(&mut fields);
        assert_eq!(fields.get_all(VARY).iter().count(), expected, "{lines:?}");
    }
}
