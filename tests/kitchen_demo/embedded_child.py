"""A program that runs an embedded PostgreSQL until its standard input ends, for tests that kill such a program.

``python embedded_child.py PROGRAMS_FOLDER [DATA_ROOT]`` prints "starting", then the server's process id and DSN.
"""

import sys
from pathlib import Path

from kitchen_demo.postgres_server import embedded_postgres


def main(programs_folder: Path, data_root: Path | None) -> None:
    say("starting")
    with embedded_postgres(programs_folder, data_root=data_root, durable=False) as server:
        say(f"{server.pid} {server.dsn()}")
        sys.stdin.read()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
