"""A sample of sentences as a sheet for a human to fill in."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Final, TextIO

from factcheck.reports.csv import cell
from factcheck.sample import Drawn

COLUMNS: Final = ("sentence", "label", "note", "text", "before", "page")


def write_sample(drawn: Sequence[Drawn], out: TextIO) -> None:
    """CSV with an empty column `label` to fill in; the tool's verdict is not in it, so that it does not sway the reader."""
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for sentence in drawn:
        # As hexadecimal digits after a letter: a spreadsheet would round a number of 19 digits.
        cells = (f"s{sentence.id:016x}", "", "", sentence.text, sentence.before, sentence.page)
        rows.writerow([cell(value) for value in cells])
