//! TLS 1.2 and 1.3 are spoken, and 1.2 can be left out.

use rustls::version::{TLS12, TLS13};
use rustls::{AlertDescription, ProtocolVersion, SupportedProtocolVersion};

use crate::support::authority::ClientTls;
use crate::support::{End, Speaker, Target, Version, Wire, dial, everywhere};

fn speak(
    target: &Target,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<Option<ProtocolVersion>, End> {
    let config = ClientTls { versions, protocols: &["h2"], ..ClientTls::default() }.config();
    let mut wire = Wire::encrypted(dial(target.address()), config);
    wire.shake_hands()?;
    let mut speaker = Speaker::http2(wire);
    assert_eq!(speaker.get("/bytes/300000").body.len(), 300_000);
    assert_eq!(speaker.post("/", vec![b'x'; 300_000]).body.len(), 300_000);
    Ok(speaker.wire().tls().protocol_version())
}

#[test]
fn both_are_spoken() {
    everywhere(|setup| {
        let target = Version::Http2Tls.start(setup, &[]);
        assert_eq!(speak(&target, &[&TLS12]), Ok(Some(ProtocolVersion::TLSv1_2)));
        assert_eq!(speak(&target, &[&TLS13]), Ok(Some(ProtocolVersion::TLSv1_3)));
        assert_eq!(speak(&target, &[&TLS12, &TLS13]), Ok(Some(ProtocolVersion::TLSv1_3)));
    });
}

#[test]
fn the_older_can_be_left_out() {
    everywhere(|setup| {
        let target = Version::Http2Tls.start(setup, &["--tls-min", "1.3"]);
        assert_eq!(speak(&target, &[&TLS13]), Ok(Some(ProtocolVersion::TLSv1_3)));
        let refused = End::Alert(AlertDescription::ProtocolVersion);
        assert_eq!(speak(&target, &[&TLS12]), Err(refused));
    });
}
