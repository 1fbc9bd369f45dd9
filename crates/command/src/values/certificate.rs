//! Certificates as people name them: `cert.pem,key.pem`, `both.pem` or `self-signed`.
//!
//! A comma within a file's name is doubled, as QEMU has it: what is a separator does not depend
//! on which files are there. A file that is called `self-signed` is named `./self-signed`.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use gnezdo_tls::CertificateFiles;

/// The word for a certificate of the development authority.
const SELF_SIGNED: &[u8] = b"self-signed";

/// Which certificate a server shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Certificate {
    /// That in these files.
    Files(CertificateFiles),
    /// One of the development authority.
    SelfSigned {
        /// Names beyond those that this machine has for itself.
        more_names: Vec<String>,
    },
}

/// Reads a certificate; names of files need not be UTF-8.
pub(crate) fn certificate() -> impl TypedValueParser<Value = Certificate> {
    OsStringValueParser::new().try_map(|text| read(&text))
}

fn read(text: &OsStr) -> Result<Certificate, CertificateError> {
    match text.as_bytes().strip_prefix(SELF_SIGNED) {
        Some(b"") => Ok(Certificate::SelfSigned { more_names: Vec::new() }),
        Some([b':', names @ ..]) => self_signed(names),
        Some([b',', ..]) => Err(CertificateError::NamesMalformed),
        _ => files(text.as_bytes()),
    }
}

fn self_signed(names: &[u8]) -> Result<Certificate, CertificateError> {
    let names = std::str::from_utf8(names).map_err(|_| CertificateError::NamesMalformed)?;
    let more_names: Vec<_> = names.split(',').map(str::to_owned).collect();
    if more_names.iter().any(String::is_empty) {
        return Err(CertificateError::NamesMalformed);
    }
    Ok(Certificate::SelfSigned { more_names })
}

fn files(text: &[u8]) -> Result<Certificate, CertificateError> {
    let paths = parts(text);
    if paths.iter().any(|path| path.as_os_str().is_empty()) {
        return Err(CertificateError::FilesMalformed);
    }
    let (chain, key) = match &paths[..] {
        [both] => (both.clone(), both.clone()),
        [chain, key] => (chain.clone(), key.clone()),
        _ => return Err(CertificateError::FilesMalformed),
    };
    Ok(Certificate::Files(CertificateFiles { chain, key }))
}

/// What stands between single commas.
fn parts(text: &[u8]) -> Vec<PathBuf> {
    let mut parts = Vec::new();
    let mut part = Vec::new();
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte == b',' && bytes.next_if_eq(&b',').is_none() {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(byte);
        }
    }
    parts.push(part);
    parts.into_iter().map(OsString::from_vec).map(PathBuf::from).collect()
}

/// Why a text names no [`Certificate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CertificateError {
    /// It is not one name of a file, nor two with a comma between them.
    FilesMalformed,
    /// What comes after `self-signed` is not a colon with names after it.
    NamesMalformed,
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FilesMalformed => {
                "write CERT,KEY for two PEM files, or the name of one with both; a comma within a \
                 name is doubled"
            }
            Self::NamesMalformed => {
                "write self-signed, or self-signed:NAME,NAME with names beyond localhost"
            }
        })
    }
}

impl std::error::Error for CertificateError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_two_or_one() {
        let cases: [(&[u8], &[u8], &[u8]); 8] = [
            (b"cert.pem,key.pem", b"cert.pem", b"key.pem"),
            (b"both.pem", b"both.pem", b"both.pem"),
            (b"a,,b.pem,c,,d.key", b"a,b.pem", b"c,d.key"),
            (b"a,,,b", b"a,", b"b"),
            (b"/etc/a b/c:d.pem", b"/etc/a b/c:d.pem", b"/etc/a b/c:d.pem"),
            (b"\xff.pem,\xfe.key", b"\xff.pem", b"\xfe.key"),
            (b"./self-signed", b"./self-signed", b"./self-signed"),
            (b"self-signed.pem,key", b"self-signed.pem", b"key"),
        ];
        for (text, chain, key) in cases {
            let path = |bytes| PathBuf::from(OsStr::from_bytes(bytes));
            let expected = CertificateFiles { chain: path(chain), key: path(key) };
            let read = read(OsStr::from_bytes(text));
            assert_eq!(read, Ok(Certificate::Files(expected)), "{text:?}");
        }
        for text in ["", ",", "a,", ",b", "a,b,c"] {
            assert_eq!(read(text.as_ref()), Err(CertificateError::FilesMalformed), "{text:?}");
        }
    }

    #[test]
    fn self_signed_may_have_names() {
        for (text, names) in [
            ("self-signed", &[][..]),
            ("self-signed:nest.local", &["nest.local"]),
            (
                "self-signed:nest.local,192.168.1.5,fe80::1",
                &["nest.local", "192.168.1.5", "fe80::1"],
            ),
        ] {
            let more_names = names.iter().map(ToString::to_string).collect();
            assert_eq!(read(text.as_ref()), Ok(Certificate::SelfSigned { more_names }), "{text}");
        }
        for text in ["self-signed:", "self-signed:a,,b", "self-signed:a,", "self-signed,nest"] {
            assert_eq!(read(text.as_ref()), Err(CertificateError::NamesMalformed), "{text}");
        }
    }
}
