"""What to audit and how, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from factcheck.domain import Skipped
from factcheck.identity import Settings
from factcheck.polite import DELAY


@dataclass(frozen=True, slots=True)
class Plan:
    """What to audit, and how.

    Attributes:
        jobs: Processes on this machine; None for one a core.
        dask: Use Dask for them. scheduler: Use the cluster of the Dask scheduler at this address instead.
        keep_pages: Keep the bytes of each page in the store.
        delay: Seconds between two requests to a host.
        allow_private: Also fetch from loopback, private and link-local addresses.
    """

    sources: tuple[str, ...]
    store: Path
    settings: Settings = field(default_factory=Settings)
    jobs: int | None = None
    dask: bool = False
    scheduler: str | None = None
    keep_pages: bool = False
    delay: float = DELAY
    allow_private: bool = False


@dataclass(slots=True)
class Counts:
    """What a run has done so far. The names are those of the columns of `runs`."""

    pages: int = 0
    pages_extracted: int = 0
    pages_unchanged: int = 0
    pages_unreadable: int = 0
    sentences_judged: int = 0
    sentences_rejudged: int = 0


@dataclass(slots=True)
class Progress:
    """How far a run is. `done` and `total` are bytes of the sources."""

    counts: Counts = field(default_factory=Counts)
    done: int = 0
    total: int = 0
    flagged: int = 0  # different sentences that were found overstated or contradicted in this run
    unreadable_sources: list[Skipped] = field(default_factory=list)
