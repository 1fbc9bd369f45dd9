//! The head of a request: pseudo-header fields, fields, and what makes it malformed.
//! RFC 9113 §8.3.1.
//!
//! A request is judged on its lines, where they were decoded, and made into the types of `http`
//! only if somebody wants more than a [glance](Request::glance).
//!
//! What comes out is what HTTP/1.1 would have given: the target in origin-form, and `:authority`
//! as Host (RFC 9113 §8.3.1), so that a service need not know which version was spoken.

use gnezdo_core::grammar::{digits, is_host, is_token, known_method, split_target};
use gnezdo_core::{FieldLines, Glance, Limits, Refusal, spare_fields};
use http::header::{COOKIE, HOST};
use http::{HeaderValue, Method, Uri, Version};

use crate::Priority;
use crate::error::PeerError;
use crate::hpack::Lines;
use crate::rules::{append, judge_line};
use crate::spare::SpareLines;
use crate::stream::{Asked, Due, Ends};

/// The head of a request, as the types of `http` have it.
pub type RequestHead = http::Request<()>;

/// What `:protocol` says in an extended CONNECT (RFC 8441 §4); an extension of its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protocol(pub HeaderValue);

/// A request that was judged and found to be well-formed.
#[derive(Debug)]
pub struct Request {
    lines: SpareLines,
    method: Method,
    content: Content,
    due: Due,
    priority: Priority,
    pseudo: Pseudo,
}

/// What a message has in content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// None: the stream ended with the head.
    None,
    /// So many octets.
    Length(u64),
    /// Some, up to the end of the stream.
    Unknown,
}

/// Where the pseudo-header fields stand among the lines.
#[derive(Clone, Copy, Debug, Default)]
struct Pseudo {
    method: Option<usize>,
    scheme: Option<usize>,
    authority: Option<usize>,
    path: Option<usize>,
    protocol: Option<usize>,
    /// How many they are: the fields follow.
    count: usize,
}

/// Why a request cannot be given to a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    Malformed(PeerError),
    Refused(Refusal),
}

impl From<PeerError> for Unfit {
    fn from(error: PeerError) -> Self {
        Self::Malformed(error)
    }
}

/// The fields that say something about the message, as they are found.
#[derive(Debug, Default)]
struct Found {
    host: Option<usize>,
    content_length: Option<u64>,
    expects_continue: bool,
    expects_more: bool,
    priority: Priority,
}

impl Request {
    /// Judges a request whose stream has ended with its head, or not.
    pub(crate) fn judge(lines: SpareLines, ends: Ends, limits: &Limits) -> Result<Self, Unfit> {
        let pseudo = Pseudo::find(&lines)?;
        let found = Found::find(&lines, pseudo.count)?;
        if lines.len() - pseudo.count > limits.fields_max {
            return Err(Unfit::Refused(Refusal::TooManyFields));
        }
        pseudo.judge_authority(&lines, found.host)?;
        let content = content(ends, found.content_length)?;
        let (method, asked) = pseudo.judge_target(&lines, limits)?;
        let Some(method) = method else {
            return Err(Unfit::Refused(Refusal::MethodUnknown));
        };
        if found.expects_more {
            return Err(Unfit::Refused(Refusal::Expectation));
        }
        if matches!(content, Content::Length(length) if length > limits.body_bytes_max) {
            return Err(Unfit::Refused(Refusal::ContentTooLarge));
        }
        let expects_continue = found.expects_continue && content != Content::None;
        let due = Due { asked, expects_continue };
        Ok(Self { lines, method, content, due, priority: found.priority, pseudo })
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// What follows the head.
    pub fn content(&self) -> Content {
        self.content
    }

    /// The path and the query, or `*`; the authority, if the method is CONNECT.
    pub fn target(&self) -> &[u8] {
        self.value(self.pseudo.path.or(self.pseudo.authority))
    }

    pub(crate) fn due(&self) -> Due {
        self.due
    }

    pub(crate) fn priority(&self) -> Priority {
        self.priority
    }

    /// What a service sees of it before it is made; `None` if it is not one that can be answered
    /// at a glance.
    pub fn glance(&self) -> Option<Glance<'_>> {
        let is_plain = self.method == Method::GET || self.method == Method::HEAD;
        if self.content != Content::None || !is_plain {
            return None;
        }
        match split_target(self.value(self.pseudo.path))? {
            (path, query, b"") => Some(Glance::new(&self.method, path, query, self)),
            _ => None,
        }
    }

    /// Makes the head.
    ///
    /// # Errors
    /// More fields than a table of `http` takes; nothing else, as the request was judged.
    pub fn to_head(&self) -> Result<RequestHead, PeerError> {
        let mut head = RequestHead::new(());
        *head.method_mut() = self.method.clone();
        *head.uri_mut() = Uri::try_from(self.target()).map_err(|_| PeerError::PseudoValue)?;
        *head.version_mut() = Version::HTTP_2;
        *head.headers_mut() = self.fields()?;
        if let Some(protocol) = self.pseudo.protocol {
            let value = HeaderValue::from_bytes(self.value(Some(protocol)));
            let value = value.map_err(|_| PeerError::PseudoValue)?;
            head.extensions_mut().insert(Protocol(value));
        }
        Ok(head)
    }

    fn fields(&self) -> Result<http::HeaderMap, PeerError> {
        let mut fields = spare_fields(self.lines.len()).map_err(|_| PeerError::FieldsTooLarge)?;
        let mut cookies: Vec<u8> = Vec::new();
        let mut fault = None;
        self.each(&mut |name, value| {
            if name == COOKIE.as_str().as_bytes() {
                // RFC 9113 §8.2.3: crumbs are put together again.
                if !cookies.is_empty() {
                    cookies.extend_from_slice(b"; ");
                }
                cookies.extend_from_slice(value);
                return true;
            }
            fault = append(&mut fields, name, value).err();
            fault.is_none()
        });
        if let Some(fault) = fault {
            return Err(fault);
        }
        if !cookies.is_empty() {
            append(&mut fields, COOKIE.as_str().as_bytes(), &cookies)?;
        }
        Ok(fields)
    }

    fn value(&self, place: Option<usize>) -> &[u8] {
        value(&self.lines, place)
    }
}

fn value(lines: &Lines, place: Option<usize>) -> &[u8] {
    place.and_then(|place| lines.get(place)).map_or(b"", |line| line.value)
}

/// The lines as HTTP/1.1 has them: Host first, in place of `:authority`.
impl FieldLines for Request {
    fn each(&self, see: &mut dyn FnMut(&[u8], &[u8]) -> bool) {
        let host = HOST.as_str().as_bytes();
        let authority = self.pseudo.authority.map(|place| self.value(Some(place)));
        if authority.is_some_and(|authority| !see(host, authority)) {
            return;
        }
        for line in self.lines.iter().skip(self.pseudo.count) {
            let is_said = authority.is_some() && line.name == host;
            if !is_said && !see(line.name, line.value) {
                return;
            }
        }
    }
}

/// What the answer to a request depends on, even if it cannot be read to its end.
pub(crate) fn asked(lines: &Lines) -> Asked {
    let method = lines.iter().find(|line| line.name == b":method");
    let method = method.and_then(|line| known_method(line.value));
    method.as_ref().map_or(Asked::Other, Asked::of)
}

/// Where the content ends. RFC 9113 §8.1.1.
fn content(ends: Ends, length: Option<u64>) -> Result<Content, PeerError> {
    match (ends, length) {
        (Ends::Yes, None | Some(0)) => Ok(Content::None),
        (Ends::Yes, Some(_)) => Err(PeerError::ContentLengthWrong),
        (Ends::No, Some(length)) => Ok(Content::Length(length)),
        (Ends::No, None) => Ok(Content::Unknown),
    }
}

impl Pseudo {
    /// RFC 9113 §8.3: they come first, each is known, and none twice.
    fn find(lines: &Lines) -> Result<Self, PeerError> {
        let mut found = Self::default();
        for (place, line) in lines.iter().enumerate() {
            let slot = match line.name {
                b":method" => &mut found.method,
                b":scheme" => &mut found.scheme,
                b":authority" => &mut found.authority,
                b":path" => &mut found.path,
                b":protocol" => &mut found.protocol,
                [b':', ..] => return Err(PeerError::PseudoField),
                _ => break,
            };
            if slot.replace(place).is_some() {
                return Err(PeerError::PseudoField);
            }
            found.count = place + 1;
        }
        Ok(found)
    }

    /// RFC 9113 §8.3.1: what stands in the target's place has one meaning.
    fn judge_authority(&self, lines: &Lines, host: Option<usize>) -> Result<(), PeerError> {
        let judged = |place, error| {
            let authority = value(lines, Some(place));
            // RFC 9110 §4.2: without a host a URI of HTTP is invalid.
            let is_valid = !authority.is_empty() && is_host(authority);
            if is_valid { Ok(authority) } else { Err(error) }
        };
        let authority = self.authority.map(|place| judged(place, PeerError::PseudoValue));
        let host = host.map(|place| judged(place, PeerError::Host));
        match (authority.transpose()?, host.transpose()?) {
            (Some(authority), Some(host)) if !authority.eq_ignore_ascii_case(host) => {
                Err(PeerError::Host)
            }
            (None, None) => Err(PeerError::PseudoField),
            _ => Ok(()),
        }
    }

    /// Judges method and target, which depend on each other. There is no method if it is a
    /// token, but none that we know.
    fn judge_target(
        &self,
        lines: &Lines,
        limits: &Limits,
    ) -> Result<(Option<Method>, Asked), Unfit> {
        let token = value(lines, self.method);
        if self.method.is_none() {
            return Err(PeerError::PseudoField.into());
        }
        if !is_token(token) {
            return Err(PeerError::PseudoValue.into());
        }
        let method = known_method(token);
        let asked = method.as_ref().map_or(Asked::Other, Asked::of);
        if asked == Asked::Connect && self.protocol.is_none() {
            self.judge_tunnel(lines)?;
            return Ok((method, asked));
        }
        // RFC 8441 §4: `:protocol` makes sense with CONNECT only.
        let is_whole = self.scheme.is_some() && self.path.is_some();
        if !is_whole || (self.protocol.is_some() && asked != Asked::Connect) {
            return Err(PeerError::PseudoField.into());
        }
        let path = value(lines, self.path);
        if path.len() > limits.target_bytes_max.min(URI_BYTES_MAX) {
            return Err(Unfit::Refused(Refusal::TargetTooLong));
        }
        let is_asterisk = path == b"*" && method == Some(Method::OPTIONS);
        if !is_scheme(value(lines, self.scheme)) || !(is_asterisk || is_path(path)) {
            return Err(PeerError::PseudoValue.into());
        }
        if self.protocol.is_some() && !is_token(value(lines, self.protocol)) {
            return Err(PeerError::PseudoValue.into());
        }
        Ok((method, asked))
    }

    /// RFC 9113 §8.5: CONNECT has a host and a port, and neither scheme nor path.
    fn judge_tunnel(&self, lines: &Lines) -> Result<(), PeerError> {
        if self.scheme.is_some() || self.path.is_some() || self.authority.is_none() {
            return Err(PeerError::PseudoField);
        }
        let authority = Uri::try_from(value(lines, self.authority));
        match authority {
            Ok(uri) if uri.port_u16().is_some() && uri.host().is_some_and(|h| !h.is_empty()) => {
                Ok(())
            }
            _ => Err(PeerError::PseudoValue),
        }
    }
}

impl Found {
    fn find(lines: &Lines, pseudo_count: usize) -> Result<Self, PeerError> {
        let mut found = Self::default();
        for (place, line) in lines.iter().enumerate().skip(pseudo_count) {
            if line.name.first() == Some(&b':') {
                return Err(PeerError::PseudoField);
            }
            judge_line(line.name, line.value)?;
            found.note(place, line.name, line.value)?;
        }
        Ok(found)
    }

    fn note(&mut self, place: usize, name: &[u8], value: &[u8]) -> Result<(), PeerError> {
        match name {
            b"host" if self.host.replace(place).is_some() => return Err(PeerError::Host),
            b"content-length" => {
                let length = digits(value).ok_or(PeerError::ContentLength)?;
                if self.content_length.replace(length).is_some() {
                    return Err(PeerError::ContentLength);
                }
            }
            b"expect" if value.eq_ignore_ascii_case(b"100-continue") => {
                self.expects_continue = true;
            }
            b"expect" => self.expects_more = true,
            b"priority" => self.priority = Priority::read(value),
            _ => {}
        }
        Ok(())
    }
}

/// The longest URI of the crate `http`.
const URI_BYTES_MAX: usize = u16::MAX as usize - 1;

/// `scheme`, RFC 3986 §3.1.
fn is_scheme(octets: &[u8]) -> bool {
    let is_rest = |&o: &u8| o.is_ascii_alphanumeric() || matches!(o, b'+' | b'-' | b'.');
    octets.first().is_some_and(u8::is_ascii_alphabetic) && octets.iter().all(is_rest)
}

/// An absolute path and maybe a query, as HTTP/1.1 takes them: by the letter of RFC 3986, or at
/// least as the crate `http` reads them.
fn is_path(octets: &[u8]) -> bool {
    let is_plain = matches!(split_target(octets), Some((_, _, b"")));
    is_plain
        || octets.first() == Some(&b'/')
            && octets.iter().all(|&octet| octet.is_ascii_graphic() && octet != b'#')
            && Uri::try_from(octets).is_ok()
}

#[cfg(test)]
mod tests;
