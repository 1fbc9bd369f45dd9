//! Finds one of 1,000 routes, in our router and in matchit, in interleaved rounds:
//! `routing [--rounds N] [--json]`.
//!
//! Before the clock runs, both must have found the same route with the same values for every
//! path.
#![forbid(unsafe_code)]

mod table;

use std::env;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use gnezdo_web::routing::{Converters, Pattern, Router};

/// Rounds without the option: enough for a median that repeats within a few percent.
const ROUNDS: usize = 101;

/// How many times a round looks up every path.
const PASSES: usize = 4;

fn main() -> ExitCode {
    let options = match Options::from_words(env::args().skip(1)) {
        Ok(options) => options,
        Err(complaint) => {
            eprintln!("routing: {complaint}; usage: routing [--rounds N] [--json]");
            return ExitCode::FAILURE;
        }
    };
    let patterns = table::patterns();
    let paths = table::paths(&patterns);
    let (ours, theirs) = (our_router(&patterns), their_router(&patterns));
    check(&ours, &theirs, &paths);
    let figures = measure(&ours, &theirs, &paths, options.rounds);
    match options.form {
        Form::Text => println!(
            "gnezdo  {:.1} ns\nmatchit {:.1} ns\nratio   {:.2} (matchit / gnezdo)",
            figures.ours, figures.theirs, figures.ratio
        ),
        Form::Json => println!(
            "{{\"routes\":{},\"gnezdo_ns\":{:.2},\"matchit_ns\":{:.2},\"ratio\":{:.3}}}",
            table::ROUTES,
            figures.ours,
            figures.theirs,
            figures.ratio
        ),
    }
    ExitCode::SUCCESS
}

struct Options {
    rounds: usize,
    form: Form,
}

/// How figures are printed.
enum Form {
    Text,
    Json,
}

impl Options {
    fn from_words(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { rounds: ROUNDS, form: Form::Text };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--json" => options.form = Form::Json,
                "--rounds" => {
                    let number = words.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0);
                    options.rounds = number.ok_or("--rounds takes a number above 0")?;
                }
                other => return Err(format!("{other:?} is no option")),
            }
        }
        Ok(options)
    }
}

fn our_router(patterns: &[String]) -> Router<usize> {
    let converters = Converters::new();
    let mut router = Router::new();
    for (index, text) in patterns.iter().enumerate() {
        let pattern = Pattern::parse(text, &converters).expect("the table is well-formed");
        *router.resource(&pattern) = index;
    }
    router
}

fn their_router(patterns: &[String]) -> matchit::Router<usize> {
    let mut router = matchit::Router::new();
    for (index, text) in patterns.iter().enumerate() {
        router.insert(text, index).expect("the table is well-formed");
    }
    router
}

/// Sees to it that both find the right route, with the same values.
fn check(ours: &Router<usize>, theirs: &matchit::Router<usize>, paths: &[(usize, String)]) {
    for (index, path) in paths {
        let found = ours.find(path, |index, captures| {
            let values = (0..).map_while(|at| captures.raw(path, at)).collect::<Vec<_>>();
            Some((*index, values))
        });
        let matched = theirs.at(path).expect("each path fits a route");
        let values: Vec<&str> = matched.params.iter().map(|(_, value)| value).collect();
        assert_eq!(found, Ok((*index, values)), "{path}");
        assert_eq!(matched.value, index, "{path}");
    }
}

/// Medians over all rounds.
struct Figures {
    /// Nanoseconds for each lookup in our router.
    ours: f64,
    /// The same in matchit.
    theirs: f64,
    /// How many of our lookups fit into the time of one of theirs.
    ratio: f64,
}

fn measure(
    ours: &Router<usize>,
    theirs: &matchit::Router<usize>,
    paths: &[(usize, String)],
    rounds: usize,
) -> Figures {
    let find_ours = |path: &str| {
        let found = ours.find(path, |index, captures| Some((*index, *captures)));
        black_box(found).is_ok()
    };
    let find_theirs = |path: &str| black_box(theirs.at(path)).is_ok();
    let (mut of_ours, mut of_theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (a, b) = (round(paths, find_ours), round(paths, find_theirs));
        of_ours.push(a);
        of_theirs.push(b);
        ratios.push(b / a);
    }
    Figures { ours: median(of_ours), theirs: median(of_theirs), ratio: median(ratios) }
}

/// Nanoseconds for each lookup in one round.
fn round(paths: &[(usize, String)], find: impl Fn(&str) -> bool) -> f64 {
    let started = Instant::now();
    for _ in 0..PASSES {
        for (_, path) in paths {
            assert!(find(black_box(path)));
        }
    }
    nanoseconds(started.elapsed()) / (PASSES * paths.len()) as f64
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
