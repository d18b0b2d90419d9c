"""What a program that was taken over could do inside the containers: as little as is promised."""

import json
import re
import time
from typing import Final

from deploy.trial.compose import TrialFailed, compose, inside, wait
from deploy.trial.compose import health as service_health

PROGRAMS: Final = {"service": "kitchen-printer", "backend": "kitchen-backend"}
"""What there is to run in each, beside Python."""

STOP_SECONDS_MAX: Final = 10.0
UP_SECONDS_MAX: Final = 90.0

_LOOK: Final = r"""
import importlib.util, json, os, pathlib

def refused(act, *arguments):
    try:
        act(*arguments)
    except OSError as error:
        return error.strerror
    return ""

def write(folder):
    file = pathlib.Path(folder, "trial")
    file.write_text("x")
    file.unlink()

lines = pathlib.Path("/proc/self/status").read_text().splitlines()
status = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
folders = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/opt/kitchen/bin")
print(json.dumps({
    "uid": os.getuid(),
    "gid": os.getgid(),
    "first": pathlib.Path("/proc/1/cmdline").read_bytes().decode().split("\0")[:3],
    "capabilities": [status["CapEff"], status["CapBnd"]],
    "no_new_privileges": status["NoNewPrivs"],
    "root": refused(write, "/"),
    "program": refused(write, "/opt/kitchen"),
    "tmp": refused(write, "/tmp"),
    "becoming_root": refused(os.setuid, 0),
    "programs": sorted({each.name for f in folders if os.path.isdir(f) for each in pathlib.Path(f).iterdir()}),
    "django": importlib.util.find_spec("django") is not None,
    "passwords": [name for name, value in os.environ.items() if "://" in value and "@" in value],
}))
"""
PYTHON: Final = re.compile(r"python[\d.]*")


def run() -> None:
    """Look around in each container, then stop and start it. Raises :class:`TrialFailed`."""
    for service in PROGRAMS:
        _look_around(service)
    for service in PROGRAMS:
        _stop_and_start(service)


def _look_around(service: str) -> None:
    done = inside(service, "python", "-c", _LOOK)
    if done.returncode != 0:
        raise TrialFailed(f"{service}: {done.stderr.strip()}")
    seen = json.loads(done.stdout)
    print(f"{service}: {seen}")
    programs = [each for each in seen["programs"] if not PYTHON.fullmatch(each)]
    wrong = [
        what
        for what, is_right in {
            "user": seen["uid"] > 0 and seen["gid"] > 0,
            "first process": "python" in seen["first"][0],
            "capabilities": not any(int(each, 16) for each in seen["capabilities"]),
            "no-new-privileges": seen["no_new_privileges"] == "1",
            "read-only root": bool(seen["root"]) and bool(seen["program"]),
            "temporary files": not seen["tmp"],
            "becoming root": bool(seen["becoming_root"]),
            "programs": programs == [PROGRAMS[service]],
            "Django": seen["django"] == (service == "backend"),
            "passwords in the environment": seen["passwords"] == [],
        }.items()
        if not is_right
    ]
    if wrong:
        raise TrialFailed(f"{service}: {', '.join(wrong)} are not as promised")


def _stop_and_start(service: str) -> None:
    """SIGTERM ends the first process in time, in good order; then it comes up again."""
    began = time.monotonic()
    compose("stop", "-t", "20", service)
    seconds = time.monotonic() - began
    code = re.search(r"\bExit(?:ed)? \(?(\d+)", compose("ps", "-a", service))
    compose("start", service)
    print(f"{service}: stopped in {seconds:.1f} s, exit code {code[1] if code else 'unknown'}")
    if code is None or code[1] != "0":
        raise TrialFailed(f"{service} did not end in order when it was told to")
    if seconds > STOP_SECONDS_MAX + 2:  # what the engine itself takes
        raise TrialFailed(f"{service} took {seconds:.1f} s to stop")
    if service == "service":
        wait("the service is well again", lambda: service_health().get("overall") == "ok", UP_SECONDS_MAX)
