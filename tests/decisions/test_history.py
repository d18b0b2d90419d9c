"""Whether a database that took another's place may lack something that was committed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions.history import Change, History, OnRecord, judge

HERE = History(system=7_000_000_000_000_000_001, timeline=3, tables=16_400)
RECORD = OnRecord(history=HERE, is_replicated=True, silent_seconds=4.0)
LATER = replace(HERE, timeline=4)

histories = st.builds(
    History, system=st.integers(1, 3), timeline=st.integers(1, 4), tables=st.integers(16_384, 16_386)
)
records = st.builds(
    OnRecord,
    history=histories,
    is_replicated=st.booleans(),
    silent_seconds=st.none() | st.floats(-20, 1000, allow_nan=False),
)


def judged(
    record: OnRecord = RECORD, found: History = LATER, caution: float = 300, *, alone: bool = False
) -> Change:
    return judge(record, found, caution_seconds=caution, saw_it_alone=alone)


def test_the_same_history_is_no_news() -> None:
    assert judged(found=HERE) is Change.NONE


def test_a_standby_that_every_commit_waited_for_has_everything() -> None:
    assert judged() is Change.COMPLETE


def test_a_standby_that_no_commit_waited_for_may_lack_the_newest() -> None:
    assert judged(replace(RECORD, is_replicated=False)) is Change.DOUBTFUL


def test_a_standby_s_word_is_not_believed_when_we_saw_that_commits_did_not_wait_for_it() -> None:
    assert judged(alone=True) is Change.DOUBTFUL


@pytest.mark.parametrize("silent", [None, 300.1, 86_400.0])
def test_a_standby_that_fell_behind_long_ago_is_not_believed(silent: float | None) -> None:
    assert judged(replace(RECORD, silent_seconds=silent)) is Change.DOUBTFUL


def test_what_a_backup_brought_back_may_lack_anything() -> None:
    assert judged(found=replace(HERE, system=HERE.system + 1)) is Change.RESTORED
    assert judged(found=replace(HERE, tables=HERE.tables + 1)) is Change.RESTORED


def test_only_a_later_timeline_of_the_same_server_makes_one_older() -> None:
    assert HERE.is_older_than(LATER)
    assert not LATER.is_older_than(HERE)
    assert not HERE.is_older_than(replace(LATER, system=HERE.system + 1))


@given(records, histories, st.booleans(), st.floats(0, 1000))
def test_nothing_else_than_a_person_or_replication_speaks_for_a_changed_history(
    record: OnRecord, found: History, alone: bool, caution: float
) -> None:
    change = judge(record, found, caution_seconds=caution, saw_it_alone=alone)
    assert (change is Change.NONE) == (found == record.history)
    if change is Change.COMPLETE:
        assert caution == 0 or (record.is_replicated and not alone)
        assert caution == 0 or (found.system, found.tables) == (record.history.system, record.history.tables)


def test_a_person_who_decided_that_nothing_is_ever_missing_is_believed_even_of_a_backup() -> None:
    assert judged(found=replace(HERE, system=HERE.system + 1), caution=0) is Change.COMPLETE


def test_a_heartbeat_that_ended_just_within_the_time_still_counts() -> None:
    assert judged(replace(RECORD, silent_seconds=300.0)) is Change.COMPLETE


@pytest.mark.parametrize("change", list(Change))
def test_only_a_history_that_may_lack_something_is_doubtful(change: Change) -> None:
    assert change.is_doubtful == (change in ("doubtful", "restored"))


def test_a_server_is_not_older_than_itself() -> None:
    assert not HERE.is_older_than(HERE)
