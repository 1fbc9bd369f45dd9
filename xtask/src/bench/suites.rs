//! The suites: all that is measured, as data.
//!
//! No scenario is measured by two suites, except where a bar needs its figure from the same run.

mod framework;

use super::documents::{LARGE_TARGET, PLAINTEXT_TARGET, SMALL_TARGET, UPLOAD_TARGET};
use super::figure::Figure;
use super::peer::Application::{Files, Hello, Http2Files, TlsFiles, Upload};
use super::peer::{
    ACTIX_FILES, ACTIX_WEB, AXUM, AXUM_SERVEDIR, FLOOR_EPOLL, FLOOR_URING, H2O_FILES, H2O_HELLO,
    H2O_HTTP2, H2O_TLS, H2O_UPLOAD, MAY_MINIHTTP, NGHTTPD_HTTP2, NGHTTPD_UPLOAD, NGINX_FILES,
    NGINX_HELLO, NGINX_HTTP2, NGINX_TLS, NGINX_UPLOAD, NTEX, Peer, STATIC_WEB_SERVER, floor,
};
use super::suite::{Bar, Bound, Load, Protocol, Requests, Scenario, Streams, Suite};

pub(crate) use framework::FRAMEWORK;

/// All of them, in the order of the report.
pub(crate) const ALL: [&Suite; 8] =
    [&HELLO, &PIPELINE, &STATIC, &LARGE, &CONNECTIONS, &HTTP2, &TLS, &FRAMEWORK];

const LOAD_COLUMNS: &[Figure] = &[
    Figure::RequestsPerCpuSecond,
    Figure::RequestsPerSecond,
    Figure::P50,
    Figure::P99,
    Figure::ResidentBytes,
    Figure::ServerShare,
    Figure::ClientShare,
];

/// wrk's times of pipelined requests mean nothing: it takes the time of the last of a batch.
const PIPELINE_COLUMNS: &[Figure] = &[
    Figure::RequestsPerCpuSecond,
    Figure::RequestsPerSecond,
    Figure::ResidentBytes,
    Figure::ServerShare,
    Figure::ClientShare,
];

const IDLE_COLUMNS: &[Figure] =
    &[Figure::BytesPerConnection, Figure::EmptyBytes, Figure::ResidentBytes];

/// Who gives a constant answer.
const HELLO_PEERS: &[Peer] = &[
    floor(FLOOR_URING, Hello),
    floor(FLOOR_EPOLL, Hello),
    MAY_MINIHTTP,
    ACTIX_WEB,
    AXUM,
    NTEX,
    NGINX_HELLO,
    H2O_HELLO,
];

/// `cargo xtask bench hello`: a constant answer.
pub(crate) const HELLO: Suite = Suite {
    name: "hello",
    title: "A constant answer",
    peers: HELLO_PEERS,
    scenarios: &[
        Scenario {
            name: "plaintext",
            title: "GET /plaintext, 64 connections",
            application: Hello,
            load: Load::requests(PLAINTEXT_TARGET, 64),
            has_floors: true,
            columns: LOAD_COLUMNS,
        },
        Scenario {
            name: "plaintext-many",
            title: "GET /plaintext, 400 connections",
            application: Hello,
            load: Load::requests(PLAINTEXT_TARGET, 400),
            has_floors: true,
            columns: LOAD_COLUMNS,
        },
    ],
    bars: &[
        event("plaintext", Figure::RequestsPerCpuSecond, Bound::OfPeer(0.88, FLOOR_EPOLL)),
        uring("plaintext", Figure::RequestsPerCpuSecond, Bound::OfPeer(0.88, FLOOR_URING)),
        uring("plaintext", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.2, "may_minihttp")),
        uring("plaintext", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.3, "actix-web")),
        uring("plaintext", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.4, "axum")),
        event("plaintext-many", Figure::P99, Bound::OfPeer(1.0, "nginx")),
        uring("plaintext-many", Figure::P99, Bound::OfPeer(1.0, "nginx")),
    ],
    chart: ("plaintext", Figure::RequestsPerCpuSecond),
};

/// `cargo xtask bench pipeline`: a constant answer, many requests in flight.
pub(crate) const PIPELINE: Suite = Suite {
    name: "pipeline",
    title: "Pipelined requests",
    peers: HELLO_PEERS,
    scenarios: &[Scenario {
        name: "pipelined",
        title: "GET /plaintext, 16 in flight on each of 64 connections",
        application: Hello,
        load: Load::Requests(Requests {
            target: PLAINTEXT_TARGET,
            connections: 64,
            pipelined: 16,
            opening_seconds: 0,
        }),
        has_floors: true,
        columns: PIPELINE_COLUMNS,
    }],
    bars: &[
        event("pipelined", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.0, "may_minihttp")),
        uring("pipelined", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.0, "may_minihttp")),
    ],
    chart: ("pipelined", Figure::RequestsPerCpuSecond),
};

/// `cargo xtask bench static`: a small file.
pub(crate) const STATIC: Suite = Suite {
    name: "static",
    title: "Static files",
    peers: &[
        floor(FLOOR_URING, Files),
        floor(FLOOR_EPOLL, Files),
        H2O_FILES,
        NGINX_FILES,
        STATIC_WEB_SERVER,
        ACTIX_FILES,
        AXUM_SERVEDIR,
    ],
    scenarios: &[
        Scenario {
            name: "small",
            title: "A page of 600 bytes, 64 connections",
            application: Files,
            load: Load::requests(SMALL_TARGET, 64),
            has_floors: true,
            columns: LOAD_COLUMNS,
        },
        Scenario {
            name: "many",
            title: "A page of 600 bytes, 400 connections",
            application: Files,
            load: Load::requests(SMALL_TARGET, 400),
            has_floors: true,
            columns: LOAD_COLUMNS,
        },
    ],
    bars: &[
        event("small", Figure::RequestsPerCpuSecond, Bound::OfPeer(0.88, FLOOR_EPOLL)),
        event("small", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.7, "nginx")),
        event("small", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.1, "h2o")),
        event("small", Figure::RequestsPerCpuSecond, Bound::OfPeer(3.0, "static-web-server")),
        uring("small", Figure::RequestsPerCpuSecond, Bound::OfPeer(0.85, FLOOR_URING)),
        uring("small", Figure::RequestsPerCpuSecond, Bound::OfPeer(2.1, "nginx")),
        uring("small", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.3, "h2o")),
        event("many", Figure::P99, Bound::OfPeer(1.0, "nginx")),
        uring("many", Figure::P99, Bound::OfPeer(1.0, "nginx")),
    ],
    chart: ("small", Figure::RequestsPerCpuSecond),
};

/// `cargo xtask bench large`: a large file.
pub(crate) const LARGE: Suite = Suite {
    name: "large",
    title: "A large file",
    peers: &[H2O_FILES, NGINX_FILES, STATIC_WEB_SERVER, ACTIX_FILES, AXUM_SERVEDIR],
    scenarios: &[Scenario {
        name: "large",
        title: "A file of 1 MiB, 64 connections",
        application: Files,
        load: Load::requests(LARGE_TARGET, 64),
        has_floors: false,
        columns: LOAD_COLUMNS,
    }],
    bars: &[
        event("large", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.0, "nginx")),
        uring("large", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.0, "nginx")),
    ],
    chart: ("large", Figure::RequestsPerCpuSecond),
};

/// `cargo xtask bench connections`: ten thousand of them, idle and busy.
pub(crate) const CONNECTIONS: Suite = Suite {
    name: "connections",
    title: "Many connections",
    peers: &[
        floor(FLOOR_URING, Hello),
        floor(FLOOR_EPOLL, Hello),
        MAY_MINIHTTP,
        ACTIX_WEB,
        AXUM,
        NTEX,
        NGINX_HELLO,
        H2O_HELLO,
        H2O_FILES,
        NGINX_FILES,
        STATIC_WEB_SERVER,
        ACTIX_FILES,
        AXUM_SERVEDIR,
    ],
    scenarios: &[
        Scenario {
            name: "idle",
            title: "10,000 idle connections, a page of 600 bytes",
            application: Files,
            load: Load::Idle {
                target: SMALL_TARGET,
                connections: 10_000,
                protocol: Protocol::Http1,
            },
            has_floors: false,
            columns: IDLE_COLUMNS,
        },
        Scenario {
            name: "idle-hello",
            title: "10,000 idle connections, GET /plaintext",
            application: Hello,
            load: Load::Idle {
                target: PLAINTEXT_TARGET,
                connections: 10_000,
                protocol: Protocol::Http1,
            },
            has_floors: false,
            columns: IDLE_COLUMNS,
        },
        Scenario {
            name: "busy",
            title: "10,000 busy connections, GET /plaintext",
            application: Hello,
            load: Load::Requests(Requests {
                target: PLAINTEXT_TARGET,
                connections: 10_000,
                pipelined: 1,
                opening_seconds: 2,
            }),
            has_floors: true,
            columns: LOAD_COLUMNS,
        },
        Scenario {
            name: "busy-64",
            title: "64 busy connections, GET /plaintext, for comparison",
            application: Hello,
            load: Load::requests(PLAINTEXT_TARGET, 64),
            has_floors: true,
            columns: LOAD_COLUMNS,
        },
    ],
    bars: &[
        event("idle", Figure::BytesPerConnection, Bound::Value(1024.0)),
        event("busy", Figure::RequestsPerCpuSecond, Bound::OfScenario(0.75, "busy-64")),
        uring("busy", Figure::RequestsPerCpuSecond, Bound::OfScenario(0.75, "busy-64")),
    ],
    chart: ("busy", Figure::RequestsPerCpuSecond),
};

/// `cargo xtask bench h2`: HTTP/2 without TLS.
pub(crate) const HTTP2: Suite = Suite {
    name: "h2",
    title: "HTTP/2",
    peers: &[H2O_HTTP2, NGHTTPD_HTTP2, NGINX_HTTP2, H2O_UPLOAD, NGHTTPD_UPLOAD, NGINX_UPLOAD],
    scenarios: &[
        Scenario {
            name: "small",
            title: "A page of 600 bytes, 32 streams on each of 16 connections",
            application: Http2Files,
            load: streams(SMALL_TARGET, 32),
            has_floors: false,
            columns: LOAD_COLUMNS,
        },
        Scenario {
            name: "upload",
            title: "1 MiB to the server, 4 streams on each of 16 connections",
            application: Upload,
            load: Load::Streams(Streams {
                target: UPLOAD_TARGET,
                connections: 16,
                streams: 4,
                upload: Some(LARGE_TARGET),
            }),
            has_floors: false,
            columns: LOAD_COLUMNS,
        },
        Scenario {
            name: "idle",
            title: "10,000 idle connections of HTTP/2, a page of 600 bytes",
            application: Http2Files,
            load: Load::Idle {
                target: SMALL_TARGET,
                connections: 10_000,
                protocol: Protocol::Http2,
            },
            has_floors: false,
            columns: IDLE_COLUMNS,
        },
    ],
    bars: &[
        event("small", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.0, "h2o")),
        event("small", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.5, "nghttpd")),
        event("small", Figure::RequestsPerCpuSecond, Bound::OfPeer(3.0, "nginx")),
        uring("small", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.0, "h2o")),
        uring("small", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.5, "nghttpd")),
        uring("small", Figure::RequestsPerCpuSecond, Bound::OfPeer(3.0, "nginx")),
        event("upload", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.0, "h2o")),
        event("upload", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.0, "nginx")),
        uring("upload", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.0, "h2o")),
        uring("upload", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.0, "nginx")),
        event("idle", Figure::BytesPerConnection, Bound::Value(8192.0)),
        uring("idle", Figure::BytesPerConnection, Bound::Value(8192.0)),
    ],
    chart: ("small", Figure::RequestsPerCpuSecond),
};

/// `cargo xtask bench tls`: TLS 1.3.
pub(crate) const TLS: Suite = Suite {
    name: "tls",
    title: "TLS",
    peers: &[H2O_TLS, NGINX_TLS],
    scenarios: &[
        Scenario {
            name: "small-h2",
            title: "A page of 600 bytes over HTTP/2, 32 streams on each of 16 connections",
            application: TlsFiles,
            load: streams(SMALL_TARGET, 32),
            has_floors: false,
            columns: LOAD_COLUMNS,
        },
        Scenario {
            name: "small",
            title: "A page of 600 bytes over HTTP/1.1, 64 connections",
            application: TlsFiles,
            load: Load::requests(SMALL_TARGET, 64),
            has_floors: false,
            columns: LOAD_COLUMNS,
        },
        Scenario {
            name: "handshakes",
            title: "Full handshakes, 64 at a time, a page of 600 bytes each",
            application: TlsFiles,
            load: Load::Handshakes { target: SMALL_TARGET, connections: 64 },
            has_floors: false,
            columns: LOAD_COLUMNS,
        },
        Scenario {
            name: "large",
            title: "A file of 1 MiB over HTTP/1.1, 64 connections",
            application: TlsFiles,
            load: Load::requests(LARGE_TARGET, 64),
            has_floors: false,
            columns: LOAD_COLUMNS,
        },
        Scenario {
            name: "large-h2",
            title: "A file of 1 MiB over HTTP/2, 4 streams on each of 16 connections",
            application: TlsFiles,
            load: streams(LARGE_TARGET, 4),
            has_floors: false,
            columns: LOAD_COLUMNS,
        },
    ],
    bars: &[
        event("small-h2", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.0, "h2o")),
        uring("small-h2", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.0, "h2o")),
        event("small", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.3, "nginx")),
        uring("small", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.3, "nginx")),
        event("handshakes", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.0, "nginx")),
        uring("handshakes", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.0, "nginx")),
        event("large", Figure::RequestsPerCpuSecond, Bound::OfPeer(0.9, "nginx")),
        uring("large", Figure::RequestsPerCpuSecond, Bound::OfPeer(0.9, "nginx")),
        event("large-h2", Figure::RequestsPerCpuSecond, Bound::OfPeer(0.9, "nginx")),
        uring("large-h2", Figure::RequestsPerCpuSecond, Bound::OfPeer(0.9, "nginx")),
    ],
    chart: ("small-h2", Figure::RequestsPerCpuSecond),
};

/// As many requests under way on each of 16 connections of HTTP/2.
const fn streams(target: &'static str, streams: u32) -> Load {
    Load::Streams(Streams { target, connections: 16, streams, upload: None })
}

const fn event(scenario: &'static str, figure: Figure, bound: Bound) -> Bar {
    Bar { own: "gnezdo event", scenario, figure, bound, floor: FLOOR_EPOLL }
}

const fn uring(scenario: &'static str, figure: Figure, bound: Bound) -> Bar {
    Bar { own: "gnezdo uring", scenario, figure, bound, floor: FLOOR_URING }
}
