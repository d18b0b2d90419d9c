"""One-dimensional codes as strings of modules: `1` is a bar, `0` a space. Sources: the codes' public standards."""

from typing import Final

from virtual_printer.code93 import code93


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_CODE128_WIDTHS: Final = _words(
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 "
    "122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 "
    "322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 "
    "112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 "
    "331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 "
    "112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 "
    "124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113 "
    "411311 113141 114131 311141 411131 211412 211214 211232 2331112"
)
_START: Final = {"A": 103, "B": 104, "C": 105}
_SWITCH: Final = {"A": 101, "B": 100, "C": 99}
_STOP: Final = 106
_FUNCTIONS: Final = {"1": 102, "2": 97, "3": 96}
_SHIFT: Final = 98

_EAN_LEFT: Final = _words("0001101 0011001 0010011 0111101 0100011 0110001 0101111 0111011 0110111 0001011")
_EAN_PARITY: Final = _words("LLLLLL LLGLGG LLGGLG LLGGGL LGLLGG LGGLLG LGGGLL LGLGLG LGLGGL LGGLGL")

_UPC_E_PARITY: Final = _words("GGGLLL GGLGLL GGLLGL GGLLLG GLGGLL GLLGGL GLLLGG GLGLGL GLGLLG GLLGLG")

_CODE39: Final = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%*",
        _words(
            "nnnwwnwnn wnnwnnnnw nnwwnnnnw wnwwnnnnn nnnwwnnnw wnnwwnnnn nnwwwnnnn nnnwnnwnw wnnwnnwnn nnwwnnwnn "
            "wnnnnwnnw nnwnnwnnw wnwnnwnnn nnnnwwnnw wnnnwwnnn nnwnwwnnn nnnnnwwnw wnnnnwwnn nnwnnwwnn nnnnwwwnn "
            "wnnnnnnww nnwnnnnww wnwnnnnwn nnnnwnnww wnnnwnnwn nnwnwnnwn nnnnnnwww wnnnnnwwn nnwnnnwwn nnnnwnwwn "
            "wwnnnnnnw nwwnnnnnw wwwnnnnnn nwnnwnnnw wwnnwnnnn nwwnwnnnn nwnnnnwnw wwnnnnwnn nwwnnnwnn nwnwnwnnn "
            "nwnwnnnwn nwnnnwnwn nnnwnwnwn nwnnwnwnn"
        ),
        strict=True,
    )
)
_ITF: Final = _words("nnwwn wnnnw nwnnw wwnnn nnwnw wnwnn nwwnn nnnww wnnwn nwnwn")
_CODABAR: Final = dict(
    zip(
        "0123456789-$:/.+ABCD",
        _words(
            "nnnnnww nnnnwwn nnnwnnw wwnnnnn nnwnnwn wnnnnwn nwnnnnw nwnnwnn nwwnnnn wnnwnnn nnnwwnn nnwwnnn "
            "wnnnwnw wnwnnnw wnwnwnn nnwnwnw nnwwnwn nwnwnnw nnnwnww nnnwwwn"
        ),
        strict=True,
    )
)
WIDE: Final = 3  # modules of a wide bar in the two-width codes


def modules(system: int, data: bytes) -> str | None:
    """The bars of a `GS k` symbol, `None` where the data do not fit the code or the code is not simulated."""
    text = data.decode("ascii", errors="replace")
    match system:
        case 0 | 65 if _is_number(text, 11, 12):
            return _ean13("0" + text)
        case 1 | 66 if _is_number(text, 6, 7, 8, 11, 12):
            return _upc_e(text)
        case 2 | 67 if _is_number(text, 12, 13):
            return _ean13(text)
        case 3 | 68 if _is_number(text, 7, 8):
            return _ean8(text)
        case 4 | 69:
            return _code39(text)
        case 5 | 70 if text.isdigit() and len(text) % 2 == 0:
            return _interleaved(text)
        case 6 | 71:
            return _codabar(text.upper())
        case 72:
            return code93(data)
        case 73:
            return _code128(data)
        case _:
            return None


NAMES: Final = {
    0: "UPC-A", 1: "UPC-E", 2: "EAN13", 3: "EAN8", 4: "CODE39", 5: "ITF", 6: "CODABAR",
    65: "UPC-A", 66: "UPC-E", 67: "EAN13", 68: "EAN8", 69: "CODE39", 70: "ITF", 71: "CODABAR", 72: "CODE93",
    73: "CODE128", 74: "GS1-128", 75: "DataBar", 76: "DataBar truncated", 77: "DataBar limited", 78: "DataBar expanded",
}  # fmt: skip


def human_text(system: int, data: bytes) -> str:
    """What is printed beside the bars; CODE128 leaves its code set switches out."""
    if system != 73:
        return data.decode("ascii", errors="replace")
    text, position, code_set = "", 0, ""
    while position < len(data):
        if data[position] == 0x7B and position + 1 < len(data):
            following = chr(data[position + 1])
            code_set = following if following in _START else code_set
            text += "{" if following == "{" else ""
            position += 2
            continue
        text += f"{data[position]:02}" if code_set == "C" else chr(data[position])
        position += 1
    return text


def _is_number(text: str, *lengths: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) in lengths


def _with_check_digit(text: str, length: int) -> str | None:
    body = text[: length - 1]
    weighted = sum(int(digit) * (3 if (length - at) % 2 == 0 else 1) for at, digit in enumerate(body))
    whole = body + str(-weighted % 10)
    return whole if whole.startswith(text) else None


def _inverted(left: str) -> str:
    """The right-hand code of a digit; read backwards it is code G."""
    return "".join("10"[int(bit)] for bit in left)


def _ean13(text: str) -> str | None:
    digits = _with_check_digit(text, 13)
    if digits is None:
        return None
    left = _in_codes(digits[1:7], _EAN_PARITY[int(digits[0])])
    right = "".join(_inverted(_EAN_LEFT[int(digit)]) for digit in digits[7:])
    return f"101{left}01010{right}101"


def _in_codes(digits: str, codes: str) -> str:
    """Each digit in code L or G."""
    return "".join(
        _EAN_LEFT[int(digit)] if code == "L" else _inverted(_EAN_LEFT[int(digit)])[::-1]
        for digit, code in zip(digits, codes, strict=True)
    )


def _upc_e(text: str) -> str | None:
    """The six digits alone, with the leading 0, with the check digit too, or the UPC-A number they stand for."""
    if len(text) == 6:
        text = f"0{text}"
    whole = _with_check_digit(text if len(text) >= 11 else _upc_a_of(text[1:7]) + text[7:], 12)
    if whole is None or text[0] != "0":
        return None
    six = next((six for six in _shortened(whole) if whole.startswith(_upc_a_of(six))), None)
    return None if six is None else f"101{_in_codes(six, _UPC_E_PARITY[int(whole[-1])])}010101"


def _upc_a_of(six: str) -> str:
    """The eleven digits before the check digit."""
    match six[5]:
        case "0" | "1" | "2":
            return f"0{six[:2]}{six[5]}0000{six[2:5]}"
        case "3":
            return f"0{six[:3]}00000{six[3:5]}"
        case "4":
            return f"0{six[:4]}00000{six[4]}"
        case _:
            return f"0{six[:5]}0000{six[5]}"


def _shortened(whole: str) -> tuple[str, ...]:
    """The six digits by each of the four rules; those that stand for another number must be sorted out."""
    maker, product = whole[1:6], whole[6:11]
    return (
        f"{maker[:2]}{product[2:]}{maker[2]}",
        f"{maker[:3]}{product[3:]}3",
        f"{maker[:4]}{product[4]}4",
        f"{maker}{product[4]}",
    )


def _ean8(text: str) -> str | None:
    digits = _with_check_digit(text, 8)
    if digits is None:
        return None
    left = "".join(_EAN_LEFT[int(digit)] for digit in digits[:4])
    right = "".join(_inverted(_EAN_LEFT[int(digit)]) for digit in digits[4:])
    return f"101{left}01010{right}101"


def _two_widths(pattern: str) -> str:
    return "".join("10"[at % 2] * (WIDE if width == "w" else 1) for at, width in enumerate(pattern))


def _code39(text: str) -> str | None:
    body = text.strip("*")
    if not body or any(character not in _CODE39 for character in body):
        return None
    return "0".join(_two_widths(_CODE39[character]) for character in f"*{body}*")


def _interleaved(text: str) -> str:
    pairs = (
        "".join(bar + space for bar, space in zip(_ITF[int(first)], _ITF[int(second)], strict=True))
        for first, second in zip(text[::2], text[1::2], strict=True)
    )
    return "1010" + "".join(_two_widths(pair) for pair in pairs) + "1" * WIDE + "01"


def _codabar(text: str) -> str | None:
    if len(text) < 2 or any(character not in _CODABAR for character in text):
        return None
    return "0".join(_two_widths(_CODABAR[character]) for character in text)


def _code128(data: bytes) -> str | None:
    values = _code128_values(data)
    if values is None:
        return None
    check = (values[0] + sum(at * value for at, value in enumerate(values))) % 103
    widths = "".join(_CODE128_WIDTHS[value] for value in (*values, check, _STOP))
    return "".join("10"[at % 2] * int(width) for at, width in enumerate(widths))


def _code128_values(data: bytes) -> list[int] | None:
    """Symbol values from Epson's notation, in which `{A`, `{B`, `{C` choose the code set and `{{` is a brace."""
    values: list[int] = []
    code_set, position = "", 0
    while position < len(data):
        byte = data[position]
        position += 1
        if byte != 0x7B:
            value = _code128_value(byte, code_set)
        elif position == len(data):
            return None
        else:
            selector = chr(data[position])
            position += 1
            if selector in _START:
                values.append(_START[selector] if not code_set else _SWITCH[selector])
                code_set = selector
                continue
            value = _special_value(selector, code_set)
        if value is None:
            return None
        values.append(value)
    return values if len(values) > 1 else None


def _special_value(selector: str, code_set: str) -> int | None:
    if not code_set:
        return None
    if selector == "{":
        return _code128_value(0x7B, code_set)
    if selector == "S":
        return _SHIFT
    if selector == "4":
        return {"A": 101, "B": 100}.get(code_set)
    return _FUNCTIONS.get(selector)


def _code128_value(byte: int, code_set: str) -> int | None:
    match code_set:
        case "A" if byte < 0x60:
            return byte - 0x20 if byte >= 0x20 else byte + 0x40
        case "B" if 0x20 <= byte <= 0x7F:
            return byte - 0x20
        case "C" if byte <= 99:
            return byte
        case _:
            return None
