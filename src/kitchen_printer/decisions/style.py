"""How a kitchen likes its papers: the options of a service, and those of a station that differ."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from kitchen_printer.decisions.words import ENGLISH, Words

Letters = Literal["big", "compact"]
"""Dishes twice as high and wide, or twice as high only, for long tickets and narrow paper."""

Order = Literal["entered", "course", "seat"]
"""Dishes as they were ordered, or gathered by course or by seat."""

Clock = Literal["24h", "12h"]

Buzzer = Literal["off", "clone", "epson", "drawer"]
"""What makes a printer sound: nothing; ``ESC B`` of most makers, ignored by the others; Epson's ``ESC ( A``; the
drawer's pulse, for an external buzzer where a cash drawer might be: only where a person chose it."""

Rings = Literal["alarms", "all", "never"]
"""Which papers sound: voids, messages, duplicates and notices; all; none."""

Cut = Literal["partial", "full"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """The look and the sound of a station's papers."""

    words: Words = ENGLISH
    letters: Letters = "big"
    order: Order = "entered"
    clock: Clock = "24h"
    buzzer: Buzzer = "off"
    rings: Rings = "alarms"
    cut: Cut = "partial"


PLAIN = Style()


class Options(BaseModel):
    """What ``stations.options`` may say; what it does not say is as in the service's settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    letters: Letters | None = None
    order: Order | None = None
    clock: Clock | None = None
    buzzer: Buzzer | None = None
    rings: Rings | None = None
    cut: Cut | None = None
    time_zone: Annotated[str | None, Field(min_length=1)] = None


class BadOptionsError(ValueError):
    """A station's options cannot be used; the message names each and what is allowed."""


def read_options(stored: Mapping[str, JsonValue]) -> Options:
    """Read a station's options. Raises :class:`BadOptionsError` naming every problem at once."""
    try:
        return Options.model_validate(stored)
    except ValidationError as error:
        raise BadOptionsError(
            "; ".join(_worded(each["loc"], each["msg"]) for each in error.errors())
        ) from None


def styled(service: Style, options: Options, words: Words) -> Style:
    """Return the service's style with what a station wants otherwise."""
    wanted = options.model_dump(exclude_none=True, exclude={"time_zone"})
    return replace(service, words=words, **wanted)


def _worded(place: tuple[int | str, ...], message: str) -> str:
    name = ".".join(str(part) for part in place)
    if message == "Extra inputs are not permitted":
        return f"{name}: no such option; there are {', '.join(Options.model_fields)}"
    return f"{name}: {message}"
