//! A certificate of the development authority, for `--tls self-signed` and `gnezdo cert dev`.
//!
//! Both ask for it here, so that the same names are the same files. Names that were asked for
//! come first, as files are called after the first name: who serves `nest.local` changes nothing
//! for those who serve `localhost`.

use std::path::{self, Path};

use gnezdo_tls::CertificateFiles;
use gnezdo_tls::dev_ca::DevAuthority;

use super::TlsFailure;

/// A certificate of the development authority, in files.
#[derive(Debug)]
pub struct DevCertificate {
    /// Who issued it.
    pub authority: DevAuthority,
    /// Where it is.
    pub files: CertificateFiles,
    /// What it is for.
    pub names: Vec<String>,
}

/// Finds or makes the authority, and a certificate for this machine and more names, in a folder
/// or in the user's own ([`DevAuthority::default_dir`]).
///
/// # Errors
/// A name is none, or files cannot be read or written.
pub fn dev_certificate(
    dir: Option<&Path>,
    more_names: &[String],
) -> Result<DevCertificate, TlsFailure> {
    let dir = match dir {
        // Absolute, as people take it to other terminals.
        Some(dir) => path::absolute(dir).unwrap_or_else(|_| dir.to_owned()),
        None => DevAuthority::default_dir()?,
    };
    let mut names = more_names.to_vec();
    for name in DevAuthority::default_names() {
        if !names.iter().any(|more| more.eq_ignore_ascii_case(&name)) {
            names.push(name);
        }
    }
    let authority = DevAuthority::open_or_create(&dir)?;
    let files = authority.server_files(&dir, &names)?;
    Ok(DevCertificate { authority, files, names })
}
