"""factcheck: holds the claims on a health-marketing page against a curated, cited reference set.

The names below are the library; `FactChecker` is imported when it is first asked for, since it brings spaCy along.
"""

from typing import TYPE_CHECKING

from factcheck.domain import (
    Claim,
    Entry,
    FactcheckError,
    Finding,
    Grade,
    Label,
    Page,
    Report,
    Sentence,
    Source,
    Stance,
    Strength,
)

if TYPE_CHECKING:
    from factcheck.check import FactChecker
else:

    def __getattr__(name: str) -> object:
        if name != "FactChecker":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from factcheck.check import FactChecker

        return FactChecker


__version__ = "0.1.0"
__all__ = [
    "Claim",
    "Entry",
    "FactChecker",
    "FactcheckError",
    "Finding",
    "Grade",
    "Label",
    "Page",
    "Report",
    "Sentence",
    "Source",
    "Stance",
    "Strength",
]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
