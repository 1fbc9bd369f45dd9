//! An authority of one's own for development, and the certificates it issues.
//!
//! ```text
//! open_or_create ──► DevAuthority ──issue──► Issued            in memory
//!   gnezdo-dev-ca.pem     │    └──server_files──► CertificateFiles, issued anew when they must
//!   gnezdo-dev-ca.key     └──trust_instructions──► what people do once
//! ```
//!
//! Who has the key of the authority can pretend to be any website to those who trust it. So each
//! machine makes its own, the key is readable by its user only, and it never leaves the machine.
//! The name of the authority says whose it is.

mod authority;
mod default_dir;
mod error;
mod folder_lock;
mod issue;
mod machine;
mod name;
mod server_files;
mod trust;
mod whole_file;

pub use authority::DevAuthority;
pub use error::DevCaError;
pub use issue::Issued;
