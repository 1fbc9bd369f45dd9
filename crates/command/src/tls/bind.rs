//! Binding the addresses of two options, and telling which of them named a bad one.

use gnezdo_server::{Server, ServerError, Settings};
use gnezdo_socket::{ListenAddress, ListenError};

use super::TlsFailure;
use crate::failure::Failure;

/// Binds all addresses.
pub(crate) fn bind(settings: Settings) -> Result<Server, Failure> {
    let redirecting = settings.redirect_http.clone();
    Server::bind(settings).map_err(|error| match error {
        ServerError::Listen(error) if is_about(&error, &redirecting) => {
            TlsFailure::Redirect(error).into()
        }
        error => error.into(),
    })
}

/// Whether one of these could not be listened on, so far as it was the address's fault.
fn is_about(error: &ListenError, addresses: &[ListenAddress]) -> bool {
    match error {
        ListenError::AddressInUse { address }
        | ListenError::AddressNotAvailable { address }
        | ListenError::PermissionDenied { address } => addresses.contains(address),
        _ => false,
    }
}
