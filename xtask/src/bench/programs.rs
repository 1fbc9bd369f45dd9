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

/// Who is there, and who is not.
#[derive(Debug, Default)]
pub(crate) struct Programs {
    /// Peers whose programs are there.
    pub(crate) ready: Vec<Ready>,
    /// The names of the others, and why.
    pub(crate) missing: Vec<(String, String)>,
}

/// Makes the programs of all peers, and the load generator, ready. A peer whose program cannot
/// be had is left out.
///
/// # Errors
/// If there is no load generator, or our own program does not build.
pub(crate) fn ready(peers: Vec<Peer>, options: &BenchOptions) -> Result<Programs, Error> {
    install_missing(&peers);
    wrk()?;
    build_peers(&peers);
    if options.builds {
        build_ours(&peers)?;
    }
    let mut programs = Programs::default();
    for peer in peers {
        let name = peer.name.to_string();
        match find(peer) {
            Ok(ready) => programs.ready.push(ready),
            Err(reason) => {
                eprintln!("{name} is left out: {reason}");
                programs.missing.push((name, reason));
            }
        }
    }
    Ok(programs)
}

/// The load generator.
pub(crate) fn wrk() -> Result<PathBuf, Error> {
    which(WRK.program).ok_or_else(|| Error::NotInstalled {
        programs: WRK.program.into(),
        packages: WRK.package.into(),
    })
}

/// The version of the load generator.
pub(crate) fn wrk_version() -> String {
    version_of_system(WRK)
}

/// The peer with its program, or why there is none.
fn find(peer: Peer) -> Result<Ready, String> {
    let (program, version) = match &peer.program {
        Program::Ours { path, .. } => {
            let program = project::target_folder().join("release").join(path);
            (program, env!("CARGO_PKG_VERSION").to_owned())
        }
        Program::System(system) => {
            let program = which(system.program)
                .ok_or_else(|| format!("the package {} is not installed", system.package))?;
            (program, version_of_system(*system))
        }
        Program::Workspace { package, measured } => {
            let program = peers_folder().join("target/release").join(package);
            (program, locked_version(measured).map_err(|error| error.to_string())?)
        }
    };
    if !program.exists() {
        let path = program.strip_prefix(project::root()).unwrap_or(&program);
        return Err(format!("there is no {}", path.display()));
    }
    Ok(Ready { peer, program, version })
}

fn peers_folder() -> PathBuf {
    project::root().join("bench/peers")
}

/// Builds our programs, as far as they are among the peers.
fn build_ours(peers: &[Peer]) -> Result<(), Error> {
    let mut built: Vec<&str> = Vec::new();
    for peer in peers {
        let Program::Ours { path, build } = &peer.program else { continue };
        if built.contains(path) {
            continue;
        }
        eprintln!("building {path}");
        run(cargo().args(["build", "--release", "--quiet"]).args(*build))?;
        built.push(path);
    }
    Ok(())
}

/// Builds those peers that are programs of the workspace `bench/peers`. One that does not build
/// takes no other along, and is not measured as it was built before.
fn build_peers(peers: &[Peer]) {
    let packages: Vec<&str> = peers
        .iter()
        .filter_map(|peer| match peer.program {
            Program::Workspace { package, .. } => Some(package),
            Program::Ours { .. } | Program::System(_) => None,
        })
        .collect();
    if packages.is_empty() {
        return;
    }
    eprintln!("building {} (minutes, the first time)", packages.join(", "));
    if run(&mut peers_build(&packages)).is_ok() {
        return;
    }
    for package in packages {
        if run(&mut peers_build(&[package])).is_err() {
            // It is not there then, which is what `find` looks at.
            let _ = fs::remove_file(peers_folder().join("target/release").join(package));
        }
    }
}

fn peers_build(packages: &[&str]) -> Command {
    let mut build = cargo();
    build.args(["build", "--release", "--quiet", "--locked"]).current_dir(peers_folder());
    // Settings that were meant for our own build are not for theirs.
    build.env_remove("CARGO_TARGET_DIR");
    build.args(packages.iter().flat_map(|package| ["--package", package]));
    build
}

/// Tries to install what is missing. Whether that helped shows when programs are looked for.
fn install_missing(peers: &[Peer]) {
    let systems = peers.iter().filter_map(|peer| match peer.program {
        Program::System(system) => Some(system),
        Program::Ours { .. } | Program::Workspace { .. } => None,
    });
    let missing: Vec<System> =
        systems.chain([WRK]).filter(|system| which(system.program).is_none()).collect();
    if !missing.is_empty() && geteuid().is_root() && which("apt-get").is_some() {
        let packages: Vec<&str> = missing.iter().map(|system| system.package).collect();
        eprintln!("installing {}", packages.join(", "));
        let installed = run(&mut apt_get(&["update", "-qq"])).and_then(|()| {
            run(apt_get(&["install", "-qq", "--yes", "--no-install-recommends"]).args(packages))
        });
        if let Err(error) = installed {
            eprintln!("{error}");
        }
    }
}

fn apt_get(words: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
    command
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
