"""``python -m bench.rivals.worker NAME``: one worker process of a contender; it ends by SIGTERM."""

import signal
import sys
from types import FrameType

from bench.rivals.contender import Scene, contender_named


def _end(number: int, frame: FrameType | None) -> None:
    del number, frame
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    contender_named(sys.argv[1]).work(Scene.told())
