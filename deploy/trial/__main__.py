"""``python3 -m deploy.trial NAME``: see for yourself that the containers do what docs/docker.md says.

The edge server must be up with the profile `demo`. COMPOSE is the command to speak to it with, `docker compose` unless
it says otherwise; DOCKER is what runs a single container.
"""

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(
    0, str(Path(__file__).resolve().parents[2] / "src")
)  # its pure modules need nothing installed

from deploy.trial import care, guide, hardening, kills, six_items
from deploy.trial.compose import TrialFailed

TRIALS: dict[str, Callable[[], None]] = {
    "guide": guide.run,
    "six-items": six_items.run,
    "care": care.run,
    "hardening": hardening.run,
    "kills": kills.run,
}


def main(arguments: list[str]) -> int:
    """Run the trials that are named, or all."""
    names = arguments or list(TRIALS)
    if unknown := [name for name in names if name not in TRIALS]:
        sys.stderr.write(f"There is no trial {', '.join(unknown)}; there are {', '.join(TRIALS)}.\n")
        return 2
    for name in names:
        print(f"== {name}", flush=True)
        try:
            TRIALS[name]()
        except TrialFailed as failure:
            print(f"FAILED: {failure}", flush=True)
            return 1
    print("All passed.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
