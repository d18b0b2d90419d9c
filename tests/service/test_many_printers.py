"""A thousand printers in trouble still fit into an answer of the health port."""

from time import monotonic, process_time

from kitchen_printer.database.standing import PrinterStanding, Standing
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.roll import PaperLow
from kitchen_printer.service.gauges import Sources
from kitchen_printer.service.health import ANSWER_BYTES_MAX, Health
from kitchen_printer.service.health_answers import Answers
from kitchen_printer.service.metrics import CONTENT_TYPE, Metrics
from kitchen_printer.service.observer import Seen
from kitchen_printer.service.snapshot import PrinterView, Snapshot

PRINTERS = 1000
SECONDS_MAX = 0.5


def test_health_and_metrics_of_a_thousand_printers_in_trouble_are_short_enough_to_be_sent() -> None:
    views = [
        PrinterView(
            id=number,
            address=f"printer-of-station-{number}.restaurant.example:9100",
            is_in_use=True,
            is_tried=True,
            trouble=Reason.NOT_A_PRINTER,
            is_down=True,
            is_passed_over=False,
            level=Level.TOKEN_FENCE,
            level_provenance="probed",
            paper_low=PaperLow(tickets_left=12),
        )
        for number in range(PRINTERS)
    ]
    waiting = [PrinterStanding(printer_id=each.id, waiting=7, oldest_seconds=1234.567) for each in views]
    standing = Standing(
        schema_version=1,
        epoch_seconds=0.0,
        replicas=1,
        tickets_new=0,
        tickets_printing=0,
        tickets_failed=0,
        oldest_seconds=0.0,
        stations=(),
        elsewhere=0,
        printers=tuple(waiting),
        may_concern_people=False,
    )
    seen = Seen(standing, monotonic(), 0.0)
    snapshot = Snapshot(taken_at=monotonic(), printers=tuple(views), database_problem=None)
    metrics = Metrics(
        Sources(
            snapshot=lambda: snapshot,
            seen=lambda: seen,
            lag_seconds=float,
            health=lambda: health,
            log_lines_dropped=int,
            started_at=0.0,
        )
    )
    answers = Answers(
        snapshot=lambda: snapshot,
        seen=lambda: seen,
        is_alive=lambda: True,
        is_stopping=lambda: False,
        metrics=metrics.exposition,
        metrics_type=CONTENT_TYPE,
    )
    health = Health(answers, [])
    for path in ("/health", "/metrics"):
        began = process_time()
        assert PRINTERS * 100 < len(answers(path).body) < ANSWER_BYTES_MAX
        assert process_time() - began < SECONDS_MAX
