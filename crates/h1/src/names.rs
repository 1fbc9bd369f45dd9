//! Names of fields that nearly every request has, as clients spell them.
//!
//! One that is found here costs a comparison; every other is read letter by letter. The names
//! that browsers add and `http` has no number for would cost an allocation on top.

use http::header::{self, HeaderName};

const SEC_CH_UA: HeaderName = HeaderName::from_static("sec-ch-ua");
const SEC_CH_UA_MOBILE: HeaderName = HeaderName::from_static("sec-ch-ua-mobile");
const SEC_CH_UA_PLATFORM: HeaderName = HeaderName::from_static("sec-ch-ua-platform");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_USER: HeaderName = HeaderName::from_static("sec-fetch-user");
const PRIORITY: HeaderName = HeaderName::from_static("priority");
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");

/// The name, if it is one of the usual ones in the usual spelling.
pub(crate) fn usual_name(name: &[u8]) -> Option<HeaderName> {
    Some(match name {
        b"Host" => header::HOST,
        b"Connection" => header::CONNECTION,
        b"User-Agent" => header::USER_AGENT,
        b"Accept" => header::ACCEPT,
        b"Accept-Encoding" => header::ACCEPT_ENCODING,
        b"Accept-Language" => header::ACCEPT_LANGUAGE,
        b"Cookie" => header::COOKIE,
        b"Referer" => header::REFERER,
        b"Origin" => header::ORIGIN,
        b"Content-Type" => header::CONTENT_TYPE,
        b"Content-Length" => header::CONTENT_LENGTH,
        b"Authorization" => header::AUTHORIZATION,
        b"Cache-Control" => header::CACHE_CONTROL,
        b"If-None-Match" => header::IF_NONE_MATCH,
        b"If-Modified-Since" => header::IF_MODIFIED_SINCE,
        b"Upgrade-Insecure-Requests" => header::UPGRADE_INSECURE_REQUESTS,
        b"sec-ch-ua" => SEC_CH_UA,
        b"sec-ch-ua-mobile" => SEC_CH_UA_MOBILE,
        b"sec-ch-ua-platform" => SEC_CH_UA_PLATFORM,
        b"Sec-Fetch-Dest" => SEC_FETCH_DEST,
        b"Sec-Fetch-Mode" => SEC_FETCH_MODE,
        b"Sec-Fetch-Site" => SEC_FETCH_SITE,
        b"Sec-Fetch-User" => SEC_FETCH_USER,
        b"Priority" => PRIORITY,
        b"X-Forwarded-For" => X_FORWARDED_FOR,
        b"X-Forwarded-Proto" => X_FORWARDED_PROTO,
        b"X-Real-IP" => X_REAL_IP,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usual_name_is_the_one_that_http_reads() {
        let names = "Host Connection User-Agent Accept Accept-Encoding Accept-Language Cookie \
                     Referer Origin Content-Type Content-Length Authorization Cache-Control \
                     If-None-Match If-Modified-Since Upgrade-Insecure-Requests sec-ch-ua \
                     sec-ch-ua-mobile sec-ch-ua-platform Sec-Fetch-Dest Sec-Fetch-Mode \
                     Sec-Fetch-Site Sec-Fetch-User Priority X-Forwarded-For X-Forwarded-Proto \
                     X-Real-IP";
        for name in names.split(' ') {
            let read = HeaderName::from_bytes(name.as_bytes()).unwrap();
            assert_eq!(usual_name(name.as_bytes()), Some(read), "{name}");
        }
        for name in ["", "HOST", "Hos", "Hosts", "X-Real-IP ", "Accept "] {
            assert_eq!(usual_name(name.as_bytes()), None, "{name}");
        }
    }
}
