"""One printer has one spelling, and whatever is no printer is refused in words."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions.address import BadAddressError, canonical, host_and_port

SPELLINGS = [
    ("10.0.0.5", "10.0.0.5:9100"),
    ("10.0.0.5:9100", "10.0.0.5:9100"),
    ("10.0.0.5:9101", "10.0.0.5:9101"),
    ("10.0.0.5:09100", "10.0.0.5:9100"),
    ("10.0.0.5:1", "10.0.0.5:1"),
    ("10.0.0.5:65535", "10.0.0.5:65535"),
    ("  10.0.0.5 \n", "10.0.0.5:9100"),
    ("BAR-Printer", "bar-printer:9100"),
    ("bar_printer.Local:9100", "bar_printer.local:9100"),
    ("a" * 63 + ".local", "a" * 63 + ".local:9100"),
    ("a." * 126 + "b", "a." * 126 + "b:9100"),  # 253 characters, as many as the domain name system knows
    ("[::1]", "[::1]:9100"),
    ("[::1]:9101", "[::1]:9101"),
    ("[FE80:0:0:0:0:0:0:1]", "[fe80::1]:9100"),
    ("[fe80::1%eth0]", "[fe80::1%eth0]:9100"),
    ("[::ffff:10.0.0.5]", "10.0.0.5:9100"),
]

JUNK = [
    "",
    ":",
    ":9100",
    "10.0.0.5:",
    "10.0.0.5:0",
    "10.0.0.5:65536",
    "10.0.0.5:-1",
    "10.0.0.5:+9100",
    "10.0.0.5:91 00",
    "10.0.0.5:٩١٠٠",
    "10.0.0.5:" + "1" * 5000,
    "10.0.0.5:9100:9100",
    "10.0.0",
    "10.0.0.256",
    "010.0.0.5",
    "1234",
    "10.0.0.5/24",
    "tcp://10.0.0.5",
    "bar printer",
    "bar\x00printer",
    "bär",
    "-bar",
    "bar-",
    "bar..local",
    ".local",
    "a" * 64,
    "a." * 126 + "bc",  # one more
    "a." * 127 + "a",
    "fe80::1",
    "[fe80::1",
    "[fe80::1]9100",
    "[fe80::1]:",
    "[fe80::1]:0",
    "[fe80::1%]",
    "[fe80::1%eth 0]",
    "[fe80::1%eth0\n]",
    "[10.0.0.5]",
    "[]",
    "[bar]",
]


@pytest.mark.parametrize(("text", "address"), SPELLINGS)
def test_every_spelling_of_a_printer_becomes_the_same_address(text: str, address: str) -> None:
    assert canonical(text) == address


@pytest.mark.parametrize("text", JUNK)
def test_what_names_no_printer_is_refused_with_the_text_in_question(text: str) -> None:
    with pytest.raises(BadAddressError, match="is not a printer address") as refused:
        canonical(text)
    assert str(refused.value).startswith(repr(text))


def test_spaces_around_an_address_do_not_matter_but_inside_they_do() -> None:
    assert canonical(" 10.0.0.5:9100 ") == "10.0.0.5:9100"
    with pytest.raises(BadAddressError):
        canonical("10.0.0.5 :9100")


def test_an_ipv6_address_without_brackets_is_told_about_brackets() -> None:
    with pytest.raises(BadAddressError, match=r"\[fe80::1\]:9100"):
        canonical("fe80::1")


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [("10.0.0.5:9100", "10.0.0.5", 9100), ("[fe80::1]:9101", "fe80::1", 9101), ("bar:1", "bar", 1)],
)
def test_a_canonical_address_comes_apart_into_host_and_port(address: str, host: str, port: int) -> None:
    assert host_and_port(address) == (host, port)


HOSTS = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(lambda address: f"[{address}]"),
    st.ip_addresses(v=6).map(lambda address: f"[{address.exploded.upper()}]"),
    st.text(string.ascii_letters + string.digits + "-_.", min_size=1, max_size=80),
)
ANYTHING = st.one_of(
    st.text(max_size=40),
    st.text("[]:.%0123456789abcfx-_ \n", max_size=40),
    HOSTS,
    st.builds("{}:{}".format, HOSTS, st.integers(-1, 70000)),
)


@given(ANYTHING)
def test_any_text_is_an_address_that_stays_what_it_is_or_is_refused(text: str) -> None:
    try:
        address = canonical(text)
    except BadAddressError:
        return
    assert canonical(address) == address
    host, port = host_and_port(address)
    assert address == (f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    assert 1 <= port <= 65535
    assert host.isprintable()
    assert not set(host) & set(" []")


@given(st.ip_addresses(v=4), st.integers(1, 65535))
def test_every_ipv4_address_with_every_port_is_a_printer(address: object, port: int) -> None:
    assert canonical(f"{address}:{port}") == f"{address}:{port}"
