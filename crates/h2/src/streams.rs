//! The streams of a connection: those that are open, and what is remembered of the others.
//!
//! Identifiers only grow, so the open streams stand in their order, and one is found by halving.
//! Most requests are answered at once: their stream is the last one when it goes.

use std::collections::VecDeque;

use crate::Priority;
use crate::stream::{Stream, StreamId};

/// How many streams are remembered after their end, of each kind. Frames that were on their way
/// may come for those we have reset; for those that the peer has closed they are a fault.
const REMEMBERED_MAX: usize = 128;

/// How many priorities are kept of streams that are yet to be opened.
const PREFERRED_MAX: usize = 16;

#[derive(Debug, Default)]
pub(crate) struct Streams {
    open: Vec<Stream>,
    /// The highest that the peer has opened.
    last_peer_s: u32,
    /// The highest that we have opened.
    last_own: u32,
    closed_by_peer: Remembered,
    closed_by_us: Remembered,
    /// Where the turn of incremental answers goes on.
    last_served: u32,
    /// How many have been opened in all.
    opened: u64,
    /// Priorities that came before their streams.
    preferred: VecDeque<(StreamId, Priority)>,
}

/// The last few of many streams.
#[derive(Debug, Default)]
struct Remembered(VecDeque<u32>);

/// What is known of a stream that is not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absent {
    /// Nobody has opened it.
    Idle,
    /// We have closed it; the peer may not have known.
    ClosedByUs,
    /// The peer has closed it, and knows.
    ClosedByPeer,
    /// It is closed, or was left out.
    Closed,
}

impl Streams {
    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    pub(crate) fn opened(&self) -> u64 {
        self.opened
    }

    pub(crate) fn last_peer_s(&self) -> StreamId {
        StreamId(self.last_peer_s)
    }

    pub(crate) fn last_own(&self) -> StreamId {
        StreamId(self.last_own)
    }

    pub(crate) fn get(&self, id: StreamId) -> Option<&Stream> {
        self.place(id).map(|place| &self.open[place])
    }

    pub(crate) fn get_mut(&mut self, id: StreamId) -> Option<&mut Stream> {
        self.place(id).map(|place| &mut self.open[place])
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Stream> {
        self.open.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Stream> {
        self.open.iter_mut()
    }

    /// Notes that the peer has used an identifier, whether or not a stream comes of it.
    pub(crate) fn note_peer_s(&mut self, id: StreamId) {
        self.last_peer_s = id.0;
        self.opened += 1;
    }

    /// Notes that we have used an identifier.
    pub(crate) fn note_own(&mut self, id: StreamId) {
        self.last_own = id.0;
        self.opened += 1;
    }

    /// Takes in a stream, whose identifier is the highest of all.
    pub(crate) fn insert(&mut self, stream: Stream) -> &mut Stream {
        debug_assert!(self.open.last().is_none_or(|last| last.id < stream.id), "out of order");
        self.open.push(stream);
        let last = self.open.len() - 1;
        &mut self.open[last]
    }

    /// Takes a stream out that both sides have completed, or that the peer has reset.
    pub(crate) fn close_by_peer(&mut self, id: StreamId) -> Option<Stream> {
        self.closed_by_peer.add(id);
        self.remove(id)
    }

    /// Takes a stream out that we reset. It need not have been open.
    pub(crate) fn close_by_us(&mut self, id: StreamId) -> Option<Stream> {
        self.closed_by_us.add(id);
        self.remove(id)
    }

    /// What is known of a stream that is not open.
    pub(crate) fn absent(&self, id: StreamId, is_peer_s: bool) -> Absent {
        let last = if is_peer_s { self.last_peer_s } else { self.last_own };
        if id.0 > last {
            Absent::Idle
        } else if self.closed_by_us.has(id) {
            Absent::ClosedByUs
        } else if self.closed_by_peer.has(id) {
            Absent::ClosedByPeer
        } else {
            Absent::Closed
        }
    }

    /// Notes the priority of a stream that is yet to be opened. RFC 9218 §7.1.
    pub(crate) fn prefer(&mut self, id: StreamId, priority: Priority) {
        self.preferred.retain(|(preferred, _)| *preferred != id);
        if self.preferred.len() == PREFERRED_MAX {
            self.preferred.pop_front();
        }
        self.preferred.push_back((id, priority));
    }

    /// The priority that was noted for a stream.
    pub(crate) fn take_preferred(&mut self, id: StreamId) -> Option<Priority> {
        if self.preferred.is_empty() {
            return None;
        }
        let place = self.preferred.iter().position(|(preferred, _)| *preferred == id)?;
        self.preferred.remove(place).map(|(_, priority)| priority)
    }

    /// The stream whose content is sent next, in the order of RFC 9218 §10: the most urgent; of
    /// those equally urgent the oldest that is of use only as a whole; then the others in turn.
    pub(crate) fn next_to_send(&mut self) -> Option<&mut Stream> {
        let last_served = self.last_served;
        let rank = |stream: &Stream| {
            let is_behind = stream.priority.is_incremental && stream.id.0 <= last_served;
            (stream.priority.urgency, stream.priority.is_incremental, is_behind, stream.id)
        };
        let sendable = |stream: &&mut Stream| stream.is_ready && stream.send_window.available() > 0;
        let next = self.open.iter_mut().filter(sendable).min_by_key(|stream| rank(stream))?;
        if next.priority.is_incremental {
            self.last_served = next.id.0;
        }
        Some(next)
    }

    fn remove(&mut self, id: StreamId) -> Option<Stream> {
        let stream = self.open.remove(self.place(id)?);
        // An idle connection keeps no memory for them.
        if self.open.is_empty() && self.open.capacity() > 4 {
            self.open = Vec::new();
        }
        Some(stream)
    }

    fn place(&self, id: StreamId) -> Option<usize> {
        match self.open.last() {
            Some(last) if last.id == id => Some(self.open.len() - 1),
            _ => self.open.binary_search_by_key(&id, |stream| stream.id).ok(),
        }
    }
}

impl Remembered {
    fn add(&mut self, id: StreamId) {
        if self.0.len() == REMEMBERED_MAX {
            self.0.pop_front();
        }
        self.0.push_back(id.0);
    }

    fn has(&self, id: StreamId) -> bool {
        self.0.contains(&id.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Receiving, Sending};
    use crate::window::{ReceiveWindow, SendWindow};

    fn stream(id: u32, urgency: u8, is_incremental: bool) -> Stream {
        Stream {
            id: StreamId(id),
            receiving: Receiving::Complete,
            sending: Sending::Content { left: None },
            receive_window: ReceiveWindow::new(1),
            send_window: SendWindow::new(1),
            priority: Priority { urgency, is_incremental },
            is_ready: true,
            is_tunnel: false,
            receive_pace: None,
            send_pace: None,
        }
    }

    #[test]
    fn the_order_of_sending() {
        let mut streams = Streams::default();
        for (id, urgency, is_incremental) in
            [(1, 3, true), (3, 3, true), (5, 3, false), (7, 0, false), (9, 3, true), (11, 3, false)]
        {
            streams.insert(stream(id, urgency, is_incremental));
        }
        let mut order = Vec::new();
        for _ in 0..8 {
            let next = streams.next_to_send().unwrap();
            let id = next.id;
            // Those that are whole are done after two turns, the others go on.
            if !next.priority.is_incremental && order.contains(&id.0) {
                next.is_ready = false;
            }
            order.push(id.0);
        }
        assert_eq!(order, [7, 7, 5, 5, 11, 11, 1, 3]);
        let mut rest = Vec::new();
        for _ in 0..4 {
            rest.push(streams.next_to_send().unwrap().id.0);
        }
        assert_eq!(rest, [9, 1, 3, 9]);
    }

    #[test]
    fn who_cannot_send_is_passed_over() {
        let mut streams = Streams::default();
        streams.insert(stream(1, 0, false)).send_window = SendWindow::new(0);
        streams.insert(stream(3, 0, false)).is_ready = false;
        streams.insert(stream(5, 7, false));
        assert_eq!(streams.next_to_send().unwrap().id, StreamId(5));
        streams.close_by_us(StreamId(5));
        assert!(streams.next_to_send().is_none());
    }

    #[test]
    fn what_is_remembered_has_a_bound() {
        let mut streams = Streams::default();
        for id in (1..=2 * REMEMBERED_MAX as u32 + 1).step_by(2) {
            streams.note_peer_s(StreamId(id));
            streams.close_by_us(StreamId(id));
        }
        let last = streams.last_peer_s();
        assert_eq!(streams.absent(last, true), Absent::ClosedByUs);
        assert_eq!(streams.absent(StreamId(1), true), Absent::Closed);
        assert_eq!(streams.absent(StreamId(last.0 + 2), true), Absent::Idle);
        assert_eq!(streams.absent(StreamId(2), false), Absent::Idle);
    }
}
