"""Make the root of an image that holds a program, what it loads, and nothing else: no shell, no package manager.

Run while an image is built, in the stage where Python and the program are installed; standard library only. Which
shared libraries are needed is asked of the dynamic loader (`ldd`), so nothing here depends on the processor. For
scanners, the records of the Debian packages that the files came from are kept where they look for them.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

VENV: Final = Path("/opt/kitchen")
USER_ID: Final = 10001

STANDARD_LIBRARY_WITHOUT: Final = (
    *("test", "idlelib", "tkinter", "turtledemo", "turtle.py", "ensurepip", "lib2to3", "pydoc_data"),
    *("site-packages", "config-*"),
)
NEVER_COPIED: Final = ("__pycache__", "_tkinter*.so", "_test*.so", "xxlimited*.so")
SURROUNDINGS: Final = (
    *(
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/nsswitch.conf",
        "/etc/os-release",
        "/usr/lib/locale/C.utf8",
    ),
    *("/etc/ld.so.conf", "/etc/ld.so.conf.d"),
)
LOADED_WHEN_NEEDED: Final = ("libgcc_s.so.1",)
"""What the C library loads by name when a thread ends: `ldd` cannot know."""

ELF: Final = b"\x7fELF"


def main(arguments: list[str]) -> None:
    """Collect."""
    parser = argparse.ArgumentParser(description="Make the root of an image.")
    parser.add_argument("into", type=Path, help="An empty folder.")
    parser.add_argument("--command", action="append", required=True, help="A command of /opt/kitchen/bin.")
    parser.add_argument(
        "--without", action="append", default=[], help="A package of ours that is not wanted."
    )
    told = parser.parse_args(arguments)
    into: Path = told.into
    make_frame(into)
    for path in [*python_files(), *program_files(told.command, set(told.without))]:
        copy(path, into)
    libraries = sorted(set(needed_libraries(into)) | set(loaded_when_needed()))
    for path in [*libraries, *filter(Path.exists, map(Path, SURROUNDINGS))]:
        copy(path, into)
    keep_package_records(libraries, into)
    subprocess.run(["ldconfig", "-r", str(into)], check=True)
    compile_all(into)


def make_frame(into: Path) -> None:
    """Make what every root has: its links, a place for temporary files, and the user."""
    into.mkdir(mode=0o755)
    for link in (Path(each) for each in ("/bin", "/lib", "/lib64", "/sbin") if Path(each).is_symlink()):
        copy(link, into)
    for folder in ("bin", "lib", "lib64", "sbin"):
        if (into / folder).is_symlink():
            (into / "usr" / folder).mkdir(parents=True, exist_ok=True)
    (into / "etc").mkdir()
    (into / "etc/passwd").write_text(f"kitchen:x:{USER_ID}:{USER_ID}::/nonexistent:/usr/sbin/nologin\n")
    (into / "etc/group").write_text(f"kitchen:x:{USER_ID}:\n")
    (into / "tmp").mkdir()
    (into / "tmp").chmod(0o1777)


def python_files() -> Iterator[Path]:
    """Yield the interpreter, by each of its names, and the standard library."""
    binary = Path(sys.base_prefix, "bin")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for name in ("python", "python3", f"python{version}"):
        yield binary / name
    library = Path(sysconfig.get_path("stdlib"))
    for path in sorted(library.iterdir()):
        if not any(path.match(pattern) for pattern in STANDARD_LIBRARY_WITHOUT):
            yield path


def program_files(commands: Iterable[str], without: set[str]) -> Iterator[Path]:
    """Yield what is installed in the virtual environment, but for other commands and unwanted packages of ours."""
    yield VENV / "pyvenv.cfg"
    for name in ("python", *commands):
        yield VENV / "bin" / name
    (packages,) = VENV.glob("lib/python3.*/site-packages")
    for path in sorted(packages.iterdir()):
        if path.name.partition("-")[0] not in without | {"__pycache__", "pip"}:
            yield path
    yield from (path for path in [VENV / "share"] if path.exists())


def copy(path: Path, into: Path) -> None:
    """Copy a file, a folder, or a link and what it leads to, to the same place below another root."""
    target = into / path.relative_to("/")
    if target.is_symlink() or (target.exists() and not path.is_dir()):
        return
    make_parents(path, into)
    if path.is_symlink():
        target.symlink_to(path.readlink())
        leads_to = path.parent / path.readlink()
        if not leads_to.is_dir():
            copy(Path(os.path.normpath(leads_to)), into)
    elif path.is_dir():
        shutil.copytree(
            path, target, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*NEVER_COPIED)
        )
    else:
        shutil.copy2(path, target)


def make_parents(path: Path, into: Path) -> None:
    """Make the folders above a path, as links where they are links here."""
    for parent in reversed(path.parents[:-1]):
        below = into / parent.relative_to("/")
        if parent.is_symlink() and not below.is_symlink():
            copy(parent, into)
        elif not below.exists():
            below.mkdir(mode=0o755)


def needed_libraries(into: Path) -> Iterator[Path]:
    """Yield the shared libraries that programs and extension modules in a root ask for.

    A module of the standard library that lacks one could not be imported before, and is left out. Anything else that
    lacks one ends the build.
    """
    for path in sorted(into.rglob("*")):
        if path.is_symlink() or not path.is_file() or not is_elf(path):
            continue
        here = Path("/", path.relative_to(into))
        told = subprocess.run(["ldd", str(here)], capture_output=True, text=True, check=False).stdout
        if missing := re.findall(r"(\S+) => not found", told):
            if not here.is_relative_to(sysconfig.get_path("stdlib")):
                sys.exit(f"{here} needs {', '.join(missing)}, which this stage does not have.")
            path.unlink()
            print(f"without {here}, which needs {', '.join(missing)}")
            continue
        for name in re.findall(r"(?:=> |^\s*)(/\S+) \(0x", told, re.MULTILINE):
            if not Path(name).is_relative_to(VENV):
                yield Path(name)


def is_elf(path: Path) -> bool:
    """Say whether a file is a program or a shared library."""
    with path.open("rb") as file:
        return file.read(len(ELF)) == ELF


def loaded_when_needed() -> Iterator[Path]:
    """Yield the libraries that are loaded by name."""
    known = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    for name in LOADED_WHEN_NEEDED:
        found = re.search(rf"^\s*{re.escape(name)} .* => (/\S+)$", known, re.MULTILINE)
        if found is None:
            sys.exit(f"{name} is not installed in this stage.")
        yield Path(found[1])


def keep_package_records(paths: Iterable[Path], into: Path) -> None:
    """Leave a record of each Debian package that a file came from, so that scanners know what is in the image."""
    folder = into / "var/lib/dpkg/status.d"
    folder.mkdir(parents=True)
    for package in sorted({each for path in paths for each in owners(path)}):
        record = subprocess.run(["dpkg-query", "-s", package], capture_output=True, text=True, check=True)
        (folder / package.partition(":")[0]).write_text(record.stdout)


def owners(path: Path) -> list[str]:
    """Return the Debian packages that installed a file; none for what was compiled for the base image itself."""
    names = {str(path), str(path.resolve()), str(path).removeprefix("/usr"), f"/usr{path}"}
    told = subprocess.run(["dpkg-query", "-S", *sorted(names)], capture_output=True, text=True, check=False)
    return [line.partition(": ")[0] for line in told.stdout.splitlines() if not line.startswith("diversion")]


def compile_all(into: Path) -> None:
    """Compile ahead: the root is read-only, and a health check every few seconds must not compile Python anew."""
    folders = [str(into / Path(sysconfig.get_path("stdlib")).relative_to("/")), str(into / "opt")]
    options = ["-q", "-j0", "--invalidation-mode=unchecked-hash", "-s", str(into), "-p", "/"]
    subprocess.run([sys.executable, "-m", "compileall", *options, *folders], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
