//! What a request of a test carries: octets, a stream, or the parts of a form.

use bytes::Bytes;
use gnezdo_core::{Body, Form};
use serde::Serialize;
use serde_json::Value;

/// What a request carries.
#[derive(Debug, Default)]
pub(super) enum Content {
    #[default]
    None,
    /// It can be sent again, if a redirect asks for it.
    Whole(Bytes),
    /// It can be sent once.
    Once(Body),
    /// It was sent, and is gone.
    Spent,
    Parts(Vec<Part>),
}

/// A part of `multipart/form-data`.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) file: Option<FileHead>,
    pub(super) content: Bytes,
}

/// What stands before a file.
#[derive(Debug)]
pub(super) struct FileHead {
    pub(super) name: String,
    pub(super) media_type: String,
}

impl Content {
    pub(super) fn of_body(body: Body) -> Self {
        match body.into_form() {
            Form::Empty => Self::None,
            Form::Bytes(bytes) => Self::Whole(bytes),
            Form::File(range) => Self::Once(Body::file(range.file, range.offset, range.length)),
            Form::Stream(stream) => Self::Once(Body::stream(stream)),
        }
    }

    /// Writes parts out; the media type, if it is known by the content.
    pub(super) fn written(self) -> (Self, Option<String>) {
        let Self::Parts(parts) = self else { return (self, None) };
        let boundary = free_boundary(&parts);
        let media_type = format!("multipart/form-data; boundary={boundary}");
        (Self::Whole(write_parts(&parts, &boundary).into()), Some(media_type))
    }

    /// The content to be sent, and what can be sent again.
    pub(super) fn split(self) -> (Body, Self) {
        match self {
            Self::None => (Body::empty(), Self::None),
            Self::Whole(bytes) => (bytes.clone().into(), Self::Whole(bytes)),
            Self::Once(body) => (body, Self::Spent),
            Self::Spent => panic!("a redirect asks for the content again, which was a stream"),
            parts @ Self::Parts(_) => parts.written().0.split(),
        }
    }
}

/// A boundary that no part contains (RFC 2046 §5.1.1).
fn free_boundary(parts: &[Part]) -> String {
    let contains = |boundary: &str| {
        let is_in = |octets| memchr::memmem::find(octets, boundary.as_bytes()).is_some();
        parts.iter().any(|part| is_in(&part.content) || is_in(part.name.as_bytes()))
    };
    let mut boundaries = (0_u64..).map(|number| format!("gnezdo-boundary-{number}"));
    boundaries.find(|boundary| !contains(boundary)).unwrap_or_default()
}

fn write_parts(parts: &[Part], boundary: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts {
        let name = quoted(&part.name);
        out.extend(format!("--{boundary}\r\nContent-Disposition: form-data; name={name}").bytes());
        if let Some(file) = &part.file {
            let (name, media_type) = (quoted(&file.name), &file.media_type);
            out.extend(format!("; filename={name}\r\nContent-Type: {media_type}").bytes());
        }
        out.extend(b"\r\n\r\n");
        out.extend(&part.content);
        out.extend(b"\r\n");
    }
    out.extend(format!("--{boundary}--\r\n").bytes());
    out
}

/// As browsers write names: <https://html.spec.whatwg.org/#multipart-form-data>.
fn quoted(name: &str) -> String {
    let escaped = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    format!("\"{escaped}\"")
}

/// A value as the fields of a form: pairs as they are, a struct or a map with brackets.
///
/// # Panics
/// If the value cannot be written as JSON, or is neither.
#[track_caller]
pub(super) fn form_fields(value: &impl Serialize) -> Vec<(String, String)> {
    let value = match serde_json::to_value(value) {
        Ok(value) => value,
        Err(error) => panic!("the fields of a form cannot be written: {error}"),
    };
    let mut fields = Vec::new();
    match value {
        Value::Object(map) => map.into_iter().for_each(|(name, v)| flatten(name, v, &mut fields)),
        Value::Array(pairs) => fields.extend(pairs.iter().map(pair)),
        Value::Null => {}
        other => panic!("a form is a struct, a map, or a list of pairs, not {other}"),
    }
    fields
}

#[track_caller]
fn pair(value: &Value) -> (String, String) {
    match value.as_array().map(Vec::as_slice) {
        Some([name, value]) => (scalar(name), scalar(value)),
        _ => panic!("a field of a form is a pair of a name and a value, not {value}"),
    }
}

fn flatten(name: String, value: Value, fields: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::Object(map) => {
            map.into_iter().for_each(|(key, v)| flatten(format!("{name}[{key}]"), v, fields));
        }
        Value::Array(values) => {
            let numbered = values.into_iter().enumerate();
            numbered.for_each(|(index, v)| flatten(format!("{name}[{index}]"), v, fields));
        }
        value => fields.push((name, scalar(&value))),
    }
}

fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub(super) fn urlencoded(fields: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_becomes_fields() {
        #[derive(Serialize)]
        struct Search<'s> {
            manufactory: &'s str,
            ram: Range,
            tags: [&'s str; 2],
            page: Option<u8>,
        }
        #[derive(Serialize)]
        struct Range {
            from: u32,
        }
        let search = Search {
            manufactory: "lenovo & co",
            ram: Range { from: 8 },
            tags: ["a", "b"],
            page: None,
        };
        let text = urlencoded(&form_fields(&search));
        assert_eq!(text, "manufactory=lenovo+%26+co&ram%5Bfrom%5D=8&tags%5B0%5D=a&tags%5B1%5D=b");
        assert_eq!(urlencoded(&form_fields(&[("b", "1"), ("a", "2"), ("b", "3")])), "b=1&a=2&b=3");
    }

    #[test]
    fn a_boundary_is_not_in_the_content() {
        let content = Bytes::from_static(b"\r\n--gnezdo-boundary-0--\r\n");
        let part = Part { name: "a\"\r\nb".into(), file: None, content };
        let (content, media_type) = Content::Parts(vec![part]).written();
        assert_eq!(media_type.unwrap(), "multipart/form-data; boundary=gnezdo-boundary-1");
        let Content::Whole(bytes) = content else { panic!() };
        assert_eq!(
            bytes,
            "--gnezdo-boundary-1\r\nContent-Disposition: form-data; name=\"a%22%0D%0Ab\"\r\n\r\n\
             \r\n--gnezdo-boundary-0--\r\n\r\n--gnezdo-boundary-1--\r\n"
        );
    }
}
