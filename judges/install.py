"""Gets the judges their tools: Debian packages, and under target/judges a Python environment and
programs from crates.io.

A tool that is there already is used as it is. Who is not root, or has no apt-get, is told the
name of the package.
"""

import os
import shutil
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

from verdict import WORK, CannotJudge

REQUIREMENTS = Path(__file__).resolve().parent / "requirements.txt"
ENVIRONMENT = WORK / "environment"

# The judges are programs of their own; they share one `apt-get update`.
UPDATED = WORK / "apt-updated"
UPDATE_SECONDS = 3600


def program(name: str, package: str) -> str:
    """The path of a program; its Debian package is installed when it is missing."""
    if not shutil.which(name):
        install(package, f"the program {name}")
    return shutil.which(name) or refuse(f"the package {package} has no program {name}")


def folder(path: Path, package: str) -> Path:
    """A folder that belongs to a Debian package."""
    if not path.is_dir():
        install(package, f"the folder {path}")
    return path if path.is_dir() else refuse(f"the package {package} has no folder {path}")


def python_program(name: str) -> str:
    """The path of a program that comes from PyPI, or `python` with all of REQUIREMENTS."""
    wanted = sha256(REQUIREMENTS.read_bytes()).hexdigest()
    stamp = ENVIRONMENT / "requirements.sha256"
    if not stamp.exists() or stamp.read_text() != wanted:
        make_environment()
        stamp.write_text(wanted)
    return str(ENVIRONMENT / "bin" / name)


def make_environment() -> None:
    creation = [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)]
    # Debian ships the module without the pip that it unpacks.
    if subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True).returncode:
        install("python3-venv", "the Python module ensurepip")
    do(creation, "a Python environment")
    pip = [str(ENVIRONMENT / "bin" / "pip"), "--disable-pip-version-check", "install", "--quiet"]
    do([*pip, "--requirement", str(REQUIREMENTS)], "the Python packages")


def cargo_program(name: str, package: str, version: str) -> str:
    """The path of a program from crates.io, built as its authors locked it."""
    root = WORK / f"{package}-{version}"
    path = root / "bin" / name
    if not path.exists():
        command = ["cargo", "install", "--quiet", package, "--version", version, "--locked"]
        do([*command, "--root", str(root)], f"the program {name}")
    return str(path)


def install(package: str, what: str) -> None:
    if not shutil.which("apt-get"):
        refuse(f"{what} is missing, and this system has no apt-get; Debian has it in {package}")
    if os.geteuid() != 0:
        refuse(f"{what} is missing; apt-get install {package} brings it")
    if not UPDATED.exists() or time.time() - UPDATED.stat().st_mtime > UPDATE_SECONDS:
        do(["apt-get", "update", "-qq"], "the lists of packages")
        UPDATED.parent.mkdir(parents=True, exist_ok=True)
        UPDATED.touch()
    wait_for_others = ["-o", "DPkg::Lock::Timeout=120"]
    options = ["--yes", "--quiet=2", "--no-install-recommends", *wait_for_others]
    do(["apt-get", "install", *options, package], f"the package {package}")


def do(command: list[str], what: str) -> None:
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        refuse(f"could not get {what} with {' '.join(command)}:\n{done.stdout[-4000:]}")


def refuse(reason: str):
    raise CannotJudge(reason)
