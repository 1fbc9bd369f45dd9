//! What is spoken over TLS is agreed upon by ALPN.

use crate::support::authority::{ClientTls, certificate_word};
use crate::support::frames::opening;
use crate::support::{End, Speaker, Version, Wire, dial, everywhere};

/// What is agreed upon if this is offered.
fn agreed(address: std::net::SocketAddr, protocols: &[&str]) -> Result<Option<String>, End> {
    let config = ClientTls { protocols, ..ClientTls::default() }.config();
    let mut wire = Wire::encrypted(dial(address), config);
    let protocol = wire.shake_hands()?.alpn_protocol();
    Ok(protocol.map(|name| String::from_utf8_lossy(name).into_owned()))
}

#[test]
fn http2_is_preferred() {
    everywhere(|setup| {
        let target = Version::Http2Tls.start(setup, &[]);
        for (protocols, expected) in [
            (&["h2", "http/1.1"][..], Some("h2")),
            (&["http/1.1", "h2"], Some("h2")),
            (&["http/1.1"], Some("http/1.1")),
            (&["egg", "h2"], Some("h2")),
            (&[], None),
        ] {
            let agreed = agreed(target.address(), protocols);
            assert_eq!(agreed, Ok(expected.map(Into::into)), "{protocols:?}");
        }
        let nothing = agreed(target.address(), &["egg"]);
        assert_eq!(nothing, Err(End::Alert(rustls::AlertDescription::NoApplicationProtocol)));
    });
}

#[test]
fn without_it_the_first_octets_decide() {
    everywhere(|setup| {
        let target = Version::Http2Tls.start(setup, &[]);
        for make in [Speaker::http1, Speaker::http2] {
            let config = ClientTls::default().config();
            let mut wire = Wire::encrypted(dial(target.address()), config);
            wire.shake_hands().unwrap();
            let mut speaker = make(wire);
            assert_eq!(speaker.get("/").text(), "OK");
            assert_eq!(speaker.post("/", "nest").text(), "nest");
        }
    });
}

#[test]
fn http2_can_be_left_out() {
    everywhere(|setup| {
        let target = Version::Http1Tls.start(setup, &["--http2", "false"]);
        let agreed = |protocols| agreed(target.address(), protocols);
        assert_eq!(agreed(&["h2", "http/1.1"]), Ok(Some("http/1.1".into())));
        assert!(agreed(&["h2"]).is_err());
        assert_eq!(agreed(&[]), Ok(None));
        assert_eq!(Version::Http1Tls.connect(&target).get("/").text(), "OK");
    });
}

#[test]
fn without_http2_its_preface_is_a_bad_request() {
    everywhere(|setup| {
        for words in [vec![], vec!["--tls".to_owned(), certificate_word()]] {
            let is_tls = !words.is_empty();
            let words: Vec<_> = words.iter().map(|word| &**word).collect();
            let target = setup.start(&[&words[..], &["--http2", "false"]].concat());
            let mut wire = if is_tls {
                let config = ClientTls::offering("http/1.1");
                Wire::encrypted(dial(target.address()), config)
            } else {
                Wire::over(dial(target.address()))
            };
            wire.send(opening(&[]));
            wire.read_to_end();
            let said = wire.input.escape_ascii().to_string();
            // A version of HTTP that is not spoken, and nothing more is read.
            let is_refused = wire.input.starts_with(b"HTTP/1.1 505 ");
            assert!(is_refused, "{said}");
        }
    });
}
