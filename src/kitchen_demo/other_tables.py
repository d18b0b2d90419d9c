"""The other tables of the demo: a simulated POS in a process of its own, its list held against the papers."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from kitchen_demo.child_process import ProcessFailed
from kitchen_demo.comparison import compare, read_sent
from kitchen_demo.counter import Counter, NotPrinted
from kitchen_demo.edge import BackendReady
from kitchen_demo.pos_sim import TOKEN_VARIABLE
from kitchen_demo.show import Show

SPEED: Final = 1200
"""An hour of the evening in three seconds."""


async def other_tables(
    backend: BackendReady, orders: int, seed: int, scratch: Path, counter: Counter, *, show: Show
) -> None:
    """Let so many tables have their evening. Raises ``ProcessFailed`` and ``NotPrinted``."""
    summary = scratch / "sent.json"
    with show.step(f"A POS sends what {orders} more tables order, change and take back"):
        said = await asyncio.to_thread(_send, backend, orders, seed, summary)
        sent = read_sent(summary)
        await counter.until_printed(list(sent))
    show.say(said)
    papers = await counter.collect()
    comparison = compare(sent, (sheet.text for _, sheet in papers))
    if not comparison.is_good:
        raise NotPrinted(f"The papers are not what the POS sent: {comparison}.")
    show.say(f"The papers are what the POS sent: {comparison}.")


def _send(backend: BackendReady, orders: int, seed: int, summary: Path) -> str:
    command = [
        *(str(Path(sys.executable).with_name("pos-sim")), backend.process.address),
        *("--summary", str(summary)),
    ]
    options = [f"--orders={orders}", f"--seed={seed}", f"--speed={SPEED}", f"--minutes={24 * 60}"]
    done = subprocess.run(
        [*command, *options],
        env={**os.environ, TOKEN_VARIABLE: backend.token},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ProcessFailed(f"pos-sim failed:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()
