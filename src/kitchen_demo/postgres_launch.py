"""Become a user that PostgreSQL accepts, make sure to die with the parent, then become the given program.

A script of its own, run as ``python -I -S postgres_launch.py PARENT_PID IDENTITY PROGRAM [ARGUMENT...]``: the same
steps in a fork hook would run Python code in a copy of a program with threads. Standard library only, because the
interpreter that runs it may belong to another environment. What it cannot do it says on stderr, and exits with 71.
"""

import ctypes
import os
import pwd
import signal
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000  # unshare(2)
PR_SET_PDEATHSIG = 1  # prctl(2)
EXIT_CANNOT = 71  # EX_OSERR of sysexits.h

libc = ctypes.CDLL(None, use_errno=True)


def main(parent: int, identity: str, command: list[str]) -> None:
    if identity == "namespace":
        look_like_nobody()
    elif identity == "nobody":
        be_nobody()
    # After the change of user, which clears it. SIGINT is PostgreSQL's fast shutdown.
    call("prctl", PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != parent:
        sys.exit("The program that wanted this server has ended.")
    os.execv(command[0], command)


def look_like_nobody() -> None:
    """Enter a user namespace in which root is called nobody: same files, same owner, but not root to PostgreSQL."""
    nobody = pwd.getpwnam("nobody")
    user, group = os.getuid(), os.getgid()
    call("unshare", CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{nobody.pw_uid} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{nobody.pw_gid} {group} 1")


def be_nobody() -> None:
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)


def call(function: str, *arguments: int) -> None:
    if getattr(libc, function)(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{function}: {os.strerror(error)}")


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
    except OSError as error:
        sys.stderr.write(f"{sys.argv[3]} cannot be run as {sys.argv[2]}: {error}\n")
        sys.exit(EXIT_CANNOT)
