//! From options to the library's settings, with the refusals of what contradicts itself.

use std::fs;

use gnezdo_core::Limits;
use gnezdo_server::{LogFormat, LogTarget, Settings};
use gnezdo_socket::AccessRules;

use crate::failure::Failure;
use crate::options::{
    DeadlineOptions, EngineOptions, LimitOptions, ListeningOptions, LogChoice, LogOptions,
};

/// How to serve, as the two parts of the options say.
///
/// # Errors
/// Options that contradict each other, or a file of the access log that cannot be written.
pub fn settings(listening: &ListeningOptions, engine: &EngineOptions) -> Result<Settings, Failure> {
    let plan = engine.architecture.plan(engine.workers, engine.processes);
    if engine.workers.is_some_and(|workers| workers.get() != plan.workers) {
        return Err(Failure::WorkersUseless(engine.architecture));
    }
    let mut settings = Settings::default();
    settings.listen.clone_from(&listening.listen);
    settings.access = AccessRules::new(listening.allow.clone(), listening.deny.clone());
    settings.architecture = engine.architecture;
    settings.workers = engine.workers;
    settings.processes = engine.processes;
    settings.limits = limits(&engine.deadlines, &engine.limits);
    settings.connections_max = engine.limits.max_connections;
    settings.connections_per_ip_max = engine.limits.max_connections_per_ip;
    settings.shutdown_timeout = engine.deadlines.shutdown_timeout.duration();
    settings.access_log = access_log(&engine.log)?;
    Ok(settings)
}

fn limits(deadlines: &DeadlineOptions, limits: &LimitOptions) -> Limits {
    Limits {
        head_bytes_max: limits.max_header_size.memory(),
        target_bytes_max: limits.max_target_size.memory(),
        fields_max: limits.max_fields.get(),
        chunk_extension_bytes_max: limits.max_chunk_ext_size.memory(),
        trailer_bytes_max: limits.max_trailer_size.memory(),
        body_bytes_max: limits.max_body_size.bytes(),
        discard_bytes_max: limits.max_discard_size.bytes(),
        header_timeout: deadlines.header_timeout.duration(),
        idle_timeout: deadlines.idle_timeout.duration(),
        progress_timeout: deadlines.progress_timeout.duration(),
        progress_bytes_min: deadlines.progress_size.bytes(),
        linger_timeout: deadlines.linger_timeout.duration(),
    }
}

fn access_log(options: &LogOptions) -> Result<Option<(LogFormat, LogTarget)>, Failure> {
    let Some(path) = &options.log_file else {
        let format = options.access_log.and_then(LogChoice::format);
        return Ok(format.map(|format| (format, LogTarget::Stdout)));
    };
    let format = options.access_log.unwrap_or(LogChoice::Combined).format();
    let format = format.ok_or(Failure::LogFileUseless)?;
    // Said before anything listens, and once: workers would each fail for themselves.
    let opened = fs::File::options().append(true).create(true).open(path);
    opened.map_err(|source| Failure::LogFile { path: path.clone(), source })?;
    Ok(Some((format, LogTarget::File(path.clone()))))
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command, FromArgMatches};

    use super::*;

    fn parsed(words: &str) -> Settings {
        let command = Command::new("").no_binary_name(true).args_override_self(true);
        let command = EngineOptions::augment_args(ListeningOptions::augment_args(command));
        let words = command.try_get_matches_from(words.split_whitespace()).unwrap();
        let listening = ListeningOptions::from_arg_matches(&words).unwrap();
        settings(&listening, &EngineOptions::from_arg_matches(&words).unwrap()).unwrap()
    }

    fn debug(words: &str) -> String {
        format!("{:#?}", parsed(words))
    }

    #[test]
    fn defaults_are_the_library_s() {
        assert_eq!(debug(""), format!("{:#?}", Settings::default()));
    }

    #[test]
    fn each_option_changes_the_setting_that_it_names() {
        let cases = [
            ("--listen :80 -l fd:3", "AllTcp(\n            80,\n        ),\n        Descriptor("),
            ("--architecture threads", "architecture: Threads"),
            ("--architecture event --workers 3", "workers: Some(\n        3,"),
            ("--workers 3", "workers: Some(\n        3,"),
            ("--processes 3", "processes: Some(\n        3,"),
            ("--max-connections 7", "connections_max: Some(\n        7,"),
            ("--max-connections-per-ip 7", "connections_per_ip_max: Some(\n        7,"),
            ("--max-header-size 1k", "head_bytes_max: 1024,"),
            ("--max-target-size 1k", "target_bytes_max: 1024,"),
            ("--max-fields 7", "fields_max: 7,"),
            ("--max-body-size 1k", "body_bytes_max: 1024,"),
            ("--max-discard-size 1k", "discard_bytes_max: 1024,"),
            ("--max-chunk-ext-size 1k", "chunk_extension_bytes_max: 1024,"),
            ("--max-trailer-size 1k", "trailer_bytes_max: 1024,"),
            ("--header-timeout 7ms", "header_timeout: 7ms,"),
            ("--idle-timeout 7ms", "idle_timeout: 7ms,"),
            ("--progress-timeout 7ms", "progress_timeout: 7ms,"),
            ("--progress-size 7", "progress_bytes_min: 7,"),
            ("--linger-timeout 7ms", "linger_timeout: 7ms,"),
            ("--shutdown-timeout 7ms", "shutdown_timeout: 7ms,"),
            ("--access-log json", "Json,\n            Stdout,"),
            ("--log-file /dev/null", "Combined,\n            File("),
            ("--log-file /dev/null --access-log common", "Common,\n            File("),
            ("--allow 10.0.0.0/8", "otherwise: Deny"),
            ("--deny 10.0.0.0/8", "Deny,"),
        ];
        let default = debug("");
        for (words, expected) in cases {
            let settings = debug(words);
            assert!(settings.contains(expected), "{words}: {settings}");
            assert!(!default.contains(expected), "{words} changes nothing");
        }
    }

    #[test]
    fn the_last_of_equal_options_rules() {
        assert_eq!(debug("--workers 1 --workers 2"), debug("--workers 2"));
        assert_eq!(debug("--access-log json --access-log off"), debug(""));
    }
}
