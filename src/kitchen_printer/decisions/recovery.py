"""When a printer that prints again says first what has waited for it."""


def deserves_a_list(*, waiting: int, list_from: int, was_down: bool, is_late: bool) -> bool:
    """Judge a backlog before its first ticket is printed.

    A printer that nobody saw down, at the start of the service for one, prints no list of tickets that are on time.
    """
    return waiting >= list_from and (was_down or is_late)
