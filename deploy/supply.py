"""``python3 dev.py sbom`` and ``python3 dev.py audit``: what is in the images, and what is known against it.

Both look at what requirements/TARGET.txt installs on the images' own Python, which may be newer than this one.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
TARGETS: Final = ("service", "backend", "demo")
SBOM_FOLDER: Final = CHECKOUT / "sbom"


def sbom(target: str) -> int:
    """Write sbom/TARGET.cdx.json (CycloneDX): packages, versions, licences, and who needs whom."""
    SBOM_FOLDER.mkdir(exist_ok=True)
    file = SBOM_FOLDER / f"{target}.cdx.json"
    with installed(target) as environment:
        code = run(
            *("cyclonedx_py", "environment", str(environment / "bin" / "python")),
            *("--pyproject", str(CHECKOUT / "pyproject.toml"), "--mc-type", "application"),
            *("--output-reproducible", "--validate", "--output-format", "JSON", "--output-file", str(file)),
        )
    if code == 0:
        print(f"{file.relative_to(CHECKOUT)} is written", flush=True)
    return code


def audit(target: str) -> int:
    """Ask the package index which known vulnerabilities the target's packages have; 1 if there are any."""
    with installed(target) as environment:
        print(f"{target}:", flush=True)
        return run(
            "pip_audit", "--path", str(site_packages(environment)), "--strict", "--progress-spinner", "off"
        )


@contextmanager
def installed(target: str) -> Generator[Path, None, None]:
    """An environment that holds what the image of that target holds, for as long as the ``with`` lasts."""
    with tempfile.TemporaryDirectory(prefix="kitchen-supply-") as folder:
        environment = Path(folder)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        requirements = CHECKOUT / "requirements" / f"{target}.txt"
        # uv, because pip asks its own Python which packages a requirement means, whatever Python it installs for.
        code = run(
            *(
                "uv",
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--require-hashes",
                "--requirements",
                str(requirements),
            ),
            *("--python-version", python_of_the_images(), "--target", str(site_packages(environment))),
        )
        if code != 0:
            sys.exit(code)
        yield environment


def site_packages(environment: Path) -> Path:
    """Return where an environment keeps its packages."""
    (folder,) = environment.glob("lib/python3*/site-packages")
    return folder


def python_of_the_images() -> str:
    """Return the Python that the Dockerfile names, such as 3.13."""
    found = re.search(
        r"^ARG PYTHON_IMAGE=python:(\d+\.\d+)", (CHECKOUT / "Dockerfile").read_text(), re.MULTILINE
    )
    if found is None:
        raise LookupError("the Dockerfile names no Python")
    return found[1]


def run(module: str, *arguments: str) -> int:
    """Run a module of the development environment."""
    return subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode


COMMANDS: Final[dict[str, Callable[[str], int]]] = {"sbom": sbom, "audit": audit}


def main(arguments: list[str]) -> int:
    """Do it for the targets that are named, or for all."""
    name, *targets = arguments
    if unknown := [each for each in targets if each not in TARGETS]:
        sys.stderr.write(f"There is no target {', '.join(unknown)}; there are {', '.join(TARGETS)}.\n")
        return 2
    return max(COMMANDS[name](target) for target in targets or TARGETS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
