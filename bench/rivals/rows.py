"""Which figures are shown of each part."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from bench.rivals.figures import Statistic, median_of, quantile_of

OURS: Final = "service"


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of a part: how it is told, how it is made, and whether more of it is better."""

    name: str
    of: Statistic
    form: str
    more_is_better: bool = False


def _plain(name: str, form: str) -> Row:
    return Row(name, median_of(name), form)


_QUANTILES: Final = {f"p{share * 100:.0f}": partial(quantile_of, share=share) for share in (0.50, 0.95, 0.99)}
RATE: Final = Row("tickets a second", median_of("tickets a second"), ",.0f", more_is_better=True)
CPU: Final = Row("CPU s per 1,000 tickets", median_of("CPU s per 1,000"), ".2f")
CORES: Final = Row("cores used", median_of("cores"), ".2f")
LATENCIES: Final = tuple(
    Row(f"{name} {told}", of(name), ".1f")
    for name in ("to first byte, ms", "to cut, ms", "to record, ms")
    for told, of in _QUANTILES.items()
)
P95_RECORD: Final = next(each for each in LATENCIES if each.name == "to record, ms p95")
REST: Final = (
    _plain("transactions a second", ".2f"),
    _plain("per cent of a core, workers", ".2f"),
    _plain("per cent of a core, with servers", ".2f"),
    _plain("MiB resident", ".0f"),
)
ROWS: Final[dict[str, tuple[Row, ...]]] = {
    "drain": (RATE, CPU, CORES, _plain("out of order", ",.0f")),
    "lines": (RATE, CPU, CORES, _plain("out of order", ",.0f")),
    "trickle": (*LATENCIES, CPU),
    "rush": (*LATENCIES, _plain("last on record, ms", ",.0f"), CPU),
    "dead": (RATE,),
    "floors": (RATE, CPU),
    "replicas": (RATE, CPU, CORES),
    "rest": REST,
    "kill": (
        _plain("to the next paper, s", ".1f"),
        _plain("to the last paper, s", ".1f"),
        _plain("never printed", ".0f"),
        _plain("printed twice", ".0f"),
        _plain("of them marked", ".0f"),
    ),
    "cold": (_plain("seconds", ".2f"), _plain("CPU seconds", ".2f")),
    "history": (RATE, CPU, *LATENCIES),
    "day": tuple(
        _plain(f"{kind} bytes a ticket, day {day}", ",.0f")
        for day in (1, 2, 3)
        for kind in ("table", "index")
    ),
}
