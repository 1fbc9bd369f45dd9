//! A body that arrives while it is read, with back-pressure.
//!
//! The session holds the [`Sender`] and the handler the [`Body`]. The sender says whether
//! there is room, so that a slow reader stops the wire instead of filling the memory; and it
//! learns whether anybody wants the content at all, which is when `100 (Continue)` is due.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body as HttpBody, Frame, SizeHint};

use crate::{Body, BodyError};

/// How many bytes may wait for the reader before the sender is told to stop.
const ROOM_BYTES: usize = 64 * 1024;

/// Makes a body and the end that fills it. `length` is the announced number of bytes.
///
/// ```
/// let (sender, body) = gnezdo_core::channel(Some(3));
/// assert_eq!(body.length(), Some(3));
/// sender.send("abc".into());
/// sender.finish(None);
/// ```
pub fn channel(length: Option<u64>) -> (Sender, Body) {
    let shared = Arc::new(Mutex::new(State {
        frames: VecDeque::new(),
        waiting_bytes: 0,
        unread: length,
        ending: Ending::Open,
        wanted: false,
        abandoned: false,
        reader: None,
        writer: None,
    }));
    (Sender(shared.clone()), Body::from_channel(Receiver(shared)))
}

/// The end of a body that fills it.
///
/// Dropped before [`finish`](Self::finish), it tells the reader that the body broke off.
#[derive(Debug)]
pub struct Sender(Arc<Mutex<State>>);

/// The end that reads.
#[derive(Debug)]
pub(crate) struct Receiver(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    frames: VecDeque<Bytes>,
    waiting_bytes: usize,
    unread: Option<u64>,
    ending: Ending,
    wanted: bool,
    abandoned: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

#[derive(Debug)]
enum Ending {
    Open,
    Complete(Option<HeaderMap>),
    Broken(BodyError),
    Told,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    // No code that can panic runs under the lock.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sender {
    /// Hands on a piece of content.
    pub fn send(&self, piece: Bytes) {
        let mut state = lock(&self.0);
        if piece.is_empty() || state.abandoned {
            return;
        }
        state.waiting_bytes += piece.len();
        state.frames.push_back(piece);
        wake(state.reader.take());
    }

    /// Says that the content is complete, with its trailer fields if it had some.
    pub fn finish(self, trailers: Option<HeaderMap>) {
        self.end(Ending::Complete(trailers));
    }

    /// Says that the content broke off.
    pub fn fail(self, error: BodyError) {
        self.end(Ending::Broken(error));
    }

    /// Whether more content is welcome now.
    pub fn has_room(&self) -> bool {
        let state = lock(&self.0);
        state.abandoned || state.waiting_bytes < ROOM_BYTES
    }

    /// How many bytes wait for the reader; none, if it has gone.
    pub fn waiting_bytes(&self) -> usize {
        lock(&self.0).waiting_bytes
    }

    /// Whether somebody has begun to read.
    pub fn is_wanted(&self) -> bool {
        lock(&self.0).wanted
    }

    /// Whether the reader has gone; what is sent now is dropped.
    pub fn is_abandoned(&self) -> bool {
        lock(&self.0).abandoned
    }

    /// Nobody is woken until [`register`](Self::register) is called again: for a writer who polls
    /// the reader, and looks for itself afterwards.
    pub fn unregister(&self) {
        lock(&self.0).writer = None;
    }

    /// Names who is woken when the reader begins, makes room or has read all, or goes. Whoever
    /// registers looks afterwards whether that has happened already.
    pub fn register(&self, waker: &Waker) {
        let mut state = lock(&self.0);
        if !state.writer.as_ref().is_some_and(|w| w.will_wake(waker)) {
            state.writer = Some(waker.clone());
        }
    }

    fn end(&self, ending: Ending) {
        let mut state = lock(&self.0);
        if matches!(state.ending, Ending::Open) {
            state.ending = ending;
            wake(state.reader.take());
        }
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.end(Ending::Broken(BodyError::Truncated));
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl HttpBody for Receiver {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let mut state = lock(&self.0);
        if let Some(piece) = state.frames.pop_front() {
            let was_full = state.waiting_bytes >= ROOM_BYTES;
            state.waiting_bytes -= piece.len();
            state.unread = state.unread.map(|n| n.saturating_sub(piece.len() as u64));
            // Not for each piece: the writer looks when it has more, too.
            if state.waiting_bytes == 0 || (was_full && state.waiting_bytes < ROOM_BYTES) {
                wake(state.writer.take());
            }
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        match std::mem::replace(&mut state.ending, Ending::Told) {
            Ending::Open => {
                state.ending = Ending::Open;
                match &mut state.reader {
                    Some(reader) if reader.will_wake(cx.waker()) => {}
                    reader => *reader = Some(cx.waker().clone()),
                }
                // Once: who is woken by every look would look for ever.
                if !std::mem::replace(&mut state.wanted, true) {
                    wake(state.writer.take());
                }
                Poll::Pending
            }
            Ending::Complete(Some(trailers)) => Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
            Ending::Complete(None) | Ending::Told => Poll::Ready(None),
            Ending::Broken(error) => Poll::Ready(Some(Err(error))),
        }
    }

    fn is_end_stream(&self) -> bool {
        let state = lock(&self.0);
        state.frames.is_empty() && matches!(state.ending, Ending::Complete(None) | Ending::Told)
    }

    fn size_hint(&self) -> SizeHint {
        lock(&self.0).unread.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let mut state = lock(&self.0);
        state.abandoned = true;
        state.frames.clear();
        state.waiting_bytes = 0;
        wake(state.writer.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll(body: &mut Body) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn pieces_arrive_in_order_then_trailers_then_the_end() {
        let (sender, mut body) = channel(None);
        assert!(!sender.is_wanted());
        assert!(poll(&mut body).is_pending());
        assert!(sender.is_wanted());
        sender.send("a".into());
        sender.send("b".into());
        sender.finish(Some(HeaderMap::new()));
        for expected in ["a", "b"] {
            let Poll::Ready(Some(Ok(frame))) = poll(&mut body) else { panic!() };
            assert_eq!(frame.into_data().unwrap(), expected);
        }
        let Poll::Ready(Some(Ok(frame))) = poll(&mut body) else { panic!() };
        assert!(frame.is_trailers());
        assert!(matches!(poll(&mut body), Poll::Ready(None)));
    }

    #[test]
    fn a_full_channel_has_no_room_until_it_is_read() {
        let (sender, mut body) = channel(None);
        sender.send(vec![0; ROOM_BYTES - 1].into());
        assert!(sender.has_room());
        sender.send(vec![0; 1].into());
        assert!(!sender.has_room());
        assert!(poll(&mut body).is_ready());
        assert!(sender.has_room());
    }

    /// Counts how often it is woken.
    struct Count(std::sync::atomic::AtomicUsize);

    impl std::task::Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }

    #[test]
    fn the_writer_is_woken_when_there_is_something_to_do() {
        let count = Arc::new(Count(0.into()));
        let waker = Waker::from(count.clone());
        let (sender, mut body) = channel(None);
        let mut woken = |act: &mut dyn FnMut(&mut Body)| {
            sender.register(&waker);
            let before = count.0.load(std::sync::atomic::Ordering::Relaxed);
            act(&mut body);
            count.0.load(std::sync::atomic::Ordering::Relaxed) - before
        };
        let mut look = |body: &mut Body| drop(poll(body));
        assert_eq!(woken(&mut look), 1, "somebody has begun to read");
        assert_eq!(woken(&mut look), 0, "and looks again");
        for _ in 0..3 {
            sender.send(vec![0; ROOM_BYTES / 2].into());
        }
        assert_eq!(woken(&mut look), 0, "there is no room yet");
        assert_eq!(woken(&mut look), 1, "there is room");
        assert_eq!(woken(&mut look), 1, "all has been read");
    }

    #[test]
    fn either_end_notices_that_the_other_left() {
        let (sender, body) = channel(None);
        drop(body);
        assert!(sender.is_abandoned());
        let (sender, mut body) = channel(None);
        drop(sender);
        assert!(matches!(poll(&mut body), Poll::Ready(Some(Err(BodyError::Truncated)))));
        assert!(matches!(poll(&mut body), Poll::Ready(None)));
    }
}
