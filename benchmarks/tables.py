"""Tables of results, the same on the terminal and in docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """A table under its title. All columns but the first hold numbers; `note` says how to read them."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def text(self) -> str:
        """For the terminal, in columns."""
        lines = [list(self.head), *[list(row) for row in self.rows]]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.head))]
        drawn = [
            "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(line, widths, strict=True)))
            for line in lines
        ]
        return "\n".join([self.title, "", *(line.rstrip() for line in drawn), *([self.note] if self.note else []), ""])

    def markdown(self) -> str:
        """For the documentation."""
        lines = [self.head, ["---", *("--:" for _ in self.head[1:])], *self.rows]
        drawn = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines]
        return "\n".join([f"**{self.title}**", "", *drawn, *(["", self.note] if self.note else []), ""])


def number(value: float | None, digits: int = 0) -> str:
    """A number with its thousands set apart; "-" for none."""
    return "-" if value is None else f"{value:,.{digits}f}"
