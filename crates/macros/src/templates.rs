//! `templates!("templates")`: a folder of the crate, read while debugging, embedded otherwise.

use std::io;
use std::path::Path;

use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;

/// How deep folders of templates may lie within each other.
const DEPTH_MAX: usize = 16;

/// The expression that makes the `Templates`.
pub(crate) fn expand(folder: &LitStr) -> syn::Result<TokenStream> {
    let root = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let path = Path::new(&root).join(folder.value());
    let mut files = Vec::new();
    add_files(&path, "", DEPTH_MAX, &mut files).map_err(|error| {
        let text = format!("the folder {} cannot be read: {error}", path.display());
        syn::Error::new(folder.span(), text)
    })?;
    files.sort();
    let folder_text = path.display().to_string();
    if !cfg!(feature = "embed") {
        return Ok(quote! { ::gnezdo::web::templates::Templates::folder(#folder) });
    }
    let embedded = files.iter().map(|(name, path)| quote! { (#name, ::core::include_str!(#path)) });
    Ok(quote! {
        if ::core::cfg!(debug_assertions) {
            ::gnezdo::web::templates::Templates::folder(#folder_text)
        } else {
            ::gnezdo::web::templates::Templates::embedded([#(#embedded),*])
        }
    })
}

/// Adds the names and the paths of the templates in a folder and below it. Hidden ones are left
/// out, as they are by the folder itself, and so is what is no text, such as a picture.
fn add_files(
    folder: &Path,
    prefix: &str,
    depth: usize,
    files: &mut Vec<(String, String)>,
) -> io::Result<()> {
    if depth == 0 {
        return Err(io::Error::other("its folders lie too deep within each other"));
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = entry.path();
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            add_files(&path, &format!("{prefix}{name}/"), depth - 1, files)?;
        } else if let (Some(path), true) = (path.to_str(), is_text(&path)?) {
            files.push((format!("{prefix}{name}"), path.to_owned()));
        }
    }
    Ok(())
}

fn is_text(file: &Path) -> io::Result<bool> {
    Ok(std::str::from_utf8(&std::fs::read(file)?).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_the_texts_that_are_not_hidden() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("parts")).unwrap();
        for (name, content) in [
            ("index.html", "гнездо".as_bytes()),
            ("parts/a.html", b""),
            ("logo.png", b"\x89PNG\r\n"),
            (".hidden.html", b"a"),
        ] {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        let mut files = Vec::new();
        add_files(folder.path(), "", DEPTH_MAX, &mut files).unwrap();
        let mut names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["index.html", "parts/a.html"]);
    }
}
