"""Everything that can go wrong, one entry per fault."""

from collections.abc import Callable, Mapping
from typing import Final

from virtual_printer import bends
from virtual_printer import fault_acts as acts
from virtual_printer.breakable import Breakable
from virtual_printer.fault_kinds import Kind, Remedy, Stroke, Where
from virtual_printer.faults import Fault, FaultError, Operator, Parameter, Times
from virtual_printer.link import Busy
from virtual_printer.replies import Bend


def checked(fault: Fault) -> Fault:
    """The fault with all parameters filled in; `FaultError` if the catalogue knows better."""
    kind = KINDS.get(fault.name)
    if kind is None:
        raise FaultError(f"no fault {fault.name!r}; there are: {', '.join(KINDS)}")
    if isinstance(fault.until, Operator) and kind.remedy is None:
        raise FaultError(f"{fault.name} is nothing an operator can end")
    if isinstance(fault.until, Times) and not (kind.instant or kind.counts_replies):
        raise FaultError(f"{fault.name} is a state and cannot end after n times")
    for name, value in fault.params.items():
        if name not in kind.params:
            raise FaultError(
                f"{fault.name} has no parameter {name!r}; it has: {', '.join(kind.params) or 'none'}"
            )
        _check_parameter(kind, name, value)
    return Fault(
        name=fault.name, trigger=fault.trigger, until=fault.until, params={**kind.params, **fault.params}
    )


def _check_parameter(kind: Kind, name: str, value: Parameter) -> None:
    default = kind.params[name]
    numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
    if isinstance(default, float) and not (numeric and float(value) >= 0):
        raise FaultError(f"{kind.name}: {name} must be a number that is not negative")
    if isinstance(default, (bool, str)) and type(value) is not type(default):
        raise FaultError(
            f"{kind.name}: {name} must be {'a text' if isinstance(default, str) else 'true or false'}"
        )
    if type(default) is int and not (type(value) is int and value >= 0):
        raise FaultError(f"{kind.name}: {name} must be a whole number that is not negative")
    if name in kind.choices and value not in kind.choices[name]:
        raise FaultError(f"{kind.name}: {name} is one of {', '.join(kind.choices[name])}")


def _reply(
    name: str,
    title: str,
    make: Callable[[Stroke, Breakable], Bend],
    **params: Parameter,
) -> Kind:
    return Kind(
        name=name,
        where=Where.REPLY,
        title=title,
        begin=acts.bend(make),
        end=acts.unbend,
        params=params,
        counts_replies=True,
    )


_RECOVERY: Final[Mapping[str, Parameter]] = {"recovery": "resume"}
_RECOVERIES: Final = {"recovery": ("resume", "discard", "reprint")}
_MECHANISM, _LINK = Where.MECHANISM, Where.LINK

_ALL: Final = (
    Kind(
        name="near-end", where=_MECHANISM, title="the roll gets thin; printing goes on",
        begin=acts.condition(near_end=True), end=acts.condition(near_end=False), remedy=Remedy.REFILL,
    ),
    Kind(
        name="paper-out", where=_MECHANISM,
        title="the paper ends; with a new roll it resumes, discards its buffers, or reprints the last line",
        begin=acts.condition(paper_out=True), end=acts.recover_and(paper_out=False),
        params=_RECOVERY, choices=_RECOVERIES, remedy=Remedy.REFILL,
    ),
    Kind(
        name="cover-open", where=_MECHANISM, title="the cover is open; recovery as for paper-out",
        begin=acts.condition(cover_open=True), end=acts.recover_and(cover_open=False),
        params=_RECOVERY, choices=_RECOVERIES, remedy=Remedy.CLOSE_COVER,
    ),
    Kind(
        name="cutter-jam", where=_MECHANISM, title="the cutter is stuck; DLE ENQ or a person ends it",
        begin=acts.condition(cutter_jam=True), end=acts.condition(cutter_jam=False), remedy=Remedy.REMOVE_JAM,
    ),
    Kind(
        name="head-hot", where=_MECHANISM, title="the print head is too hot; it recovers by itself",
        begin=acts.condition(head_hot=True), end=acts.condition(head_hot=False), remedy=Remedy.COOL_DOWN,
    ),
    Kind(
        name="unrecoverable", where=_MECHANISM, title="an error only a power cycle ends",
        begin=acts.condition(unrecoverable=True), end=acts.condition(unrecoverable=False), remedy=Remedy.POWER_CYCLE,
    ),
    Kind(
        name="panel-offline", where=_MECHANISM, title="somebody switched the printer offline at its panel",
        begin=acts.condition(panel_offline=True), end=acts.condition(panel_offline=False), remedy=Remedy.PRESS_ONLINE,
    ),
    Kind(
        name="slow-print", where=_MECHANISM, title="prints at this speed",
        begin=acts.slow, end=acts.full_speed, params={"speed_mm_s": 10.0},
    ),
    Kind(
        name="power-cycle", where=_MECHANISM,
        title="plug pulled: buffers and settings lost, counters rolled back, port closed while booting, paper kept; "
        "without reset packet the host learns of it only when it sends again",
        begin=acts.power_cycle, params={"boot_seconds": 0.0, "reset_packet": True}, instant=True,
    ),
    Kind(name="refuse", where=_LINK, title="no new connections", begin=acts.refuse, end=acts.accept),
    Kind(
        name="ignore", where=_LINK, title="accepts and reads everything, prints nothing, answers nothing",
        begin=acts.ignore, end=acts.heed,
    ),
    Kind(name="stall", where=_LINK, title="stops reading: TCP's window closes", begin=acts.stall, end=acts.unstall),
    Kind(name="reset", where=_LINK, title="ends the connection with RST", begin=acts.reset, instant=True),
    Kind(name="drop", where=_LINK, title="ends the connection with FIN", begin=acts.drop, instant=True),
    Kind(
        name="busy", where=_LINK,
        title="another host holds the printer: connections wait unread, are refused, time out, "
        "or stay stuck until a power cycle",
        begin=acts.busy, end=acts.free, remedy=Remedy.POWER_CYCLE,
        params={"mode": "queue"}, choices={"mode": tuple(Busy)},
    ),
    Kind(
        name="deaf-offline", where=_LINK, title="the LAN board does not forward DLE EOT while the printer is offline",
        begin=acts.deaf_offline, end=acts.hears_offline,
    ),
    Kind(
        name="keep-answer", where=Where.REPLY,
        title="an answer nobody was there to take is kept, only the latest, for the next host",
        begin=acts.keep_answer, end=acts.lose_answer,
    ),
    _reply("mute", "prints, but never answers", bends.mute),
    _reply("mute-after", "answers n times, then never again", bends.mute_after, answers=1),
    _reply("late", "every answer comes this much later", bends.late, seconds=1.0),
    _reply("doubled", "every answer comes twice", bends.doubled),
    _reply("split", "answers come byte by byte, this far apart", bends.split, seconds=0.05),
    _reply("junk", "so many bytes without meaning come before each answer", bends.junk, count=3),
    _reply("previous", "each answer is the one to the question before; the first is lost", bends.previous),
    _reply("wrong-token", "GS ( H answers with a token nobody sent", bends.wrong_token),
    _reply("foreign-token-first", "someone else's GS ( H answer comes before each of ours", bends.foreign_token_first),
    _reply("paper-refusal", "GS ( H answers 37 33, a Chinese maker's word for no paper", bends.paper_refusal),
    _reply("asb-never", "GS a never brings a status", bends.asb_never),
    _reply("asb-burst", "so many automatic statuses come before each other answer", bends.asb_burst, count=3),
    _reply("identity-lies", "GS I names this model, whatever the printer is", bends.identity_lies, model="TM-T88III"),
)  # fmt: skip

KINDS: Final = {kind.name: kind for kind in _ALL}
