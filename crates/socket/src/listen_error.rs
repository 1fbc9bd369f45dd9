//! Why listening failed, and what to do about it.
//!
//! What is wrong and what helps are told apart, because the program around this library knows
//! its own words for the second: it says `--listen`, a configuration file says a key.

use std::error::Error;
use std::fmt;
use std::io;
use std::os::fd::RawFd;
use std::path::PathBuf;

use crate::ListenAddress;

/// Why a [`Listener`](crate::Listener) could not be made.
///
/// Displayed it is one line: the [`problem`](Self::problem), then the [`advice`](Self::advice).
#[derive(Debug)]
#[non_exhaustive]
pub enum ListenError {
    /// Another program, or another listener of this one, listens there.
    AddressInUse {
        /// Where listening was tried.
        address: ListenAddress,
    },
    /// The address does not belong to this machine, or the machine does not speak its family.
    AddressNotAvailable {
        /// Where listening was tried.
        address: ListenAddress,
    },
    /// The system does not let this user listen there.
    PermissionDenied {
        /// Where listening was tried.
        address: ListenAddress,
    },
    /// The folder of a unix socket does not exist.
    FolderMissing {
        /// The path of the socket.
        path: PathBuf,
    },
    /// The path of a unix socket is longer than the system takes.
    PathTooLong {
        /// The path of the socket.
        path: PathBuf,
        /// How many bytes a path may have.
        bytes_max: usize,
    },
    /// There is a file at the path of a unix socket that is no socket; it is left alone.
    PathOccupied {
        /// The path of the socket.
        path: PathBuf,
    },
    /// No descriptor of this number is open.
    DescriptorClosed {
        /// The number of the descriptor.
        fd: RawFd,
    },
    /// The descriptor was opened by this program, or taken over before: it was not handed over.
    DescriptorOwned {
        /// The number of the descriptor.
        fd: RawFd,
    },
    /// The descriptor is not a socket.
    NotASocket {
        /// The number of the descriptor.
        fd: RawFd,
    },
    /// The descriptor is a socket, but not a stream socket that listens.
    NotListening {
        /// The number of the descriptor.
        fd: RawFd,
    },
    /// Anything else.
    Other {
        /// Where listening was tried.
        address: ListenAddress,
        /// What the system said.
        source: io::Error,
    },
}

/// What helps against a [`ListenError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Advice {
    /// Listen somewhere else.
    AnotherAddress,
    /// Listen at an address of this machine.
    OwnAddress,
    /// Use a port from 1024 up, or be allowed the lower ones.
    HigherPort,
    /// Be allowed to write in the folder of the socket.
    FolderPermission,
    /// Make the folder first.
    MakeFolder,
    /// Use a shorter path.
    ShorterPath,
    /// Use another path, or remove the file.
    AnotherPath,
    /// Hand over a socket that already listens.
    HandOver,
    /// Look at the system's own message.
    None,
}

impl ListenError {
    /// What the system said about an attempt to listen, in our words.
    pub(crate) fn from_io(address: &ListenAddress, source: io::Error) -> Self {
        let address = address.clone();
        match (source.kind(), &address) {
            (io::ErrorKind::AddrInUse, _) => Self::AddressInUse { address },
            (io::ErrorKind::AddrNotAvailable, _) => Self::AddressNotAvailable { address },
            (io::ErrorKind::PermissionDenied, _) => Self::PermissionDenied { address },
            (io::ErrorKind::NotFound | io::ErrorKind::NotADirectory, ListenAddress::Unix(path)) => {
                Self::FolderMissing { path: path.clone() }
            }
            _ if crate::platform::is_family_missing(&source) => {
                Self::AddressNotAvailable { address }
            }
            _ => Self::Other { address, source },
        }
    }

    /// What is wrong, without the advice.
    pub fn problem(&self) -> String {
        match self {
            Self::AddressInUse { address } => {
                format!("address {address} is in use by another program")
            }
            Self::AddressNotAvailable { address } => {
                format!("address {address} does not belong to this machine")
            }
            Self::PermissionDenied { address } => {
                format!("listening on {address} is not permitted")
            }
            Self::FolderMissing { path } => {
                format!("the folder of the socket {} does not exist", path.display())
            }
            Self::PathTooLong { path, bytes_max } => format!(
                "the socket path {} is longer than the {bytes_max} bytes the system takes",
                path.display()
            ),
            Self::PathOccupied { path } => {
                format!("{} exists and is not a socket", path.display())
            }
            Self::DescriptorClosed { fd } => format!("descriptor {fd} is not open"),
            Self::DescriptorOwned { fd } => {
                format!("descriptor {fd} was not handed over: it belongs to this program")
            }
            Self::NotASocket { fd } => format!("descriptor {fd} is not a socket"),
            Self::NotListening { fd } => {
                format!("descriptor {fd} is not a listening stream socket")
            }
            Self::Other { address, source } => format!("listening on {address} failed: {source}"),
        }
    }

    /// What helps; a program may put it into words of its own.
    pub fn advice(&self) -> Advice {
        match self {
            Self::AddressInUse { .. } => Advice::AnotherAddress,
            Self::AddressNotAvailable { .. } => Advice::OwnAddress,
            Self::PermissionDenied { address } => match address {
                ListenAddress::Unix(_) => Advice::FolderPermission,
                _ if is_low_port(address) => Advice::HigherPort,
                _ => Advice::AnotherAddress,
            },
            Self::FolderMissing { .. } => Advice::MakeFolder,
            Self::PathTooLong { .. } => Advice::ShorterPath,
            Self::PathOccupied { .. } => Advice::AnotherPath,
            Self::DescriptorClosed { .. }
            | Self::DescriptorOwned { .. }
            | Self::NotASocket { .. }
            | Self::NotListening { .. } => Advice::HandOver,
            Self::Other { .. } => Advice::None,
        }
    }
}

fn is_low_port(address: &ListenAddress) -> bool {
    match address {
        ListenAddress::Tcp(address) => address.port() < 1024,
        ListenAddress::AllTcp(port) => *port < 1024,
        ListenAddress::Unix(_) | ListenAddress::Descriptor(_) => false,
    }
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem())?;
        match self.advice() {
            Advice::None => Ok(()),
            advice => write!(f, "; {advice}"),
        }
    }
}

impl Error for ListenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Other { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// A clause in the imperative, without a full stop; nothing for [`Advice::None`].
impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AnotherAddress => "choose another address",
            Self::OwnAddress => {
                "choose 127.0.0.1, [::1] or an address that a network interface has"
            }
            Self::HigherPort => {
                "choose a port from 1024 up, or permit the lower ones \
                 (sudo setcap cap_net_bind_service=+ep PROGRAM)"
            }
            Self::FolderPermission => "choose a folder that this user may write to",
            Self::MakeFolder => "make the folder first",
            Self::ShorterPath => "choose a shorter path",
            Self::AnotherPath => "choose another path or remove the file",
            Self::HandOver => "start the program with a listening socket as this descriptor",
            Self::None => "",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::io::Errno;

    fn line(address: &str, errno: Errno) -> String {
        ListenError::from_io(&address.parse().unwrap(), errno.into()).to_string()
    }

    #[test]
    fn one_line_says_what_is_wrong_and_what_to_do() {
        let cases = [
            (
                "127.0.0.1:8080",
                Errno::ADDRINUSE,
                "address 127.0.0.1:8080 is in use by another program; choose another address",
            ),
            (
                "192.0.2.1:80",
                Errno::ADDRNOTAVAIL,
                "address 192.0.2.1:80 does not belong to this machine; choose 127.0.0.1, [::1] \
                 or an address that a network interface has",
            ),
            (
                "[::1]:80",
                Errno::AFNOSUPPORT,
                "address [::1]:80 does not belong to this machine; choose 127.0.0.1, [::1] \
                 or an address that a network interface has",
            ),
            (
                ":80",
                Errno::ACCESS,
                "listening on :80 is not permitted; choose a port from 1024 up, or permit the \
                 lower ones (sudo setcap cap_net_bind_service=+ep PROGRAM)",
            ),
            (":8080", Errno::ACCESS, "listening on :8080 is not permitted; choose another address"),
            (
                "unix:/run/a",
                Errno::ACCESS,
                "listening on unix:/run/a is not permitted; choose a folder that this user may \
                 write to",
            ),
            (
                "unix:/no/a",
                Errno::NOENT,
                "the folder of the socket /no/a does not exist; make the folder first",
            ),
        ];
        for (address, errno, expected) in cases {
            assert_eq!(line(address, errno), expected);
        }
        let other = line(":8080", Errno::NOBUFS);
        assert!(other.starts_with("listening on :8080 failed: "), "{other}");
        assert!(!other.ends_with("; "), "{other}");
    }
}
