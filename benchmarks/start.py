"""Cold start: commands from their start to their end, each in a new process, by the clock."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Mapping
from typing import Any

from parts import Options
from processes import FACTCHECK, Run, run
from record import ROOT
from tables import Table, number

PACKAGES = ("spacy", "numpy", "trafilatura", "scikit-learn")
ROUNDS = 11
_DEMO = str(ROOT / "data" / "demo" / "clinic.html")
COMMANDS: dict[str, list[str]] = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "factcheck --version": [FACTCHECK, "--version"],
    "factcheck check SENTENCE": [FACTCHECK, "check", "Ketamine is non-addictive."],
    "factcheck scan data/demo/clinic.html": [FACTCHECK, "scan", _DEMO],
    "python -c 'import trafilatura'": [sys.executable, "-c", "import trafilatura"],
    "python -c 'import spacy'": [sys.executable, "-c", "import spacy"],
    "python -c 'import sklearn.linear_model'": [sys.executable, "-c", "import sklearn.linear_model"],
}


def measure(options: Options) -> dict[str, Any]:
    """A row for each command; each round runs all of them, so that a slow spell hits all."""
    took: dict[str, list[Run]] = {name: [] for name in COMMANDS}
    for command in COMMANDS.values():  # once outside the clock, so that files are in the system's cache
        run(command, cores=1, accepted=(0, 1))
    for _ in range(options.rounds or ROUNDS):
        for name, command in COMMANDS.items():
            took[name].append(run(command, cores=1, accepted=(0, 1)))
    return {
        "rounds": options.rounds or ROUNDS,
        "rows": [
            {
                "name": name,
                "seconds": round(statistics.median(r.seconds for r in runs), 3),
                "fastest": round(min(r.seconds for r in runs), 3),
                "slowest": round(max(r.seconds for r in runs), 3),
            }
            for name, runs in took.items()
        ],
    }


def tables(result: Mapping[str, Any]) -> list[Table]:
    """One table."""
    columns = ("seconds", "fastest", "slowest")
    rows = [(row["name"], *(number(row[c], 2) for c in columns)) for row in result["rows"]]
    return [Table(f"Cold start, {result['rounds']} rounds", ("", "seconds (median)", "fastest", "slowest"), rows)]
