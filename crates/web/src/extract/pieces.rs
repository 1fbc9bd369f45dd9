//! Pieces of content put together: one stays as it is, several are copied.

use bytes::{Bytes, BytesMut};

/// Pieces of content.
#[derive(Default)]
pub(crate) struct Pieces {
    first: Bytes,
    all: BytesMut,
    room: usize,
}

impl Pieces {
    /// No pieces yet; room for so many bytes is made if there are several.
    pub(crate) fn with_room(room: usize) -> Self {
        Self { room, ..Self::default() }
    }

    pub(crate) fn push(&mut self, piece: Bytes) {
        if self.len() == 0 {
            self.first = piece;
            return;
        }
        if self.all.is_empty() {
            self.all.reserve(self.room);
            self.all.extend_from_slice(&std::mem::take(&mut self.first));
        }
        self.all.extend_from_slice(&piece);
    }

    pub(crate) fn len(&self) -> u64 {
        (self.first.len() + self.all.len()) as u64
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        if self.all.is_empty() { self.first } else { self.all.freeze() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_piece_is_not_copied() {
        let piece = Bytes::from_static(b"abc");
        let mut pieces = Pieces::default();
        pieces.push(Bytes::new());
        pieces.push(piece.clone());
        assert_eq!(pieces.len(), 3);
        assert_eq!(pieces.into_bytes().as_ptr(), piece.as_ptr());
    }

    #[test]
    fn several_are_put_together() {
        let mut pieces = Pieces::with_room(8);
        for piece in ["ab", "", "c", "def"] {
            pieces.push(Bytes::from_static(piece.as_bytes()));
        }
        assert_eq!(pieces.len(), 6);
        assert_eq!(pieces.into_bytes(), "abcdef");
        assert_eq!(Pieces::default().into_bytes(), "");
    }
}
