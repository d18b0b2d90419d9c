"""Points inside the service are wrapped from outside: each must still be there, and do what is planned at it."""

import subprocess
import sys
from pathlib import Path

import pytest
from proving.chaos import failpoints
from proving.chaos.failpoints import POINTS, Mishap, Plan, PointReached, arm

ARM_ALL = """
from proving.chaos.failpoints import POINTS, Mishap, Plan, arm
for point in POINTS:
    arm(Plan(point=point, mishap=Mishap.KILL, passage=1000))
"""

PASS_A_CUT = """
import threading
from proving.chaos.failpoints import POINTS, Mishap, Plan, arm
POINTS["here"] = ("threading:Lock", "before")
arm(Plan(point="here", mishap=Mishap.CUT))
threading.Lock()
"""


def test_every_point_can_be_armed() -> None:
    # In a process of its own: wrapped functions stay wrapped.
    done = subprocess.run([sys.executable, "-c", ARM_ALL], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(POINTS) >= 26


class Something:
    """What a point is put into."""

    async def wait(self) -> str:
        return "waited"

    def do(self) -> str:
        return "done"


async def passages(plan: Plan, monkeypatch: pytest.MonkeyPatch, *, is_awaited: bool) -> list[str]:
    """Pass a point three times."""
    name = "wait" if is_awaited else "do"
    monkeypatch.setitem(POINTS, plan.point, (f"{__name__}:Something.{name}", "before"))
    monkeypatch.setattr(Something, name, getattr(Something, name))
    arm(plan)
    seen: list[str] = []
    for _ in range(3):
        try:
            seen.append(await Something().wait() if is_awaited else Something().do())
        except PointReached:
            seen.append("reached")
    return seen


@pytest.mark.parametrize(("is_awaited", "word"), [(True, "waited"), (False, "done")])
async def test_what_is_planned_happens_at_the_planned_passage_and_once(
    monkeypatch: pytest.MonkeyPatch, is_awaited: bool, word: str
) -> None:
    plan = Plan(point="here", mishap=Mishap.RAISE, passage=2)
    assert await passages(plan, monkeypatch, is_awaited=is_awaited) == [word, "reached", word]


def test_a_point_that_was_passed_leaves_word(tmp_path: Path) -> None:
    # In a process of its own: every database line of it is cut, and the tests have some, too.
    log = tmp_path / "log"
    with log.open("w") as errors:
        subprocess.run([sys.executable, "-c", PASS_A_CUT], stderr=errors, check=True)
    assert failpoints.points_reached(log) == {Mishap.CUT: 1}
