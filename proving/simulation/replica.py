"""One running service: the product's own parts, wired as its composition root does, without health port and alarms."""

import asyncio
from collections.abc import Callable
from datetime import UTC
from typing import Any, Final, cast
from uuid import UUID

from kitchen_printer.config import Settings
from kitchen_printer.database.leases import Holdings
from kitchen_printer.service.dispatcher import Dispatcher
from kitchen_printer.service.ending import end_tasks, finish, hand_back
from kitchen_printer.service.facts import Fact, TaskCrashed
from kitchen_printer.service.keep_running import keep_running
from kitchen_printer.service.kitchen import Kitchen
from kitchen_printer.service.leases import Leases
from kitchen_printer.service.ledger import Ledger
from kitchen_printer.service.looks import Looks
from proving.simulation.clock import Process, Standing
from proving.simulation.link import Link, Server
from proving.simulation.printer import Printer
from proving.simulation.wire import ON_STAGE, Connection

VERSION: Final = "simulated"


class Replica:
    """A service in a process of its own: it can be stopped, resumed, killed, and asked to end."""

    def __init__(
        self,
        me: UUID,
        name: str,
        *,
        server: Server,
        settings: Settings,
        printer_at: Callable[[str], Printer],
        sent: Callable[[bytes], None],
        announce: Callable[["Replica", Fact], None],
    ) -> None:
        self.process = Process(name)
        self.me = me
        self.chance = server.chance
        self.printer_at = printer_at
        self.sent = sent
        self.link = Link(server, me)
        self.lines: list[Connection] = []
        self.crashes: list[str] = []
        self._announce = announce
        self._tasks: list[asyncio.Task[Any]] = []
        database = cast("Any", self.link)
        self._ledger = Ledger(database, me, settings, self._hear)
        self._leases = Leases(database, me, settings, VERSION, self._hold)
        self.kitchen = Kitchen(
            settings=settings,
            database=database,
            announce=self._hear,
            claim=self._ledger.claim,
            record=self._ledger.record,
            settle=self._ledger.settle,
            has_the_last_word=self._ledger.has_the_last_word,
            may_act=self._leases.may_act,
            is_our_health_port=lambda _: False,
            looks=Looks(settings, UTC, (), self._hear),
        )
        self.dispatcher = Dispatcher(self.kitchen, me, self._ledger, self._leases.look_for_new_lanes)

    def _hold(self, holdings: Holdings) -> list[int]:
        return self.dispatcher.hold(holdings)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin, in a context of its own."""
        context = self.process.context()
        context.run(ON_STAGE.set, self)
        parts = {"leases": self._leases.run, "ledger": self._ledger.run, "dispatcher": self.dispatcher.run}
        self._tasks = [
            loop.create_task(keep_running(name, part, self._hear), context=context)
            for name, part in parts.items()
        ]

    @property
    def is_running(self) -> bool:
        """Whether it runs now, and was not asked to end."""
        return self.process.standing is Standing.RUNNING and not self.kitchen.is_stopping

    def _hear(self, fact: Fact) -> None:
        if isinstance(fact, TaskCrashed):
            self.crashes.append(f"{fact.task}: {fact.error}")
        self._announce(self, fact)

    def wake(self) -> None:
        """Let it hear a notification, if it runs."""
        if self.process.standing is Standing.RUNNING:
            self.dispatcher.tickets_came()

    async def end(self) -> None:
        """End as after SIGTERM: finish what is in flight, hand everything back."""
        await finish(self.kitchen, self._leases, self._ledger, self.dispatcher)
        await end_tasks([*self._tasks, *self.dispatcher.working])
        await hand_back(self._leases)
        self.kill(orderly=True)

    def kill(self, *, orderly: bool) -> None:
        """End now; the kernel closes what it had open."""
        self.process.kill()
        self.link.is_cut = True
        for line in self.lines:
            line.left_by_a_dead_process(orderly=orderly)
        self.lines.clear()

    def bury(self) -> list[asyncio.Task[Any]]:
        """At the end of the world: return what is left of it, cancelled."""
        self.link.is_cut = True
        for line in self.lines:
            line.abort()
        left = [*self._tasks, *self.dispatcher.working]
        for task in left:
            task.cancel()
        return left
