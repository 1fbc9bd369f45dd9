//! Answers without a file: errors and redirects, as a small page or a line of text.

use gnezdo_core::grammar::wants_page;
use gnezdo_core::{Body, Response};
use http::header::{
    ALLOW, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, RETRY_AFTER, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::resolve::Failure;
use crate::settings::Settings;

/// The methods that are answered.
pub(crate) const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// What our own pages may do: show themselves, in the styles of this page and of listings.
pub(crate) const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src \
     'sha256-Xn5/nL35Rpek7A7V3HIuj/4FyElXCys/GZQwZoq+jPc=' \
     'sha256-qWRnO2FV+Iz2DnOK+9fumVjopID5/qCEO2UTnaKEqmo='",
);

/// When to come back after 503, in seconds.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// An answer that says only its status, as HTML if the request names that.
pub(crate) fn status(settings: &Settings, status: StatusCode, request: &HeaderMap) -> Response {
    let text = format!("{} {}", status.as_str(), status.canonical_reason().unwrap_or_default());
    let is_html = wants_page(request);
    let body = if is_html { html(&text, hint(status)) } else { plain(&text, hint(status)) };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let fields = response.headers_mut();
    if is_html {
        fields.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        fields.insert(CONTENT_SECURITY_POLICY, POLICY);
    } else {
        fields.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    }
    fields.insert(VARY, HeaderValue::from_static("accept"));
    fields.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    settings.add_fields(fields);
    response
}

/// The answer to something that could not be opened.
pub(crate) fn failure(settings: &Settings, failure: Failure, request: &HeaderMap) -> Response {
    match failure {
        Failure::NotFound => status(settings, StatusCode::NOT_FOUND, request),
        Failure::Forbidden => status(settings, StatusCode::FORBIDDEN, request),
        Failure::Faulty => status(settings, StatusCode::INTERNAL_SERVER_ERROR, request),
        Failure::Busy => {
            let response = status(settings, StatusCode::SERVICE_UNAVAILABLE, request);
            with(response, RETRY_AFTER, RETRY_SECONDS)
        }
    }
}

/// The answer to a method that files do not have. RFC 9110 §15.5.6 wants `Allow`.
pub(crate) fn method_not_allowed(settings: &Settings, request: &HeaderMap) -> Response {
    with(status(settings, StatusCode::METHOD_NOT_ALLOWED, request), ALLOW, METHODS)
}

/// The answer to a request that refuses every coding there is, the identity included.
pub(crate) fn not_acceptable(settings: &Settings, request: &HeaderMap) -> Response {
    let mut response = status(settings, StatusCode::NOT_ACCEPTABLE, request);
    response.headers_mut().append(VARY, HeaderValue::from_static("accept-encoding"));
    response
}

/// A permanent redirect to `location`, which starts with exactly one slash.
pub(crate) fn redirect(settings: &Settings, location: &str, request: &HeaderMap) -> Response {
    let Ok(location) = HeaderValue::from_str(location) else {
        return status(settings, StatusCode::NOT_FOUND, request);
    };
    with(status(settings, StatusCode::MOVED_PERMANENTLY, request), LOCATION, location)
}

/// Puts one more field into a response.
pub(crate) fn with(mut response: Response, name: HeaderName, value: HeaderValue) -> Response {
    response.headers_mut().insert(name, value);
    response
}

fn hint(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "There is nothing at this address.",
        StatusCode::FORBIDDEN => "This file may not be read.",
        StatusCode::METHOD_NOT_ALLOWED => "Files can only be read.",
        StatusCode::MOVED_PERMANENTLY => "The address of this folder ends with a slash.",
        StatusCode::SERVICE_UNAVAILABLE => "Too much to do at the moment. Please try again.",
        StatusCode::NOT_ACCEPTABLE => "There is no form of this file that the request accepts.",
        StatusCode::PRECONDITION_FAILED => "The file is not the one that the request expects.",
        StatusCode::RANGE_NOT_SATISFIABLE => "The file has no such part.",
        StatusCode::INTERNAL_SERVER_ERROR => "The file could not be read.",
        _ => "",
    }
}

fn plain(title: &str, hint: &str) -> String {
    if hint.is_empty() { format!("{title}\n") } else { format!("{title}: {hint}\n") }
}

fn html(title: &str, hint: &str) -> String {
    let hint = if hint.is_empty() { String::new() } else { format!("<p>{hint}</p>\n") };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n<main>\n<h1>{title}</h1>\n\
         {hint}<p><a href=\"/\">Back to the start</a></p>\n</main>\n</html>\n"
    )
}

const STYLE: &str = "\
:root { color-scheme: light dark }
body { margin: 0; min-height: 100vh; display: grid; place-items: center;
  font: 1rem/1.5 system-ui, sans-serif }
main { padding: 2rem; text-align: center }
h1 { font-size: 1.6rem; font-weight: 600; margin: 0 }
p { opacity: .75 }
";

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_policy_names_the_styles_as_they_are() {
        let policy = POLICY;
        for style in [STYLE, crate::listing::STYLE] {
            // Between `<style>` and `</style>` the line break counts.
            let hash = Sha256::digest(format!("\n{style}"));
            let hash = base64::prelude::BASE64_STANDARD.encode(hash);
            assert!(policy.to_str().unwrap().contains(&format!("'sha256-{hash}'")), "{hash}");
        }
    }

    #[test]
    fn a_status_without_a_hint_has_no_empty_paragraph() {
        assert!(!html("418 I'm a teapot", "").contains("<p></p>"));
        assert_eq!(plain("404 Not Found", "Nothing."), "404 Not Found: Nothing.\n");
    }
}
