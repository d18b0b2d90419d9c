"""Everything that can go wrong, one entry per fault: where it strikes, its parameters, what begins and ends it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from virtual_printer import bends
from virtual_printer.faults import Fault, FaultError, Operator, Parameter, Times
from virtual_printer.link import Busy
from virtual_printer.replies import Bend

if TYPE_CHECKING:
    from virtual_printer.printer import VirtualPrinter


class Where(StrEnum):
    LINK = "link"
    REPLY = "reply"
    MECHANISM = "mechanism"


class Remedy(StrEnum):
    """What a person does to end a fault."""

    REFILL = "refill"
    CLOSE_COVER = "close cover"
    REMOVE_JAM = "remove jam"
    COOL_DOWN = "cool down"
    PRESS_ONLINE = "press online"
    POWER_CYCLE = "power cycle"


class Stroke(Protocol):
    """A fault in force: its parameters, and whom to tell that it has struck once."""

    @property
    def id(self) -> int: ...

    def param(self, name: str) -> Parameter: ...

    def struck(self) -> None: ...


Action = Callable[["VirtualPrinter", Stroke], None]


def nothing(_printer: "VirtualPrinter", _stroke: Stroke) -> None:
    """The fault is over as soon as it has happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`params` holds the defaults, whose types the given values must have; `choices` limits texts."""

    name: str
    where: Where
    title: str
    begin: Action
    end: Action = nothing
    params: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    remedy: Remedy | None = None
    instant: bool = False  # happens and is over; each happening is one stroke
    counts_replies: bool = False  # each answer it bends is one stroke


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


# -- conditions ---------------------------------------------------------------------------------------------


def _condition(**changes: bool) -> Action:
    def begin(printer: "VirtualPrinter", _: Stroke) -> None:
        printer.change_condition(**changes)

    return begin


def _recover_and(**changes: bool) -> Action:
    """End a condition that interrupted printing, the way parameter `recovery` says."""

    def end(printer: "VirtualPrinter", stroke: Stroke) -> None:
        match stroke.param("recovery"):
            case "discard":
                printer.engine.discard()
            case "reprint":
                printer.engine.machine.reprint_last_line()
            case _:
                pass
        printer.change_condition(**changes)

    return end


# -- link ---------------------------------------------------------------------------------------------------


def _refuse(printer: "VirtualPrinter", _: Stroke) -> None:
    printer.link.shut()


def _accept(printer: "VirtualPrinter", _: Stroke) -> None:
    printer.link.open()


def _ignore(printer: "VirtualPrinter", _: Stroke) -> None:
    printer.link.ignoring = True
    printer.link.room_freed()


def _heed(printer: "VirtualPrinter", _: Stroke) -> None:
    printer.link.ignoring = False


def _stall(printer: "VirtualPrinter", _: Stroke) -> None:
    printer.link.stalled = True


def _unstall(printer: "VirtualPrinter", _: Stroke) -> None:
    printer.link.stalled = False
    printer.link.room_freed()


def _reset(printer: "VirtualPrinter", _: Stroke) -> None:
    printer.link.end_session(reset=True)


def _drop(printer: "VirtualPrinter", _: Stroke) -> None:
    printer.link.end_session(reset=False)


def _busy(printer: "VirtualPrinter", stroke: Stroke) -> None:
    printer.link.hold(Busy(str(stroke.param("mode"))))


def _free(printer: "VirtualPrinter", _: Stroke) -> None:
    printer.link.release()


# -- mechanism ----------------------------------------------------------------------------------------------


def _slow(printer: "VirtualPrinter", stroke: Stroke) -> None:
    printer.slowed_to_mm_s = float(stroke.param("speed_mm_s"))


def _full_speed(printer: "VirtualPrinter", _: Stroke) -> None:
    printer.slowed_to_mm_s = None


def _power_cycle(printer: "VirtualPrinter", stroke: Stroke) -> None:
    printer.begin_power_cycle(
        boot_seconds=float(stroke.param("boot_seconds")), reset=bool(stroke.param("reset_packet"))
    )


def _deaf_offline(printer: "VirtualPrinter", _: Stroke) -> None:
    printer.engine.hears_real_time_offline = False


def _hears_offline(printer: "VirtualPrinter", _: Stroke) -> None:
    printer.engine.hears_real_time_offline = True


def _keep_answer(printer: "VirtualPrinter", _: Stroke) -> None:
    printer.keeps_answers = True


def _lose_answer(printer: "VirtualPrinter", _: Stroke) -> None:
    printer.keeps_answers = False


# -- replies ------------------------------------------------------------------------------------------------


def _bend(make: Callable[[Stroke, "VirtualPrinter"], Bend]) -> Action:
    def begin(printer: "VirtualPrinter", stroke: Stroke) -> None:
        printer.bends.in_force[stroke.id] = make(stroke, printer)

    return begin


def _unbend(printer: "VirtualPrinter", stroke: Stroke) -> None:
    printer.bends.in_force.pop(stroke.id, None)


def _reply(
    name: str,
    title: str,
    make: Callable[[Stroke, "VirtualPrinter"], Bend],
    **params: Parameter,
) -> Kind:
    return Kind(
        name=name,
        where=Where.REPLY,
        title=title,
        begin=_bend(make),
        end=_unbend,
        params=params,
        counts_replies=True,
    )


_RECOVERY: Final[Mapping[str, Parameter]] = {"recovery": "resume"}
_RECOVERIES: Final = {"recovery": ("resume", "discard", "reprint")}
_MECHANISM, _LINK = Where.MECHANISM, Where.LINK

_ALL: Final = (
    Kind(
        name="near-end", where=_MECHANISM, title="the roll gets thin; printing goes on",
        begin=_condition(near_end=True), end=_condition(near_end=False), remedy=Remedy.REFILL,
    ),
    Kind(
        name="paper-out", where=_MECHANISM,
        title="the paper ends; with a new roll it resumes, discards its buffers, or reprints the last line",
        begin=_condition(paper_out=True), end=_recover_and(paper_out=False),
        params=_RECOVERY, choices=_RECOVERIES, remedy=Remedy.REFILL,
    ),
    Kind(
        name="cover-open", where=_MECHANISM, title="the cover is open; recovery as for paper-out",
        begin=_condition(cover_open=True), end=_recover_and(cover_open=False),
        params=_RECOVERY, choices=_RECOVERIES, remedy=Remedy.CLOSE_COVER,
    ),
    Kind(
        name="cutter-jam", where=_MECHANISM, title="the cutter is stuck; DLE ENQ or a person ends it",
        begin=_condition(cutter_jam=True), end=_condition(cutter_jam=False), remedy=Remedy.REMOVE_JAM,
    ),
    Kind(
        name="head-hot", where=_MECHANISM, title="the print head is too hot; it recovers by itself",
        begin=_condition(head_hot=True), end=_condition(head_hot=False), remedy=Remedy.COOL_DOWN,
    ),
    Kind(
        name="unrecoverable", where=_MECHANISM, title="an error only a power cycle ends",
        begin=_condition(unrecoverable=True), end=_condition(unrecoverable=False), remedy=Remedy.POWER_CYCLE,
    ),
    Kind(
        name="panel-offline", where=_MECHANISM, title="somebody switched the printer offline at its panel",
        begin=_condition(panel_offline=True), end=_condition(panel_offline=False), remedy=Remedy.PRESS_ONLINE,
    ),
    Kind(
        name="slow-print", where=_MECHANISM, title="prints at this speed",
        begin=_slow, end=_full_speed, params={"speed_mm_s": 10.0},
    ),
    Kind(
        name="power-cycle", where=_MECHANISM,
        title="plug pulled: buffers and settings lost, counters rolled back, port closed while booting, paper kept; "
        "without reset packet the host learns of it only when it sends again",
        begin=_power_cycle, params={"boot_seconds": 0.0, "reset_packet": True}, instant=True,
    ),
    Kind(name="refuse", where=_LINK, title="no new connections", begin=_refuse, end=_accept),
    Kind(
        name="ignore", where=_LINK, title="accepts and reads everything, prints nothing, answers nothing",
        begin=_ignore, end=_heed,
    ),
    Kind(name="stall", where=_LINK, title="stops reading: TCP's window closes", begin=_stall, end=_unstall),
    Kind(name="reset", where=_LINK, title="ends the connection with RST", begin=_reset, instant=True),
    Kind(name="drop", where=_LINK, title="ends the connection with FIN", begin=_drop, instant=True),
    Kind(
        name="busy", where=_LINK,
        title="another host holds the printer: connections wait unread, are refused, time out, "
        "or stay stuck until a power cycle",
        begin=_busy, end=_free, params={"mode": "queue"}, choices={"mode": tuple(Busy)}, remedy=Remedy.POWER_CYCLE,
    ),
    Kind(
        name="deaf-offline", where=_LINK, title="the LAN board does not forward DLE EOT while the printer is offline",
        begin=_deaf_offline, end=_hears_offline,
    ),
    Kind(
        name="keep-answer", where=Where.REPLY,
        title="an answer nobody was there to take is kept, only the latest, for the next host",
        begin=_keep_answer, end=_lose_answer,
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
