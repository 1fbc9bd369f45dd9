//! From options to the library's settings, with the refusals of what contradicts itself.

use std::fs;
use std::path::Path;

use gnezdo::files::Builder;
use gnezdo::{AccessRules, Files, Limits, LogFormat, LogTarget, Settings};

use crate::failure::Failure;
use crate::options::{DeadlineOptions, LimitOptions, LogChoice, ServeOptions};

/// How to serve.
pub(crate) fn settings(options: &ServeOptions) -> Result<Settings, Failure> {
    let plan = options.architecture.plan(options.workers, options.processes);
    if options.workers.is_some_and(|workers| workers.get() != plan.workers) {
        return Err(Failure::WorkersUseless(options.architecture));
    }
    let mut settings = Settings::default();
    settings.listen.clone_from(&options.listen);
    settings.architecture = options.architecture;
    settings.workers = options.workers;
    settings.processes = options.processes;
    settings.limits = limits(&options.deadlines, &options.limits);
    settings.connections_max = options.limits.max_connections;
    settings.connections_per_ip_max = options.limits.max_connections_per_ip;
    settings.access = AccessRules::new(options.allow.clone(), options.deny.clone());
    settings.shutdown_timeout = options.deadlines.shutdown_timeout.duration();
    settings.access_log = access_log(options)?;
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

fn access_log(options: &ServeOptions) -> Result<Option<(LogFormat, LogTarget)>, Failure> {
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

/// What to serve.
pub(crate) fn files(options: &ServeOptions) -> Result<Files, Failure> {
    let root = &options.root;
    let builder = Files::builder(root)
        .index(&options.index)
        .listing(!options.no_listing)
        .spa(options.spa.as_deref())
        .hidden(options.hidden)
        .follow_symlinks(options.follow_symlinks)
        .compression(!options.no_compression)
        .cors(options.cors)
        .cache_control(options.cache_control.clone());
    let with_field = |builder: Builder, field: &crate::values::Field| {
        builder.header(field.name.clone(), field.value.clone())
    };
    let files = options.header.iter().fold(builder, with_field).build()?;
    if let Some(page) = &options.spa {
        require_page(root, page)?;
    }
    Ok(files)
}

/// A single-page application without its page is a slip that every visitor would see.
fn require_page(root: &Path, page: &str) -> Result<(), Failure> {
    if root.is_file() {
        return Err(Failure::SpaOfFile { root: root.to_owned() });
    }
    let path = root.join(page.trim_start_matches('/'));
    if path.is_file() { Ok(()) } else { Err(Failure::SpaPage { path }) }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::options::{Command, Options};

    fn parsed(words: &str) -> Box<ServeOptions> {
        let words = ["gnezdo", "serve"].into_iter().chain(words.split_whitespace());
        match Options::try_parse_from(words).unwrap().command {
            Command::Serve(options) => options,
            _ => unreachable!(),
        }
    }

    fn debug(words: &str) -> String {
        format!("{:#?}", settings(&parsed(words)).unwrap())
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
