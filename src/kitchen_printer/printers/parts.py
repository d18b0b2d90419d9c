"""Is everything here that drawing needs? None of it comes from the system: what is missing was lost on the way."""


def missing_parts() -> tuple[str, ...]:
    """Return what cannot be loaded of the shaper and the fonts, each in words."""
    try:
        from kitchen_printer.printers.fonts import SOURCES, Face
    except ImportError as error:
        return (f"the shaper {error.name}",)
    missing: list[str] = []
    for source in SOURCES:
        try:
            is_usable = bool(Face(source).characters)
        except Exception:  # noqa: BLE001  # whatever the shaper says about a file that is no font
            is_usable = False
        if not is_usable:
            missing.append(f"the font {source.file}")
    return tuple(missing)
