"""One ticket to one address, as the service does it, and servers that are no printers."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from kitchen_printer.decisions.delivery import Delivery
from kitchen_printer.decisions.delivery_table import State
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import Outcome
from kitchen_printer.decisions.page import Page, Row, Size
from kitchen_printer.decisions.payload import Payload
from kitchen_printer.printers.connection import PrinterConnection, connected_line
from kitchen_printer.printers.encode import encode

PATIENCE_S = 5.0
READY = frozenset({State.READY})
THE_END = frozenset[State]()

TICKET = Page(
    (
        Row(text="KITCHEN 041", size=Size.BIG, bold=True),
        Row(text="2 x SOUP", size=Size.BIG),
        Row(text=" no salt ", inverse=True),
        Row(text="crème brûlée"),
        Row(text="#4711-1/1 A7Qk"),
    )
)
LINES = ("KITCHEN 041", "2 x SOUP", " no salt", "crème brûlée", "#4711-1/1 A7Qk")
BODY = encode(TICKET, "CP858")


@asynccontextmanager
async def connected(address: str, delivery: Delivery) -> AsyncGenerator[PrinterConnection, None]:
    """Connect to a printer for one delivery."""
    async with connected_line(address) as line:
        yield PrinterConnection(line, delivery)


async def deliver(
    address: str,
    level: Level = Level.TOKEN_FENCE,
    *,
    body: bytes = BODY,
    confirm_s: float = PATIENCE_S,
    give_up_s: float = PATIENCE_S,
    when_ready: Callable[[PrinterConnection], None] = lambda _: None,
    changed: Callable[[PrinterConnection], None] = lambda _: None,
) -> Outcome:
    """Preflight, ticket, proof. `when_ready` is called before the ticket goes out, `changed` after."""
    delivery = Delivery(level, "Pre!")
    async with asyncio.timeout(4 * PATIENCE_S), connected(address, delivery) as line:
        await line.converse(until=READY)
        if delivery.state is State.READY:
            when_ready(line)
            delivery.start(payload(body, confirm_s=confirm_s, give_up_s=give_up_s))
            await line.converse(until=THE_END, changed=lambda: changed(line))
    return delivery.outcome


def payload(body: bytes = BODY, *, confirm_s: float = PATIENCE_S, give_up_s: float = PATIENCE_S) -> Payload:
    """A ticket with its tokens."""
    return Payload(
        body=body,
        token_printed="A7Qk",
        token_cut="A7Ql",
        token_forgotten="Gone",
        seconds_to_print=0.0,
        seconds_to_confirm=confirm_s,
        seconds_to_give_up=give_up_s,
    )


class Stranger:
    """A server that is no printer; keeps what it was sent."""

    def __init__(self) -> None:
        self.address = ""
        self.heard = bytearray()


@asynccontextmanager
async def stranger(
    answer: Callable[[bytes], bytes | None], greeting: bytes = b""
) -> AsyncGenerator[Stranger, None]:
    """A server that greets, and answers whatever it hears; it hangs up where the answer is None."""
    self = Stranger()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(greeting)
            while data := await reader.read(4096):
                self.heard += data
                reply = answer(data)
                if reply is None:
                    break
                writer.write(reply)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        self.address = f"{host}:{port}"
        yield self
