"""``python -m bench.rivals.worker NAME``: one worker process of a contender; it ends by SIGTERM."""

import signal
import sys
from types import FrameType

from bench.rivals.contender import Scene, WorkerOfOurs, contender_named


def _end(number: int, frame: FrameType | None) -> None:
    del number, frame
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    contender = contender_named(sys.argv[1])
    if not isinstance(contender, WorkerOfOurs):
        sys.exit(f"{sys.argv[1]} has a command of its own, and no worker here.")
    contender.work(Scene.told())
