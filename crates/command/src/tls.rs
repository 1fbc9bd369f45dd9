//! TLS on the command line: what options say, what is told of it, and a certificate for
//! development.

mod about;
mod bind;
mod dev_certificate;
mod failure;
mod settings;

pub(crate) use about::about_tls;
pub(crate) use bind::bind;
pub use dev_certificate::{DevCertificate, dev_certificate};
pub use failure::TlsFailure;
pub(crate) use failure::tls_text;
pub(crate) use settings::set_tls;
