"""What ``/health`` may say of a look that is old: nothing good."""

from time import monotonic

from kitchen_printer.service.snapshot import STALE_SECONDS_MIN, Overall, Snapshot


def test_before_the_first_look_nothing_is_known() -> None:
    assert Snapshot().overall is Overall.FAILING


def test_a_fresh_look_without_findings_is_ok() -> None:
    assert Snapshot(taken_at=monotonic(), database_problem=None).overall is Overall.OK


def test_an_old_look_says_that_nobody_looks_any_more() -> None:
    old = Snapshot(taken_at=monotonic() - STALE_SECONDS_MIN - 1, database_problem=None)
    assert old.overall is Overall.FAILING
    assert old.as_json(None)["overall"] == "failing"


def test_a_long_poll_makes_a_look_good_for_longer() -> None:
    look = Snapshot(
        taken_at=monotonic() - STALE_SECONDS_MIN - 1, database_problem=None, good_for_seconds=180.0
    )
    assert look.overall is Overall.OK
