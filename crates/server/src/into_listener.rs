//! What [`serve`](crate::serve) can listen with.

use std::io;
use std::os::fd::OwnedFd;

use gnezdo_socket::Listener;

use crate::error::ServerError;

/// A socket that listens, or can be made to: ours, the standard library's, or tokio's.
///
/// The file of a unix socket is removed at the end only by the [`Listener`] that made it.
pub trait IntoListener {
    /// Turns it into ours: non-blocking, and nobody else's.
    ///
    /// # Errors
    /// It does not listen, or the system refused.
    fn into_listener(self) -> Result<Listener, ServerError>;
}

impl IntoListener for Listener {
    fn into_listener(self) -> Result<Listener, ServerError> {
        Ok(self)
    }
}

impl IntoListener for OwnedFd {
    fn into_listener(self) -> Result<Listener, ServerError> {
        Ok(Listener::new(self)?)
    }
}

impl IntoListener for std::net::TcpListener {
    fn into_listener(self) -> Result<Listener, ServerError> {
        Ok(Listener::new(self)?)
    }
}

impl IntoListener for std::os::unix::net::UnixListener {
    fn into_listener(self) -> Result<Listener, ServerError> {
        Ok(Listener::new(self)?)
    }
}

impl IntoListener for tokio::net::TcpListener {
    fn into_listener(self) -> Result<Listener, ServerError> {
        taken_from_tokio(self.into_std())?.into_listener()
    }
}

impl IntoListener for tokio::net::UnixListener {
    fn into_listener(self) -> Result<Listener, ServerError> {
        taken_from_tokio(self.into_std())?.into_listener()
    }
}

fn taken_from_tokio<L>(taken: io::Result<L>) -> Result<L, ServerError> {
    taken.map_err(ServerError::system("taking a listener over from tokio"))
}
