//! From options to the service of files.

use std::path::Path;

use gnezdo::Files;
use gnezdo::files::Builder;

use crate::failure::Failure;
use crate::field::Field;
use crate::options::FileOptions;

/// What to serve.
pub(crate) fn files(root: &Path, options: &FileOptions) -> Result<Files, Failure> {
    let builder = Files::builder(root)
        .index(&options.index)
        .listing(!options.no_listing)
        .spa(options.spa.as_deref())
        .hidden(options.hidden)
        .follow_symlinks(options.follow_symlinks)
        .compression(!options.no_compression)
        .cors(options.cors)
        .cache_control(options.cache_control.clone());
    let with_field =
        |builder: Builder, field: &Field| builder.header(field.name.clone(), field.value.clone());
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
