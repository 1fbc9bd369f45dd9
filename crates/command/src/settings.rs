//! From options to the library's settings, with the refusals of what contradicts itself.

use std::fs;
use std::num::NonZeroUsize;

use gnezdo_core::{Http2Limits, Limits};
use gnezdo_server::{LogFormat, LogTarget, Settings};
use gnezdo_socket::AccessRules;

use crate::failure::Failure;
use crate::options::{
    DeadlineOptions, EngineOptions, Http2Options, LimitOptions, ListeningOptions, LogChoice,
    LogOptions,
};
#[cfg(feature = "tls")]
use crate::tls::set_tls;
use crate::values::ByteSize;

/// How to serve, as the two parts of the options say.
///
/// # Errors
/// Options that contradict each other, a file of the access log that cannot be written, or a
/// certificate that the development authority cannot issue.
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
    settings.limits = limits(&engine.deadlines, &engine.limits, &engine.http2);
    settings.http2 = !engine.http2.no_http2;
    settings.connections_max = engine.limits.max_connections;
    settings.connections_per_ip_max = engine.limits.max_connections_per_ip;
    settings.shutdown_timeout = engine.deadlines.shutdown_timeout.duration();
    settings.access_log = access_log(&engine.log)?;
    #[cfg(feature = "tls")]
    set_tls(&listening.tls, &mut settings)?;
    Ok(settings)
}

fn limits(deadlines: &DeadlineOptions, limits: &LimitOptions, http2: &Http2Options) -> Limits {
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
        http2: http2_limits(http2),
    }
}

fn http2_limits(options: &Http2Options) -> Http2Limits {
    // What the options take fits.
    let number = |count: NonZeroUsize| u32::try_from(count.get()).unwrap_or(u32::MAX);
    let window = |size: ByteSize| u32::try_from(size.bytes()).unwrap_or(u32::MAX);
    Http2Limits {
        streams_max: options.h2_max_streams.get(),
        stream_window_bytes: window(options.h2_stream_window),
        connection_window_bytes: window(options.h2_connection_window),
        continuations_max: number(options.h2_max_continuations),
        resets_max: number(options.h2_max_resets),
        empty_frames_max: number(options.h2_max_empty_frames),
        control_frames_max: number(options.h2_max_control_frames),
        overhead_bytes_max: options.h2_max_overhead_size.bytes(),
        settings_timeout: options.h2_settings_timeout.duration(),
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

    fn parsed(words: &str) -> Result<Settings, Failure> {
        let command = Command::new("").no_binary_name(true).args_override_self(true);
        let command = EngineOptions::augment_args(ListeningOptions::augment_args(command));
        let words = command.try_get_matches_from(words.split_whitespace()).unwrap();
        let listening = ListeningOptions::from_arg_matches(&words).unwrap();
        settings(&listening, &EngineOptions::from_arg_matches(&words).unwrap())
    }

    fn debug(words: &str) -> String {
        format!("{:#?}", parsed(words).unwrap())
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
            ("--no-http2", "http2: false,"),
            ("--h2-max-streams 7", "streams_max: 7,"),
            ("--h2-stream-window 7", "stream_window_bytes: 7,"),
            ("--h2-connection-window 7", "connection_window_bytes: 7,"),
            ("--h2-max-continuations 7", "continuations_max: 7,"),
            ("--h2-max-resets 7", "resets_max: 7,"),
            ("--h2-max-empty-frames 7", "empty_frames_max: 7,"),
            ("--h2-max-control-frames 7", "control_frames_max: 7,"),
            ("--h2-max-overhead-size 7", "overhead_bytes_max: 7,"),
            ("--h2-settings-timeout 7ms", "settings_timeout: 7ms,"),
        ];
        check_changes("", &cases);
    }

    /// Each of the words, after the same others, makes settings contain a text.
    fn check_changes(others: &str, cases: &[(&str, &str)]) {
        let before = debug(others);
        for (words, expected) in cases {
            let settings = debug(&format!("{others} {words}"));
            assert!(settings.contains(expected), "{words}: {settings}");
            assert!(!before.contains(expected), "{words} changes nothing");
        }
    }

    #[cfg(feature = "tls")]
    #[test]
    fn each_option_about_tls_changes_the_setting_that_it_names() {
        check_changes(
            "",
            &[
                ("--tls both.pem", "chain: \"both.pem\",\n                    key: \"both.pem\","),
                ("--tls a.pem,a.key", "chain: \"a.pem\",\n                    key: \"a.key\","),
            ],
        );
        check_changes(
            "--tls a",
            &[
                ("--tls b.pem,b.key", "key: \"b.key\","),
                ("--tls-min 1.3", "version_min: Tls13,"),
                (
                    "--tls-client-ca ca.pem",
                    "authorities: \"ca.pem\",\n                    mode: Required,",
                ),
                ("--tls-client-ca ca.pem --tls-client-auth optional", "mode: Optional,"),
                (
                    "--redirect-http :80 --redirect-http fd:3",
                    "AllTcp(\n            80,\n        ),\n        Descriptor(",
                ),
                ("--hsts", "hsts_max_age: Some(\n        31536000s,"),
                ("--hsts=1d", "hsts_max_age: Some(\n        86400s,"),
                ("--hsts=0", "hsts_max_age: Some(\n        0ns,"),
                ("--no-http2", "protocols: [\n                Http11,"),
            ],
        );
    }

    #[cfg(feature = "tls")]
    #[test]
    fn defaults_of_tls_are_the_library_s() {
        use gnezdo_tls::{CertificateFiles, TlsSettings};
        let files = CertificateFiles { chain: "a".into(), key: "b".into() };
        let expected = TlsSettings::new(vec![files]);
        assert_eq!(parsed("--tls a,b").unwrap().tls, Some(expected));
        // What the help says of it.
        assert_eq!(debug("--tls a,b --tls-min 1.2"), debug("--tls a,b"));
        let ca = "--tls a,b --tls-client-ca ca";
        assert_eq!(debug(&format!("{ca} --tls-client-auth required")), debug(ca));
    }

    #[cfg(feature = "tls")]
    #[test]
    fn options_about_tls_do_nothing_without_it() {
        for words in [
            "--tls-min 1.3",
            "--tls-client-ca a",
            "--tls-client-auth optional",
            "--hsts",
            "--redirect-http :80",
        ] {
            let option = words.split(' ').next().unwrap();
            let failure = parsed(words).unwrap_err().to_string();
            let expected = format!("{option} does nothing without TLS; add --tls CERT,KEY");
            assert!(failure.starts_with(&expected), "{failure}");
        }
        let failure = parsed("--tls a --tls-client-auth required").unwrap_err().to_string();
        assert!(failure.ends_with("add --tls-client-ca FILE or leave it out"), "{failure}");
    }

    #[test]
    fn the_last_of_equal_options_rules() {
        assert_eq!(debug("--workers 1 --workers 2"), debug("--workers 2"));
        assert_eq!(debug("--access-log json --access-log off"), debug(""));
    }
}
