"""The whole printer without its network: bytes arrive, are scanned, buffered, parsed and executed in order.

Sans-I/O: the owner pushes bytes in with `arrive`, calls `step` as fast as the mechanism runs, and receives
answers through the callback.
"""

from collections.abc import Callable

from virtual_printer.commands import Effect
from virtual_printer.condition import real_time_status
from virtual_printer.counters import Counts
from virtual_printer.effects import EFFECTS
from virtual_printer.machine import Machine
from virtual_printer.parser import Item, Parsed, Parser, Text, Unknown
from virtual_printer.profiles import Profile
from virtual_printer.realtime import (
    AskStatus,
    ClearBuffers,
    PulseDrawer,
    RealTimeRequest,
    RealTimeScanner,
    Recover,
    SendAutomaticStatus,
)

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
        self._parser = Parser()
        self._scanner = RealTimeScanner()

    @property
    def buffered(self) -> int:
        """Bytes in the receive buffer."""
        return self._parser.unread

    @property
    def room(self) -> int:
        """Bytes the receive buffer can still take."""
        return max(0, self.buffer_bytes - self._parser.unread)

    @property
    def inside_command(self) -> bool:
        return self._parser.inside_command

    def arrive(self, data: bytes) -> None:
        """Real-time commands are obeyed at once, then everything goes into the receive buffer."""
        self.bytes_received += len(data)
        requests = self._scanner.feed(data)
        self._parser.push(data)
        for request in requests:
            self._obey(request)

    def step(self) -> int | None:
        """Execute the next item; returns the dots the paper moved, `None` when there is nothing to do."""
        if not self.machine.condition.online:
            return None
        item = self._parser.pop()
        if item is None:
            return None
        before = self.machine.dots_moved
        execute(self.machine, item)
        return self.machine.dots_moved - before

    def power_cycle(self) -> None:
        """Both buffers, the parser, all settings and the unsaved counters are gone; the paper stays."""
        now = self.machine.clock()
        self._parser = Parser()
        self._scanner = RealTimeScanner()
        self.machine.counters.power_lost(now)
        self.machine.counters.powered_on(now)
        self.machine.initialise()

    def _obey(self, request: RealTimeRequest) -> None:
        machine = self.machine
        match request:
            case AskStatus(n):
                if machine.profile.answers_status:
                    machine.answer(bytes((real_time_status(machine.condition, n),)))
            case SendAutomaticStatus():
                machine.send_automatic_status()
            case Recover(n):
                self._recover(n)
            case ClearBuffers():
                self._clear_buffers()
                machine.answer(BUFFERS_CLEARED)
            case PulseDrawer():
                machine.report("drawer pulse")

    def _recover(self, n: int) -> None:
        """`DLE ENQ` only ends recoverable errors: 1 goes on with the line, 2 forgets everything first."""
        if not self.machine.condition.waits_for_recovery:
            return
        if n == 2:
            self._clear_buffers()
        if n in (1, 2):
            self.machine.set_condition(cutter_jam=False, mechanical_error=False)

    def _clear_buffers(self) -> None:
        self._parser.clear()
        self.machine.clear_print_buffer()


def execute(machine: Machine, item: Item) -> None:
    """One item's effect on the machine."""
    machine.offset = item.offset + item.size
    if not machine.selected and not (isinstance(item, Parsed) and item.command.name == SELECT):
        return
    match item:
        case Text(data=data):
            machine.type_text(data)
        case Unknown(data=data):
            machine.report(f"unknown command {data.hex(' ')}")
        case Parsed(command=command, data=data):
            if command.effect in (Effect.RENDERED, Effect.PARSED):
                EFFECTS[command.name](machine, data[len(command.prefix) :])
            elif command.effect is Effect.REPORTED:
                machine.report(f"{command.name} ({command.title}) is not simulated")
