"""The files that make containers, as values."""

import re
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
TARGETS = ("service", "backend", "demo")

Tree = dict[str, Any]


def compose(name: str = "compose.yaml") -> Tree:
    """Return a compose file with its anchors resolved."""
    return dict(import_module("yaml").safe_load((CHECKOUT / name).read_text(encoding="utf-8")))


def services(name: str = "compose.yaml") -> dict[str, Tree]:
    """Return the services of a compose file."""
    return dict(compose(name)["services"])


def every_service() -> dict[str, Tree]:
    """Return the services of both compose files."""
    return services() | services("compose.monitoring.yaml")


def instructions(target: str) -> list[str]:
    """Return the Dockerfile's instructions that make that image itself, continuation lines joined."""
    text = re.sub(r"^\s*#.*\n", "", (CHECKOUT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = [" ".join(line.split()) for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    (begin,) = (at for at, line in enumerate(lines) if re.fullmatch(rf"FROM \S+ AS {target}", line))
    end = next((at for at, line in enumerate(lines) if at > begin and line.startswith("FROM ")), len(lines))
    return lines[begin:end]


def requirements(target: str) -> dict[str, str]:
    """Return the packages of a target, each with all that is said of it."""
    text = (CHECKOUT / "requirements" / f"{target}.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z])", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    return {re.split(r"[=\[]", entry)[0]: entry for entry in entries if "==" in entry}


def project_version() -> str:
    """Return the version of this project."""
    return str(tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def env_example() -> dict[str, str]:
    """Return what .env.example sets."""
    lines = (CHECKOUT / ".env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
