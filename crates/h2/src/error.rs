//! What a peer can do wrong in HTTP/2, how far it reaches, and the code that tells it so.
//!
//! RFC 9113 §5.4 knows two kinds of errors: one that ends a stream and one that ends the
//! connection. Which of them a fault is depends on where it is found, so a [`Fault`] is made
//! where it is found, and one function of the connection maps it to its frame.

use std::error::Error;
use std::fmt;

use crate::StreamId;
use crate::hpack::HpackError;

/// An error code, RFC 9113 §7. Codes that nobody has registered are kept as they came.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ErrorCode(pub u32);

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        impl ErrorCode {
            $($(#[$doc])* pub const $name: Self = Self($code);)*

            /// The name of RFC 9113 §7, if the code has one.
            pub const fn name(self) -> Option<&'static str> {
                match self.0 { $($code => Some(stringify!($name)),)* _ => None }
            }
        }
    };
}

error_codes! {
    /// Graceful shutdown, or an answer that needs no more of its request.
    NO_ERROR = 0x0;
    /// A fault for which there is no other code.
    PROTOCOL_ERROR = 0x1;
    /// A fault of this side.
    INTERNAL_ERROR = 0x2;
    /// More content than the window allows, or a window beyond its limit.
    FLOW_CONTROL_ERROR = 0x3;
    /// Settings that were not acknowledged in time.
    SETTINGS_TIMEOUT = 0x4;
    /// A frame for a stream that is closed, or half.
    STREAM_CLOSED = 0x5;
    /// A frame of a wrong size.
    FRAME_SIZE_ERROR = 0x6;
    /// A stream that was not processed at all, and may be tried again.
    REFUSED_STREAM = 0x7;
    /// A stream that is not needed any more.
    CANCEL = 0x8;
    /// A header block that cannot be decompressed.
    COMPRESSION_ERROR = 0x9;
    /// The connection that CONNECT asked for was reset or closed.
    CONNECT_ERROR = 0xa;
    /// A peer that generates excessive load.
    ENHANCE_YOUR_CALM = 0xb;
    /// Transport security below what is asked for.
    INADEQUATE_SECURITY = 0xc;
    /// The resource is there over HTTP/1.1 only.
    HTTP_1_1_REQUIRED = 0xd;
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:#x}", self.0),
        }
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! peer_errors {
    ($($(#[$doc:meta])* $name:ident => $code:ident, $text:literal;)*) => {
        /// A fault of the peer.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum PeerError {
            $($(#[$doc])* $name,)*
        }

        impl PeerError {
            /// The error code that tells the peer about it.
            pub const fn code(self) -> ErrorCode {
                match self { $(Self::$name => ErrorCode::$code,)* }
            }

            /// What was wrong, as a sentence without its full stop.
            pub const fn reason(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

peer_errors! {
    /// The connection does not begin with the preface. RFC 9113 §3.4.
    Preface => PROTOCOL_ERROR, "the connection preface is wrong";
    /// The first frame is not SETTINGS. RFC 9113 §3.4.
    SettingsMissing => PROTOCOL_ERROR, "the first frame is not SETTINGS";
    /// A frame longer than SETTINGS_MAX_FRAME_SIZE, or not of its fixed length. RFC 9113 §4.2.
    FrameSize => FRAME_SIZE_ERROR, "a frame has a wrong size";
    /// A frame on a stream, or on the connection, where it has no place.
    WrongStream => PROTOCOL_ERROR, "a frame is on a stream on which it has no place";
    /// A frame on a stream that nobody has opened. RFC 9113 §5.1.
    IdleStream => PROTOCOL_ERROR, "a frame is on a stream that is idle";
    /// A stream identifier that is even, or lower than one before. RFC 9113 §5.1.1.
    StreamIdentifier => PROTOCOL_ERROR, "a stream identifier is not a new one of its sender's";
    /// A frame on a stream that its sender has closed. RFC 9113 §5.1.
    StreamClosed => STREAM_CLOSED, "a frame is on a stream that its sender has closed";
    /// More streams at once than SETTINGS_MAX_CONCURRENT_STREAMS. RFC 9113 §5.1.2.
    TooManyStreams => REFUSED_STREAM, "too many streams are open at once";
    /// A header block in which another frame comes, or a CONTINUATION without one.
    /// RFC 9113 §4.3, §6.10.
    Continuation => PROTOCOL_ERROR, "a header block is not contiguous";
    /// Padding as long as its frame or longer. RFC 9113 §6.1.
    Padding => PROTOCOL_ERROR, "the padding of a frame is longer than the frame";
    /// A setting with a value that it cannot have. RFC 9113 §6.5.2.
    SettingValue => PROTOCOL_ERROR, "a setting has a value that it cannot have";
    /// SETTINGS_INITIAL_WINDOW_SIZE beyond 2^31-1. RFC 9113 §6.5.2.
    InitialWindow => FLOW_CONTROL_ERROR, "an initial window is beyond its limit";
    /// Our settings were not acknowledged in time. RFC 9113 §6.5.3.
    SettingsTimeout => SETTINGS_TIMEOUT, "the settings were not acknowledged in time";
    /// A window that grows by nothing. RFC 9113 §6.9.
    WindowIncrement => PROTOCOL_ERROR, "a WINDOW_UPDATE has an increment of zero";
    /// A window beyond 2^31-1. RFC 9113 §6.9.1.
    WindowOverflow => FLOW_CONTROL_ERROR, "a flow-control window is beyond its limit";
    /// More content than the window allows. RFC 9113 §6.9.
    WindowExceeded => FLOW_CONTROL_ERROR, "there is more content than the window allows";
    /// A pushed stream, which a client cannot send and a server was told not to.
    Push => PROTOCOL_ERROR, "a PUSH_PROMISE has no place here";
    /// A stream that depends on itself. RFC 7540 §5.3.1.
    SelfDependency => PROTOCOL_ERROR, "a stream depends on itself";
    /// A header block that cannot be decompressed. RFC 9113 §4.3.
    Compression => COMPRESSION_ERROR, "a header block cannot be decompressed";
    /// A field name that is empty, no token, or has an upper-case letter. RFC 9113 §8.2.1.
    FieldName => PROTOCOL_ERROR, "a field name is empty or has a character that is not allowed";
    /// A field value with a control character, or with white space at an end. RFC 9113 §8.2.1.
    FieldValue => PROTOCOL_ERROR, "a field value has a character that is not allowed";
    /// A field about the connection. RFC 9113 §8.2.2.
    ConnectionField => PROTOCOL_ERROR, "a field is about the connection";
    /// A pseudo-header field that is unknown, repeated, missing, behind others, or not of its
    /// kind of message. RFC 9113 §8.3.
    PseudoField => PROTOCOL_ERROR,
        "a pseudo-header field is unknown, missing, repeated or out of its place";
    /// A pseudo-header field with a value that it cannot have. RFC 9113 §8.3.1.
    PseudoValue => PROTOCOL_ERROR, "a pseudo-header field has a value that it cannot have";
    /// Host that is malformed, repeated, or contradicts `:authority`. RFC 9113 §8.3.1.
    Host => PROTOCOL_ERROR, "the Host field is malformed or contradicts :authority";
    /// Content-Length that is no number or repeated. RFC 9110 §8.6.
    ContentLength => PROTOCOL_ERROR, "the Content-Length field is not one plain decimal number";
    /// Content that is not as long as Content-Length says. RFC 9113 §8.1.1.
    ContentLengthWrong => PROTOCOL_ERROR, "the content is not as long as Content-Length says";
    /// A field section behind the content that does not end the stream. RFC 9113 §8.1.
    TrailersOpen => PROTOCOL_ERROR, "a trailer section does not end its stream";
    /// Content or trailers where the message has none.
    UnexpectedContent => PROTOCOL_ERROR, "there is content where none can be";
    /// More interim responses than a client reads. RFC 9110 §15.2.
    TooManyInterim => ENHANCE_YOUR_CALM, "there are too many interim responses";
    /// A field section larger than the limit, of a response or behind content.
    FieldsTooLarge => ENHANCE_YOUR_CALM, "a field section is too large";
    /// A header block that decompresses to several times the limit.
    Bomb => ENHANCE_YOUR_CALM, "a header block decompresses beyond all measure";
    /// More CONTINUATION frames, or octets in them, than a header block needs.
    TooManyContinuations => ENHANCE_YOUR_CALM, "a header block has too many CONTINUATION frames";
    /// More streams were reset than the budget allows (CVE-2023-44487, CVE-2025-8671).
    TooManyResets => ENHANCE_YOUR_CALM, "too many streams were reset";
    /// More frames without content than the budget allows (CVE-2019-9518).
    TooManyEmptyFrames => ENHANCE_YOUR_CALM, "too many frames have no content";
    /// More PING and SETTINGS than the budget allows (CVE-2019-9512, CVE-2019-9515).
    TooManyControlFrames => ENHANCE_YOUR_CALM, "there are too many PING or SETTINGS frames";
    /// More PRIORITY than the budget allows (CVE-2019-9513).
    TooManyPriorities => ENHANCE_YOUR_CALM, "there are too many PRIORITY frames";
    /// More WINDOW_UPDATE than the budget allows (CVE-2019-9511).
    TooManyWindowUpdates => ENHANCE_YOUR_CALM, "there are too many WINDOW_UPDATE frames";
    /// Many times more octets on the wire than in fields and content.
    TooMuchOverhead => ENHANCE_YOUR_CALM, "there are far more octets of frames than of messages";
    /// The preface or a header block that did not come in time.
    HeadTimeout => NO_ERROR, "the head of a message did not come in time";
    /// Content that came too slowly.
    ContentTimeout => CANCEL, "the content did not come in time";
    /// A peer that opened no window for too long (CVE-2019-9517).
    WindowTimeout => CANCEL, "the window was not opened in time";
}

impl fmt::Display for PeerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl Error for PeerError {}

impl From<HpackError> for PeerError {
    fn from(error: HpackError) -> Self {
        match error {
            HpackError::Bomb => Self::Bomb,
            _ => Self::Compression,
        }
    }
}

/// A fault and how far it reaches. RFC 9113 §5.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Connection(PeerError),
    Stream(StreamId, PeerError),
}

/// Without saying more, a fault is one of the connection.
impl From<PeerError> for Fault {
    fn from(error: PeerError) -> Self {
        Self::Connection(error)
    }
}
