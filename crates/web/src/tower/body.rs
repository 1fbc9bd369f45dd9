//! Bodies of others as ours.

use std::any::Any;

use bytes::Bytes;
use gnezdo_core::Body;

use super::BoxError;

/// Another body as ours. One that is ours keeps its form, so that a file still leaves as a file.
pub(super) fn ours<B>(body: B) -> Body
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    let mut body = Some(body);
    if let Some(own) = (&mut body as &mut dyn Any).downcast_mut::<Option<Body>>() {
        return own.take().unwrap_or_default();
    }
    match body {
        Some(body) if !body.is_end_stream() => Body::stream(body),
        _ => Body::empty(),
    }
}

#[cfg(test)]
mod tests {
    use gnezdo_core::Form;
    use http_body_util::{Empty, Full};

    use super::*;

    #[test]
    fn a_body_of_ours_keeps_its_form() {
        assert!(matches!(ours(Body::from("a")).into_form(), Form::Bytes(bytes) if bytes == "a"));
        assert!(matches!(ours(Empty::<Bytes>::new()).into_form(), Form::Empty));
        let full = ours(Full::new(Bytes::from("abc")));
        assert_eq!(full.length(), Some(3));
        assert!(matches!(full.into_form(), Form::Stream(_)));
    }
}
