"""Status bytes against the makers' bit tables, for every condition a printer can be in."""

from itertools import product

import pytest

from virtual_printer.condition import (
    Condition,
    automatic_status,
    changed_categories,
    drawer_status,
    paper_status,
    real_time_status,
)

FIELDS = (
    "paper_out", "near_end", "cover_open", "cutter_jam", "mechanical_error", "head_hot", "unrecoverable",
    "panel_offline", "feed_pressed", "drawer_high",
)  # fmt: skip
EVERY_CONDITION = [
    Condition(**dict(zip(FIELDS, values, strict=True)))
    for values in product((False, True), repeat=len(FIELDS))
]

# Which bits each single condition adds: DLE EOT 1, 2, 3, 4, then the first three ASB bytes.
BITS = {
    "drawer_high": (0x04, 0, 0, 0, 0x04, 0, 0),
    "feed_pressed": (0x48, 0x08, 0, 0, 0x48, 0, 0),
    "panel_offline": (0x08, 0, 0, 0, 0x08, 0, 0),
    "cover_open": (0x08, 0x04, 0, 0, 0x28, 0, 0),
    "paper_out": (0x08, 0x20, 0, 0x60, 0x08, 0, 0x0C),
    "near_end": (0, 0, 0, 0x0C, 0, 0, 0x03),
    "cutter_jam": (0x28, 0x40, 0x08, 0, 0x08, 0x09, 0),
    "mechanical_error": (0x28, 0x40, 0x04, 0, 0x08, 0x05, 0),
    "head_hot": (0x08, 0x40, 0x40, 0, 0x08, 0x40, 0),
    "unrecoverable": (0x08, 0x40, 0x20, 0, 0x08, 0x20, 0),
}


def status_bytes(condition: Condition) -> tuple[int, ...]:
    return (*(real_time_status(condition, n) for n in (1, 2, 3, 4)), *automatic_status(condition)[:3])


@pytest.mark.parametrize("name", BITS)
def test_each_condition_adds_the_bits_of_the_table(name: str) -> None:
    well = (0x12, 0x12, 0x12, 0x12, 0x10, 0x00, 0x00)
    condition = Condition(**{"drawer_high": False, name: True})
    assert status_bytes(condition) == tuple(byte | bits for byte, bits in zip(well, BITS[name], strict=True))


def test_conditions_add_up_in_all_1024_combinations() -> None:
    nothing = status_bytes(Condition(drawer_high=False))
    for condition in EVERY_CONDITION:
        expected = list(nothing)
        for name in FIELDS:
            if getattr(condition, name):
                expected = [byte | bits for byte, bits in zip(expected, BITS[name], strict=True)]
        assert status_bytes(condition) == tuple(expected), condition


def test_the_fixed_bits_never_change() -> None:
    for condition in EVERY_CONDITION:
        assert all(real_time_status(condition, n) & 0x93 == 0x12 for n in (1, 2, 3, 4))
        first, second, third, fourth = automatic_status(condition)
        assert first & 0x93 == 0x10
        assert (second | third | fourth) & 0x90 == 0x00
        assert (paper_status(condition) | drawer_status(condition)) & 0x90 == 0x00


def test_the_classes_of_first_bytes_are_disjoint_over_all_256_values() -> None:
    for byte in range(256):
        classes = (
            byte in (0x37, 0x5F),  # blocks
            byte in (0x11, 0x13),  # XON and XOFF of serial bridges
            byte & 0x93 == 0x10,  # first byte of an automatic status
            byte & 0x93 == 0x12,  # DLE EOT
            byte & 0x90 == 0x00,  # queued one-byte answers
        )
        assert sum(classes) <= 1, hex(byte)


@pytest.mark.parametrize(
    ("change", "categories"),
    [
        ({"paper_out": True}, 0x02 | 0x08),
        ({"near_end": True}, 0x08),
        ({"cover_open": True}, 0x02),
        ({"cutter_jam": True}, 0x02 | 0x04),
        ({"drawer_high": False}, 0x01),
        ({"feed_pressed": True}, 0x02 | 0x40),
        ({}, 0x00),
    ],
)
def test_a_change_concerns_the_categories_of_gs_a(change: dict[str, bool], categories: int) -> None:
    assert changed_categories(Condition(), Condition(**change)) == categories


def test_other_real_time_statuses_do_not_exist() -> None:
    with pytest.raises(ValueError, match="DLE EOT 5"):
        real_time_status(Condition(), 5)
