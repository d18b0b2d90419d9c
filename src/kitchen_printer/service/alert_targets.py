"""The addresses that alarms are sent to, by Apprise: the only place that imports it.

An address holds a password or a token, so it is never shown: a target is called by its kind and its place.
"""

import asyncio
import logging
import threading
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

SEND_SECONDS: Final = 15.0
"""How long one address may take; a mail server that is asked from a kitchen's line is slow, not gone."""

HANGING_MAX: Final = 4
"""Sends that did not end in time go on in threads of their own; with so many of them no further one is begun."""


class BadAlertUrlError(ValueError):
    """An entry of KITCHEN_ALERT_URLS is no address that Apprise knows; the message says which, not what it holds."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: a title and a body, of an alarm or of its end."""

    title: str
    body: str
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """One address: ``service`` is its kind, ``place`` its position in the configuration, from 1."""

    service: str
    place: int
    notify: Callable[[Message], bool]


def read_targets(urls: Sequence[str]) -> tuple[Target, ...]:
    """Read the addresses. Raises :class:`BadAlertUrlError`."""
    return tuple(_target(url, place) for place, url in enumerate(urls, start=1))


def _target(url: str, place: int) -> Target:
    from apprise import Apprise, NotifyType  # Half a second that only those pay who use it.

    for name in ("apprise", "requests", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # What they log may quote an address.
    sender = Apprise()
    scheme = url.partition("://")[0]
    with warnings.catch_warnings():  # Its plug-ins import what Python will drop one day.
        warnings.simplefilter("ignore", DeprecationWarning)
        is_known = sender.add(url)  # pyright: ignore[reportUnknownMemberType]
    if not is_known:
        raise BadAlertUrlError(
            f"KITCHEN_ALERT_URLS: entry {place} is no address that Apprise can send to;"
            " see https://appriseit.com/services/ for how they are written"
        )

    def notify(message: Message) -> bool:
        kind = NotifyType.SUCCESS if message.is_over else NotifyType.WARNING
        body = message.body or message.title
        return bool(
            sender.notify(body, title=message.title, notify_type=kind)  # pyright: ignore[reportUnknownMemberType]
        )

    return Target(scheme, place, notify)


class Post:
    """Sends without ever holding anybody up: each send has a thread, and so long."""

    def __init__(self, seconds: float = SEND_SECONDS) -> None:
        self._seconds = seconds
        self._hanging = 0

    async def send(self, message: Message, targets: Sequence[Target]) -> frozenset[int]:
        """Send to all targets at once; return the places of those that took it in time."""
        results = await asyncio.gather(*[self._send(message, each) for each in targets])
        return frozenset(each.place for each, is_sent in zip(targets, results, strict=True) if is_sent)

    async def _send(self, message: Message, target: Target) -> bool:
        if self._hanging >= HANGING_MAX:
            return False
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bool] = loop.create_future()

        def ended(is_sent: bool) -> None:
            if answer.done():
                self._hanging -= 1
            else:
                answer.set_result(is_sent)

        def work() -> None:
            is_sent = False
            with suppress(Exception):  # Whatever a service's plug-in raises, its message was not sent.
                is_sent = target.notify(message)
            with suppress(RuntimeError):  # The loop is closed: nobody waits any more.
                loop.call_soon_threadsafe(ended, is_sent)

        # Daemon: a mail server that never answers must not keep the service from stopping.
        threading.Thread(target=work, name=f"alert {target.place}", daemon=True).start()
        try:
            async with asyncio.timeout(self._seconds):
                return await answer
        except TimeoutError:
            self._hanging += 1
            return False
