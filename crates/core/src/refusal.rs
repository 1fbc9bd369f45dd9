//! Why a request that can be read is answered by the machine and not by the service: it is beyond
//! a limit or our knowledge. In all versions the answer is the same.

use http::StatusCode;

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident => $status:ident, $text:literal;)*) => {
        /// Why a request is answered without being asked of the service.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Refusal {
            $($(#[$doc])* $name,)*
        }

        impl Refusal {
            /// The status code of the answer.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// What is wrong, as a sentence without its full stop.
            pub const fn reason(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The content of the answer: a line for people.
            pub fn text(self) -> String {
                format!("{}: {}.\n", self.status(), self.reason())
            }
        }
    };
}

refusals! {
    /// A method outside RFC 9110 §9.3 and RFC 5789.
    MethodUnknown => NOT_IMPLEMENTED, "this method is not implemented";
    /// An expectation other than `100-continue`. RFC 9110 §10.1.1.
    Expectation => EXPECTATION_FAILED, "this expectation is unknown; only 100-continue is met";
    /// A request target longer than the limit.
    TargetTooLong => URI_TOO_LONG, "the request target is too long";
    /// A field section larger than the limit.
    HeadTooLarge => REQUEST_HEADER_FIELDS_TOO_LARGE, "the head of the message is too large";
    /// More field lines than the limit.
    TooManyFields => REQUEST_HEADER_FIELDS_TOO_LARGE, "the message has too many fields";
    /// Content larger than the limit.
    ContentTooLarge => PAYLOAD_TOO_LARGE, "the content is too large";
    /// Content that came too slowly.
    ContentTimeout => REQUEST_TIMEOUT, "the content did not come in time";
}
