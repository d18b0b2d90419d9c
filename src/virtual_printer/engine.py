"""The whole printer without its network: bytes arrive, are scanned, buffered, parsed and executed in order.

Sans-I/O: the owner pushes bytes in with `arrive`, calls `step` as fast as the mechanism runs, and receives
answers through the callback.
"""

from collections.abc import Callable
from typing import Final

from virtual_printer.condition import real_time_status
from virtual_printer.counters import Counts
from virtual_printer.effects import ACTIONS
from virtual_printer.machine import Machine
from virtual_printer.parser import CommandSet, Item, Parsed, Parser, Text
from virtual_printer.profiles import Fence, Profile
from virtual_printer.realtime import (
    AskStatus,
    ClearBuffers,
    PulseDrawer,
    RealTimeRequest,
    RealTimeScanner,
    Recover,
    SendAutomaticStatus,
)

ITEMS_PER_STEP: Final = 100
SELECT = "ESC ="
BUFFERS_CLEARED = b"\x37\x25\x00"


class Engine:
    """Real-time stage, receive buffer and parser in front of the machine."""

    def __init__(
        self,
        profile: Profile,
        *,
        buffer_bytes: int,
        answer: Callable[[bytes], None],
        clock: Callable[[], float],
        counts: Counts | None = None,
    ) -> None:
        self.buffer_bytes = buffer_bytes
        self.bytes_received = 0
        self.machine = Machine(profile, answer=answer, clock=clock, counts=counts)
        self.hears_real_time_offline = True
        self.before: Callable[[str], None] | None = (
            None  # told the name of each command before it is executed
        )
        self.recovered: Callable[[], None] = self._clear_errors
        self._epoch = 0
        self._start_parsing()

    def _start_parsing(self) -> None:
        self._epoch += 1
        self._commands = CommandSet(self.machine.profile.without)
        self._parser = Parser(self._commands)
        self._scanner = RealTimeScanner()
        self._waiting: Item | None = None  # parsed, but something went wrong before it could be executed
        lies = self.machine.profile.fence is Fence.ARRIVED
        self._ahead = Parser(self._commands) if lies else None

    @property
    def buffered(self) -> int:
        """Bytes in the receive buffer."""
        return self._parser.unread

    @property
    def room(self) -> int:
        """Bytes the receive buffer can still take."""
        room = self.buffer_bytes - self._parser.unread
        return max(0, room)

    @property
    def inside_command(self) -> bool:
        return self._parser.inside_command

    def arrive(self, data: bytes) -> None:
        """Real-time commands are obeyed at once, then everything goes into the receive buffer."""
        self.bytes_received += len(data)
        requests = self._scanner.feed(data)
        self._parser.push(data)
        for request in requests:
            if self.hears_real_time_offline or self.machine.online:
                self._obey(request)
        if self._ahead is not None:
            self._lie(self._ahead.feed(data))

    def step(self, *, through_motions: bool = False) -> int | None:
        """Execute up to and including the next item that moves paper, cuts or answers; returns the dots moved.

        `None` when there is nothing left to do. What only sets or types something takes a printer no time, and
        where nobody times or watches the paper, a motion need not end the step: `through_motions`.
        """
        machine = self.machine
        if not machine.online:
            return None
        machine.noticeable = False
        dots_before, motions_before = machine.dots_moved, machine.motions
        for _ in range(ITEMS_PER_STEP):
            unwatched = self.before is None and self._waiting is None
            item = self._parser.pop() if unwatched else self._watched_item()
            if item is None:
                return None
            execute(machine, item)
            if machine.noticeable or (machine.motions != motions_before and not through_motions):
                break
        return machine.dots_moved - dots_before

    def _watched_item(self) -> Item | None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            return waiting
        item = self._parser.pop()
        if self.before is not None and isinstance(item, Parsed):
            return self._unless_broken(item, self.before)
        return item

    def _unless_broken(self, item: Parsed, before: Callable[[str], None]) -> Parsed | None:
        """The item, unless whoever watches for its command breaks something that comes before it."""
        epoch = self._epoch
        before(item.command.name)
        if self._epoch != epoch:
            return None
        if not self.machine.online:
            self._waiting = item
            return None
        return item

    def power_cycle(self) -> None:
        """Both buffers, the parser, all settings and the unsaved counters are gone; the paper stays."""
        now = self.machine.clock()
        self._start_parsing()
        self.machine.counters.power_lost(now)
        self.machine.counters.powered_on(now)
        self.machine.initialise()

    def _obey(self, request: RealTimeRequest) -> None:
        machine = self.machine
        match request:
            case AskStatus(n):
                machine.answer(bytes((real_time_status(machine.condition, n),)))
            case SendAutomaticStatus():
                machine.send_automatic_status()
            case Recover(n):
                self._recover(n)
            case ClearBuffers():
                self.discard()
                self.recovered()
                machine.answer(BUFFERS_CLEARED)
            case PulseDrawer():
                machine.report("drawer pulse")

    def _recover(self, n: int) -> None:
        """`DLE ENQ` only ends recoverable errors: 1 goes on with the line, 2 forgets everything first."""
        if not self.machine.condition.waits_for_recovery:
            return
        if n == 2:
            self.discard()
        if n in (1, 2):
            self.recovered()

    def _clear_errors(self) -> None:
        self.machine.set_condition(cutter_jam=False, mechanical_error=False)

    def discard(self) -> None:
        """Clear the receive buffer and the print buffer, an unfinished command included."""
        self._epoch += 1
        self._waiting = None
        self._parser.clear()
        self.machine.page = None
        self.machine.clear_print_buffer()

    def _lie(self, items: list[Item]) -> None:
        """Echo every process id the moment it has been read."""
        for item in items:
            if isinstance(item, Parsed) and item.command.name == "GS ( H" and item.data[5:7] == b"00":
                self.machine.answer(b"\x37\x22" + item.data[7:11] + b"\x00")


def execute(machine: Machine, item: Item) -> None:
    """One item's effect on the machine."""
    machine.offset = item.offset + item.size
    if isinstance(item, Parsed):
        command = item.command
        if machine.selected or command.name == SELECT:
            ACTIONS[command.name](machine, item.data[len(command.prefix) :])
    elif not machine.selected:
        return
    elif isinstance(item, Text):
        machine.type_text(item.data)
    else:
        machine.report(f"unknown command {item.data.hex(' ')}")
