//! Whose machine this is, as far as files and the environment tell.

use std::env;
use std::fs;

/// The name of this machine in lower case; nothing where no file tells it, as on macOS.
pub(super) fn host_name() -> Option<String> {
    ["/proc/sys/kernel/hostname", "/etc/hostname"].into_iter().find_map(|path| {
        let text = fs::read_to_string(path).ok()?;
        let name = text.trim_ascii().to_ascii_lowercase();
        (!name.is_empty()).then_some(name)
    })
}

/// `user@host`, or what of it is known.
pub(super) fn owner() -> Option<String> {
    let user = ["USER", "LOGNAME"].into_iter().find_map(|name| env::var(name).ok());
    match (user.filter(|user| !user.is_empty()), host_name()) {
        (Some(user), Some(host)) => Some(format!("{user}@{host}")),
        (user, host) => user.or(host),
    }
}
