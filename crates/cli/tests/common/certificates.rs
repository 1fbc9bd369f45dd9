//! Certificates in files, good and bad, as people have them.

use std::fs;
use std::path::Path;
use std::process::Command;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use super::{command, run_command};

/// Writes `NAME.pem` and `NAME.key` into a folder: a certificate for the name that vouches for
/// itself, with the year in which it ends.
pub(crate) fn write_certificate(folder: &Path, name: &str, last_year: i32) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(last_year, 12, 31);
    let certificate = params.self_signed(&key).unwrap();
    fs::write(folder.join(format!("{name}.pem")), certificate.pem()).unwrap();
    fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).unwrap();
}

/// The program, with a folder of its own for the development authority.
pub(crate) fn command_with_data(data: &Path) -> Command {
    let mut command = command();
    command.env("XDG_DATA_HOME", data);
    command
}

/// The development authority's certificate in the data of a user, made if it is missing.
pub(crate) fn authority(data: &Path) -> String {
    let ended = run_command(command_with_data(data).args(["cert", "dev", "--print-ca"]));
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    ended.stdout.trim_end().to_owned()
}

/// What curl says.
#[derive(Debug)]
pub(crate) struct Curled {
    pub(crate) code: Option<i32>,
    /// Heads and content.
    pub(crate) answer: String,
    pub(crate) complaint: String,
}

/// Gets a URL with a program that is not ours, and trusts whom the file names.
pub(crate) fn curl(authority: &str, options: &[&str], url: &str) -> Curled {
    let mut curl = Command::new("curl");
    curl.args(["-sSi", "--max-time", "20", "--noproxy", "*", "--cacert", authority]);
    let output = curl.args(options).arg(url).output().expect("curl is on this machine");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Curled {
        code: output.status.code(),
        answer: text(&output.stdout),
        complaint: text(&output.stderr),
    }
}
