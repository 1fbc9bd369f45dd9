//! What a peer can do wrong in HTTP/1.x, and the one place that maps it to an answer.

use std::error::Error;
use std::fmt;

use gnezdo_core::Refusal;
use http::StatusCode;

macro_rules! peer_errors {
    ($($(#[$doc:meta])* $name:ident => $status:ident, $text:expr;)*) => {
        /// A fault of the peer. After any of these the connection reads no further message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum PeerError {
            $($(#[$doc])* $name,)*
        }

        impl PeerError {
            /// The status code that tells the peer about it.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// What was wrong, as a sentence without its full stop.
            pub const fn reason(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

peer_errors! {
    /// The first octet cannot start a message.
    NotHttp => BAD_REQUEST, "this is not an HTTP/1 message";
    /// A TLS handshake on a connection without TLS.
    TlsHandshake => BAD_REQUEST, "this port speaks plain HTTP, not TLS; use http:// in the URL";
    /// The start line does not have the form of RFC 9112 §3 or §4.
    StartLine => BAD_REQUEST, "the start line is malformed";
    /// LF without CR, or CR without LF. RFC 9112 §2.2.
    LineEnd => BAD_REQUEST, "a line ends with a bare CR or LF; each line must end with CRLF";
    /// A field name that is empty or no token. RFC 9110 §5.1.
    FieldName => BAD_REQUEST, "a field name is empty or has a character that is not allowed";
    /// White space between field name and colon. RFC 9112 §5.1.
    SpaceBeforeColon => BAD_REQUEST, "a field name is followed by white space before the colon";
    /// A folded field line. RFC 9112 §5.2.
    ObsoleteFolding => BAD_REQUEST, "a field line is folded; folding is obsolete";
    /// NUL or another control in a field value. RFC 9110 §5.5.
    FieldValue => BAD_REQUEST, "a field value has a control character";
    /// A request target that fits no form for its method. RFC 9112 §3.2.
    Target => BAD_REQUEST, "the request target is malformed";
    /// HTTP/1.1 without Host. RFC 9112 §3.2.
    HostMissing => BAD_REQUEST, "the Host field is missing";
    /// Host more than once. RFC 9112 §3.2.
    HostRepeated => BAD_REQUEST, "the Host field is repeated";
    /// Host that is no `uri-host [":" port]`. RFC 9110 §7.2.
    HostMalformed => BAD_REQUEST, "the Host field is malformed";
    /// Content-Length with anything but digits. RFC 9112 §6.3.
    ContentLength => BAD_REQUEST, "the Content-Length field is not a plain decimal number";
    /// Content-Length more than once. RFC 9112 §6.3.
    ContentLengthRepeated => BAD_REQUEST, "the Content-Length field is repeated";
    /// Content-Length that exceeds 64 bits. RFC 9110 §8.6.
    ContentLengthOverflow => BAD_REQUEST, "the Content-Length field is too large a number";
    /// Transfer-Encoding together with Content-Length. RFC 9112 §6.1.
    CodingAndLength => BAD_REQUEST, "Transfer-Encoding and Content-Length are both present";
    /// Transfer-Encoding in HTTP/1.0. RFC 9112 §6.1.
    CodingInHttp10 => BAD_REQUEST, "HTTP/1.0 knows no Transfer-Encoding";
    /// `chunked` that is repeated or not the last coding, or a malformed list. RFC 9112 §6.1.
    CodingMalformed => BAD_REQUEST, "the Transfer-Encoding field is malformed";
    /// A transfer coding other than `chunked`. RFC 9112 §6.1.
    CodingUnknown => NOT_IMPLEMENTED, "this transfer coding is not implemented; use chunked";
    /// A chunk size that is no plain hexadecimal number. RFC 9112 §7.1.
    ChunkSize => BAD_REQUEST, "a chunk size is not a plain hexadecimal number";
    /// A chunk size of more than 16 digits. RFC 9112 §7.1.
    ChunkSizeOverflow => BAD_REQUEST, "a chunk size is too large a number";
    /// A chunk extension outside the grammar of RFC 9112 §7.1.1.
    ChunkExtension => BAD_REQUEST, "a chunk extension is malformed";
    /// More chunk extensions than the limit.
    ChunkExtensionsTooLarge => BAD_REQUEST, "the chunk extensions are too large";
    /// A chunk whose data or size line does not end with CRLF. RFC 9112 §7.1.
    ChunkEnd => BAD_REQUEST, "a chunk does not end with CRLF";
    /// A trailer section larger than the limit.
    TrailersTooLarge => REQUEST_HEADER_FIELDS_TOO_LARGE, "the trailer section is too large";
    /// Another expectation than `100-continue`. RFC 9110 §10.1.1.
    Expectation => EXPECTATION_FAILED, Refusal::Expectation.reason();
    /// A method outside RFC 9110 §9.3 and RFC 5789.
    MethodUnknown => NOT_IMPLEMENTED, Refusal::MethodUnknown.reason();
    /// Another major version than 1. RFC 9110 §15.6.6.
    Version => HTTP_VERSION_NOT_SUPPORTED, "this HTTP version is not supported; use HTTP/1.1";
    /// A request target longer than the limit.
    TargetTooLong => URI_TOO_LONG, Refusal::TargetTooLong.reason();
    /// A head larger than the limit.
    HeadTooLarge => REQUEST_HEADER_FIELDS_TOO_LARGE, Refusal::HeadTooLarge.reason();
    /// More field lines than the limit.
    TooManyFields => REQUEST_HEADER_FIELDS_TOO_LARGE, Refusal::TooManyFields.reason();
    /// Content larger than the limit.
    ContentTooLarge => PAYLOAD_TOO_LARGE, Refusal::ContentTooLarge.reason();
    /// A head that did not come in time.
    HeadTimeout => REQUEST_TIMEOUT, "the head of the message did not come in time";
    /// Content that came too slowly.
    ContentTimeout => REQUEST_TIMEOUT, Refusal::ContentTimeout.reason();
    /// The end of the stream inside a message.
    Truncated => BAD_REQUEST, "the connection ended inside a message";
    /// More interim responses than a client reads. RFC 9110 §15.2.
    TooManyInterim => BAD_GATEWAY, "too many interim responses";
    /// A response nobody asked for.
    UnexpectedMessage => BAD_GATEWAY, "a response came without a request";
}

impl fmt::Display for PeerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl Error for PeerError {}
