//! The bridge to tower: its layers around our handlers, its services within our apps and servers,
//! and our services within theirs.
//!
//! ```text
//! App::layer(L)    request ──► our middleware ──► L ──► NextService ──► our middleware, handlers
//! FromTower(S)     our server or App ──► S (an axum Router, …)
//! IntoTower(S)     an axum Router, hyper, … ──► our service; an App needs no wrapper
//! ```
//!
//! Both sides speak the types of `http`, so nothing is translated but bodies: ours passes through
//! as it is, another one is polled as it is needed. What a service of tower says of its readiness
//! is heard: each request has a clone of its own, which is called when it is ready.

mod body;
mod foreign;
mod http_service;
mod into_tower;
mod layer;

pub use foreign::FromTower;
pub use http_service::HttpService;
pub use into_tower::{IntoTower, ReplyFuture};
pub use layer::NextService;

/// What went wrong in a service of somebody else's.
type BoxError = Box<dyn std::error::Error + Send + Sync>;
