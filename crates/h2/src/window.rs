//! Flow-control windows, RFC 9113 §5.2 and §6.9: who may send how much.

use crate::error::PeerError;

/// What a window is at first, unless settings say otherwise.
pub(crate) const INITIAL_WINDOW: u32 = 65_535;

/// The largest window. RFC 9113 §6.9.1.
pub(crate) const WINDOW_MAX: u32 = (1 << 31) - 1;

/// How much we may send. It can be below zero, when the peer has shrunk it afterwards.
/// RFC 9113 §6.9.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SendWindow(i64);

impl SendWindow {
    pub(crate) fn new(initial: u32) -> Self {
        Self(i64::from(initial))
    }

    /// How much may be sent now.
    pub(crate) fn available(self) -> usize {
        usize::try_from(self.0).unwrap_or(0)
    }

    /// So much is sent; no more than is available.
    pub(crate) fn take(&mut self, length: usize) {
        debug_assert!(length <= self.available(), "content without a window");
        self.0 -= i64::try_from(length).unwrap_or(i64::MAX);
    }

    /// The peer gives room, or takes it by new settings.
    ///
    /// # Errors
    /// A window beyond its limit.
    pub(crate) fn grow(&mut self, by: i64) -> Result<(), PeerError> {
        let grown = self.0 + by;
        if grown > i64::from(WINDOW_MAX) {
            return Err(PeerError::WindowOverflow);
        }
        self.0 = grown;
        Ok(())
    }
}

/// How much the peer may send, and how much of it we have dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReceiveWindow {
    /// What the peer may still send.
    left: u32,
    /// What has been dealt with, and not given back.
    released: u32,
    full: u32,
    /// How much is given back at once, at least.
    step: u32,
}

impl ReceiveWindow {
    pub(crate) fn new(full: u32) -> Self {
        Self { left: full, released: 0, full, step: full / 2 }
    }

    /// The window of a stream, before the peer is known to have read of its size: until then it
    /// goes by the default, and afterwards it may take itself to have less than this says.
    pub(crate) fn unsettled(size: u32) -> Self {
        Self { step: size / 2, ..Self::new(size.max(INITIAL_WINDOW)) }
    }

    /// So much came.
    ///
    /// # Errors
    /// It is more than the window allows.
    pub(crate) fn take(&mut self, length: u32) -> Result<(), PeerError> {
        self.left = self.left.checked_sub(length).ok_or(PeerError::WindowExceeded)?;
        Ok(())
    }

    /// So much has been dealt with. Gives the increment of a WINDOW_UPDATE if one is due: when
    /// half of what is not waiting for us can be given back, so that neither the peer waits nor
    /// frames are many. It is half of the window unless others keep a part of it for long.
    pub(crate) fn release(&mut self, length: u32) -> Option<u32> {
        self.released = self.released.saturating_add(length).min(self.full - self.left);
        if self.released == 0 || self.released < self.step.min(self.left) {
            return None;
        }
        let increment = std::mem::take(&mut self.released);
        self.left += increment;
        Some(increment)
    }

    /// So much of what came is dealt with, and not given back: the window is smaller from now on.
    pub(crate) fn shrink(&mut self, length: u32) {
        self.full -= length.min(self.outstanding());
    }

    /// How much came and was not dealt with.
    pub(crate) fn outstanding(self) -> u32 {
        self.full - self.left - self.released
    }

    /// Whether the peer can send nothing, because of us.
    pub(crate) fn is_shut(self) -> bool {
        self.left == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_may_fall_below_zero() {
        // The example of RFC 9113 §6.9.2.
        let mut window = SendWindow::new(64 * 1024 - 1);
        window.take(60 * 1024);
        window.grow(16 * 1024 - (64 * 1024 - 1)).unwrap();
        assert_eq!(window, SendWindow(-44 * 1024));
        assert_eq!(window.available(), 0);
        window.grow(44 * 1024).unwrap();
        assert_eq!(window.available(), 0);
        window.grow(1).unwrap();
        assert_eq!(window.available(), 1);
    }

    #[test]
    fn a_window_has_an_end() {
        let mut window = SendWindow::new(WINDOW_MAX - 1);
        assert_eq!(window.grow(1), Ok(()));
        assert_eq!(window.grow(1), Err(PeerError::WindowOverflow));
        assert_eq!(window.available(), WINDOW_MAX as usize);
    }

    #[test]
    fn room_is_given_back_by_halves_and_never_twice() {
        let mut window = ReceiveWindow::new(100);
        assert_eq!(window.take(101), Err(PeerError::WindowExceeded));
        assert_eq!(window.take(60), Ok(()));
        assert_eq!(window.release(39), None);
        assert_eq!(window.release(5), Some(44));
        assert_eq!(window.take(84), Ok(()));
        assert!(window.is_shut());
        // The rest may wait for long: what can be given back is, or the peer would wait for it.
        assert_eq!(window.release(5), Some(5));
        assert_eq!(window.take(5), Ok(()));
        // More than came cannot be given back.
        assert_eq!(window.release(1_000), Some(100));
        assert_eq!(window.release(1), None);
    }
}
