//! Somebody who asks.

use std::collections::VecDeque;
use std::sync::Arc;

use gnezdo_core::{Limits, Now};
use gnezdo_h1::{Client, ClientEvent, Outgoing};
use gnezdo_testkit::{Subject, Transcript};
use http::{HeaderMap, Method, Request};

use super::{note_body, note_fields, version_name};

/// A request to send.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) fields: HeaderMap,
    pub(crate) length: Option<u64>,
    pub(crate) pieces: Vec<Vec<u8>>,
    pub(crate) trailers: Option<HeaderMap>,
    /// Whether the content waits for `100 (Continue)`.
    pub(crate) waits: bool,
}

impl Ask {
    pub(crate) fn new(method: Method, target: &str) -> Self {
        Self {
            method,
            target: target.into(),
            fields: HeaderMap::new(),
            length: Some(0),
            pieces: Vec::new(),
            trailers: None,
            waits: false,
        }
    }

    pub(crate) fn get(target: &str) -> Self {
        Self::new(Method::GET, target)
    }

    pub(crate) fn field(mut self, name: &'static str, value: &'static str) -> Self {
        self.fields.append(name, http::HeaderValue::from_static(value));
        self
    }

    pub(crate) fn content(mut self, length: Option<u64>, pieces: &[&str]) -> Self {
        self.length = length;
        self.pieces = pieces.iter().map(|piece| piece.as_bytes().to_vec()).collect();
        self
    }

    pub(crate) fn waits_for_continue(mut self) -> Self {
        self.waits = true;
        self.field("expect", "100-continue")
    }
}

/// A client that sends its requests one after another.
pub(crate) struct ClientUser {
    client: Client,
    asks: VecDeque<Ask>,
    current: Option<Ask>,
    /// How many responses came.
    pub(crate) responses: usize,
}

impl ClientUser {
    pub(crate) fn new(limits: Limits, asks: impl IntoIterator<Item = Ask>) -> Self {
        Self {
            client: Client::new(Arc::new(limits)),
            asks: asks.into_iter().collect(),
            current: None,
            responses: 0,
        }
    }

    pub(crate) fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    fn send_content(&mut self, now: &Now, out: &mut Vec<u8>) {
        if let Some(ask) = self.current.take() {
            for piece in &ask.pieces {
                self.client.send_data(piece, out);
            }
            self.client.send_end(now, ask.trailers.as_ref(), out);
        }
    }
}

impl Subject for ClientUser {
    type Machine = Client;

    fn machine(&self) -> &Client {
        &self.client
    }

    fn machine_mut(&mut self) -> &mut Client {
        &mut self.client
    }

    fn act(&mut self, now: &Now, out: &mut Vec<u8>, log: &mut Transcript) {
        let Some(ask) = self.asks.pop_front_if(|_| self.client.is_idle()) else {
            return;
        };
        let mut request = Request::new(());
        *request.method_mut() = ask.method.clone();
        *request.uri_mut() = ask.target.parse().expect("a target");
        *request.headers_mut() = ask.fields.clone();
        log.line(format!("sent {} {}", ask.method, ask.target));
        let outgoing = self.client.send_request(now, &request.into_parts().0, ask.length, out);
        if outgoing != Outgoing::None {
            let waits = ask.waits;
            self.current = Some(ask);
            if !waits {
                self.send_content(now, out);
            }
        }
    }

    fn note(&mut self, now: &Now, event: ClientEvent<'_>, out: &mut Vec<u8>, log: &mut Transcript) {
        match event {
            ClientEvent::Interim(head) => {
                log.line(format!("interim {}", head.status().as_str()));
                note_fields("field", head.headers(), log);
                if head.status() == http::StatusCode::CONTINUE {
                    self.send_content(now, out);
                }
            }
            ClientEvent::Response { head, body } => {
                self.responses += 1;
                let (status, version) = (head.status(), version_name(head.version()));
                log.line(format!("response {} {version}", status.as_str()));
                note_fields("field", head.headers(), log);
                note_body(body, log);
            }
            ClientEvent::Data(piece) => log.content(piece),
            ClientEvent::End(trailers) => {
                log.line("end");
                note_fields("trailer", &trailers.unwrap_or_default(), log);
            }
            ClientEvent::Refused(error) => log.line(format!("refused {error:?}")),
        }
    }

    fn is_at_boundary(&self) -> bool {
        use gnezdo_core::{Machine, Wants};
        self.client.is_idle() || matches!(self.client.wants(), Wants::Close(_))
    }
}
