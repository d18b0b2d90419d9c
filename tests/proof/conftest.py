"""The proofs run the real service against real sockets and PostgreSQL; only waiting that proves nothing is shorter."""

import pytest

from tests.service.conftest import kitchen, service_dsn

__all__ = ["kitchen", "quick_doubts", "service_dsn"]


@pytest.fixture
def quick_doubts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printers here answer within milliseconds or never: nobody has to wait long to know which."""
    monkeypatch.setattr("kitchen_printer.printers.connection.CONNECT_SECONDS", 0.5)
    monkeypatch.setattr("kitchen_printer.printers.connection.ASK_AGAIN_SECONDS", 0.3)
    monkeypatch.setattr("kitchen_printer.printers.afterwards.LISTEN_SECONDS", 0.05)
    monkeypatch.setattr("kitchen_printer.printers.afterwards.ANSWER_SECONDS", 0.5)
    monkeypatch.setattr("kitchen_printer.printers.afterwards.FENCE_SECONDS", 0.5)
    monkeypatch.setattr("kitchen_printer.printers.afterwards.RETRY_SECONDS", 0.05)
    monkeypatch.setattr("kitchen_printer.decisions.delivery_steps.ANSWER_SECONDS", 0.5)
    monkeypatch.setattr("kitchen_printer.decisions.delivery_steps.FENCE_SECONDS", 0.5)
    monkeypatch.setattr("kitchen_printer.decisions.delivery_steps.CUT_SECONDS", 0.5)
    monkeypatch.setattr("kitchen_printer.decisions.delivery_steps.HOLD_SECONDS", 0.05)
    monkeypatch.setattr("kitchen_printer.service.attempt.SLOWEST_MM_PER_SECOND", 1000.0)
    monkeypatch.setattr("kitchen_printer.decisions.retry.BACKOFF_SECONDS", (0.05,))
