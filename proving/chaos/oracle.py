"""Asks the database, at the first printed byte of a connection, whether that paper's attempt is on record.

The question leaves within microseconds of the byte, from a thread of its own: a database that hangs must not stop the
printers. An answer that took long says nothing about the moment of the question, and is marked so.
"""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import psycopg
from psycopg.rows import TupleRow

PROMPT_SECONDS: Final = 0.05
"""An answer within this time shows what was on record at the first byte: nothing commits between two sockets sooner."""

CONNECT_SECONDS: Final = 2
_OPEN: Final = """
SELECT a.token_printed FROM print_attempts a JOIN printers p ON p.id = a.printer_id
 WHERE p.address = %(printer)s AND a.started_at <= %(at)s AND (a.outcome IS NULL OR a.finished_at >= %(at)s)
"""
"""What was on record at the first byte may have ended before the question was heard: a printer can be that fast."""


class Answer(StrEnum):
    """How good an answer is."""

    PROMPT = "prompt"
    LATE = "late"
    DOWN = "down"
    ASKED = "asked"


@dataclass(slots=True)
class Conversation:
    """What came to one printer on one connection for one paper, as its bytes tell it."""

    printer: str
    number: int
    opened_at: datetime
    first_text_at: datetime | None = None
    answer: Answer | None = None
    open_tokens: tuple[str, ...] = ()
    footers: list[str] = field(default_factory=list[str])
    """The token of its footer, if that came."""

    text: bytes = b""
    """The beginning of what is printable in it."""

    unknown_commands: list[str] = field(default_factory=list[str])
    pulses: int = 0


class Oracle:
    """One thread, one connection, made again whenever it breaks."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._questions: queue.SimpleQueue[tuple[Conversation, float] | None] = queue.SimpleQueue()
        self._connection: psycopg.Connection[TupleRow] | None = None
        self._thread = threading.Thread(target=self._run, name="oracle", daemon=True)

    def __enter__(self) -> "Oracle":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._questions.put(None)
        self._thread.join(CONNECT_SECONDS + 3)

    def ask(self, conversation: Conversation) -> None:
        """Ask now; the answer is written into the conversation."""
        conversation.first_text_at = datetime.now(UTC)
        conversation.answer = Answer.ASKED
        self._questions.put((conversation, time.monotonic()))

    def _run(self) -> None:
        while (question := self._questions.get()) is not None:
            conversation, asked_at = question
            try:
                tokens = self._answer(conversation)
            except psycopg.Error:
                self._hang_up()
                conversation.answer = Answer.DOWN
            else:
                is_prompt = time.monotonic() - asked_at < PROMPT_SECONDS
                conversation.open_tokens = tokens
                conversation.answer = Answer.PROMPT if is_prompt else Answer.LATE
        self._hang_up()

    def _answer(self, conversation: Conversation) -> tuple[str, ...]:
        if self._connection is None:
            self._connection = psycopg.connect(
                self._dsn,
                autocommit=True,
                connect_timeout=CONNECT_SECONDS,
                prepare_threshold=1,
                options="-c statement_timeout=5s",
            )
        values = {"printer": conversation.printer, "at": conversation.first_text_at}
        return tuple(row[0] for row in self._connection.execute(_OPEN, values))

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


Ask = Callable[[Conversation], None]
