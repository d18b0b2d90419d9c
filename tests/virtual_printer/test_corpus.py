"""Streams and conversations recorded from programs of other people, with independent opinions on them.

The files are not ours to ship: KITCHEN_ESCPOS_CORPUS names the folder that holds them. Without it the tests
below are skipped, and say so.
"""

import json
import os
import random
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

from tests.virtual_printer.host import PATIENCE_S, Host
from tests.virtual_printer.press import printed
from tests.virtual_printer.test_parser import merged, parsed_whole
from virtual_printer import PROFILES, Profile, VirtualPrinter
from virtual_printer.faults import Fault, Times
from virtual_printer.parser import Parser, Text
from virtual_printer.profiles import Fence, Identity

FOLDER = Path(os.environ.get("KITCHEN_ESCPOS_CORPUS", "/nonexistent"))
CHUNKINGS: Final = 200

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="no corpus: KITCHEN_ESCPOS_CORPUS does not name a folder of recorded streams"
)

STREAMS = sorted(
    path.relative_to(FOLDER).as_posix()
    for suffix in ("bin", "raw", "hex")
    for path in FOLDER.rglob(f"*.{suffix}")
)
BOUNDARIES = sorted(path.name for path in FOLDER.glob("expected/escpost-ranges/*.json"))
TEXTS = sorted(path.name for path in FOLDER.glob("expected/escpos-tools-text/*.txt"))


def stream(name: str) -> bytes:
    path = FOLDER / name
    return bytes.fromhex(path.read_text()) if path.suffix == ".hex" else path.read_bytes()


@pytest.mark.parametrize("name", STREAMS)
def test_every_byte_is_consumed_whole_byte_by_byte_and_in_200_random_chunkings(name: str) -> None:
    data = stream(name)
    whole = parsed_whole(data)
    assert sum(item.size for item in whole) == len(data)
    assert merged(in_chunks(data, list(range(1, len(data))))) == whole
    chance = random.Random(name)
    for _ in range(CHUNKINGS):
        assert merged(in_chunks(data, cuts(chance, len(data)))) == whole


def in_chunks(data: bytes, positions: list[int]) -> list[Any]:
    parser = Parser()
    bounds = [0, *positions, len(data)]
    return [item for start, end in pairwise(bounds) for item in parser.feed(data[start:end])]


def cuts(chance: random.Random, length: int) -> list[int]:
    return sorted(chance.randrange(length + 1) for _ in range(chance.randrange(1, 20)))


@pytest.mark.parametrize("name", STREAMS)
def test_the_paper_is_the_same_however_the_bytes_arrive(name: str) -> None:
    data = stream(name)
    whole = printed(data)
    assert printed(data, chunks=cuts(random.Random(name), len(data))) == whole


@pytest.mark.parametrize("name", BOUNDARIES)
def test_command_boundaries_agree_with_an_independent_decoder(name: str) -> None:
    expected = json.loads((FOLDER / "expected/escpost-ranges" / name).read_text())
    theirs = [(start, end) for _, start, end, _ in expected["commands"]]
    ours = [(item.offset, item.offset + item.size) for item in parsed_whole(stream(expected["source"]))]
    assert ours == theirs


# Text of theirs that we do not print, and why the manual sides with us.
NOT_PRINTED: Final = {
    # The stream ends without a line feed: the last words stay in the print buffer, as they say themselves.
    "escpost_cafe-order-voucher_hex.txt": "Buffered, not printed",
}


@pytest.mark.parametrize("name", TEXTS)
def test_an_independent_decoders_text_is_found_in_order(name: str) -> None:
    theirs = (FOLDER / "expected/escpos-tools-text" / name).read_text(encoding="utf-8", errors="replace")
    theirs = theirs.replace(NOT_PRINTED.get(name, "\0"), "")
    ours = iter("".join(printed(stream(source_of(name))).lines))
    missing = next((at for at, letter in enumerate(visible(theirs)) if letter not in ours), None)
    assert missing is None, visible(theirs)[max(0, (missing or 0) - 30) : (missing or 0) + 30]


def source_of(expectation: str) -> str:
    flat = expectation.removesuffix(".txt")
    return next(name for name in STREAMS if name.replace("/", "_").replace(".", "_") == flat)


def visible(text: str) -> str:
    return "".join(letter for letter in text if "!" <= letter <= "~")


def test_text_items_of_the_corpus_hold_no_control_codes() -> None:
    for name in STREAMS:
        for item in parsed_whole(stream(name)):
            assert not isinstance(item, Text) or min(item.data) >= 0x20


# -- conversations ----------------------------------------------------------------------------------------

EPSON = PROFILES["epson-80"]
# The scripted printer on the other side of most recordings knows no serial number and no counters.
SCRIPTED = replace(EPSON, identity=Identity(maker="EPOSN", firmware="1.02", serial=""), has_counters=False)
RESPONDER = replace(EPSON, asb_reserved=0x00)


@dataclass(frozen=True)
class Setting:
    """How the printer of a recording was; `differences` maps its bytes to ours where the manual sides with us."""

    profile: Profile = SCRIPTED
    fault: Fault | None = None
    differences: tuple[tuple[str, str], ...] = ()


SETTINGS: Final = {
    "pdctl-counters": Setting(),
    # An open cover takes the printer offline: bit 3 of DLE EOT 1 must be set.
    "pdctl-print-cover": Setting(fault=Fault(name="cover-open"), differences=(("16161212", "1e161212"),)),
    "pdctl-print-foreign": Setting(fault=Fault(name="foreign-token-first", until=Times(1))),
    "pdctl-print-mute": Setting(profile=PROFILES["mute"]),
    "pdctl-print-nofence": Setting(profile=replace(SCRIPTED, fence=Fence.NEVER)),
    # Without paper the printer is offline, and both bits of the paper end sensor are set, not one.
    "pdctl-print-paper": Setting(fault=Fault(name="paper-out"), differences=(("16321232", "1e321272"),)),
    "pdctl-print-text": Setting(),
    # Bit 4 of the second to fourth byte of an automatic status is 0 in every maker's table.
    "pdctl-probe": Setting(differences=(("10101010", "1400000f"),)),
    "pdctl-recover-clear": Setting(),
    "pdctl-self-test": Setting(),
    "pdctl-settings": Setting(),
    "pdctl-status": Setting(),
    "receiptio-inquire": Setting(profile=RESPONDER),
    "receiptio-print": Setting(profile=RESPONDER),
    # The recorded responder does not know DLE DC4 7; printers that do send their automatic status.
    "receiptprinterstatus-connect": Setting(
        profile=RESPONDER, differences=(("14000000", "1400000014000000"),)
    ),
}


def test_every_recording_has_its_setting() -> None:
    assert {path.stem for path in FOLDER.glob("sessions/*.jsonl")} == set(SETTINGS)


def has_dealt_with(printer: VirtualPrinter, sent: int) -> bool:
    state = printer.state
    return state.bytes_received == sent and (state.bytes_buffered == 0 or not state.online)


@pytest.mark.parametrize("name", SETTINGS)
async def test_a_recorded_conversation_gets_the_same_answers(name: str) -> None:
    setting = SETTINGS[name]
    events = [json.loads(line) for line in (FOLDER / "sessions" / f"{name}.jsonl").read_text().splitlines()]
    expected = "".join(event["hex"] for event in events if event.get("dir") == "P>H")
    for theirs, ours in setting.differences:
        assert theirs in expected
        expected = expected.replace(theirs, ours)
    async with VirtualPrinter(profile=setting.profile) as printer:
        if setting.fault is not None:
            printer.causes.add(setting.fault)
        host = await Host.connect(printer)
        sent = 0
        for event in events:
            if event.get("dir") == "H>P":
                await host.send(bytes.fromhex(event["hex"]))
                sent += len(event["hex"]) // 2
                await printer.wait_until(partial(has_dealt_with, printer, sent), PATIENCE_S)
        host.writer.write_eof()
        assert (await host.everything_until_closed()).hex() == expected
        await host.close()
