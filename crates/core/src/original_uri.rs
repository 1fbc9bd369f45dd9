//! What a service below a prefix does not see: where it is.

use http::Uri;

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
}
