"""The parts of the benchmark: each is a module here with `PACKAGES`, `measure(options)` and `tables(result)`."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import record

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

#: In the order of docs/benchmarks.md.
PARTS = (
    "verdicts",
    "ablation",
    "curve",
    "extraction",
    "sentences",
    "strength",
    "throughput",
    "audit",
    "scale",
    "start",
    "stages",
)


@dataclass(frozen=True, slots=True)
class Options:
    """What a run may set; None where a part's own default holds."""

    sizes: tuple[str, ...] | None = None
    pages: int | None = None
    rounds: int | None = None
    refit: bool = False


class Absent(Exception):
    """The data of a part is not at hand."""


def module(part: str) -> ModuleType:
    """The module of a part."""
    return importlib.import_module(part)


def measure(part: str, options: Options) -> dict[str, Any]:
    """The result of a part, with machine and versions. Raises `Absent`."""
    return record.about(module(part).PACKAGES) | module(part).measure(options)


def shown(part: str, result: Mapping[str, Any]) -> str:
    """A part's tables for the terminal."""
    return "\n".join([*(table.text() for table in module(part).tables(result)), record.line(result), ""])
