"""The printer's condition and, as pure functions of it, every status byte it can send.

Bit meanings are those of Epson's status tables; the reply classes are disjoint over all byte values:
`0xx1xx10` for DLE EOT, `0xx1xx00` for the first ASB byte, `0xx0xxxx` for queued one-byte answers.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What sensors and switches say."""

    paper_out: bool = False
    near_end: bool = False
    cover_open: bool = False
    cutter_jam: bool = False
    mechanical_error: bool = False
    head_hot: bool = False
    unrecoverable: bool = False
    panel_offline: bool = False
    feed_pressed: bool = False
    drawer_high: bool = True

    @property
    def error(self) -> bool:
        return self.cutter_jam or self.mechanical_error or self.head_hot or self.unrecoverable

    @property
    def online(self) -> bool:
        """Offline, nothing that waits in the receive buffer is executed or answered."""
        return not (
            self.paper_out or self.cover_open or self.error or self.panel_offline or self.feed_pressed
        )

    @property
    def waits_for_recovery(self) -> bool:
        """A recoverable error that a host (DLE ENQ) or an operator must end."""
        return self.cutter_jam or self.mechanical_error


def real_time_status(condition: Condition, n: int) -> int:
    """The byte that answers `DLE EOT n`, n from 1 to 4."""
    match n:
        case 1:
            bits = (
                0x04 * condition.drawer_high
                | 0x08 * (not condition.online)
                | 0x20 * condition.waits_for_recovery
                | 0x40 * condition.feed_pressed
            )
        case 2:
            bits = (
                0x04 * condition.cover_open
                | 0x08 * condition.feed_pressed
                | 0x20 * condition.paper_out
                | 0x40 * condition.error
            )
        case 3:
            bits = (
                0x04 * condition.mechanical_error
                | 0x08 * condition.cutter_jam
                | 0x20 * condition.unrecoverable
                | 0x40 * condition.head_hot
            )
        case 4:
            bits = 0x0C * condition.near_end | 0x60 * condition.paper_out
        case _:
            raise ValueError(f"DLE EOT {n} is not one of the four statuses of a receipt printer")
    return 0x12 | bits


def automatic_status(condition: Condition, reserved: int = 0x0F) -> bytes:
    """The four ASB bytes. The last is reserved; Epson printers send 0x0F there, some clones 0x00."""
    return bytes(
        (
            0x10
            | 0x04 * condition.drawer_high
            | 0x08 * (not condition.online)
            | 0x20 * condition.cover_open
            | 0x40 * condition.feed_pressed,
            0x01 * condition.waits_for_recovery
            | 0x04 * condition.mechanical_error
            | 0x08 * condition.cutter_jam
            | 0x20 * condition.unrecoverable
            | 0x40 * condition.head_hot,
            paper_status(condition),
            reserved,
        )
    )


def paper_status(condition: Condition) -> int:
    """The byte that answers `GS r 1` and `ESC v`."""
    return 0x03 * condition.near_end | 0x0C * condition.paper_out


def drawer_status(condition: Condition) -> int:
    """The byte that answers `GS r 2` and `ESC u 0`."""
    return 0x01 * condition.drawer_high


def changed_categories(before: Condition, after: Condition) -> int:
    """Which `GS a` bits a change concerns: 01 drawer, 02 online, 04 error, 08 paper, 40 panel."""
    old, new = automatic_status(before), automatic_status(after)
    first = old[0] ^ new[0]
    return (
        0x01 * bool(first & 0x04)
        | 0x02 * bool(first & 0x28)
        | 0x04 * (old[1] != new[1])
        | 0x08 * (old[2] != new[2])
        | 0x40 * bool(first & 0x40)
    )
