"""The four real-time questions after a printer's health, one at a time, and what the answers come to."""

from kitchen_printer.decisions import commands
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.status import (
    RealTimeStatus,
    is_near_end,
    most_telling,
    trouble_in_real_time_status,
)

_LAST_QUESTION = 4


class Asking:
    """One round of questions. The answers have no numbers, so one is asked when the one before is answered."""

    def __init__(self) -> None:
        self.question = 1
        self.is_over = False
        """Every question is answered."""
        self.is_near_end: bool | None = None
        """Whether the roll is thin: the last question is that after paper."""
        self._unsent = commands.ask_real_time_status(self.question)
        self._troubles: list[Reason] = []

    def to_send(self) -> bytes:
        """Take the question that must go out now; each is returned once."""
        data, self._unsent = self._unsent, b""
        return data

    @property
    def is_open(self) -> bool:
        """Whether the question has left; what comes before it is no answer to it."""
        return not self._unsent

    def answered(self, bits: int) -> None:
        """Take the answer to the open question down and go on to the next."""
        trouble = trouble_in_real_time_status(self.question, bits)
        if trouble is not None:
            self._troubles.append(trouble)
        self.is_over = self.question == _LAST_QUESTION
        if self.is_over:
            self.is_near_end = is_near_end(RealTimeStatus(bits))
        else:
            self.question += 1
            self._unsent = commands.ask_real_time_status(self.question)

    @property
    def trouble(self) -> Reason | None:
        """What the answers complain of; None if nothing stands in the way of printing."""
        return most_telling(self._troubles) if self._troubles else None
