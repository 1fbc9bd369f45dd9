//! What a service below a prefix does not see: where it is.

use http::Uri;

use crate::Request;

/// The target of the request as it came, before a mount took its prefix away: among the extensions
/// of requests of mounted services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginalUri(pub Uri);

impl OriginalUri {
    /// The prefix below which a path is seen as `rest`; empty if there is none.
    ///
    /// ```
    /// use gnezdo_core::OriginalUri;
    ///
    /// let original = OriginalUri("/static/docs?a".parse().unwrap());
    /// assert_eq!(original.prefix("/docs"), "/static");
    /// ```
    pub fn prefix(&self, rest: &str) -> &str {
        self.0.path().strip_suffix(rest).unwrap_or_default()
    }

    /// The prefix that a mount has taken away from a request, for a redirect: with exactly one
    /// slash at its start, because two would lead to another host. Empty if there is none.
    ///
    /// ```
    /// use gnezdo_core::OriginalUri;
    ///
    /// let mut request = http::Request::get("/cart").body(gnezdo_core::Body::empty()).unwrap();
    /// assert_eq!(OriginalUri::prefix_of(&request), "");
    /// request.extensions_mut().insert(OriginalUri("//shop/cart?a".parse().unwrap()));
    /// assert_eq!(OriginalUri::prefix_of(&request), "/shop");
    /// ```
    pub fn prefix_of(request: &Request) -> String {
        let Some(original) = request.extensions().get::<Self>() else { return String::new() };
        // The root of a mount is also met without its slash.
        let rest = if original.is_root_without_slash(request) { "" } else { request.uri().path() };
        let prefix = original.prefix(rest).trim_start_matches(['/', '\\']);
        if prefix.is_empty() { String::new() } else { format!("/{prefix}") }
    }

    /// Whether a request met the root of a mount at the mount's name, where relative links would
    /// lead astray.
    pub fn is_root_without_slash(&self, request: &Request) -> bool {
        request.uri().path() == "/" && !self.0.path().ends_with('/')
    }
}
