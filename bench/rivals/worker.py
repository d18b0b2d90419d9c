"""``python -m bench.rivals.worker NAME``: one worker process of a contender; it ends by SIGTERM."""

import signal
import sys

from bench.rivals.contender import Scene, contender_named

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    contender_named(sys.argv[1]).work(Scene.told())
