use super::*;

const SHOP: &str = "https://shop.example";

fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    headers
}

fn allowed<Whose>(cors: &Cors<Whose>, origins: &[&str]) -> Option<String> {
    let fields: Vec<_> = origins.iter().map(|origin| ("origin", *origin)).collect();
    let fields = cors.policy.fields(&headers(&fields));
    fields.get(ACCESS_CONTROL_ALLOW_ORIGIN).map(|value| value.to_str().unwrap().to_owned())
}

#[test]
fn only_origins_that_fit_exactly_may_read() {
    let list = Cors::origins([SHOP, "http://localhost:5173"]).unwrap();
    let function = Cors::origin_if(|origin| origin == SHOP || origin.ends_with(":5173"));
    for cors in [list, function] {
        for origin in [SHOP, "http://localhost:5173"] {
            assert_eq!(allowed(&cors, &[origin]).as_deref(), Some(origin));
        }
        for origins in [
            &["https://shop.example.evil.example"][..],
            &["https://evilshop.example"],
            &["http://shop.example"],
            &["https://shop.example:8443"],
            &["https://shop.example/"],
            &["https://SHOP.example"],
            &["https://shop.example, https://evil.example"],
            &["https://evil.example:5173/\t:5173"],
            &["https://shop.example\u{e4}"],
            &[SHOP, SHOP],
            &["null"],
            &["*"],
            &[""],
            &[],
        ] {
            assert_eq!(allowed(&cors, origins), None, "{origins:?}");
        }
    }
    for origins in [&["https://evil.example"][..], &["null"], &["a, b"], &[]] {
        assert_eq!(allowed(&Cors::any(), origins).as_deref(), Some("*"), "{origins:?}");
    }
}

#[test]
fn origins_are_checked_when_they_are_named() {
    for origin in [SHOP, "http://[::1]:8080", "http://127.0.0.1", "app-x+y.z://host"] {
        assert!(Cors::origins([origin]).is_ok(), "{origin}");
    }
    assert_eq!(Cors::origins(["*"]).unwrap_err(), CorsError::Wildcard);
    assert_eq!(Cors::origins([SHOP, "null"]).unwrap_err(), CorsError::Null);
    for origin in [
        "shop.example",
        "https://",
        "https://shop.example/",
        "https://shop.example/a",
        "https://shop.example:443",
        "http://shop.example:80",
        "https://shop.example:",
        "https://Shop.example",
        "https://*.shop.example",
        "https://a@shop.example",
        "https://shop.example\r\n",
        "://a",
        "1a://a",
        "",
    ] {
        let error = Cors::origins([origin]).unwrap_err();
        assert_eq!(error, CorsError::Invalid { origin: origin.into() });
    }
}

#[test]
fn answers_that_differ_by_origin_say_so_to_caches() {
    let vary = |fields: &HeaderMap| fields.get(VARY).map(|v| v.to_str().unwrap().to_owned());
    let named = Cors::origins([SHOP]).unwrap();
    for request in [headers(&[]), headers(&[("origin", SHOP)]), headers(&[("origin", "null")])] {
        assert_eq!(vary(&named.policy.fields(&request)).as_deref(), Some("origin"));
        assert_eq!(vary(&Cors::any().policy.fields(&request)), None);
    }
}

#[test]
fn a_preflight_has_both_fields() {
    let method = "access-control-request-method";
    let both = headers(&[("origin", SHOP), (method, "PUT")]);
    assert_eq!(kind(&Method::OPTIONS, &both), Kind::Preflight);
    assert_eq!(kind(&Method::GET, &both), Kind::Request);
    assert_eq!(kind(&Method::OPTIONS, &headers(&[("origin", SHOP)])), Kind::Request);
    assert_eq!(kind(&Method::OPTIONS, &headers(&[(method, "PUT")])), Kind::Request);
}

#[test]
fn fields_that_are_asked_for_are_said_back_if_they_are_names() {
    let cors = Cors::any().any_headers();
    let said = |value: &str| {
        let fields = headers(&[("origin", SHOP), ("access-control-request-headers", value)]);
        let fields = cors.policy.preflight_fields(&fields);
        fields.get(ACCESS_CONTROL_ALLOW_HEADERS).map(|v| v.to_str().unwrap().to_owned())
    };
    let names = |count: usize| vec!["x-a"; count].join(", ");
    assert_eq!(said("authorization,x-a").as_deref(), Some("authorization, x-a"));
    assert_eq!(said(&names(HEADERS_MAX)), Some(names(HEADERS_MAX)));
    assert_eq!(said(&names(HEADERS_MAX + 1)), None);
    for bad in ["", ",", "x a", "x-a;q=1", "x-a, \u{e4}", "x(a)"] {
        assert_eq!(said(bad), None, "{bad}");
    }
}

#[test]
fn a_refused_preflight_says_nothing() {
    let cors = Cors::origins([SHOP]).unwrap().credentials().private_network();
    let fields = headers(&[
        ("origin", "https://evil.example"),
        ("access-control-request-method", "PUT"),
        ("access-control-request-private-network", "true"),
    ]);
    let fields = cors.policy.preflight_fields(&fields);
    assert_eq!(fields.keys().collect::<Vec<_>>(), [&VARY]);
}
