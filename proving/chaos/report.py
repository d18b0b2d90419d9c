"""A campaign's result as text for people, as JSON for machines, and as one picture."""

import json
import platform
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageDraw

from proving.chaos.campaign import Result

ROOT: Final = Path(__file__).resolve().parents[2]
WIDTH: Final = 1200
LEFT: Final = 170
ROW: Final = 16
CURVE: Final = 150
COLOURS: Final = {
    "printer": "#c0632d",
    "line": "#8c6bb1",
    "service": "#b3262e",
    "database": "#1f6f9c",
    "isolation": "#4d7f3c",
}


def commit() -> str:
    """Return the commit of this checkout, and whether anything in it differs from that."""
    try:
        name = _git("rev-parse", "--short=12", "HEAD")
        return f"{name} with changes" if _git("status", "--porcelain") else name
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def in_words(result: Result, at_commit: str) -> str:
    """Return the report as text."""
    sets = result.findings.sets
    wishes = result.wishes
    lines = [
        (
            f"run {datetime.now(UTC):%Y-%m-%dT%H:%MZ}  commit {at_commit}  seed {wishes.seed}"
            f"  {result.seconds / 60:.1f} min in {result.rounds} rounds"
        ),
        (
            f"{wishes.replicas} replicas{' on own cables' if result.has_cables else ''}, 4 printers on bad lines;"
            f" Python {platform.python_version()}"
        ),
        f"kill -9 of services {result.kills:,}  starts {result.starts:,}  database restarts {result.restarts:,}",
        "",
        *(verdict.line() for verdict in result.findings.verdicts),
        "",
        "  ".join(f"{name} {_plain(value)}" for name, value in sets.items()),
        "",
        *_rule_of_three(result),
        "",
        *_probe_lines(result),
        "",
        *(result.problems or ["Nothing was found against the promise."]),
    ]
    return "\n".join(lines)


def _plain(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _rule_of_three(result: Result) -> list[str]:
    """Say what no violation in so many tries means, and nothing more."""
    if result.problems:
        return []
    counted = {
        "tickets": int(result.findings.sets["tickets"]),
        "kills of a service": result.kills,
        "restarts of the database": result.restarts,
    }
    return [
        f"No violation in {count:,} {what}: with 95 % confidence fewer than {3 * 10_000 / count:,.1f} in 10,000 under"
        " such conditions."
        for what, count in counted.items()
        if count
    ]


def _probe_lines(result: Result) -> list[str]:
    seen = [probe for probe in result.probes if probe.count]
    zero = [probe.name for probe in result.probes if not probe.count]
    rarest = min(seen, key=lambda probe: probe.count, default=None)
    head = f"PROBES {len(seen)}/{len(result.probes)} hit"
    if rarest is not None:
        head += f"  (rarest: {rarest.name} {rarest.count}x)"
    counts = "  ".join(f"{probe.name} {probe.count:,}" for probe in seen)
    return [head, *([f"not seen: {', '.join(zero)}"] if zero else []), counts]


def as_json(result: Result, at_commit: str) -> dict[str, Any]:
    """Return the report for machines."""
    return {
        "commit": at_commit,
        "wishes": asdict(result.wishes),
        "seconds": round(result.seconds, 1),
        "rounds": result.rounds,
        "kills": result.kills,
        "starts": result.starts,
        "database_restarts": result.restarts,
        "invariants": [
            {
                "code": verdict.invariant.code,
                "title": verdict.invariant.title,
                "meaning": verdict.invariant.meaning,
                "verdict": verdict.word,
                "figures": dict(verdict.figures),
                "violations": list(verdict.violations),
            }
            for verdict in result.findings.verdicts
        ],
        "sets": result.findings.sets,
        "probes": {probe.name: probe.count for probe in result.probes},
        "problems": result.problems,
    }


def write(result: Result, folder: Path, at_commit: str) -> None:
    """Write all three into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.txt").write_text(in_words(result, at_commit) + "\n", encoding="utf-8")
    told = json.dumps(as_json(result, at_commit), indent=1, ensure_ascii=False)
    (folder / "report.json").write_text(told + "\n", encoding="utf-8")
    picture(result).save(folder / "timeline.png", optimize=True)


def picture(result: Result) -> Image.Image:
    """Draw time from left to right: papers a second above, and below everything that was done, a row for each kind."""
    kinds = sorted({each.kind for each in result.log.disturbances})
    image = Image.new("RGB", (WIDTH, CURVE + 40 + ROW * len(kinds)), "white")
    draw = ImageDraw.Draw(image)
    scale = (WIDTH - LEFT - 10) / max(1.0, result.seconds)

    def x(moment: float) -> float:
        return LEFT + (moment - result.began_at) * scale

    _draw_curve(draw, result, scale)
    for row, kind in enumerate(kinds):
        top = CURVE + 30 + row * ROW
        draw.text((6, top), kind, fill="black")
        colour = COLOURS.get(kind.partition(":")[0], "black")
        for each in result.log.disturbances:
            if each.kind == kind:
                end = each.ended_at or each.began_at
                draw.rectangle(
                    (x(each.began_at), top + 2, max(x(end), x(each.began_at) + 1), top + 11), fill=colour
                )
    return image


def _draw_curve(draw: ImageDraw.ImageDraw, result: Result, scale: float) -> None:
    """Papers that fell down, for each pixel's width of time."""
    counts = [0] * WIDTH
    for moment, _ in result.printed_at:
        at = int(LEFT + (moment - result.began_at) * scale)
        counts[max(0, min(WIDTH - 1, at))] += 1
    most = max(1, *counts)
    draw.text((6, 6), "papers", fill="black")
    draw.text((6, 22), f"top: {most * scale:.1f} a second", fill="grey")
    for at, count in enumerate(counts):
        if count:
            draw.line((at, CURVE, at, CURVE - CURVE * 0.9 * count / most), fill="#3a3a3a")
    draw.line((LEFT, CURVE, WIDTH - 10, CURVE), fill="grey")
    for minute in range(int(result.seconds // 60) + 1):
        if minute % max(1, int(result.seconds // 600)) == 0:
            x = LEFT + minute * 60 * scale
            draw.line((x, CURVE, x, CURVE + 4), fill="grey")
            draw.text((x, CURVE + 6), f"{minute} min", fill="grey")
