use gnezdo_core::Body;

use super::*;

fn proxies() -> TrustedProxies {
    TrustedProxies::new(["10.0.0.0/8".parse().unwrap(), "2001:db8::/32".parse().unwrap()])
}

fn headers(name: &'static str, lines: &[&str]) -> HeaderMap {
    let name = HeaderName::from_static(name);
    let lines = lines.iter().map(|line| (name.clone(), HeaderValue::from_str(line).unwrap()));
    lines.collect::<Vec<_>>().into_iter().fold(HeaderMap::new(), |mut headers, (name, value)| {
        headers.append(name, value);
        headers
    })
}

fn client(proxies: &TrustedProxies, name: &'static str, lines: &[&str]) -> Option<String> {
    proxies.told(&headers(name, lines)).client.map(|client| client.to_string())
}

#[test]
fn the_first_from_the_right_that_is_not_trusted_is_the_client() {
    let many = vec!["10.0.0.1"; HOPS_MAX - 1].join(", ");
    let at_most = format!("192.0.2.1, {many}");
    let too_many = format!("192.0.2.1, 10.0.0.1, {many}");
    for (lines, expected) in [
        (&["192.0.2.1"][..], Some("192.0.2.1:0")),
        (&["192.0.2.1, 10.0.0.1"], Some("192.0.2.1:0")),
        (&["192.0.2.1,10.0.0.1 ,\t10.0.0.2"], Some("192.0.2.1:0")),
        // What a client wrote before anybody added something.
        (&["127.0.0.1, 192.0.2.1, 10.0.0.1"], Some("192.0.2.1:0")),
        (&["garbage \u{e4}\",,;=, 192.0.2.1"], Some("192.0.2.1:0")),
        // Lines are one list (RFC 9110 §5.3).
        (&["127.0.0.1", "192.0.2.1", "10.0.0.1"], Some("192.0.2.1:0")),
        // All are trusted: the first of them.
        (&["10.0.0.9, 10.0.0.1"], Some("10.0.0.9:0")),
        // A proxy that makes no sense ends the row.
        (&["192.0.2.1, unknown, 10.0.0.1"], Some("10.0.0.1:0")),
        (&["192.0.2.1, , 10.0.0.1"], Some("10.0.0.1:0")),
        (&["192.0.2.1, unknown"], None),
        (&[""], None),
        (&[], None),
        (&[&at_most], Some("192.0.2.1:0")),
        (&[&too_many], Some("10.0.0.1:0")),
    ] {
        assert_eq!(client(&proxies(), "x-forwarded-for", lines).as_deref(), expected, "{lines:?}");
    }
}

#[test]
fn addresses_as_proxies_write_them() {
    for (text, expected) in [
        ("192.0.2.1", Some("192.0.2.1:0")),
        ("192.0.2.1:4711", Some("192.0.2.1:4711")),
        ("192.0.2.1:_port", Some("192.0.2.1:0")),
        ("2001:db8::1", Some("[2001:db8::1]:0")),
        ("[2001:db8::1]", Some("[2001:db8::1]:0")),
        ("[2001:db8::1]:65535", Some("[2001:db8::1]:65535")),
        ("192.0.2.1:65536", None),
        ("192.0.2.1:", None),
        ("192.0.2.1:+1", None),
        ("192.0.2.1:_", None),
        ("192.0.2.1:_a b", None),
        ("192.0.2.01", None),
        ("192.0.2", None),
        ("[2001:db8::1", None),
        ("[2001:db8::1]x", None),
        ("[192.0.2.1]", None),
        ("_hidden", None),
        ("unknown", None),
        ("localhost", None),
        ("192.0.2.1 10.0.0.1", None),
    ] {
        let found = hops::address(text).map(|address| address.to_string());
        assert_eq!(found.as_deref(), expected, "{text}");
    }
}

#[test]
fn forwarded_is_read_from_the_right() {
    let proxies = proxies().forwarded();
    for (lines, expected) in [
        (&["for=192.0.2.1"][..], Some("192.0.2.1:0")),
        (&["For=\"192.0.2.1:80\";proto=http;by=203.0.113.43"], Some("192.0.2.1:80")),
        (&["for=\"[2001:db9::1]:4711\""], Some("[2001:db9::1]:4711")),
        (&["for=192.0.2.1, for=10.0.0.1;by=_a"], Some("192.0.2.1:0")),
        (&["for=127.0.0.1", "for=192.0.2.1"], Some("192.0.2.1:0")),
        // Open quotes, lonely backslashes and separators in quotes are the client's.
        (&["for=\", for=192.0.2.1"], Some("192.0.2.1:0")),
        (&["for=\"a, for=192.0.2.1"], Some("192.0.2.1:0")),
        (&["x=\"\\\", for=192.0.2.1"], Some("192.0.2.1:0")),
        (&["for=127.0.0.1;x=\"", "for=192.0.2.1"], Some("192.0.2.1:0")),
        (&["for=\"127.0.0.1, 192.0.2.1\""], None),
        (&["for=192.0.2.1;ext=\"a,b;for=127.0.0.1\""], Some("192.0.2.1:0")),
        // What contradicts itself or is not an address says nothing.
        (&["for=127.0.0.1;for=192.0.2.1"], None),
        (&["for=192.0.2.1, for=_hidden, for=10.0.0.1"], Some("10.0.0.1:0")),
        (&["for=unknown"], None),
        (&["for=\"192.0.2\\.1\""], None),
        (&["for"], None),
        (&["=;=,;,="], None),
        (&["proto=https"], None),
    ] {
        assert_eq!(client(&proxies, "forwarded", lines).as_deref(), expected, "{lines:?}");
    }
}

#[test]
fn scheme_and_host_are_those_that_the_client_was_spoken_to_with() {
    let told = |line| proxies().forwarded().told(&headers("forwarded", &[line]));
    let first = told("for=192.0.2.1;proto=HTTPS;host=\"a.example:8443\", for=10.0.0.1;proto=http");
    assert_eq!(first.scheme, Some(Scheme::HTTPS));
    assert_eq!(first.host.as_deref(), Some("a.example:8443"));
    assert_eq!(told("for=_hidden;proto=https").scheme, Some(Scheme::HTTPS));
    let invented = told("for=1.1.1.1;proto=https;host=evil, for=192.0.2.1;proto=http");
    assert_eq!((invented.scheme, invented.host), (Some(Scheme::HTTP), None));
    for line in ["for=192.0.2.1;proto=ftp", "for=192.0.2.1;proto=https2", "for=192.0.2.1;proto="] {
        assert_eq!(told(line).scheme, None, "{line}");
    }
    for line in ["host=\"a b\"", "host=\"a/b\"", "host=\"a@b\"", "host=\"\"", "host=\"a,b\""] {
        assert_eq!(told(line).host, None, "{line}");
    }
}

#[test]
fn the_last_word_on_scheme_and_host_counts() {
    let mut fields = headers("x-forwarded-for", &["192.0.2.1"]);
    fields.append(X_FORWARDED_PROTO, HeaderValue::from_static("https, http"));
    fields.append(X_FORWARDED_HOST, HeaderValue::from_static("evil.example"));
    fields.append(X_FORWARDED_HOST, HeaderValue::from_static("a.example"));
    let told = proxies().told(&fields);
    assert_eq!((told.scheme, told.host.as_deref()), (Some(Scheme::HTTP), Some("a.example")));
}

fn request(peer: Option<&str>, fields: &[(&str, &str)]) -> Request {
    let mut request = http::Request::get("/").header(HOST, "inner");
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    let peer = peer.map(|peer| peer.parse().unwrap());
    let info = ConnectionInfo { peer, scheme: Scheme::HTTP };
    request.extension(info).body(Body::empty()).unwrap()
}

const LIES: [(&str, &str); 6] = [
    ("forwarded", "for=127.0.0.1;proto=https;host=evil"),
    ("x-forwarded-for", "127.0.0.1"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-host", "evil"),
    ("x-forwarded-port", "1"),
    ("x-real-ip", "127.0.0.1"),
];

#[test]
fn nobody_else_is_believed_and_what_they_say_is_taken_away() {
    for proxies in [proxies().host(), proxies().host().forwarded()] {
        for peer in [Some("192.0.2.7:80"), None] {
            let mut request = request(peer, &LIES);
            let before = request.extensions().get::<ConnectionInfo>().cloned();
            proxies.rewrite(&mut request);
            assert_eq!(request.extensions().get::<ConnectionInfo>().cloned(), before);
            assert_eq!(request.headers().len(), 1, "{:?}", request.headers());
            assert_eq!(request.headers()[HOST], "inner");
        }
        let mut unknown = request(None, &LIES);
        unknown.extensions_mut().clear();
        proxies.rewrite(&mut unknown);
        assert!(unknown.extensions().get::<ConnectionInfo>().is_none());
        assert_eq!(unknown.headers().len(), 1);
    }
}

#[test]
fn of_a_trusted_proxy_one_family_is_read_and_the_other_taken_away() {
    let info = |request: &Request| request.extensions().get::<ConnectionInfo>().cloned().unwrap();
    let told = [
        ("x-forwarded-for", "::ffff:192.0.2.1"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "a.example"),
        ("forwarded", "for=127.0.0.1"),
    ];
    let mut x = request(Some("10.0.0.1:80"), &told);
    proxies().rewrite(&mut x);
    let expected = ConnectionInfo::new("192.0.2.1:0".parse().unwrap(), Scheme::HTTPS);
    assert_eq!(info(&x), expected);
    assert!(!x.headers().contains_key(FORWARDED));
    assert_eq!(x.headers()[HOST], "inner");

    let mut f = request(Some("10.0.0.1:80"), &told);
    proxies().forwarded().rewrite(&mut f);
    assert_eq!(info(&f).peer.unwrap().to_string(), "127.0.0.1:0");
    assert!(!f.headers().contains_key(X_FORWARDED_FOR));

    let mut unix = request(None, &told);
    proxies().unix_sockets().host().rewrite(&mut unix);
    assert_eq!(info(&unix), expected);
    assert_eq!(unix.headers()[HOST], "a.example");
}

#[test]
fn a_target_with_a_host_gets_the_new_one() {
    let mut request = request(Some("10.0.0.1:80"), &[("x-forwarded-host", "a.example:8443")]);
    *request.uri_mut() = "http://inner/a?b".parse().unwrap();
    proxies().host().rewrite(&mut request);
    assert_eq!(request.uri(), "http://a.example:8443/a?b");
    assert_eq!(request.headers()[HOST], "a.example:8443");
}
