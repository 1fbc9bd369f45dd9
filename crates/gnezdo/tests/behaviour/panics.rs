//! A handler that panics spoils its own answer and nothing else.

use crate::support::{everywhere, everywhere_but, request};

#[test]
fn it_gets_500_and_its_connection_goes_on() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        for path in ["/panic", "/panic/later"] {
            let answer = client.get(path);
            assert_eq!((answer.status, answer.says_close()), (500, false), "{path}");
            assert_eq!(client.get("/").status, 200, "{path}");
        }
        let requests = ["/panic", "/", "/panic/later", "/later"];
        client.send(requests.map(|path| request("GET", path, "")).concat());
        let statuses = requests.map(|_| client.answer().status);
        assert_eq!(statuses, [500, 200, 500, 200]);
    });
}

#[test]
fn an_answer_that_has_begun_is_broken_off() {
    everywhere(|setup| {
        let target = setup.start(&[]);
        let mut client = target.connect();
        client.request("GET", "/stream/panic/3");
        assert!(client.try_answer().is_err(), "the last chunk must not come");
        assert_eq!(target.get("/").status, 200);
    });
}

// Where one thread serves all, nobody else is served meanwhile anyway.
#[test]
fn others_live() {
    everywhere_but(&["single"], |setup| {
        let target = setup.start(&[]);
        let mut waiting: Vec<_> = (0..8).map(|_| target.connect()).collect();
        let mut streaming: Vec<_> = (0..8).map(|_| target.connect()).collect();
        for client in &mut waiting {
            client.request("GET", "/later/300");
        }
        for client in &mut streaming {
            client.request("GET", "/stream/later/100");
        }
        for path in ["/panic", "/panic/later", "/panic", "/panic/later"] {
            assert_eq!(target.get(path).status, 500);
        }
        for client in &mut waiting {
            assert_eq!(client.answer().text(), "late");
        }
        for client in &mut streaming {
            assert_eq!(client.answer().body.len(), 100_000);
        }
    });
}
