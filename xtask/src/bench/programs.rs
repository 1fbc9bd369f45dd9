//! Finds, builds or installs the programs of the peers.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use nix::unistd::geteuid;

use super::BenchOptions;
use super::peer::{Peer, Program, System, WRK};
use crate::error::Error;
use crate::project::{self, cargo, run};

/// Where programs lie that are not on everybody's `PATH`.
const MORE_FOLDERS: [&str; 3] = ["/usr/sbin", "/usr/local/sbin", "/sbin"];

/// A peer whose program is there.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
    /// The peer.
    pub(crate) peer: Peer,
    /// Its program.
    pub(crate) program: PathBuf,
    /// What the program says it is.
    pub(crate) version: String,
}

/// Makes the programs of all peers, and the load generator, ready.
pub(crate) fn ready(peers: Vec<Peer>, options: &BenchOptions) -> Result<Vec<Ready>, Error> {
    install_missing(&peers)?;
    build_peers(&peers)?;
    if options.builds && peers.iter().any(Peer::is_ours) {
        eprintln!("building gnezdo");
        run(cargo().args(["build", "--release", "--quiet", "--package", "gnezdo-cli"]))?;
    }
    let found = peers.into_iter().map(find);
    Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// The load generator.
pub(crate) fn wrk() -> Result<PathBuf, Error> {
    which(WRK.program).ok_or_else(|| not_installed(&[WRK]))
}

/// The version of the load generator.
pub(crate) fn wrk_version() -> String {
    version_of_system(WRK)
}

fn find(peer: Peer) -> Result<Option<Ready>, Error> {
    let (program, version) = match &peer.program {
        Program::Ours => {
            let program = project::target_folder().join("release/gnezdo");
            if !program.exists() {
                eprintln!("{} is left out: there is no {}", peer.name, program.display());
                return Ok(None);
            }
            let version = project::first_line(&program, &["--version"]).unwrap_or_default();
            (program, version)
        }
        Program::System(system) => {
            let program = which(system.program).ok_or_else(|| not_installed(&[*system]))?;
            (program, version_of_system(*system))
        }
        Program::Workspace { package, measured } => {
            (peers_folder().join("target/release").join(package), locked_version(measured)?)
        }
    };
    Ok(Some(Ready { peer, program, version }))
}

fn peers_folder() -> PathBuf {
    project::root().join("bench/peers")
}

/// Builds those peers that are programs of the workspace `bench/peers`.
fn build_peers(peers: &[Peer]) -> Result<(), Error> {
    let mut build = cargo();
    build.args(["build", "--release", "--quiet", "--locked"]).current_dir(peers_folder());
    // Settings that were meant for our own build are not for theirs.
    build.env_remove("CARGO_TARGET_DIR");
    let packages: Vec<&str> = peers
        .iter()
        .filter_map(|peer| match peer.program {
            Program::Workspace { package, .. } => Some(package),
            Program::Ours | Program::System(_) => None,
        })
        .collect();
    if packages.is_empty() {
        return Ok(());
    }
    eprintln!("building {} (minutes, the first time)", packages.join(", "));
    run(build.args(packages.iter().flat_map(|package| ["--package", package])))
}

fn install_missing(peers: &[Peer]) -> Result<(), Error> {
    let systems = peers.iter().filter_map(|peer| match peer.program {
        Program::System(system) => Some(system),
        Program::Ours | Program::Workspace { .. } => None,
    });
    let missing: Vec<System> =
        systems.chain([WRK]).filter(|system| which(system.program).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let can_install = geteuid().is_root() && which("apt-get").is_some();
    if !can_install {
        return Err(not_installed(&missing));
    }
    let packages: Vec<&str> = missing.iter().map(|system| system.package).collect();
    eprintln!("installing {}", packages.join(", "));
    run(&mut apt_get(&["update", "-qq"]))?;
    run(apt_get(&["install", "-qq", "--yes", "--no-install-recommends"]).args(packages))
}

fn apt_get(words: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn not_installed(missing: &[System]) -> Error {
    let join = |name: fn(&System) -> &'static str, by| {
        missing.iter().map(name).collect::<Vec<_>>().join(by)
    };
    Error::NotInstalled {
        programs: join(|system| system.program, ", "),
        packages: join(|system| system.package, " "),
    }
}

fn which(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(MORE_FOLDERS.map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}

/// `nginx version: nginx/1.22.1`, `h2o version 2.2.5`, `wrk 4.1.0 [epoll] …`: the first word
/// that holds a digit and a dot, without what stands before a slash.
fn version_of_system(system: System) -> String {
    let line = which(system.program)
        .and_then(|program| project::first_line(program, &[system.version_option]))
        .unwrap_or_default();
    version_in(&line).unwrap_or(&line).to_owned()
}

fn version_in(line: &str) -> Option<&str> {
    let looks_right =
        |word: &&str| word.contains('.') && word.contains(|c: char| c.is_ascii_digit());
    let word = line.split_whitespace().find(looks_right)?;
    Some(word.rsplit_once('/').map_or(word, |(_, version)| version))
}

/// The version of a crate in the lock file of the peers.
fn locked_version(name: &str) -> Result<String, Error> {
    let path = peers_folder().join("Cargo.lock");
    let lock = fs::read_to_string(&path).map_err(Error::io(format!("read {}", path.display())))?;
    Ok(version_in_lock(&lock, name).unwrap_or("of unknown version").to_owned())
}

fn version_in_lock<'l>(lock: &'l str, name: &str) -> Option<&'l str> {
    let entry = format!("\nname = \"{name}\"\nversion = \"");
    let (_, rest) = lock.split_once(&entry)?;
    rest.split_once('"').map(|(version, _)| version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_say() {
        assert_eq!(version_in("nginx version: nginx/1.22.1"), Some("1.22.1"));
        assert_eq!(version_in("h2o version 2.2.5"), Some("2.2.5"));
        assert_eq!(version_in("wrk debian/4.1.0-3+b2 [epoll] Copyright"), Some("4.1.0-3+b2"));
        assert_eq!(version_in("no idea"), None);
    }

    #[test]
    fn versions_of_crates_stand_in_the_lock_file() {
        let lock = "[[package]]\nname = \"actix\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"actix-files\"\nversion = \"0.7.3\"\nsource = \"x\"\n";
        assert_eq!(version_in_lock(lock, "actix-files"), Some("0.7.3"));
        assert_eq!(version_in_lock(lock, "axum"), None);
    }
}
