"""The control port, spoken to as curl would."""

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from tests.virtual_printer.host import PATIENCE_S, Host
from virtual_printer import VirtualPrinter
from virtual_printer.catalogue import KINDS
from virtual_printer.control import BODY_BYTES_MAX, Control
from virtual_printer.faults import FaultError
from virtual_printer.scenario import read_scenario


class Client:
    def __init__(self, address: str) -> None:
        self._address = address

    async def raw(self, data: bytes) -> tuple[int, bytes]:
        host, port = self._address.rsplit(":", 1)
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(data)
        async with asyncio.timeout(PATIENCE_S):
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        return int(head.split()[1]), body

    async def send(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        data = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: test\r\nContent-Length: {len(data)}\r\n\r\n"
        status, answer = await self.raw(head.encode() + data)
        return status, json.loads(answer) if answer.startswith((b"{", b"[")) else answer


@pytest.fixture
async def client(printer: VirtualPrinter) -> AsyncIterator[Client]:
    async with Control({"KITCHEN": printer}) as control:
        yield Client(control.address)


async def test_a_fault_is_added_listed_and_removed(printer: VirtualPrinter, client: Client) -> None:
    fault = {"name": "cover-open", "until": {"end": "operator"}}
    assert await client.send("POST", "/printers/KITCHEN/faults", fault) == (HTTPStatus.CREATED, {"id": 1})
    assert printer.state.cover_open
    status, faults = await client.send("GET", "/printers/KITCHEN/faults")
    assert (status, faults[0]["id"], faults[0]["name"], faults[0]["in_force"]) == (200, 1, "cover-open", True)
    assert await client.send("DELETE", "/printers/KITCHEN/faults/1") == (200, {})
    assert not printer.state.cover_open


async def test_an_operator_refills_closes_the_cover_and_pulls_the_plug(
    printer: VirtualPrinter, client: Client
) -> None:
    printer.causes.paper_out_at_line(0)
    printer.causes.open_cover()
    assert (await client.send("POST", "/printers/KITCHEN/refill"))[1]["paper_out"] is False
    assert (await client.send("POST", "/printers/KITCHEN/close-cover"))[1]["online"] is True
    status, state = await client.send("POST", "/printers/KITCHEN/power-cycle", {"boot_seconds": 0.01})
    assert (status, state["accepting"]) == (HTTPStatus.ACCEPTED, False)
    await printer.state.wait_until(lambda state: state.accepting, PATIENCE_S)


async def test_papers_come_as_text_and_as_picture_until_the_reset(
    printer: VirtualPrinter, host: Host, client: Client
) -> None:
    await host.send(b"TABLE 12\n\x1dVB\x00the rest\n")
    await printer.paper.wait_for_sheets(1, PATIENCE_S)
    await printer.wait_until(lambda: printer.paper.rest.text == "the rest", PATIENCE_S)
    _, papers = await client.send("GET", "/printers/KITCHEN/papers")
    assert papers == {
        "sheets": [{"number": 1, "text": "TABLE 12", "cut": "partial", "length_mm": 30 / 8}],
        "rest": "the rest",
    }
    status, picture = await client.send("GET", "/printers/KITCHEN/papers/1.png")
    assert (status, picture[:8]) == (200, b"\x89PNG\r\n\x1a\n")
    printer.causes.mute()
    assert await client.send("POST", "/reset") == (200, {})
    assert (printer.causes.faults, printer.paper.text) == ((), "")


async def test_the_schema_and_the_catalogue_name_every_fault(client: Client) -> None:
    _, schema = await client.send("GET", "/schema")
    assert [kind["properties"]["name"]["const"] for kind in schema["oneOf"]] == list(KINDS)
    _, catalogue = await client.send("GET", "/faults")
    assert list(catalogue) == list(KINDS)
    _, index = await client.send("GET", "/")
    assert "POST /printers/NAME/faults" in index
    assert list((await client.send("GET", "/printers"))[1]) == ["KITCHEN"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "complaint"),
    [
        ("POST", "/printers/KITCHEN/faults", {"name": "fire"}, 400, "no fault 'fire'"),
        ("POST", "/printers/BAR/faults", {"name": "mute"}, 404, "no printer 'BAR'; there are: KITCHEN"),
        ("DELETE", "/printers/KITCHEN/faults/9", None, 400, "no fault has the number 9"),
        ("DELETE", "/printers/KITCHEN/faults/x", None, 404, "'x' is not a number"),
        ("GET", "/printers/KITCHEN/papers/1.png", None, 404, "no sheet 1"),
        ("GET", "/nowhere", None, 404, "GET / lists"),
        ("PUT", "/reset", None, 405, "takes POST"),
        ("POST", "/printers/KITCHEN/power-cycle", {"fuse": 1}, 400, "no parameter 'fuse'"),
    ],
)
async def test_a_wrong_request_is_answered_in_words(
    client: Client, *, method: str, path: str, body: object, status: int, complaint: str
) -> None:
    answered, answer = await client.send(method, path, body)
    assert answered == status
    assert complaint in answer["error"]


async def test_what_is_not_http_not_json_or_too_large_is_refused(client: Client) -> None:
    assert (await client.raw(b"\x10\x04\x01\r\n\r\n"))[0] == 400
    head = b"POST /printers/KITCHEN/faults HTTP/1.1\r\nHost: x\r\nContent-Length: "
    assert (await client.raw(head + b"5\r\n\r\n{mute"))[0] == 400
    assert (await client.raw(head + b"%d\r\n\r\n" % (BODY_BYTES_MAX + 1) + bytes(BODY_BYTES_MAX + 1)))[
        0
    ] == 413


def test_a_scenario_is_read_whole_or_refused_with_file_entry_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "evening.toml"
    path.write_text(
        '[[fault]]\nprinter = "BAR"\nname = "paper-out"\ntrigger = { at = "line", n = 40 }\n'
        'until = { end = "operator" }\n[[fault]]\nname = "mute"\n'
    )
    first, second = read_scenario(path, ["BAR", "KITCHEN"])
    assert (first.printer, first.fault.name, second.printer) == ("BAR", "paper-out", None)
    with pytest.raises(FaultError, match=r"evening\.toml, fault 1: no printer 'BAR'"):
        read_scenario(path, ["KITCHEN"])
    path.write_text('[[fault]]\nname = "mute"\n[[fault]]\nname = "late"\nparams = { seconds = "x" }\n')
    with pytest.raises(FaultError, match="fault 2: late: seconds must be a number"):
        read_scenario(path, [])
    path.write_text("faults = 3")
    with pytest.raises(FaultError, match="nothing else"):
        read_scenario(path, [])
