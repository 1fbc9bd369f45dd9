//! `gnezdo cert`: certificates, made and explained.

use std::os::unix::ffi::OsStrExt;

use gnezdo_command::style::{TITLE, labelled};
use gnezdo_command::{DevCertificate, Failure, dev_certificate, one_line, print, print_styled};

use crate::options::{CertCommand, CertDevOptions};

/// Does what the words after `gnezdo cert` say.
pub(crate) fn cert(command: &CertCommand) -> Result<(), Failure> {
    match command {
        CertCommand::Dev(options) => dev(options),
    }
}

fn dev(options: &CertDevOptions) -> Result<(), Failure> {
    let made = dev_certificate(options.dir.as_deref(), &options.names)?;
    if options.print_ca {
        let path = made.authority.certificate_path();
        return print(&[path.as_os_str().as_bytes(), b"\n"].concat());
    }
    let serve = options.dir.is_none().then(|| serving(&options.names));
    print_styled(&text(&made, serve.as_deref()))
}

/// How a server is started with a certificate for these names.
fn serving(names: &[String]) -> String {
    match names {
        [] => "gnezdo serve --tls self-signed".into(),
        names if names.iter().any(|name| name.contains('*')) => {
            format!("gnezdo serve --tls 'self-signed:{}'", names.join(","))
        }
        names => format!("gnezdo serve --tls self-signed:{}", names.join(",")),
    }
}

fn text(made: &DevCertificate, serve: Option<&str>) -> String {
    let DevCertificate { authority, files, names } = made;
    let line = |label, text: &str| labelled(label, &one_line(text));
    let mut text = format!("{TITLE}{}{TITLE:#}\n", one_line(authority.name()));
    text += &line("authority", &authority.certificate_path().display().to_string());
    text += &line("certificate", &files.chain.display().to_string());
    text += &line("key", &files.key.display().to_string());
    text += &line("names", &names.join(", "));
    if let Some(serve) = serve {
        text += &line("serve", serve);
    }
    text.push('\n');
    text.extend(authority.trust_instructions().lines().map(instruction));
    text
}

/// A line of instructions; those that name a system stand out.
fn instruction(line: &str) -> String {
    if line.ends_with(':') && !line.starts_with(' ') {
        format!("{TITLE}{}{TITLE:#}\n", one_line(line))
    } else {
        format!("{}\n", one_line(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_serve_is_a_command_for_a_shell() {
        for (names, expected) in [
            (&[][..], "gnezdo serve --tls self-signed"),
            (&["a.test", "::2"], "gnezdo serve --tls self-signed:a.test,::2"),
            (&["*.a.test"], "gnezdo serve --tls 'self-signed:*.a.test'"),
        ] {
            let names: Vec<_> = names.iter().map(ToString::to_string).collect();
            assert_eq!(serving(&names), expected);
        }
    }
}
