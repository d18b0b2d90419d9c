#!/usr/bin/env python3
"""Everything a person does with this checkout, in one command: `python3 dev.py help`.

Standard library only. The file must parse on any Python 3, so that an old one reaches the sentence that says
it is too old: annotations may be modern (they are evaluated after that check), syntax may not.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

PYTHON_MIN = (3, 11)
if sys.version_info < PYTHON_MIN:
    sys.exit(
        f"Python 3.11 or newer is needed and this is {sys.version.split()[0]}: "
        "install one and use it, for example `python3.11 dev.py`."
    )

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed-requirements"
PIP_LOG = VENV / "pip.log"

# What `uv export` is told for each file of requirements; from "demo" on, each holds all that the one before holds.
EXPORTS = {
    "build": ["--only-group", "build"],
    "service": ["--no-emit-package", "setuptools"],  # python-barcode names it and never imports it
    "backend": ["--only-group", "image-backend"],
    "demo": ["--extra", "demo", "--group", "build"],
    "dev": ["--all-extras", "--group", "build"],
    "rivals": ["--all-extras", "--group", "build", "--group", "rivals"],  # only for `bench rivals`
}
CHECKS = {
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "."],
    "lint-imports": ["-c", "from importlinter.cli import lint_imports_command as run; run(['--no-logo'])"],
    "mypy": ["-m", "mypy"],
    "pyright": ["-m", "pyright"],
}
TELL_THEMSELVES = [  # their programs have options, which their own --help lists
    *("demo", "test", "chaos", "crash-matrix", "soak", "simulate", "fuzz", "mutate", "coverage"),
]
TEST_PROCESSES = 3  # for two cores: tests wait a good deal; `test -n 8` asks for more, `test -n 0` for none
MADE_HERE = [
    *(".venv", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis"),
    *("build", "dist", "demo-paper", "sbom", "site", "chaos-report"),
]


class SetupError(Exception):
    """Something the person at the keyboard can put right; the text is one sentence that says how."""


def main(arguments: list[str]) -> int:
    name, *rest = arguments or ["help"]
    name = "help" if name in ("-h", "--help") else name
    if name not in COMMANDS:
        print(f"There is no command {name!r}; the commands are {', '.join(COMMANDS)}.", file=sys.stderr)
        return 2
    if rest in (["-h"], ["--help"]) and name not in TELL_THEMSELVES:
        print(f"python3 dev.py {name}: {COMMANDS[name].__doc__}")
        return 0
    try:
        return COMMANDS[name](rest)
    except SetupError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"dev.py could not do its work in {ROOT}: {error}.", file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
    return 1


# The commands -----------------------------------------------------------------------------------------------


def demo(arguments: list[str]) -> int:
    """show it at work: PostgreSQL, the service and three printers; `demo --help` lists its options"""
    make_ready("demo")
    become([str(VENV / "bin" / "kitchen-demo"), *arguments])


def test(arguments: list[str]) -> int:
    """run the tests; further arguments go to pytest"""
    become_module("pytest", ["-n", str(TEST_PROCESSES), *arguments])


def check(arguments: list[str]) -> int:
    """run every static check: style, import contracts, types, locked requirements"""
    refuse(arguments, "check")
    make_ready("dev")
    results = {name: passes(name, command) for name, command in CHECKS.items()}
    results["requirements"] = requirements_equal_lock()
    print("\n== summary")
    for name, passed in results.items():
        print(f"{'passed' if passed else 'FAILED'}  {name}")
    return 0 if all(results.values()) else 1


def bench(arguments: list[str]) -> int:
    """run the measurements that are named; without a name, list them"""
    become_module("bench", arguments, needs="rivals" if arguments[:1] == ["rivals"] else "dev")


def chaos(arguments: list[str]) -> int:
    """try to break the promise: storms of faults over the whole edge; `chaos --minutes 60 --seed 1`"""
    become_module("proving.chaos", ["chaos", *arguments])


def crash_matrix(arguments: list[str]) -> int:
    """let a service die, fail, hang or lose its database at every point there is, then at pairs of them"""
    become_module("proving.chaos", ["crash-matrix", *arguments])


def soak(arguments: list[str]) -> int:
    """let the edge work for hours without faults, and say whether anything in it grows"""
    become_module("proving.chaos", ["soak", *arguments])


def simulate(arguments: list[str]) -> int:
    """let simulated evenings happen to the service: `--seed N` replays one, `--seeds 1-2000` is a campaign"""
    become_module("proving.simulation", arguments)


def fuzz(arguments: list[str]) -> int:
    """fuzz what reads bytes from outside: printers' answers, the health port, tickets; `--seconds 900`"""
    become_module("proving.fuzzing", arguments)


def mutate(arguments: list[str]) -> int:
    """change the decisions and see which change no test notices; modules may be named"""
    become_module("proving.mutating", arguments)


def coverage(arguments: list[str]) -> int:
    """run the tests and say which branches none of them takes, in programs they start too"""
    become_module("proving.covering", arguments)


def make(arguments: list[str]) -> int:
    """make files anew that are kept in the repository: fonts, translations, pictures; without a name, list them"""
    become_module("making", arguments)


def docs(arguments: list[str]) -> int:
    """build the documents as a site in site/, strictly; `docs links` asks every external link"""
    become_module("making.docs", arguments)


def sbom(arguments: list[str]) -> int:
    """write what is in each image to sbom/, as CycloneDX"""
    become_module("deploy.supply", ["sbom", *arguments])


def audit(arguments: list[str]) -> int:
    """ask the package index for known flaws of what is in each image"""
    become_module("deploy.supply", ["audit", *arguments])


def lock(arguments: list[str]) -> int:
    """renew uv.lock and requirements/ after a change of dependencies; `--upgrade` takes newer releases"""
    make_ready("dev")
    uv("lock", *arguments)
    for name in EXPORTS:
        requirements_file(name).write_text(exported(name))
    say("uv.lock and requirements/ are renewed")
    return 0


def clean(arguments: list[str]) -> int:
    """remove everything that was made here: the virtual environment, caches, the demo's papers"""
    refuse(arguments, "clean")
    caches = [
        path
        for top in ("src", "tests", "bench", "deploy", "proving")
        for path in (ROOT / top).rglob("__pycache__")
    ]
    for path in [*(ROOT / name for name in MADE_HERE), *caches]:
        shutil.rmtree(path, ignore_errors=not path.exists())
    say("removed the virtual environment, caches and demo papers")
    return 0


def usage(arguments: list[str]) -> int:
    """show this list"""
    refuse(arguments, "help")
    print("python3 dev.py COMMAND [ARGUMENTS]\n")
    for name, command in COMMANDS.items():
        print(f"  {name:<12} {command.__doc__}")
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    **{
        command.__name__.replace("_", "-"): command
        for command in (
            demo,
            test,
            check,
            bench,
            chaos,
            crash_matrix,
            soak,
            simulate,
            fuzz,
            mutate,
            coverage,
            make,
            docs,
            lock,
            sbom,
            audit,
            clean,
        )
    },
    "help": usage,
}


# The virtual environment ------------------------------------------------------------------------------------


def make_ready(name: str) -> None:
    """Leave a virtual environment that holds at least the requirements of that name and this project.

    Costs two small reads when nothing changed. Two dev.py at once take turns.
    """
    if not sys.platform.startswith("linux"):
        raise SetupError(
            f"This project runs on Linux and this is {sys.platform}: use a Linux machine or container."
        )
    if is_ready(name):
        return
    import fcntl  # only here: other systems do not have it, and should still reach the sentence above

    turn = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not is_ready(name):
            install(name)
    finally:
        os.close(turn)


def is_ready(name: str) -> bool:
    try:
        installed = STAMP.read_text()
    except FileNotFoundError:
        return False
    names = list(EXPORTS)
    return PYTHON.exists() and installed in {stamp(each) for each in names[names.index(name) :]}


def stamp(name: str) -> str:
    """What an environment made from these files says of itself; it points to this folder, so that counts."""
    parts = [requirements_file(name).read_bytes(), (ROOT / "pyproject.toml").read_bytes(), bytes(ROOT)]
    return f"{name} {hashlib.sha256(b'|'.join(parts)).hexdigest()}\n"


def install(name: str) -> None:
    started = time.monotonic()
    make_venv()
    STAMP.unlink(missing_ok=True)
    file = requirements_file(name)
    say(f"installing {file.relative_to(ROOT)}, each package checked by its hash")
    pip("install", "--require-hashes", "--no-deps", "-r", str(file))
    say("installing this project")
    # Without isolation the build takes hatchling from the hashed requirements, not one fetched unchecked.
    pip("install", "--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT))
    STAMP.write_text(stamp(name))
    say(f"ready after {time.monotonic() - started:.0f} s")


def make_venv() -> None:
    if PYTHON.exists() and not subprocess.run([str(PYTHON), "-c", "import pip"], check=False).returncode:
        return
    if not all(importlib.util.find_spec(module) for module in ("venv", "ensurepip")):
        raise SetupError(
            "This Python cannot make virtual environments, its venv or ensurepip module is missing: "
            "on Debian or Ubuntu run `apt-get install python3-venv`, then this again."
        )
    say("making the virtual environment .venv")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise SetupError(f"{VENV} could not be made: {last_line(made.stderr or made.stdout)}.")


def pip(*arguments: str) -> None:
    with PIP_LOG.open("w") as log:
        command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
        done = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise SetupError(why_pip_failed(PIP_LOG.read_text(errors="replace")))


def why_pip_failed(output: str) -> str:
    if "connection broken by" in output or "Could not fetch URL" in output:
        return (
            "The package index could not be reached: connect this machine to the network "
            f"(or point PIP_INDEX_URL to a mirror) and run this again; pip's own words are in {PIP_LOG}."
        )
    if "DO NOT MATCH THE HASHES" in output:
        return (
            f"A downloaded package is not the one that was locked, so nothing was installed: see {PIP_LOG}."
        )
    return f"pip could not install the packages ({last_line(output)}): all it said is in {PIP_LOG}."


# The locked requirements ------------------------------------------------------------------------------------


def requirements_file(name: str) -> Path:
    return ROOT / "requirements" / f"{name}.txt"


def exported(name: str) -> str:
    """The text that requirements/NAME.txt must have, from uv.lock alone (no network)."""
    header = "# Made from uv.lock by `python3 dev.py lock`; not edited by hand.\n"
    return header + uv("export", "--locked", "--offline", "--no-header", "--no-emit-project", *EXPORTS[name])


def requirements_equal_lock() -> bool:
    print("\n== requirements")
    try:
        stale = [name for name in EXPORTS if requirements_file(name).read_text() != exported(name)]
    except SetupError as error:
        print(error)
        return False
    for name in stale:
        print(f"requirements/{name}.txt is not what uv.lock says: run `python3 dev.py lock`.")
    return not stale


def uv(*arguments: str) -> str:
    """Run uv on this project, deaf to this machine's own settings: its mirrors must not reach the lock."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
    command = [str(PYTHON), "-m", "uv", "--no-config", "--quiet", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SetupError(f"uv {arguments[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


# Small steps ------------------------------------------------------------------------------------------------


def become_module(name: str, arguments: list[str], needs: str = "dev") -> NoReturn:
    """Give this process over to a module of the development environment, at the root of the checkout."""
    make_ready(needs)
    os.chdir(ROOT)
    become([str(PYTHON), "-m", name, *arguments])


def become(command: list[str]) -> NoReturn:
    """Give this process over to the command: its signals, terminal and exit code are then its own."""
    sys.stdout.flush()
    os.execv(command[0], command)


def passes(name: str, command: list[str]) -> bool:
    print(f"\n== {name}", flush=True)
    return subprocess.run([str(PYTHON), *command], cwd=ROOT, check=False).returncode == 0


def refuse(arguments: list[str], name: str) -> None:
    if arguments:
        raise SetupError(f"`{name}` takes no arguments, and was given {' '.join(arguments)}.")


def last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1].rstrip(".")


def say(step: str) -> None:
    print(f"dev: {step}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
