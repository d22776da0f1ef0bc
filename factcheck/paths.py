"""Where the shipped data and models are: inside an installed wheel, or at the top of a checkout."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_dir() -> Path:
    """The folder that holds `reference/`, `lexicon/` and `demo/`."""
    installed = _PACKAGE / "_data"
    return installed if installed.is_dir() else _PACKAGE.parent / "data"


def models_dir() -> Path:
    """The folder that holds one folder per shipped model."""
    installed = _PACKAGE / "_models"
    return installed if installed.is_dir() else _PACKAGE.parent / "models"


def guide_path() -> Path:
    """The labeling guide, docs/labels.md."""
    installed = _PACKAGE / "_data" / "labels.md"
    return installed if installed.is_file() else _PACKAGE.parent / "docs" / "labels.md"


def bench_dir() -> Path:
    """Material that benchmarks and some tests read and that no wheel carries: `FACTCHECK_BENCH_DATA`, else `../shared`."""
    return Path(os.environ.get("FACTCHECK_BENCH_DATA") or _PACKAGE.parent.parent / "shared")
