//! Arguments that are a part of the head, or known about the connection.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use gnezdo_core::ConnectionInfo;
pub use gnezdo_core::OriginalUri;
use http::{Extensions, HeaderMap, Method, Uri, Version};

use crate::demands::Demands;
use crate::extract::{FromHead, Routed};
use crate::rejection::Rejection;

macro_rules! part_of_the_head {
    ($($part:ty, $routed:ident => $value:expr;)+) => {$(
        impl FromHead for $part {
            type Rejection = Infallible;

            fn from_head($routed: &Routed<'_>) -> Result<Self, Infallible> {
                Ok($value)
            }

            fn demands(demands: &mut Demands) {
                demands.request();
            }
        }
    )+};
}

part_of_the_head! {
    Method, routed => routed.request().method().clone();
    Uri, routed => routed.request().uri().clone();
    Version, routed => routed.request().version();
    HeaderMap, routed => routed.request().headers().clone();
}

/// All that servers and middleware have put beside the request.
impl FromHead for Extensions {
    type Rejection = Infallible;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Infallible> {
        Ok(routed.request().extensions().clone())
    }
}

/// The address of the client: that of the other end of the connection, or, behind
/// [`TrustedProxies`](crate::middleware::TrustedProxies), the one that they tell.
///
/// Over a unix socket there is none, and the request is refused with 500 unless the argument is an
/// `Option`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub SocketAddr);

impl ClientAddress {
    /// The address without the port.
    pub fn ip(self) -> IpAddr {
        self.0.ip()
    }
}

impl FromHead for ClientAddress {
    type Rejection = Rejection;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Rejection> {
        let info = routed.request().extensions().get::<ConnectionInfo>();
        let address = info.and_then(|info| info.peer);
        address.map(Self).ok_or(Rejection::NotProvided { what: "address of the client" })
    }

    fn demands(demands: &mut Demands) {
        demands.connection();
    }
}

impl FromHead for ConnectionInfo {
    type Rejection = Rejection;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Rejection> {
        let info = routed.request().extensions().get::<Self>();
        info.cloned().ok_or(Rejection::NotProvided { what: "knowledge of the connection" })
    }

    fn demands(demands: &mut Demands) {
        demands.connection();
    }
}

/// The target of the request as it came, also where no mount has taken a prefix away.
impl FromHead for OriginalUri {
    type Rejection = Infallible;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Infallible> {
        let request = routed.request();
        let original = request.extensions().get::<Self>();
        Ok(original.cloned().unwrap_or_else(|| Self(request.uri().clone())))
    }

    fn demands(demands: &mut Demands) {
        demands.request();
    }
}
