//! Fields behind the content.

use crate::support::{Ask, Content, in_every_version};

#[test]
fn a_handler_sees_those_of_a_request() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        let one: &[_] = &[("x-one", "1"), ("x-two", "2")];
        for (trailers, text) in [(one, "x-one: 1\nx-two: 2\n"), (&[], "")] {
            let asked = speaker.begin(&Ask::new("POST", "/trailers").content(Content::Unknown));
            speaker.send(asked, "nest");
            speaker.finish_with(asked, trailers);
            assert_eq!(speaker.answer(asked).text(), text);
        }
    });
}

#[test]
fn a_client_sees_those_of_an_answer() {
    in_every_version(&[], |place| {
        let mut speaker = place.connect();
        let heard = speaker.get("/stream/trailers/2");
        assert_eq!(heard.body.len(), 2_000);
        assert_eq!(heard.trailers, [("x-signature".to_owned(), "nest".to_owned())]);
        assert_eq!(speaker.get("/").text(), "OK");
    });
}
