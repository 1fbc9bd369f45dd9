//! The suite of the framework: routes with parameters, JSON, templates, beside other frameworks.

use super::super::documents::{ORDER, ORDERS_TARGET, POST_TARGET, TABLE_TARGET};
use super::super::figure::Figure;
use super::super::peer::Application::Framework;
use super::super::peer::{ACTIX_FRAMEWORK, AXUM_FRAMEWORK, FLOOR_EPOLL, FLOOR_URING, OURS, floor};
use super::super::suite::{Bar, Bound, Load, Scenario, Suite};
use super::{LOAD_COLUMNS, event, uring};

const LOOKUP_COLUMNS: &[Figure] =
    &[Figure::LookupRatio, Figure::LookupNanoseconds, Figure::MatchitLookupNanoseconds];

/// `cargo xtask bench framework`: what a request costs that a framework does something for.
pub(crate) const FRAMEWORK: Suite = Suite {
    name: "framework",
    title: "The framework",
    peers: &[
        ACTIX_FRAMEWORK,
        AXUM_FRAMEWORK,
        floor(FLOOR_URING, Framework),
        floor(FLOOR_EPOLL, Framework),
    ],
    scenarios: &[
        Scenario {
            name: "typed",
            title: "Two typed parameters, answered with JSON, 64 connections",
            application: Framework,
            load: Load::requests(POST_TARGET, 64),
            has_floors: true,
            columns: LOAD_COLUMNS,
        },
        Scenario {
            name: "json",
            title: "1 KiB of JSON, validated, answered with JSON, 64 connections",
            application: Framework,
            load: Load::Posts { target: ORDERS_TARGET, connections: 64, document: ORDER },
            has_floors: false,
            columns: LOAD_COLUMNS,
        },
        Scenario {
            name: "routes",
            title: "Finding one of 1,000 routes",
            application: Framework,
            load: Load::Lookups,
            has_floors: false,
            columns: LOOKUP_COLUMNS,
        },
        Scenario {
            name: "template",
            title: "A template of 50 rows, 64 connections",
            application: Framework,
            load: Load::requests(TABLE_TARGET, 64),
            has_floors: false,
            columns: LOAD_COLUMNS,
        },
    ],
    bars: &[
        event("typed", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.25, "actix-web")),
        event("typed", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.35, "axum")),
        event("json", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.2, "axum")),
        Bar {
            own: OURS,
            scenario: "routes",
            figure: Figure::LookupRatio,
            bound: Bound::Value(0.9),
            floor: FLOOR_EPOLL,
        },
        event("template", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.0, "axum")),
        uring("typed", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.25, "actix-web")),
        uring("typed", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.35, "axum")),
        uring("json", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.2, "axum")),
        uring("template", Figure::RequestsPerCpuSecond, Bound::OfPeer(1.0, "axum")),
    ],
    chart: ("typed", Figure::RequestsPerCpuSecond),
};
