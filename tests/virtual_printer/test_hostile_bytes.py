"""Nothing a host sends makes the printer raise, hang or keep growing."""

import os
import random
import time
from typing import Any

import pytest
from escpos.printer import Dummy
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.virtual_printer.press import CUT, printed
from tests.virtual_printer.test_parser import STREAMS
from virtual_printer import PROFILES

FUZZ_SECONDS = float(os.environ.get("VIRTUAL_PRINTER_FUZZ_SECONDS", "2"))
STREAM_BYTES_MAX = 400


def ticket() -> bytes:
    """A ticket by a well-known encoder, with everything a kitchen ticket might hold."""
    encoder: Any = Dummy(profile="TM-T88V")
    encoder.set(align="center", bold=True, double_width=True, double_height=True)
    encoder.textln("KITCHEN")
    encoder.set_with_default()
    encoder.textln("2 x Crème brûlée")
    encoder.image(Image.new("1", (64, 32)), impl="bitImageRaster")
    encoder.image(Image.new("1", (64, 32)), impl="graphics")
    encoder.image(Image.new("1", (64, 32)), impl="bitImageColumn")
    encoder.qr("4711", native=True)
    encoder.barcode("{B4711", "CODE128", function_type="B")
    encoder.cut()
    return bytes(encoder.output)


TICKET = ticket()


def test_the_encoders_ticket_comes_out_as_a_ticket() -> None:
    (sheet,) = printed(TICKET).sheets
    assert sheet.lines[:2] == ("KITCHEN", "2 x Crème brûlée")
    assert [line for line in sheet.lines if line.startswith("[")] == [
        "[image 64x32]", "[image 64x32]", "[image 64x24]", "[image 64x24]", "[QR 4711]", "[CODE128 4711]",
    ]  # fmt: skip


@settings(deadline=None)
@given(STREAMS, st.sampled_from(sorted(PROFILES)))
def test_any_stream_prints_something_or_nothing_but_never_raises(stream: bytes, profile: str) -> None:
    printed(stream, profile)


@settings(deadline=None)
@given(st.integers(0, len(TICKET)))
def test_a_ticket_broken_off_anywhere_prints_a_beginning_of_its_lines(length: int) -> None:
    beginning, whole = printed(TICKET[:length]).lines, printed(TICKET).lines
    assert beginning == whole[: len(beginning)]


@settings(deadline=None)
@given(st.integers(0, len(TICKET) * 8 - 1))
def test_a_single_flipped_bit_never_raises(bit: int) -> None:
    broken = bytearray(TICKET)
    broken[bit // 8] ^= 1 << bit % 8
    printed(bytes(broken))


@pytest.mark.timeout(FUZZ_SECONDS + 60)
def test_random_bytes_for_a_while() -> None:
    """Half noise, half pieces of commands; the seed in the message repeats a failure."""
    until = time.monotonic() + FUZZ_SECONDS
    rounds = 0
    while time.monotonic() < until:
        seed = random.randrange(1 << 32)
        data, profile = noise(random.Random(seed))
        try:
            result = printed(data, profile)
            for sheet in result.sheets[:3]:
                sheet.picture()
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error!r}") from error
        rounds += 1
    assert rounds > 0


def noise(chance: random.Random) -> tuple[bytes, str]:
    pieces: list[bytes] = []
    while sum(map(len, pieces)) < STREAM_BYTES_MAX:
        start = chance.randrange(len(TICKET))
        pieces.append(
            chance.choice(
                [
                    chance.randbytes(chance.randrange(12)),
                    TICKET[start : start + chance.randrange(40)],
                    bytes((chance.choice(b"\x10\x1b\x1c\x1d"), chance.randrange(256), chance.randrange(256))),
                    CUT,
                ]
            )
        )
    return b"".join(pieces), chance.choice(sorted(PROFILES))
