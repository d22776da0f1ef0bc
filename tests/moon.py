"""An entry that no shipped set has, for tests of a set of one's own: whether ketamine works better at full moon."""

from __future__ import annotations

import textwrap
from pathlib import Path

SOURCES = "sources:\n- {title: A made-up source for a test, url: 'https://example.org/moon', year: 2026}\n"
#: As `reference add` takes it.
ENTRY = f"""\
id: moon-phase
topic: practice
drug: ketamine
claim: Ketamine works better at full moon.
truth: No study has looked at the moon.
grade: contrary
licensed: ketamine does not depend on the moon
slots:
- {{require: [[moon]]}}
{SOURCES}reviewed: 2026-01-01
"""
#: As it stands in a file of entries.
LISTED = "- " + textwrap.indent(ENTRY, "  ")[2:]
#: The row of the lexicon that it needs.
ROW = "- {id: moon, type: time, phrases: [full moon]}\n"


def write_moon(folder: Path, grade: str = "contrary") -> Path:
    """Write the entry and its row into a folder for `--reference`."""
    folder.mkdir(exist_ok=True)
    (folder / "entries.yaml").write_text(LISTED.replace("grade: contrary", f"grade: {grade}"))
    (folder / "concepts.yaml").write_text(ROW)
    return folder
