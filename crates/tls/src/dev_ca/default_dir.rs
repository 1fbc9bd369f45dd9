//! Where the authority is kept unless a folder is named: with the user's other data (XDG Base
//! Directory Specification). On macOS too, as programs for the terminal do there.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use super::DevAuthority;
use super::error::DevCaError;

impl DevAuthority {
    /// `$XDG_DATA_HOME/gnezdo`, or else `~/.local/share/gnezdo`. It need not exist yet.
    ///
    /// # Errors
    /// [`DevCaError::NoHome`] if neither `XDG_DATA_HOME` nor `HOME` is an absolute path.
    pub fn default_dir() -> Result<PathBuf, DevCaError> {
        dir(env::var_os("XDG_DATA_HOME"), env::var_os("HOME"))
    }
}

/// "If an implementation encounters a relative path it should consider the path invalid".
fn dir(data_home: Option<OsString>, home: Option<OsString>) -> Result<PathBuf, DevCaError> {
    let absolute = |path: Option<OsString>| path.map(PathBuf::from).filter(|p| p.is_absolute());
    absolute(data_home)
        .or_else(|| Some(absolute(home)?.join(".local/share")))
        .map(|data| data.join("gnezdo"))
        .ok_or(DevCaError::NoHome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_with_the_users_data() {
        for (data_home, home, expected) in [
            (Some("/data"), Some("/home/a"), Some("/data/gnezdo")),
            (Some(""), Some("/home/a"), Some("/home/a/.local/share/gnezdo")),
            (Some("data"), Some("/home/a"), Some("/home/a/.local/share/gnezdo")),
            (None, Some("/home/a"), Some("/home/a/.local/share/gnezdo")),
            (None, Some(""), None),
            (None, None, None),
        ] {
            let found = dir(data_home.map(Into::into), home.map(Into::into));
            assert_eq!(found, expected.map(PathBuf::from).ok_or(DevCaError::NoHome));
        }
    }
}
