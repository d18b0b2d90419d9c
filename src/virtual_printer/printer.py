"""A virtual printer on a real TCP port: what it does (service), what it is (state), what happens to it (causes).

async with VirtualPrinter(port=0) as printer:
    ... print something to printer.address ...
    await printer.paper.wait_for_sheets(1, timeout=5)
    assert printer.paper.sheets[0].lines == ("TABLE 12", "2 x Soup")
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Final, Self

from virtual_printer.breakable import Breakable
from virtual_printer.causes import Causes
from virtual_printer.changes import Changes
from virtual_printer.desk import FaultDesk
from virtual_printer.engine import Engine
from virtual_printer.events import Event
from virtual_printer.fault_kinds import Remedy
from virtual_printer.link import Link
from virtual_printer.mechanism import Mechanism
from virtual_printer.profiles import Profile, profile_named
from virtual_printer.replies import is_process_id
from virtual_printer.roll import Sheet
from virtual_printer.views import PaperView, PrinterState

MOMENT_S: Final = 1e-6  # apart, so that what is due in an order is also sent in it
DEFAULT_BUFFER_BYTES: Final = 4096


class PrinterBroken(RuntimeError):
    """A bug in the virtual printer itself, never in what was sent to it; the cause is attached."""


class VirtualPrinter:
    """One printer. Start it with `async with`, or with `start` and `stop`."""

    def __init__(
        self,
        *,
        profile: str | Profile = "epson-80",
        host: str = "127.0.0.1",
        port: int = 0,
        speed_mm_s: float | None = None,
        buffer_bytes: int = DEFAULT_BUFFER_BYTES,
        name: str = "",
        on_event: Callable[[Event], None] | None = None,
    ) -> None:
        """`speed_mm_s` None or 0 prints instantly; `buffer_bytes` is the receive buffer; `port` 0 is any."""
        self.name = name
        self.speed_mm_s = speed_mm_s
        self._on_event = on_event
        self._started_at = time.monotonic()
        self.on_sheet: list[Callable[[Sheet], None]] = []
        self.on_hanging: list[Callable[[Sheet], None]] = []
        self._kept_answer = b""
        self._last_reply_at = 0.0
        self._delayed = 0  # pieces of answers that are still to be sent
        self._changes = Changes()
        self._executing = False
        self._sheets_told = 0
        self._lines_told = 0
        self._due_answers: list[bytes] = []
        self._broken: Exception | None = None
        self._booting: asyncio.Task[None] | None = None
        self.engine = Engine(
            profile_named(profile) if isinstance(profile, str) else profile,
            buffer_bytes=buffer_bytes,
            answer=self._answer,
            clock=time.monotonic,
        )
        self._mechanism = Mechanism(
            step=self._step,
            speed_mm_s=self._speed,
            motion_ended=self._motion_ended,
            paused=self._paused,
            failed=self._break_down,
        )
        self.link = Link(self, host=host, port=port)
        self._breakable = Breakable(
            engine=self.engine,
            link=self.link,
            look_again=self.look_again,
            begin_power_cycle=self.begin_power_cycle,
        )
        self.desk = FaultDesk(self._breakable, self.tell)
        self.engine.recovered = partial(self.desk.operator_did, Remedy.REMOVE_JAM)
        self.state = PrinterState(self.engine, self.link, self.wait_until)
        self.paper = PaperView(self.engine.machine.paper, self.link, self.wait_until)
        self.causes = Causes(self.desk, self.begin_power_cycle)

    # -- service --------------------------------------------------------------------------------------

    @property
    def address(self) -> str:
        """`host:port`, the port being the real one."""
        return self.link.address

    async def start(self) -> None:
        """Open the port and switch the mechanism on; `OSError` if the port is taken."""
        self.link.open()
        self.tell("listening", {"address": self.address})
        self._mechanism.switch_on()

    async def stop(self) -> None:
        self.link.close()
        self._mechanism.switch_off()
        if self._booting is not None:
            self._booting.cancel()
            await asyncio.wait((self._booting,))
        if self._broken is not None:
            raise PrinterBroken(f"the virtual printer at {self.address} has a bug") from self._broken

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def wait_until(self, predicate: Callable[[], bool], timeout: float) -> None:
        """Return once the predicate holds; `TimeoutError` after `timeout` seconds."""
        await self._changes.wait_until(lambda: self._broken is not None or predicate(), timeout)
        if self._broken is not None:
            raise PrinterBroken(f"the virtual printer at {self.address} has a bug") from self._broken

    # -- what the link and the causes call ------------------------------------------------------------

    @property
    def room(self) -> int:
        return self.engine.room

    def bytes_before_trigger(self) -> int | None:
        return self.desk.bytes_before_trigger()

    def connected(self) -> None:
        """A host has come: the make's greeting, an answer kept for it, faults that wait for connections."""
        if self.engine.machine.profile.greeting:
            self.link.send(self.engine.machine.profile.greeting)
        if self._kept_answer:
            kept, self._kept_answer = self._kept_answer, b""
            self._transmit(kept)
        self.desk.connected()

    def disconnected(self) -> None:
        machine = self.engine.machine
        if machine.profile.asb_ends_with_connection:
            machine.asb_categories = 0

    def arrive(self, data: bytes, *, heeded: bool) -> None:
        """Bytes from the host; unheeded ones only count."""
        if heeded:
            self.engine.arrive(data)
        self.desk.bytes_came(len(data))
        self._mechanism.run_now()
        self._changes.tell()

    def look_again(self) -> None:
        """Something outside the mechanism changed: a person did something, a fault began or ended."""
        self._mechanism.wake()
        self._changes.tell()

    def begin_power_cycle(self, *, boot_seconds: float, reset: bool) -> asyncio.Task[None]:
        """Plug pulled and put back: RAM gone, port closed while booting, paper kept. The task ends when it is up."""
        self._mechanism.switch_off()
        if self._booting is not None:
            self._booting.cancel()
        self.link.shut()
        if reset:
            self.link.end_session(reset=True)
        else:
            self.link.forget_session()
        self._due_answers.clear()
        self._kept_answer = b""
        self.engine.power_cycle()
        self.tell("power lost", {"boot_seconds": boot_seconds})
        self._booting = asyncio.create_task(self._boot(boot_seconds), name=f"boot of {self.address}")
        return self._booting

    async def _boot(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self.desk.operator_did(Remedy.POWER_CYCLE)
        self.link.wake_dead_sessions()
        await self.start()

    def tell(self, name: str, details: Mapping[str, object]) -> None:
        """Pass an event on to whoever listens."""
        if self._on_event is not None:
            event = Event(
                printer=self.name or self.address,
                name=name,
                at_s=round(time.monotonic() - self._started_at, 3),
                byte_offset=self.engine.bytes_received,
                lines_printed=self.engine.machine.paper.lines_printed,
                details=details,
            )
            self._on_event(event)
        self._changes.tell()

    # -- mechanism ------------------------------------------------------------------------------------

    def _break_down(self, bug: Exception) -> None:
        """Kept for whoever waits for the printer or stops it; the log has it for everybody else."""
        self._broken = bug
        self.tell("broken", {"error": repr(bug)})
        asyncio.get_running_loop().call_exception_handler(
            {"message": f"the virtual printer at {self.address} has a bug", "exception": bug}
        )

    def _speed(self) -> float | None:
        return self._breakable.slowed_to_mm_s or self.speed_mm_s

    def _step(self) -> int | None:
        self._executing = True
        try:
            return self.engine.step(through_motions=not self._speed() and self.desk.is_idle)
        finally:
            self._executing = False

    def _motion_ended(self) -> None:
        """What became true with this step is told now: paper, then answers, and to faults that wait for lines.

        Whoever keeps papers has them before a host is told of them: this process may be killed in between.
        """
        paper = self.engine.machine.paper
        if paper.sheets_cut > self._sheets_told:
            self._sheets_told = paper.sheets_cut
            self._tell_of_sheet(paper.last_sheet)
        if self._due_answers:
            for keep in self.on_hanging:
                keep(paper.rest)
            answers, self._due_answers = self._due_answers, []
            for answer in answers:
                self._send(answer)
        if paper.lines_printed > self._lines_told:
            lines, self._lines_told = paper.lines_printed - self._lines_told, paper.lines_printed
            self.desk.lines_came(lines)

    def _paused(self) -> None:
        self.link.room_freed()
        self._changes.tell()

    def _tell_of_sheet(self, sheet: Sheet) -> None:
        for keep in self.on_sheet:
            keep(sheet)
        if self._on_event is not None:
            self.tell("sheet", {"number": self._sheets_told, "text": sheet.text})

    # -- answers --------------------------------------------------------------------------------------

    def _answer(self, data: bytes) -> None:
        """Real-time answers leave at once; those of a queued command when its motion has ended."""
        if self.engine.machine.profile.mute:
            return
        if self._executing:
            self._due_answers.append(data)
        else:
            self._send(data)

    def _send(self, data: bytes) -> None:
        """Through the bends of the faults in force; delayed pieces keep their order."""
        if not self._breakable.bends.in_force and not self._delayed:
            self._transmit(data)
            return
        now = at = asyncio.get_running_loop().time()
        for piece in self._breakable.bends.pieces(data):
            # Never two at the same moment: the event loop does not keep the order of those.
            at = max(at + piece.after_s, self._last_reply_at + MOMENT_S)
            if at <= now:
                self._transmit(piece.data)
            else:
                self._last_reply_at = at
                self._delayed += 1
                asyncio.get_running_loop().call_at(at, self._transmit_delayed, piece.data)

    def _transmit_delayed(self, data: bytes) -> None:
        self._delayed -= 1
        self._transmit(data)

    def _transmit(self, data: bytes) -> None:
        if not self.link.send(data):
            self.lost(data)

    def lost(self, data: bytes) -> None:
        """An answer reached nobody: it is kept for the next host, or gone."""
        if self._breakable.keeps_answers and is_process_id(data):
            self._kept_answer = data
        else:
            self.tell("answer lost", {"bytes": data.hex(" ")})
