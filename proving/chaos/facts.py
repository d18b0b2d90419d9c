"""What a campaign saw, put into tables beside the service's own record, so that a checker can join the two."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from proving.chaos.load import Kind, Submission
from proving.chaos.oracle import Answer, Conversation
from proving.chaos.papers import VOID, Piece, pieces
from proving.chaos.witness import Witness

Connection = psycopg.Connection[TupleRow]
ROUNDING_SECONDS: Final = 0.3
"""Between the two readings of a sample time goes by, and the record is read first."""


OLD_SECONDS: Final = 5.0
"""A page that says that it is older than this claims nothing about the record of now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One look at ``/metrics`` of one replica, and at the record a moment before."""

    replica: str
    process: int
    at: float
    failed_shown: float
    failed_true: float
    oldest_shown: float
    oldest_true: float
    says_database_is_down: bool = False
    age_shown: float = 0.0
    """How old the page says that what it shows is."""

    @property
    def is_behind(self) -> bool:
        """Whether people were shown something better than what is on record, without being told that it may be old."""
        if self.says_database_is_down or self.age_shown > OLD_SECONDS:
            return False
        return self.failed_shown < self.failed_true or self.oldest_shown < self.oldest_true - ROUNDING_SECONDS


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of paper: which printer made it as which one, when it was cut off."""

    printer: str
    place: int
    at: float
    piece: Piece


def papers_of(printer: Witness) -> Iterator[Found]:
    """Read one printer's paper; a piece has the time of the cut that freed it."""
    cuts = printer.papers()
    place = begun = 0
    for upto in range(1, len(cuts) + 1):
        found = list(pieces(cut.sheet for cut in cuts[begun:upto]))
        if upto < len(cuts) and found and found[-1].footer is None and not found[-1].is_void:
            continue  # A torn head: it may belong to what follows.
        for piece in found:
            place += 1
            yield Found(printer.known_as, place, cuts[upto - 1].at, piece)
        begun = upto


def store(
    connection: Connection,
    *,
    submissions: Sequence[Submission],
    papers: Iterable[Found],
    conversations: Iterable[Conversation],
    samples: Iterable[Sample],
) -> None:
    """Make the tables anew and fill them. The caller commits."""
    connection.execute("DROP SCHEMA IF EXISTS proof CASCADE")
    connection.execute(files("proving.chaos").joinpath("facts.sql").read_bytes())
    _copy(
        connection,
        "submissions",
        ((s.number, s.kind, s.invoked_at, s.ended_at, s.fate) for s in submissions),
    )
    _copy(
        connection,
        "dishes",
        (
            (s.number, dish.tag, dish.station, "VOID" if s.kind is Kind.VOID else "ADD", dish.is_hostile)
            for s in _last_told(submissions)
            for dish in s.dishes
        ),
    )
    found = list(papers)
    _copy(connection, "papers", (_paper_row(number, each) for number, each in enumerate(found, start=1)))
    tags = ((number, tag) for number, each in enumerate(found, start=1) for tag in each.piece.tags)
    _copy(connection, "paper_tags", tags)
    spoken = [each for each in conversations if each.first_text_at is not None]
    _copy(connection, "conversations", (_conversation_row(each) for each in spoken))
    _copy(
        connection,
        "samples",
        (
            (
                s.replica,
                s.process,
                s.at,
                s.failed_shown,
                s.failed_true,
                s.oldest_shown,
                s.oldest_true,
                s.age_shown > OLD_SECONDS,
                s.is_behind,
            )
            for s in samples
        ),
    )


def _last_told(submissions: Sequence[Submission]) -> Iterator[Submission]:
    """Leave out what was taken back of a dish twice: the second void has nothing to tell."""
    voided: set[str] = set()
    for each in submissions:
        if each.kind is Kind.VOID:
            if each.dishes[0].tag in voided:
                continue
            voided.add(each.dishes[0].tag)
        yield each


def _paper_row(number: int, found: Found) -> Sequence[Any]:
    piece, footer = found.piece, found.piece.footer
    return (
        number,
        found.printer,
        found.place,
        found.at,
        footer.number if footer and not footer.is_notice else None,
        footer.number if footer and footer.is_notice else None,
        footer.copy_no if footer else None,
        footer.attempt_no if footer else None,
        footer.token if footer else None,
        piece.is_marked,
        piece.is_reprint,
        piece.is_paper,
        piece.is_void,
        piece.is_hostile_text_shown,
    )


def _conversation_row(each: Conversation) -> Sequence[Any]:
    answer = each.answer if each.answer in (Answer.PROMPT, Answer.LATE) else Answer.DOWN
    return (
        each.printer,
        each.number,
        each.opened_at,
        each.first_text_at,
        answer,
        list(each.open_tokens),
        each.footers,
        each.text == VOID.encode(),
        each.unknown_commands,
        each.pulses,
    )


def _copy(connection: Connection, table: str, rows: Iterable[Sequence[Any]]) -> None:
    statement = sql.SQL("COPY proof.{} FROM STDIN").format(sql.Identifier(table))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
