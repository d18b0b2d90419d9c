"""Keeps our heartbeat going and takes lanes that nobody serves."""

import asyncio
from collections.abc import Callable
from time import monotonic
from uuid import UUID

from kitchen_printer.config import Settings
from kitchen_printer.database.connection import Database
from kitchen_printer.database.leases import Holdings, hand_back, leave, send_heartbeat, take_free_lanes


class Leases:
    """What we hold, and until when we may act on it.

    ``held`` is told what is ours and returns the lanes to hand back: idle ones beyond our share. Without it
    no lane is taken here: somebody takes one by name.
    """

    def __init__(
        self,
        database: Database,
        me: UUID,
        settings: Settings,
        version: str,
        held: Callable[[Holdings], list[int]] | None,
    ) -> None:
        self._database = database
        self._me = me
        self._settings = settings
        self._version = version
        self._held = held
        self._takes_lanes = True
        self._valid_until = self._renewed_until = 0.0
        self._new_lanes = asyncio.Event()

    def may_act(self) -> bool:
        """Whether our lease is certainly still ours, by our own clock alone.

        It counts from before the heartbeat was sent, so it ends earlier here than in the database, whatever
        the wall clocks do.
        """
        return monotonic() < self._valid_until

    def look_for_new_lanes(self) -> None:
        """Take free lanes now rather than at the next heartbeat: a printer was added."""
        self._new_lanes.set()

    def stop_taking(self) -> None:
        """Keep what is ours, and take nothing more: the service is ending."""
        self._takes_lanes = False

    async def run(self) -> None:
        """Renew and take for ever. Raises ``DatabaseLostError``; the supervisor starts it again."""
        while True:
            await self.renew()
            if self._held is not None and self._takes_lanes:
                surplus = self._held(await take_free_lanes(self._database, self._me))
                self._valid_until = self._renewed_until  # What others took meanwhile has just been let go.
                if surplus:
                    await hand_back(self._database, self._me, surplus)
            await self._pause()

    async def renew(self) -> None:
        """Say that we live; our lanes are ours from before that was sent, if they were so all the time.

        Once a lease has ended, another one may have taken them: we act again when we have looked which are ours.
        """
        before = monotonic()
        await send_heartbeat(self._database, self._me, self._settings.lease_seconds, self._version)
        self._renewed_until = before + self._settings.lease_seconds - self._settings.lease_margin_seconds
        if self.may_act() or self._valid_until == 0.0:
            self._valid_until = self._renewed_until

    async def _pause(self) -> None:
        self._new_lanes.clear()
        try:
            async with asyncio.timeout(self._settings.heartbeat_seconds):
                await self._new_lanes.wait()
        except TimeoutError:
            pass

    async def leave(self) -> None:
        """Hand everything back, so that the next owner need not wait for the lease to end."""
        self._valid_until = 0.0
        await leave(self._database, self._me)
