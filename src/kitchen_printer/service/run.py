"""The composition root: settings become objects and tasks; signals become an orderly stop."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC
from importlib.metadata import version
from time import monotonic
from uuid import uuid4

from kitchen_printer.config import Settings
from kitchen_printer.database.connection import Database
from kitchen_printer.database.leases import Holdings
from kitchen_printer.database.wakeup import listen
from kitchen_printer.service.alarms import Alarms
from kitchen_printer.service.alert_sender import AlertSender
from kitchen_printer.service.alert_targets import read_targets
from kitchen_printer.service.dispatcher import Dispatcher
from kitchen_printer.service.ending import end_tasks, finish, hand_back
from kitchen_printer.service.facts import (
    Announcer,
    Fact,
    ServiceStarted,
    ServiceStopped,
    Subscriber,
)
from kitchen_printer.service.gauges import Sources
from kitchen_printer.service.health import Health
from kitchen_printer.service.health_answers import Answers
from kitchen_printer.service.keep_running import keep_running
from kitchen_printer.service.kitchen import Kitchen
from kitchen_printer.service.lane import Lane
from kitchen_printer.service.leases import Leases
from kitchen_printer.service.ledger import Ledger
from kitchen_printer.service.looks import Looks
from kitchen_printer.service.metrics import CONTENT_TYPE, Metrics
from kitchen_printer.service.observer import Observer
from kitchen_printer.service.own_port import OwnPort
from kitchen_printer.service.self_watch import SelfWatch


class PortTakenError(Exception):
    """The health port cannot be bound; the message says which and what to set instead."""


async def run_service(
    settings: Settings, subscribers: Sequence[Subscriber], log_lines_dropped: Callable[[], int] = int
) -> None:
    """Run until SIGTERM or SIGINT; return when everything is finished and handed back.

    Raises :class:`PortTakenError`, or :class:`~kitchen_printer.service.alert_targets.BadAlertUrlError`.
    """
    service = Service(settings, Announcer(subscribers), log_lines_dropped)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.stop)
    await service.run()


class Service:
    """All parts of one running service, wired together."""

    def __init__(
        self, settings: Settings, subscriber: Subscriber, log_lines_dropped: Callable[[], int] = int
    ) -> None:
        self._me = uuid4()
        self._settings = settings
        self._tasks: list[asyncio.Task[None]] = []
        self._metrics = Metrics(self._sources(log_lines_dropped))
        self._announce = announce = Announcer([self._metrics, self._hear, subscriber])
        self._watch = SelfWatch(announce)
        self._own_port = OwnPort()
        self._database = Database(settings.dsn, "kitchen-printer")
        self._ledger = Ledger(self._database, self._me, settings, announce)
        self._leases = Leases(
            self._database,
            self._me,
            settings,
            version("kitchen-printer-service"),
            self._hold,
        )
        self._kitchen = Kitchen(
            settings=settings,
            database=self._database,
            announce=announce,
            claim=self._ledger.claim,
            record=self._ledger.record,
            settle=self._ledger.settle,
            has_the_last_word=self._ledger.has_the_last_word,
            may_act=self._leases.may_act,
            is_our_health_port=self._own_port.is_meant_by,
            looks=Looks(settings, UTC, (), announce),
        )
        self._dispatcher = Dispatcher(self._kitchen, self._me, self._ledger, self._leases.look_for_new_lanes)
        targets = read_targets(settings.alert_addresses)
        self._alerts = AlertSender(self._database, targets, settings.alarm_seconds, announce)
        self._alarms = Alarms(self._kitchen, told=self._alerts.wake)
        self._observer = Observer(self._database, settings, self._alarms.wake)
        self._health = Health(self._answers(), settings.health_allowed_hosts)
        self._stopping = asyncio.Event()

    def _sources(self, log_lines_dropped: Callable[[], int]) -> Sources:
        return Sources(
            snapshot=lambda: self._dispatcher.snapshot,
            seen=lambda: self._observer.seen,
            lag_seconds=lambda: self._watch.lag_seconds,
            health=lambda: self._health,
            log_lines_dropped=log_lines_dropped,
            started_at=monotonic(),
        )

    def _answers(self) -> Answers:
        return Answers(
            snapshot=lambda: self._dispatcher.snapshot,
            seen=lambda: self._observer.seen,
            is_alive=lambda: self._watch.is_alive and not any(each.done() for each in self._tasks),
            is_stopping=lambda: self._kitchen.is_stopping,
            metrics=self._metrics.exposition,
            metrics_type=CONTENT_TYPE,
        )

    def _hear(self, fact: Fact) -> None:
        self._alerts.hear(fact)

    def _hold(self, holdings: Holdings) -> list[int]:
        return self._dispatcher.hold(holdings)

    @property
    def lanes(self) -> dict[int, Lane]:
        """The lanes that are ours now, by printer."""
        return self._dispatcher.lanes

    def stop(self) -> None:
        """Ask for an orderly stop."""
        self._stopping.set()

    async def run(self) -> None:
        """Start all parts, wait for the stop, end them in the right order."""
        address = await self._open_health()
        await self._database.open()
        self._tasks = [
            self._kept_running("leases", self._leases.run),
            self._kept_running("ledger", self._ledger.run),
            self._kept_running("listener", lambda: listen(self._database, self._dispatcher.tickets_came)),
            self._kept_running("dispatcher", self._dispatcher.run),
            self._kept_running("observer", self._observer.run),
            self._kept_running("watch", self._watch.run),
            self._kept_running("alarms", self._alarms.run),
            self._kept_running("alerts", self._alerts.run),
        ]
        self._announce(ServiceStarted(str(self._me), address))
        try:
            await self._stopping.wait()
            await finish(self._kitchen, self._leases, self._ledger, self._dispatcher)
        finally:
            # Before the printers are handed back: what still works would meet their next owner there.
            await end_tasks([*self._tasks, *self._dispatcher.working])
            await self._hand_back()
        self._announce(ServiceStopped())

    async def _open_health(self) -> str:
        host, port = self._settings.health_host, self._settings.health_port
        try:
            address = await self._health.open(host, port)
        except OSError as error:
            raise PortTakenError(
                f"cannot listen on {host}:{port} for /health ({error.strerror}):"
                " set KITCHEN_HEALTH_HOST and KITCHEN_HEALTH_PORT"
            ) from None
        self._own_port.is_at(address)
        return address

    def _kept_running(self, name: str, part: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        return asyncio.create_task(keep_running(name, part, self._announce), name=name)

    async def _hand_back(self) -> None:
        await self._health.close()
        await hand_back(self._leases)
        await self._database.close()
