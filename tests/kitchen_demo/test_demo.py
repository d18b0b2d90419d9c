"""The demo as a person runs it: its papers, its fault, its picture in the README, its end."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from kitchen_demo.menu import STATIONS
from kitchen_demo.orders import SIX_ITEMS, THREE_FOR_THE_KITCHEN, Item
from tests.kitchen_demo.embedded_program import END_SECONDS_MAX, is_gone, wait_until

CHECKOUT = Path(__file__).resolve().parents[2]
README_PICTURE = CHECKOUT / "docs" / "pictures" / "three-papers.png"
PICTURE_BYTES_MAX = 150_000
LINE_DOTS = 24
EXIT_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Played:
    """A demo that ended: what it showed, and the folder with its papers."""

    shown: str
    papers: Path

    def paper(self, name: str) -> list[str]:
        return (self.papers / f"{name}.txt").read_text(encoding="utf-8").splitlines()


@contextmanager
def running_demo(scratch: Path, *arguments: str) -> Generator[subprocess.Popen[str], None, None]:
    """The command in a terminal of its own: a Ctrl-C there reaches every process that did not leave it."""
    process = subprocess.Popen(
        [Path(sys.executable).with_name("kitchen-demo"), *arguments],
        env={**os.environ, "TMPDIR": str(scratch), "COLUMNS": "200", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """One run with everything that does not stay up."""
    papers, scratch = tmp_path_factory.mktemp("papers"), tmp_path_factory.mktemp("scratch")
    options = ["--paper", str(papers), "--orders", "2", "--seed", "3", "--fault", "paper-out"]
    with running_demo(scratch, *options) as demo:
        shown, _ = demo.communicate(timeout=END_SECONDS_MAX * 2)
    assert demo.returncode == 0, shown
    assert list(scratch.iterdir()) == []
    return Played(shown, papers)


def dish_lines(paper: list[str]) -> list[str]:
    """What stands between the first two rules of a paper; a box with its text alone."""
    first, second, *_ = [at for at, line in enumerate(paper) if set(line) == {"-"}]
    lines = [line for line in paper[first + 1 : second] if line.strip("+- ")]
    return [line.strip("|").rstrip() if line.startswith("|") else line for line in lines]


def ordered(items: tuple[Item, ...], station: str) -> list[str]:
    lines: list[str] = []
    for item in items:
        if item.station == station:
            lines.append(f"{item.quantity} x {item.dish}")
            lines += [f"   + {modifier}" for modifier in item.modifiers]
            is_warning = item.note and "allerg" in item.note
            lines += [f" {'ALLERGY: ' if is_warning else ''}{item.note}"] if item.note else []
    return lines


@pytest.mark.parametrize("station", STATIONS)
def test_the_six_item_bill_comes_out_as_one_paper_per_station(played: Played, station: str) -> None:
    paper = played.paper(f"{station}-0001")
    assert paper[:2] == [f"{station} 001", "TABLE 12"]
    assert dish_lines(paper) == ordered(SIX_ITEMS, station)


def test_the_papers_of_the_other_tables_are_what_the_pos_sent(played: Played) -> None:
    found = re.search(r"The papers are what the POS sent: (\d+) tickets sent, (\d+) papers", played.shown)
    assert found is not None, played.shown
    assert found[1] == found[2] != "0"


def test_every_paper_is_kept_as_a_picture_too(played: Played) -> None:
    texts = {path.stem for path in played.papers.glob("*.txt")}
    assert {f"{station}-0001" for station in STATIONS} < texts
    assert texts == {path.stem for path in played.papers.glob("*.png")}
    for path in played.papers.glob("*.png"):
        with Image.open(path) as picture:
            assert picture.convert("L").getextrema() == (0, 255), f"{path.name} has paper and ink"


def test_paper_that_runs_out_in_the_middle_of_a_ticket_costs_no_second_paper(played: Played) -> None:
    paper = played.paper("KITCHEN-0003")
    assert dish_lines(paper) == ordered(THREE_FOR_THE_KITCHEN, "KITCHEN")
    scene = played.shown[played.shown.index("runs out of paper") :]
    steps = [
        "KITCHEN printer, so far",
        "is down, reason paper_out. The printer is out of paper. Put in a new roll and close the cover.",
        "After 2 seconds somebody puts in a new roll",
        "The same ticket goes on where it stopped",
        "Ticket 7 is PRINTED: attempts 1, marked 0, papers 1. /health: the printer is ok.",
        "went down: The printer is out of paper.",
        "The printer confirmed attempt 1, so it is on paper:",
    ]
    places = [scene.find(step) for step in steps]
    assert -1 not in places, scene
    assert places == sorted(places), scene
    half = scene[: places[1]]
    assert "2 x Tomato Soup" in half
    assert "Mushroom Risotto" not in half


def test_the_demo_ends_with_everything_proved(played: Played) -> None:
    summary = re.search(r"(\d+) tickets, (\d+) PRINTED, (\d+) proved .*, (\d+) marked", played.shown)
    assert summary is not None, played.shown
    tickets, printed, proved, marked = map(int, summary.groups())
    assert tickets == printed == proved == len(list(played.papers.glob("*.txt")))
    assert marked == 0


def test_the_picture_in_the_readme_shows_what_the_demo_prints_today(played: Played, tmp_path: Path) -> None:
    fresh_file = tmp_path / "pictures" / "three-papers.png"
    command = [sys.executable, "-m", "kitchen_demo.pictures", str(played.papers), str(fresh_file)]
    subprocess.run(command, check=True, timeout=END_SECONDS_MAX)
    renew = "renew it as src/kitchen_demo/pictures.py says"
    with Image.open(README_PICTURE) as shown, Image.open(fresh_file) as fresh:
        assert timeless(shown.info["papers"]) == timeless(fresh.info["papers"]), renew
        assert shown.size == fresh.size, renew
        changed = ImageChops.difference(shown.convert("L"), fresh.convert("L"))
    # The time and the token change from run to run: on each paper two lines of small characters.
    for paper in range(len(STATIONS)):
        left, right = (changed.width * edge // len(STATIONS) for edge in (paper, paper + 1))
        column = changed.crop((left, 0, right, changed.height))
        rows = [y for y in range(column.height) if column.crop((0, y, column.width, y + 1)).getbbox()]
        assert len(rows) <= 2 * LINE_DOTS, renew
    assert README_PICTURE.stat().st_size < PICTURE_BYTES_MAX
    assert f"({README_PICTURE.relative_to(CHECKOUT)})" in (CHECKOUT / "README.md").read_text(encoding="utf-8")


def timeless(text: str) -> str:
    """The text of papers without the time of day and the tokens."""
    without_time = re.sub(r"^\d\d:\d\d ", "TIME ", text, flags=re.MULTILINE)
    return re.sub(r"^#(\S+) .*$", r"#\1 TOKEN", without_time, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("options", "until", "how", "code"),
    [
        (["--keep"], "Ctrl-C ends it", signal.SIGINT, 0),
        ([], "The service runs", signal.SIGTERM, EXIT_INTERRUPTED),
    ],
    ids=["ctrl-c while it stays up", "sigterm in the middle"],
)
def test_a_demo_that_is_asked_to_end_leaves_nothing_but_papers(
    *, place: Path, tmp_path: Path, options: list[str], until: str, how: signal.Signals, code: int
) -> None:
    with running_demo(place, "--paper", str(tmp_path), "--no-png", *options) as demo:
        assert demo.stdout is not None
        shown = ""
        while until not in shown:
            line = demo.stdout.readline()
            assert line, f"the demo ended: {shown}"
            shown += line
        started = children_of(demo.pid)
        assert started, shown
        if how is signal.SIGINT:
            os.killpg(demo.pid, how)  # as a terminal does it
        else:
            demo.send_signal(how)
        said, _ = demo.communicate(timeout=END_SECONDS_MAX)
    assert demo.returncode == code, said
    assert "Traceback" not in said
    wait_until(lambda: all(map(is_gone, started)), f"the end of the processes {started}")
    assert list(place.iterdir()) == []
    assert not list(tmp_path.glob("*.png"))


def children_of(parent: int) -> list[int]:
    """The processes that a process started and that still run."""
    children: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                children.append(int(stat.parent.name))
    return children
