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
    answers_status: bool = True
    fence: Fence = Fence.PRINTED
    has_counters: bool = True
    asb_reserved: int = 0x0F
    swallows_lf_after_raster: bool = False


PROFILES: Final[Mapping[str, Profile]] = {
    profile.name: profile
    for profile in (Profile(name="epson-80", title="80 mm Epson-like printer with fence and counters"),)
}


def profile_named(name: str) -> Profile:
    """The profile, or `ValueError` naming those that exist."""
    try:
        return PROFILES[name]
    except KeyError:
        raise ValueError(f"no printer profile {name!r}; there are: {', '.join(PROFILES)}") from None
