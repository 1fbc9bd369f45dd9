//! What stands before the content in an answer: `(status, fields, content)`.

use gnezdo_core::Response;
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};

use crate::problem::Problem;
use crate::response::IntoResponse;

/// A part of an answer that stands before its content in a tuple of up to five.
///
/// | | |
/// |---|---|
/// | [`StatusCode`] | the status |
/// | `[(name, value); N]` | fields, which take the place of those with the same name |
/// | [`HeaderMap`] | the same |
/// | `Cookies`, `SignedCookies`, `PrivateCookies` | a `Set-Cookie` for each that was added or removed (feature `sessions`) |
/// | `Option<P>` | nothing or `P` |
///
/// ```
/// use gnezdo_web::{App, Json};
/// use http::StatusCode;
///
/// let app = App::new().post("/nests", || {
///     (StatusCode::CREATED, [("location", "/nests/7")], Json(7))
/// });
/// ```
///
/// Fields cannot carry more than their line: a value with a line break in it is answered with
/// 500, and the log says so.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no part of an answer",
    label = "only the last member of the tuple is the content",
    note = "parts are a `StatusCode`, a `HeaderMap`, `[(name, value); N]`, `Cookies`, or an `Option` \
            of them"
)]
pub trait ResponsePart {
    /// Puts itself into an answer.
    ///
    /// # Errors
    /// The problem that becomes the answer instead.
    fn apply(self, response: &mut Response) -> Result<(), Problem>;
}

impl ResponsePart for StatusCode {
    fn apply(self, response: &mut Response) -> Result<(), Problem> {
        *response.status_mut() = self;
        Ok(())
    }
}

impl ResponsePart for HeaderMap {
    fn apply(self, response: &mut Response) -> Result<(), Problem> {
        // `extend` takes the place of what was there, and keeps several values of a name.
        response.headers_mut().extend(self);
        Ok(())
    }
}

impl<N, V, const COUNT: usize> ResponsePart for [(N, V); COUNT]
where
    N: TryInto<HeaderName, Error: Into<http::Error>>,
    V: TryInto<HeaderValue, Error: Into<http::Error>>,
{
    fn apply(self, response: &mut Response) -> Result<(), Problem> {
        for (name, value) in self {
            let name = name.try_into().map_err(|error| Problem::internal(error.into()))?;
            let value = value.try_into().map_err(|error| Problem::internal(error.into()))?;
            response.headers_mut().insert(name, value);
        }
        Ok(())
    }
}

impl<P: ResponsePart> ResponsePart for Option<P> {
    fn apply(self, response: &mut Response) -> Result<(), Problem> {
        self.map_or(Ok(()), |part| part.apply(response))
    }
}

macro_rules! answer_with_parts {
    ($($part:ident)+) => {
        #[allow(non_snake_case)]
        impl<$($part: ResponsePart,)+ T: IntoResponse> IntoResponse for ($($part,)+ T) {
            fn into_response(self) -> Response {
                let ($($part,)+ content) = self;
                let mut response = content.into_response();
                $(if let Err(problem) = $part.apply(&mut response) {
                    return problem.into_response();
                })+
                response
            }
        }
    };
}

answer_with_parts!(A);
answer_with_parts!(A B);
answer_with_parts!(A B C);
answer_with_parts!(A B C D);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_go_before_the_content() {
        let response = (StatusCode::CREATED, [("x-a", "1"), ("x-b", "2")], "made").into_response();
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["x-a"], "1");
        assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
        let csv = ([("content-type", "text/csv")], "a,b").into_response();
        assert_eq!(csv.headers()["content-type"], "text/csv");
        assert_eq!((None::<StatusCode>, "x").into_response().status(), 200);
    }

    #[test]
    fn a_field_cannot_carry_more_than_its_line() {
        for value in ["a\r\nset-cookie: b=1", "a\nb", "a\0"] {
            let response = ([("x-name", value.to_owned())], "x").into_response();
            assert_eq!(response.status(), 500, "{value:?}");
            assert!(!response.headers().contains_key("x-name"));
        }
    }
}
