"""What distinguishes one make of printer from another, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from virtual_printer.codepages import EPSON_PAGES


class Fence(StrEnum):
    """When a printer answers `GS ( H` function 48."""

    PRINTED = "printed"  # once everything before it is on paper
    ARRIVED = "arrived"  # a liar: as soon as it has read the command
    NEVER = "never"  # does not know the command


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What `GS I` answers. It proves nothing: clones answer with other makers' names."""

    model_id: int = 0x20
    type_id: int = 0x02
    rom_id: int = 0x01
    firmware: str = "1.02 VP"
    maker: str = "EPSON"
    model: str = "TM-T88V"
    serial: str = "VP000001"
    font_language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Facts of one make. Distances are in dots at 203 dpi (8 per millimetre)."""

    name: str
    title: str
    identity: Identity | None = Identity()
    width_dots: int = 576
    cutter_gap_dots: int | None = 120  # None: no cutter
    code_pages: Mapping[int, str] = field(default_factory=lambda: EPSON_PAGES)
    kanji_codec: str | None = None
    boots_in_kanji_mode: bool = False
    without: frozenset[str] = frozenset()  # commands it does not know, by their names in the command table
    mute: bool = False
    greeting: bytes = b""  # sent to every host that connects
    cuts_on_esc_d: bool = False
    fence: Fence = Fence.PRINTED
    has_counters: bool = True
    asb_reserved: int = 0x0F
    asb_ends_with_connection: bool = False  # GS a belongs to the printer, or to the connection that sent it
    swallows_lf_after_raster: bool = False


_GRAPHICS: Final = frozenset(("GS v 0", "GS ( L", "GS 8 L", "GS *", "GS /", "GS Q 0"))
_FUNCTIONS: Final = frozenset(
    (
        "GS ( A",
        "GS ( C",
        "GS ( D",
        "GS ( E",
        "GS ( H",
        "GS ( K",
        "GS ( L",
        "GS ( M",
        "GS ( N",
        "GS ( P",
        "GS ( Q",
    )
) | {"GS ( k", "GS (", "GS 8 L"}
_REAL_TIME: Final = frozenset(
    ("DLE EOT", "DLE ENQ", "DLE DC4 1", "DLE DC4 2", "DLE DC4 3", "DLE DC4 7", "DLE DC4 8")
)
_CHINESE_PAGES: Final[Mapping[int, str]] = {
    0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 16: "cp1252", 17: "cp866", 18: "cp852", 19: "cp858",
}  # fmt: skip
_CLONE_IDENTITY: Final = Identity(
    maker="EPSON", model="TM-T88III", firmware="1.0", serial="", font_language=""
)

_ALL: Final = (
    Profile(name="epson-80", title="80 mm, Epson-like: fence with token, counters, automatic status"),
    Profile(
        name="clone-80",
        title="80 mm clone: fence, no counters, swallows the line feed after a raster image, lies about its model",
        identity=_CLONE_IDENTITY,
        has_counters=False,
        asb_reserved=0x00,
        asb_ends_with_connection=True,
        swallows_lf_after_raster=True,
    ),
    Profile(
        name="clone-58",
        title="58 mm clone: no cutter, knows no GS ( commands and no counters",
        identity=_CLONE_IDENTITY,
        width_dots=384,
        cutter_gap_dots=None,
        code_pages=_CHINESE_PAGES,
        without=_FUNCTIONS,
        fence=Fence.NEVER,
        has_counters=False,
        asb_reserved=0x00,
    ),
    Profile(
        name="impact",
        title="impact kitchen printer in the manner of the TM-U220: GS r only, no raster, no counters",
        identity=Identity(model="TM-U220B", type_id=0x02, serial=""),
        width_dots=400,
        without=_FUNCTIONS | _GRAPHICS | {"GS g 0", "GS g 2", "GS k", "GS !", "GS B"},
        fence=Fence.NEVER,
        has_counters=False,
    ),
    Profile(
        name="mute",
        title="80 mm clone that prints and never answers",
        identity=None,
        mute=True,
        fence=Fence.NEVER,
        has_counters=False,
    ),
    Profile(
        name="liar",
        title="80 mm clone that answers the fence when it has read it, long before the paper has moved",
        identity=_CLONE_IDENTITY,
        fence=Fence.ARRIVED,
        has_counters=False,
    ),
    Profile(
        name="chinese-80",
        title="80 mm clone that boots in Chinese mode: high bytes become Han characters until FS .",
        identity=Identity(
            type_id=0x03, model="XP-80", maker="XPRINTER", serial="", font_language="CHINA GB18030"
        ),
        kanji_codec="gb18030",
        boots_in_kanji_mode=True,
        has_counters=False,
    ),
    Profile(
        name="star-line",
        title="Star printer in line mode: greets with its own status, ignores ours, cuts on ESC d",
        identity=None,
        mute=True,
        greeting=bytes.fromhex("23 86 00 00 00 00 00 00 00"),
        cuts_on_esc_d=True,
        without=_FUNCTIONS | _GRAPHICS | _REAL_TIME | {"GS a", "GS r", "GS I", "GS V", "GS g 0", "GS g 2"},
        fence=Fence.NEVER,
        has_counters=False,
    ),
)

PROFILES: Final[Mapping[str, Profile]] = {profile.name: profile for profile in _ALL}


def profile_named(name: str) -> Profile:
    """The profile, or `ValueError` naming those that exist."""
    try:
        return PROFILES[name]
    except KeyError:
        raise ValueError(f"no printer profile {name!r}; there are: {', '.join(PROFILES)}") from None
