//! The command line: every setting by name, so that a test can make each bound small.

use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use gnezdo::{AccessRules, ListenAddress, LogFormat, LogTarget, Network, Settings};

/// What the command line says.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) settings: Settings,
    /// What `/file` serves.
    pub(crate) file: Option<PathBuf>,
}

/// What is collected, because it is used all at once.
#[derive(Default)]
struct Lists {
    listen: Vec<ListenAddress>,
    allow: Vec<Network>,
    deny: Vec<Network>,
}

impl Options {
    /// Reads `--name value` pairs. Times are seconds, such as `0.25`.
    ///
    /// # Errors
    /// A sentence that names the option.
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        let mut lists = Lists::default();
        while let Some(name) = words.next() {
            let value = words.next().ok_or_else(|| format!("{name} needs a value"))?;
            options.set(&mut lists, &name, &value).map_err(|error| format!("{name}: {error}"))?;
        }
        options.settings.access = AccessRules::new(lists.allow, lists.deny);
        if !lists.listen.is_empty() {
            options.settings.listen = lists.listen;
        }
        Ok(options)
    }

    fn set(&mut self, lists: &mut Lists, name: &str, value: &str) -> Result<(), String> {
        let settings = &mut self.settings;
        let limits = &mut settings.limits;
        match name {
            "--listen" => lists.listen.push(read(value)?),
            "--architecture" => settings.architecture = read(value)?,
            "--workers" => settings.workers = Some(read(value)?),
            "--processes" => settings.processes = Some(read(value)?),
            "--max-connections" => settings.connections_max = Some(read(value)?),
            "--max-connections-per-ip" => settings.connections_per_ip_max = Some(read(value)?),
            "--allow" => lists.allow.push(read(value)?),
            "--deny" => lists.deny.push(read(value)?),
            "--shutdown-timeout" => settings.shutdown_timeout = seconds(value)?,
            "--access-log" => {
                settings.access_log = Some((LogFormat::Common, LogTarget::File(value.into())));
            }
            "--file" => self.file = Some(value.into()),
            "--header-timeout" => limits.header_timeout = seconds(value)?,
            "--idle-timeout" => limits.idle_timeout = seconds(value)?,
            "--progress-timeout" => limits.progress_timeout = seconds(value)?,
            "--progress-bytes" => limits.progress_bytes_min = read(value)?,
            "--linger-timeout" => limits.linger_timeout = seconds(value)?,
            "--head-bytes" => limits.head_bytes_max = read(value)?,
            "--target-bytes" => limits.target_bytes_max = read(value)?,
            "--fields" => limits.fields_max = read(value)?,
            "--chunk-extension-bytes" => limits.chunk_extension_bytes_max = read(value)?,
            "--trailer-bytes" => limits.trailer_bytes_max = read(value)?,
            "--body-bytes" => limits.body_bytes_max = read(value)?,
            "--discard-bytes" => limits.discard_bytes_max = read(value)?,
            _ => return Err("there is no such option".into()),
        }
        Ok(())
    }
}

fn read<T: FromStr<Err: Display>>(value: &str) -> Result<T, String> {
    value.parse().map_err(|error| format!("{value:?}: {error}"))
}

fn seconds(value: &str) -> Result<Duration, String> {
    Duration::try_from_secs_f64(read(value)?).map_err(|error| format!("{value:?}: {error}"))
}
