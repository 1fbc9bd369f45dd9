//! The fields of an HTML form as an argument.

use serde::de::DeserializeOwned;

use crate::demands::Demands;
use crate::extract::{FromRequest, Routed, Taken, collect, media_type};
use crate::fields::{ContentError, query};
use crate::query::limits;
use crate::rejection::Rejection;

/// The media type of the fields of a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// The fields of an HTML form as a value, as nested as a [`Query`](crate::Query).
///
/// It takes `application/x-www-form-urlencoded`, up to the
/// [limit on content](crate::App::content_bytes_max). Another type is 415, what cannot be read
/// 400, and what does not fit is 422, with every field that does not. For forms with files there is
/// `Multipart` (feature `multipart`).
///
/// ```
/// use gnezdo_web::{App, Form, Redirect};
///
/// #[derive(serde::Deserialize)]
/// struct Login {
///     name: String,
///     password: String,
/// }
///
/// let app = App::new().post("/login", |Form(login): Form<Login>| Redirect::to("/"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Rejection = Rejection;

    fn from_request(routed: Routed<'_>) -> Taken<Self, Rejection> {
        let found = media_type(routed.request().headers());
        if !found.is_some_and(|found| found.eq_ignore_ascii_case(FORM)) {
            let found = found.map(str::to_owned);
            return Taken::Now(Err(Rejection::ContentType { expected: FORM, found }));
        }
        let (max, limits) = (routed.content_bytes_max(), limits(&routed));
        collect(routed.into_request().into_body(), max).and_then(move |content| {
            let text = str::from_utf8(&content)
                .map_err(|error| ContentError::NotUtf8 { at: error.valid_up_to() });
            let value = text.and_then(|text| query::read(text, &limits));
            value.map(Self).map_err(Rejection::Content)
        })
    }

    fn demands(demands: &mut Demands) {
        demands.request();
    }
}
