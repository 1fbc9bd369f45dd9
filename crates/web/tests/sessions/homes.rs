//! The same session, wherever it lives.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use gnezdo_web::session::{Flash, MemoryStore, Save, SessionError, Store, StoreError, Stored};
use gnezdo_web::{App, Json, Path, Secret, Session, Sessions, TestClient};

/// A store that has to be waited for, and tells what it was asked.
#[derive(Clone, Default)]
pub(crate) struct Slow {
    store: Arc<MemoryStore>,
    pub(crate) calls: Arc<Mutex<Vec<String>>>,
}

impl Slow {
    fn note(&self, call: &str, key: &str) {
        assert!(key.len() == 64 && key.bytes().all(|octet| octet.is_ascii_hexdigit()), "{key}");
        self.calls.lock().unwrap().push(call.to_owned());
    }

    pub(crate) fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }
}

/// Is pending once.
fn later<T: Send + 'static>(stored: Stored<T>) -> Stored<T> {
    let Stored::Now(result) = stored else { return stored };
    Stored::later(async move {
        let mut has_waited = false;
        std::future::poll_fn(|cx| {
            cx.waker().wake_by_ref();
            let is_ready = std::mem::replace(&mut has_waited, true);
            if is_ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
        result
    })
}

impl Store for Slow {
    fn load(&self, key: &str) -> Stored<Option<Vec<u8>>> {
        self.note("load", key);
        later(self.store.load(key))
    }

    fn save(&self, key: &str, content: Vec<u8>, time_to_live: Duration, save: Save) -> Stored<()> {
        assert!(time_to_live <= Duration::from_secs(30 * 60), "{time_to_live:?}");
        self.note(&format!("save {save:?}"), key);
        later(self.store.save(key, content, time_to_live, save))
    }

    fn remove(&self, key: &str) -> Stored<()> {
        self.note("remove", key);
        later(self.store.remove(key))
    }
}

/// A store that is not there.
struct Gone;

impl Store for Gone {
    fn load(&self, _: &str) -> Stored<Option<Vec<u8>>> {
        Stored::Now(Err(StoreError::from("no connection")))
    }

    fn save(&self, _: &str, _: Vec<u8>, _: Duration, _: Save) -> Stored<()> {
        Stored::later(async { Err(StoreError::from("no connection")) })
    }

    fn remove(&self, _: &str) -> Stored<()> {
        Stored::Now(Ok(()))
    }
}

pub(crate) fn app(sessions: Sessions) -> App {
    let put = |Path((key, value)): Path<(String, String)>, session: Session| {
        session.insert(key, value).map(|()| "put")
    };
    let get = |Path(key): Path<String>, session: Session| {
        session.get::<String>(&key).unwrap_or_else(|| "none".into())
    };
    App::new()
        .get("/put/{key}/{value}", put)
        .get("/get/{key}", get)
        .get("/remove/{key}", |Path(key): Path<String>, session: Session| session.remove(&key))
        .get("/clear", |session: Session| session.clear())
        .get("/renew", |session: Session| session.renew())
        .get("/destroy", |session: Session| session.destroy())
        .get("/flash/{text}", |Path(text): Path<String>, session: Session| {
            session.flash("info", text);
        })
        .get("/flashes", |session: Session| Json::<Vec<Flash>>(session.take_flashes()))
        .get("/elsewhere", || "elsewhere")
        .get("/large/{bytes:int}", |Path(bytes): Path<usize>, session: Session| {
            session.insert("large", "x".repeat(bytes)).map(|()| "put")
        })
        .get("/later", |session: Session| async move {
            session.insert("later", 1)?;
            Ok::<_, SessionError>("later")
        })
        .wrap(sessions)
}

/// A client for each home.
fn clients() -> Vec<(&'static str, TestClient)> {
    [
        ("cookie", Sessions::in_cookie(Secret::generate())),
        ("memory", Sessions::in_memory()),
        ("slow", Sessions::with_store(Slow::default())),
    ]
    .into_iter()
    .map(|(home, sessions)| (home, TestClient::new(app(sessions))))
    .collect()
}

#[test]
fn a_session_remembers() {
    for (home, client) in clients() {
        assert_eq!(client.get("/get/a").send().text(), "none", "{home}");
        assert_eq!(client.cookie("session"), None, "{home}");
        let answer = client.get("/put/a/1").send();
        let cookie = answer.header("set-cookie").unwrap();
        assert!(cookie.ends_with("; HttpOnly; SameSite=Lax; Path=/"), "{home}: {cookie}");
        client.get("/put/b/2").send();
        assert_eq!(client.get("/get/a").send().text(), "1", "{home}");
        assert_eq!(client.get("/get/b").send().text(), "2", "{home}");
        client.get("/remove/a").send();
        assert_eq!(client.get("/get/a").send().text(), "none", "{home}");
        client.get("/later").send();
        client.get("/clear").send();
        assert_eq!(client.get("/get/b").send().text(), "none", "{home}");
        assert_eq!(client.cookie("session"), None, "{home}");
    }
}

#[test]
fn a_session_that_is_destroyed_is_over() {
    for (home, client) in clients() {
        client.get("/put/a/1").send();
        let old = client.cookie("session").unwrap();
        client.get("/destroy").send();
        assert_eq!(client.cookie("session"), None, "{home}");
        let replayed = client.get("/get/a").cookie("session", old).send();
        // Only a store can forget what a client has kept.
        assert_eq!(replayed.text(), if home == "cookie" { "1" } else { "none" }, "{home}");
    }
}

#[test]
fn a_session_is_renewed_under_another_id() {
    for (home, client) in clients() {
        client.get("/put/a/1").send();
        let old = client.cookie("session").unwrap();
        client.get("/renew").send();
        assert_ne!(client.cookie("session").unwrap(), old, "{home}");
        assert_eq!(client.get("/get/a").send().text(), "1", "{home}");
        if home != "cookie" {
            let fixed = client.get("/get/a").cookie("session", old).send();
            assert_eq!(fixed.text(), "none", "{home}");
        }
    }
}

#[test]
fn a_message_is_shown_once() {
    for (home, client) in clients() {
        client.get("/flash/Saved").send();
        client.get("/flash/Twice").send();
        let shown = client.get("/flashes").send().text();
        let expected = r#"[{"level":"info","text":"Saved"},{"level":"info","text":"Twice"}]"#;
        assert_eq!(shown, expected, "{home}");
        assert_eq!(client.get("/flashes").send().text(), "[]", "{home}");
    }
}

#[test]
fn a_store_is_asked_only_if_it_has_to_be() {
    let slow = Slow::default();
    let client = TestClient::new(app(Sessions::with_store(slow.clone())));
    for (target, calls) in [
        ("/elsewhere", &[][..]),
        ("/get/a", &[]),
        ("/remove/a", &[]),
        ("/renew", &[]),
        ("/destroy", &[]),
        ("/put/a/1", &["save New"]),
        ("/elsewhere", &["load"]),
        ("/get/a", &["load"]),
        ("/put/a/2", &["load", "save Known"]),
        ("/renew", &["load", "save New", "remove"]),
        ("/clear", &["load", "remove"]),
        ("/get/a", &[]),
    ] {
        client.get(target).send();
        assert_eq!(slow.take_calls(), calls, "{target}");
    }
    client.get("/get/a").cookie("session", "no-id").send();
    assert!(slow.take_calls().is_empty());
}

#[test]
fn a_store_that_fails_is_a_fault_of_ours() {
    let client = TestClient::new(app(Sessions::with_store(Gone)));
    assert_eq!(client.get("/get/a").send().status(), 200);
    assert_eq!(client.get("/put/a/1").send().status(), 500);
    let id = "A".repeat(43);
    assert_eq!(client.get("/elsewhere").cookie("session", id).send().status(), 500);
}

#[test]
fn a_session_has_room_for_so_much() {
    let cookie = TestClient::new(app(Sessions::in_cookie(Secret::generate())));
    assert_eq!(cookie.get("/large/2900").send().status(), 200);
    let answer = cookie.get("/large/3000").send();
    assert_eq!((answer.status().as_u16(), answer.header("set-cookie")), (500, None));
    assert_eq!(cookie.get("/get/large").send().text().len(), 2900);

    let memory = TestClient::new(app(Sessions::in_memory()));
    assert_eq!(memory.get("/large/16000").send().status(), 200);
    assert_eq!(memory.get("/large/16384").send().status(), 500);
}
