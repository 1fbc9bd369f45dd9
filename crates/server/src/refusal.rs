//! Why io_uring cannot be used here.

use std::fmt;
use std::io;

use rustix::io::Errno;

/// Why there is no io_uring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// This operating system has another way.
    #[cfg_attr(target_os = "linux", expect(dead_code, reason = "for the others"))]
    System,
    /// The kernel has been built without it.
    Missing,
    /// A sandbox or a setting forbids it.
    Forbidden,
    /// The kernel knows it, but not this operation.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "for Linux"))]
    Operation(&'static str),
    /// The kernel is too old, or something else that it said.
    Failed(Errno),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        match Errno::from_io_error(&error) {
            Some(Errno::NOSYS) => Self::Missing,
            Some(Errno::PERM | Errno::ACCESS) => Self::Forbidden,
            Some(errno) => Self::Failed(errno),
            None => Self::Failed(Errno::IO),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("io_uring is a part of Linux, and this is another system"),
            Self::Missing => f.write_str("this kernel has no io_uring, or a sandbox hides it"),
            Self::Forbidden => f.write_str(
                "io_uring is forbidden, by a sandbox or by the setting kernel.io_uring_disabled",
            ),
            Self::Operation(name) => {
                write!(f, "the io_uring of this kernel cannot {name}; Linux 6.0 can")
            }
            Self::Failed(Errno::INVAL) => {
                f.write_str("the io_uring of this kernel is too old; Linux 6.0 is needed")
            }
            Self::Failed(errno) => {
                write!(f, "io_uring is refused: {}", io::Error::from(*errno))
            }
        }
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_says_why() {
        let said = |errno: Errno| Refusal::from(io::Error::from(errno)).to_string();
        assert!(said(Errno::NOSYS).contains("no io_uring"));
        assert!(said(Errno::PERM).contains("kernel.io_uring_disabled"));
        assert!(said(Errno::INVAL).contains("too old"));
        assert!(said(Errno::NOMEM).contains("memory"));
        assert!(Refusal::Operation("accept").to_string().contains("cannot accept"));
    }
}
