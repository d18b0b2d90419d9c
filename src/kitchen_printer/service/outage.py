"""Tells people that the database is lost, and that it is back: once each, however often it is tried meanwhile."""

from time import monotonic

from kitchen_printer.service.facts import DatabaseBack, DatabaseLost, Subscriber


class Outage:
    """The outage that lasts, if one does."""

    def __init__(self, announce: Subscriber) -> None:
        self._announce = announce
        self._since: float | None = None
        self._told: str | None = None

    def goes_on(self, problem: str) -> None:
        """Note that the database did not do what was asked, and tell what is news about it."""
        if self._since is None:
            self._since = monotonic()
        if self._told != problem:
            self._told = problem
            self._announce(DatabaseLost(problem))

    def is_over(self) -> None:
        """Note that the database answers."""
        if self._since is not None:
            self._announce(DatabaseBack(monotonic() - self._since))
        self._since = self._told = None
