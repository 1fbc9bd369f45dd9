//! `gnezdo serve`: everything that can be wrong is found out before anything is announced.

use std::path::Path;

use gnezdo_command::{Banner, settings};

use crate::failure::Failure;
use crate::files::files;
use crate::options::ServeOptions;

/// Serves until a signal ends it.
pub(crate) fn serve(options: &ServeOptions) -> Result<(), Failure> {
    let settings = settings(&options.listening, &options.engine)?;
    let files = files(&options.root, &options.files)?;
    Ok(gnezdo_command::serve(files, settings, &banner(&options.root))?)
}

fn banner(root: &Path) -> Banner {
    // Without a current folder, the root as it was typed has to do.
    let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    let title = concat!("gnezdo ", env!("CARGO_PKG_VERSION"));
    Banner::new(title).line("root", root.display().to_string())
}
