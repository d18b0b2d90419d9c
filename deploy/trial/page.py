"""The commands of docs/docker.md, run as they stand there, with what belongs to a restaurant replaced."""

import os
import re
import subprocess
from collections.abc import Mapping
from typing import Final

from deploy.trial.compose import CHECKOUT, COMMAND_SECONDS_MAX, TrialFailed

PAGE: Final = CHECKOUT / "docs" / "docker.md"
COMPOSE: Final = os.environ.get("COMPOSE", "docker compose --profile demo")
DOCKER: Final = os.environ.get("DOCKER", "docker")


def blocks(run_by: str) -> list[str]:
    """Return the blocks that a file runs, in order. Raises :class:`TrialFailed` when there are none."""
    mark = re.escape(f"<!-- run by: {run_by} -->")
    found = re.findall(
        rf"{mark}\n+```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    if not found:
        raise TrialFailed(f"{PAGE.name} shows no commands for {run_by}")
    return found


def follow(block: str, stands_for: Mapping[str, str], variables: Mapping[str, str] | None = None) -> None:
    """Type what a block says, with more variables set. Raises :class:`TrialFailed` when a command of it fails."""
    script = block.replace("docker compose", COMPOSE).replace("docker run", f"{DOCKER} run")
    for restaurant, trial in stands_for.items():
        script = script.replace(restaurant, trial)
    done = subprocess.run(
        ["sh", "-eux", "-c", script],
        cwd=CHECKOUT,
        env={**os.environ, **(variables or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=COMMAND_SECONDS_MAX,
    )
    print(done.stdout, flush=True)
    if done.returncode != 0:
        raise TrialFailed(f"a command of {PAGE.name} ended with {done.returncode}, see above")
