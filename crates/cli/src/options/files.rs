//! Which files are served, and how they are answered.

use clap::Args;
use http::HeaderValue;

use crate::field::{Field, field_value};

const FILES: &str = "Files";
const ANSWERS: &str = "Answers";

/// What is served of the root, and with which fields.
#[derive(Args, Debug)]
pub(crate) struct FileOptions {
    /// The file that stands for its folder; may be repeated, and the first that exists is sent
    #[arg(long, value_name = "NAME", help_heading = FILES, default_value = "index.html")]
    pub(crate) index: Vec<String>,
    /// Do not list folders that have no index file
    #[arg(long, help_heading = FILES)]
    pub(crate) no_listing: bool,
    /// Answer paths that name nothing with the page of a single-page application, index.html if
    /// none is named
    #[arg(long, value_name = "FILE", help_heading = FILES)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "index.html")]
    pub(crate) spa: Option<String>,
    /// Serve what starts with a dot; .well-known always is
    #[arg(long, help_heading = FILES)]
    pub(crate) hidden: bool,
    /// Follow symbolic links that lead out of the root
    #[arg(long, help_heading = FILES)]
    pub(crate) follow_symlinks: bool,

    /// Neither compress nor send .br, .zst and .gz neighbours
    #[arg(long, help_heading = ANSWERS)]
    pub(crate) no_compression: bool,
    /// The Cache-Control of files, such as max-age=3600
    #[arg(long, value_name = "VALUE", help_heading = ANSWERS, value_parser = field_value)]
    pub(crate) cache_control: Option<HeaderValue>,
    /// A field of every answer, as 'Name: value'; may be repeated (in GNEZDO_HEADER: in lines)
    #[arg(long, value_name = "FIELD", help_heading = ANSWERS)]
    pub(crate) header: Vec<Field>,
    /// Let pages of any origin read the files
    #[arg(long, help_heading = ANSWERS)]
    pub(crate) cors: bool,
}
