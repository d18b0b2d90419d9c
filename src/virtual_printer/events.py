"""What a printer tells whoever watches it: connections, paper, faults. Each is one JSON line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`at_s` is seconds since the printer was made; `byte_offset` and `lines_printed` say how far it was."""

    printer: str
    name: str
    at_s: float
    byte_offset: int
    lines_printed: int
    details: Mapping[str, object]

    @classmethod
    def of_process(cls, name: str, details: Mapping[str, object]) -> Self:
        """Something that concerns all printers of a process, at its start."""
        return cls(printer="", name=name, at_s=0.0, byte_offset=0, lines_printed=0, details=details)

    def as_dict(self) -> dict[str, object]:
        return {
            "printer": self.printer,
            "event": self.name,
            "at_s": self.at_s,
            "byte_offset": self.byte_offset,
            "lines_printed": self.lines_printed,
            **self.details,
        }

    def as_sentence(self) -> str:
        details = ", ".join(f"{key} {value}" for key, value in self.details.items() if key != "text")
        return f"{self.at_s:9.3f} s  {self.printer}  {self.name}  {details}".rstrip()
