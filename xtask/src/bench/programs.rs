//! Finds, builds or installs the programs of the peers.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::geteuid;

use super::BenchOptions;
use super::peer::{Peer, Program, System, Tool};
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
    /// What puts load on them.
    pub(crate) tools: Tools,
}

/// The programs that a run needs beside its peers: where they lie, and what they say they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tools(BTreeMap<Tool, (PathBuf, String)>);

impl Tools {
    /// Where one lies.
    ///
    /// # Errors
    /// If no scenario of the run was known to need it.
    pub(crate) fn path(&self, tool: Tool) -> Result<&Path, Error> {
        match self.0.get(&tool) {
            Some((path, _)) => Ok(path),
            None => Err(Error::Machine(format!("{} was not looked for", tool.name()))),
        }
    }

    /// Their names and versions.
    pub(crate) fn versions(&self) -> impl Iterator<Item = (String, String)> {
        self.0.iter().map(|(tool, (_, version))| (tool.name().to_owned(), version.clone()))
    }
}

/// Makes the programs of all peers, and those that put load on them, ready. A peer whose program
/// cannot be had is left out.
///
/// # Errors
/// If there is nothing to put load on them, or our own program does not build.
pub(crate) fn ready(
    peers: Vec<Peer>,
    tools: &[Tool],
    options: &BenchOptions,
) -> Result<Programs, Error> {
    let needed: Vec<Program> = peers.iter().map(|peer| peer.program.clone()).collect();
    let needed = [needed, tools.iter().map(|tool| tool.program()).collect()].concat();
    install_missing(&needed);
    build_peers(&needed);
    if options.builds {
        build_ours(&needed)?;
    }
    let mut programs = Programs { tools: find_tools(tools)?, ..Programs::default() };
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

fn find_tools(tools: &[Tool]) -> Result<Tools, Error> {
    let mut found = BTreeMap::new();
    for &tool in tools {
        let program = tool.program();
        let path_and_version = find_program(&program).map_err(|reason| match program {
            Program::System(system) => Error::NotInstalled {
                programs: system.program.into(),
                packages: system.package.into(),
            },
            Program::Ours { .. } | Program::Workspace { .. } => Error::Machine(reason),
        })?;
        found.insert(tool, path_and_version);
    }
    Ok(Tools(found))
}

/// The peer with its program, or why there is none.
fn find(peer: Peer) -> Result<Ready, String> {
    let (program, version) = find_program(&peer.program)?;
    Ok(Ready { peer, program, version })
}

/// Where a program lies, and what it says it is, or why there is none.
fn find_program(program: &Program) -> Result<(PathBuf, String), String> {
    let (program, version) = match program {
        Program::Ours { path, measured, .. } => {
            let program = project::target_folder().join("release").join(path);
            (program, locked_version(project::root(), measured))
        }
        Program::System(system) => {
            let program = which(system.program)
                .ok_or_else(|| format!("the package {} is not installed", system.package))?;
            (program, Ok(version_of_system(*system)))
        }
        Program::Workspace { package, measured } => {
            let program = peers_folder().join("target/release").join(package);
            (program, locked_version(&peers_folder(), measured))
        }
    };
    let version = version.map_err(|error| error.to_string())?;
    if !program.exists() {
        let path = program.strip_prefix(project::root()).unwrap_or(&program);
        return Err(format!("there is no {}", path.display()));
    }
    Ok((program, version))
}

fn peers_folder() -> PathBuf {
    project::root().join("bench/peers")
}

/// Builds our programs, as far as they are needed.
fn build_ours(programs: &[Program]) -> Result<(), Error> {
    let mut built: Vec<&str> = Vec::new();
    for program in programs {
        let Program::Ours { path, build, .. } = program else { continue };
        if built.contains(path) {
            continue;
        }
        eprintln!("building {path}");
        run(cargo().args(["build", "--release", "--quiet"]).args(*build))?;
        built.push(path);
    }
    Ok(())
}

/// Builds what is a program of the workspace `bench/peers`. One that does not build takes no
/// other along, and is not measured as it was built before.
fn build_peers(programs: &[Program]) {
    let packages: Vec<&str> = programs
        .iter()
        .filter_map(|program| match *program {
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
fn install_missing(programs: &[Program]) {
    let systems = programs.iter().filter_map(|program| match *program {
        Program::System(system) => Some(system),
        Program::Ours { .. } | Program::Workspace { .. } => None,
    });
    let missing: Vec<System> = systems.filter(|system| which(system.program).is_none()).collect();
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

/// The version of a crate in the lock file of a workspace.
fn locked_version(workspace: &Path, name: &str) -> Result<String, Error> {
    let path = workspace.join("Cargo.lock");
    let lock = fs::read_to_string(&path).map_err(Error::io(format!("read {}", path.display())))?;
    Ok(version_in_lock(&lock, name).unwrap_or("of unknown version").to_owned())
}

/// The newest, if there are several: the others belong to crates of others.
fn version_in_lock<'l>(lock: &'l str, name: &str) -> Option<&'l str> {
    let entry = format!("\nname = \"{name}\"\nversion = \"");
    let (_, rest) = lock.rsplit_once(&entry)?;
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
        assert_eq!(version_in("h2load nghttp2/1.52.0"), Some("1.52.0"));
        assert_eq!(version_in("OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3)"), Some("3.0.19"));
        assert_eq!(version_in("no idea"), None);
    }

    /// What is measured there is the work of the frameworks, so what they all use is the same.
    #[test]
    fn frameworks_are_measured_with_the_same_crates_of_others() {
        for name in ["garde", "minijinja", "serde", "serde_json"] {
            let ours = locked_version(project::root(), name).unwrap();
            assert_eq!(locked_version(&peers_folder(), name).unwrap(), ours, "{name}");
        }
    }

    #[test]
    fn versions_of_crates_stand_in_the_lock_file() {
        let lock = "[[package]]\nname = \"actix\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"actix-files\"\nversion = \"0.7.3\"\nsource = \"x\"\n";
        assert_eq!(version_in_lock(lock, "actix-files"), Some("0.7.3"));
        assert_eq!(version_in_lock(lock, "axum"), None);
        let twice = format!("{lock}\n[[package]]\nname = \"actix-files\"\nversion = \"0.8.0\"\n");
        assert_eq!(version_in_lock(&twice, "actix-files"), Some("0.8.0"));
    }
}
