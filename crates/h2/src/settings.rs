//! Settings: what each side tells the other about itself. RFC 9113 §6.5, RFC 8441, RFC 9218.

use gnezdo_core::Limits;

use crate::StreamId;
use crate::error::PeerError;
use crate::frame::{self, FrameType, PAYLOAD_OCTETS_LIMIT, PAYLOAD_OCTETS_MAX, flag};
use crate::role::Roles as Role;
use crate::window::{INITIAL_WINDOW, WINDOW_MAX};

const HEADER_TABLE_SIZE: u16 = 0x1;
const ENABLE_PUSH: u16 = 0x2;
const MAX_CONCURRENT_STREAMS: u16 = 0x3;
const INITIAL_WINDOW_SIZE: u16 = 0x4;
const MAX_FRAME_SIZE: u16 = 0x5;
const MAX_HEADER_LIST_SIZE: u16 = 0x6;
const ENABLE_CONNECT_PROTOCOL: u16 = 0x8;
const NO_RFC7540_PRIORITIES: u16 = 0x9;

/// The table that we keep for the peer's header blocks, in bytes: the default of RFC 7541, and
/// the bound for what a connection holds.
pub(crate) const TABLE_BYTES: usize = 4_096;

/// What the peer has told about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PeerSettings {
    pub(crate) header_table_size: u32,
    /// The smallest that the last frame named, or had before: entries beyond it are gone.
    /// RFC 7541 §4.2.
    pub(crate) header_table_size_min: u32,
    pub(crate) max_concurrent_streams: u32,
    pub(crate) initial_window_size: u32,
    pub(crate) max_frame_size: u32,
    pub(crate) enable_connect_protocol: bool,
}

impl Default for PeerSettings {
    fn default() -> Self {
        Self {
            header_table_size: 4_096,
            header_table_size_min: 4_096,
            max_concurrent_streams: u32::MAX,
            initial_window_size: INITIAL_WINDOW,
            max_frame_size: PAYLOAD_OCTETS_MAX as u32,
            enable_connect_protocol: false,
        }
    }
}

impl PeerSettings {
    /// Takes over what a SETTINGS frame says, in its order.
    ///
    /// # Errors
    /// A value that the setting cannot have, from a peer in the given role.
    pub(crate) fn read(&mut self, payload: &[u8], peer: Role) -> Result<(), PeerError> {
        let (settings, rest) = payload.as_chunks::<6>();
        if !rest.is_empty() {
            return Err(PeerError::FrameSize);
        }
        self.header_table_size_min = self.header_table_size;
        for &[a, b, value @ ..] in settings {
            self.set(u16::from_be_bytes([a, b]), u32::from_be_bytes(value), peer)?;
        }
        Ok(())
    }

    fn set(&mut self, setting: u16, value: u32, peer: Role) -> Result<(), PeerError> {
        match (setting, value) {
            (HEADER_TABLE_SIZE, _) => {
                self.header_table_size = value;
                self.header_table_size_min = self.header_table_size_min.min(value);
            }
            // Only a client may allow pushes. We never push, so it does not matter whether.
            (ENABLE_PUSH, 0) => {}
            (ENABLE_PUSH, 1) if peer == Role::Client => {}
            (ENABLE_PUSH, _) => return Err(PeerError::SettingValue),
            (MAX_CONCURRENT_STREAMS, _) => self.max_concurrent_streams = value,
            (INITIAL_WINDOW_SIZE, 0..=WINDOW_MAX) => self.initial_window_size = value,
            (INITIAL_WINDOW_SIZE, _) => return Err(PeerError::InitialWindow),
            (MAX_FRAME_SIZE, 0x4000..=PAYLOAD_OCTETS_LIMIT) => self.max_frame_size = value,
            (MAX_FRAME_SIZE, _) => return Err(PeerError::SettingValue),
            (ENABLE_CONNECT_PROTOCOL, 0 | 1) => self.enable_connect_protocol |= value == 1,
            (NO_RFC7540_PRIORITIES, 0 | 1) => {}
            (ENABLE_CONNECT_PROTOCOL | NO_RFC7540_PRIORITIES, _) => {
                return Err(PeerError::SettingValue);
            }
            // §6.5.2: unknown settings are ignored. MAX_HEADER_LIST_SIZE is advice.
            _ => {}
        }
        Ok(())
    }
}

/// Appends what we tell about ourselves, in the given role.
pub(crate) fn write(role: Role, limits: &Limits, out: &mut Vec<u8>) {
    let http2 = &limits.http2;
    let mut payload = Vec::with_capacity(6 * 6);
    let mut say = |setting: u16, value: u32| {
        payload.extend_from_slice(&setting.to_be_bytes());
        payload.extend_from_slice(&value.to_be_bytes());
    };
    match role {
        Role::Server => {
            say(MAX_CONCURRENT_STREAMS, u32::try_from(http2.streams_max).unwrap_or(u32::MAX));
            say(ENABLE_CONNECT_PROTOCOL, 1);
            say(NO_RFC7540_PRIORITIES, 1);
        }
        Role::Client => say(ENABLE_PUSH, 0),
    }
    say(INITIAL_WINDOW_SIZE, http2.stream_window_bytes.min(WINDOW_MAX));
    say(MAX_HEADER_LIST_SIZE, u32::try_from(limits.head_bytes_max).unwrap_or(u32::MAX));
    frame::write(FrameType::SETTINGS, flag::NONE, StreamId::CONNECTION, &payload, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(peer: Role, settings: &[(u16, u32)]) -> Result<PeerSettings, PeerError> {
        let octets = settings.iter().flat_map(|(setting, value)| {
            [&setting.to_be_bytes()[..], &value.to_be_bytes()].concat()
        });
        let mut known = PeerSettings::default();
        known.read(&octets.collect::<Vec<_>>(), peer).map(|()| known)
    }

    #[test]
    fn values_at_their_bounds() {
        let good = [
            (ENABLE_PUSH, 0),
            (ENABLE_PUSH, 1),
            (INITIAL_WINDOW_SIZE, 0),
            (INITIAL_WINDOW_SIZE, 0x7fff_ffff),
            (MAX_FRAME_SIZE, 16_384),
            (MAX_FRAME_SIZE, 16_777_215),
            (ENABLE_CONNECT_PROTOCOL, 1),
            (0xabcd, u32::MAX),
        ];
        for setting in good {
            assert!(read(Role::Client, &[setting]).is_ok(), "{setting:?}");
        }
        for (setting, error) in [
            ((ENABLE_PUSH, 2), PeerError::SettingValue),
            ((INITIAL_WINDOW_SIZE, 0x8000_0000), PeerError::InitialWindow),
            ((MAX_FRAME_SIZE, 16_383), PeerError::SettingValue),
            ((MAX_FRAME_SIZE, 16_777_216), PeerError::SettingValue),
            ((ENABLE_CONNECT_PROTOCOL, 2), PeerError::SettingValue),
            ((NO_RFC7540_PRIORITIES, 2), PeerError::SettingValue),
        ] {
            assert_eq!(read(Role::Client, &[setting]), Err(error), "{setting:?}");
        }
        assert_eq!(read(Role::Server, &[(ENABLE_PUSH, 1)]), Err(PeerError::SettingValue));
    }

    #[test]
    fn the_last_of_equal_settings_counts() {
        let settings = [(INITIAL_WINDOW_SIZE, 1), (INITIAL_WINDOW_SIZE, 2)];
        assert_eq!(read(Role::Client, &settings).unwrap().initial_window_size, 2);
    }

    #[test]
    fn what_we_say_we_would_take() {
        for role in [Role::Server, Role::Client] {
            let mut out = Vec::new();
            write(role, &Limits::default(), &mut out);
            let mut known = PeerSettings::default();
            assert_eq!(known.read(&out[frame::HEAD_OCTETS..], role), Ok(()));
            assert_eq!(known.enable_connect_protocol, role == Role::Server);
        }
    }
}
