//! The end of every answer: problems are written out, panics become problems, faults are told.

use std::any::Any;
use std::future::poll_fn;
use std::hash::{BuildHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

use gnezdo_core::{Reply, Response, complain};
use http::header::VARY;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::{Place, Site};
use crate::asked::{Asked, X_REQUEST_ID};
use crate::blocking;
use crate::plan::Debug;
use crate::problem::{self, Problem};
use crate::response::{IntoReply, IntoResponse, Memo};

/// What a handler left when it panicked.
pub(super) struct Panicked(Box<dyn Any + Send>);

impl Panicked {
    /// What it said. The hook for panics has told it, too, with the place.
    fn text(&self) -> &str {
        let text = self.0.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| self.0.downcast_ref::<&str>().copied()).unwrap_or("no text")
    }
}

/// Runs code of handlers and middleware.
pub(super) fn contained<T>(foreign: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(foreign)).map_err(Panicked)
}

/// What ends an answer that comes later.
pub(crate) struct Finisher {
    site: Arc<Site>,
    place: Place,
    asked: Asked,
}

type Waiting<L, E> = Pin<Box<dyn Future<Output = Result<L, E>> + Send>>;

impl Finisher {
    pub(crate) fn new(site: Arc<Site>, place: Place, asked: Asked) -> Self {
        Self { site, place, asked }
    }

    /// An answer that a future gives.
    pub(crate) fn later<R>(self, answer: impl Future<Output = R> + Send + 'static) -> Reply
    where
        R: IntoReply,
    {
        self.finish_later(async { answer.await.into_reply(&Memo::default()) })
    }

    /// An answer for which an argument has to come first.
    pub(crate) fn later_with<L, E, R>(
        self,
        argument: Waiting<L, E>,
        call: impl FnOnce(L) -> R + Send + 'static,
    ) -> Reply
    where
        L: 'static,
        E: IntoResponse + 'static,
        R: IntoReply,
    {
        self.finish_later(async {
            match argument.await {
                Ok(argument) => call(argument).into_reply(&Memo::default()),
                Err(rejection) => Reply::Now(rejection.into_response()),
            }
        })
    }

    /// An answer that a future gives, for which an argument has to come first.
    pub(crate) fn await_with<L, E, A, R>(
        self,
        argument: Waiting<L, E>,
        call: impl FnOnce(L) -> A + Send + 'static,
    ) -> Reply
    where
        L: 'static,
        E: IntoResponse + 'static,
        A: Future<Output = R> + Send + 'static,
        R: IntoReply,
    {
        self.finish_later(async {
            let argument = match argument.await {
                Ok(argument) => argument,
                Err(rejection) => return Reply::Now(rejection.into_response()),
            };
            let answer = call(argument);
            answer.await.into_reply(&Memo::default())
        })
    }

    /// An answer of a function that waits.
    pub(crate) fn on_thread<R>(self, function: impl FnOnce() -> R + Send + 'static) -> Reply
    where
        R: IntoResponse + 'static,
    {
        self.finish_later(async { Reply::Now(blocking::run(function).await) })
    }

    /// An answer of a function that waits, for which an argument has to come first.
    pub(crate) fn on_thread_with<L, E, R>(
        self,
        argument: Waiting<L, E>,
        function: impl FnOnce(L) -> R + Send + 'static,
    ) -> Reply
    where
        L: Send + 'static,
        E: IntoResponse + 'static,
        R: IntoResponse + 'static,
    {
        self.finish_later(async {
            let argument = match argument.await {
                Ok(argument) => argument,
                Err(rejection) => return Reply::Now(rejection.into_response()),
            };
            Reply::Now(blocking::run(move || function(argument)).await)
        })
    }

    /// Ends a reply of a handler, whenever it comes.
    pub(crate) fn reply(self, reply: Reply) -> Reply {
        self.finish_reply(Ok(reply))
    }

    /// Ends an answer, whenever it comes.
    pub(super) fn finish_reply(self, reply: Result<Reply, Panicked>) -> Reply {
        match reply {
            Ok(Reply::Later(answer)) => self.finish_later(async { Reply::Now(answer.await) }),
            reply => {
                let Self { site, place, asked } = self;
                site.finish_at_once(reply, place, || asked)
            }
        }
    }

    /// Runs a part of an answer that comes later.
    fn poll<T>(&self, poll: impl FnOnce() -> T) -> Result<T, Panicked> {
        let poll = || contained(poll);
        match self.place {
            Place::Route(index) if self.site.debug == Debug::On => {
                let route = &self.site.routes[index];
                route.watch.during(&route.handler_name, poll)
            }
            _ => poll(),
        }
    }

    fn finish_later(self, answer: impl Future<Output = Reply> + Send + 'static) -> Reply {
        Reply::later(async move {
            // The reply may be one that comes later still.
            let mut answer = pin!(async { answer.await.await });
            let polled = poll_fn(|cx| match self.poll(|| answer.as_mut().poll(cx)) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(response)) => Poll::Ready(response),
                Err(panicked) => Poll::Ready(panicked_response(&panicked)),
            });
            let mut response = polled.await;
            self.site.finish(&mut response, self.place, || self.asked);
            response
        })
    }
}

impl Site {
    /// Ends an answer that is here; one that comes later ends itself.
    pub(super) fn finish_at_once(
        &self,
        reply: Result<Reply, Panicked>,
        place: Place,
        asked: impl FnOnce() -> Asked,
    ) -> Reply {
        let mut response = match reply {
            Ok(Reply::Now(response)) => response,
            Ok(reply) => return reply,
            Err(panicked) => panicked_response(&panicked),
        };
        self.finish(&mut response, place, asked);
        Reply::Now(response)
    }

    /// Writes out the problem that a response carries, if it does.
    fn finish(&self, response: &mut Response, place: Place, asked: impl FnOnce() -> Asked) {
        if !problem::is_underway(response) {
            return;
        }
        let mut asked = asked();
        asked.note_answer(response);
        let Some(mut problem) = problem::underway(response) else { return };
        // A tuple around the problem may have said another.
        problem.set_status(response.status());
        let handler = match place {
            Place::Route(index) => Some(self.routes[index].handler_name.as_str()),
            _ => None,
        };
        note(&mut problem, &asked, handler);
        name_answer(&problem, response);
        let hook = self.hook_of(place);
        match hook.and_then(|hook| contained(|| hook(&problem, &asked)).ok().flatten()) {
            Some(own) => self.finish_hooked(own, &asked, handler, response),
            None => problem::write(&problem, &asked, self.debug, response),
        }
    }

    /// Lets the answer of a hook take the place of a problem. It may be a problem itself, of which
    /// no hook is asked.
    fn finish_hooked(
        &self,
        mut own: Response,
        asked: &Asked,
        handler: Option<&str>,
        response: &mut Response,
    ) {
        if let Some(mut problem) = problem::underway(&mut own) {
            note(&mut problem, asked, handler);
            name_answer(&problem, &mut own);
            problem::write(&problem, asked, self.debug, &mut own);
        }
        keep_fields(response.headers(), own.headers_mut());
        *response = own;
    }
}

/// Writes out the problem that a response carries, if it does, of a service outside of all apps.
#[cfg(feature = "tower")]
pub(crate) fn finish_alone(response: &mut Response, asked: &Asked) {
    if let Some(mut problem) = problem::underway(response) {
        note(&mut problem, asked, None);
        name_answer(&problem, response);
        problem::write(&problem, asked, Debug::of_build(), response);
    }
}

/// Lets the answer carry the id of its request, for the client and for the access log.
fn name_answer(problem: &Problem, response: &mut Response) {
    if let Some(id) = problem.request_id().and_then(|id| HeaderValue::from_str(id).ok()) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
}

/// Gives a fault of ours the id of its request, and tells it.
fn note(problem: &mut Problem, asked: &Asked, handler: Option<&str>) {
    if problem.status().is_server_error() {
        let id = asked.request_id().map_or_else(new_request_id, str::to_owned);
        problem.set_request_id(id);
        tell(problem, asked, handler);
    }
}

/// What the problem and the middleware around it have said stays, unless the hook says it otherwise:
/// `Allow`, `Retry-After`, who may read the answer.
fn keep_fields(said: &HeaderMap, own: &mut HeaderMap) {
    // What it depends on adds up. A hook mostly looks at what the client likes.
    let vary = [HeaderValue::from_static("accept")].into_iter();
    let said_vary = said.get_all(VARY).iter().cloned();
    let own_vary: Vec<_> = own.get_all(VARY).iter().cloned().collect();
    for value in vary.chain(said_vary).filter(|value| !own_vary.contains(value)) {
        own.append(VARY, value);
    }
    let names: Vec<_> = said.keys().filter(|name| !own.contains_key(*name)).cloned().collect();
    for name in names {
        for value in said.get_all(&name) {
            own.append(name.clone(), value.clone());
        }
    }
}

fn panicked_response(panicked: &Panicked) -> Response {
    let text = format!("the handler panicked: {}", panicked.text());
    Problem::internal(text).into_response()
}

/// Tells a fault of ours to whoever runs the program, with the id that the client was given.
fn tell(problem: &Problem, asked: &Asked, handler: Option<&str>) {
    // 503 and its like are no faults, but said on purpose.
    if problem.status() != StatusCode::INTERNAL_SERVER_ERROR && problem.source().is_none() {
        return;
    }
    let id = problem.request_id().unwrap_or_default();
    let (method, path) = (asked.method(), asked.uri().path());
    let handler = handler.map(|name| format!(" in {name}")).unwrap_or_default();
    complain(&format!("request {id}: {method} {path}{handler}: {problem}"));
}

/// A name for a request that nobody else has: 16 hexadecimal digits. They cannot be foreseen, but
/// are no secret.
pub(crate) fn new_request_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    static KEYS: std::sync::OnceLock<RandomState> = std::sync::OnceLock::new();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{:016x}", KEYS.get_or_init(RandomState::new).hash_one(count))
}
