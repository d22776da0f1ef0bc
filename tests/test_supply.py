"""What an installation consists of: pinned, with hashes, and each dependency explained."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
DOC = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
#: The project itself, in extras that take in others.
OWN = "factcheck"
#: Extras for whoever works on the project.
TOOLS = ("dev", "build", "docs", "trust")


def normal(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: list[str]) -> set[str]:
    found = {normal(re.match(r"[\w.-]+", r)[0]) for r in requirements}  # type: ignore[index]
    return found - {OWN}


def rows() -> dict[str, list[str]]:
    """The cells of the table's rows, by each package that a row names."""
    found = {}
    for line in DOC.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4 and cells[0] not in ("package", "---"):
            for name in re.sub(r"\(extra .*\)", "", cells[0]).split(","):
                found[normal(name.strip().strip("`"))] = cells[1:]
    return found


def test_each_dependency_has_reason_license_and_replacement() -> None:
    extras = PROJECT["optional-dependencies"]
    table = rows()
    run_time = names(PROJECT["dependencies"]) | {n for e in extras if e not in TOOLS for n in names(extras[e])}
    assert run_time <= set(table), run_time - set(table)
    for name in run_time:
        assert all(len(cell) >= 3 for cell in table[name]), name
    tools = {n for e in TOOLS for n in names(extras[e])}
    said = {normal(word) for word in re.findall(r"[\w.-]*\w", DOC)}
    assert tools <= said, tools - said


def test_the_table_names_no_package_that_is_not_used() -> None:
    used = names(PROJECT["dependencies"]) | {n for e in PROJECT["optional-dependencies"].values() for n in names(e)}
    assert set(rows()) <= used, set(rows()) - used


@pytest.mark.parametrize("path", LOCKS, ids=[p.name for p in LOCKS])
def test_locks_pin_every_package_with_hashes(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==[\w.!+-]+(\s*;[^#]*?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*$", line), (
            line[:80]
        )


def test_the_lock_of_an_installation_holds_all_direct_dependencies() -> None:
    locked = {normal(m) for m in re.findall(r"^([\w.-]+)==", (ROOT / "requirements" / "run.txt").read_text(), re.M)}
    assert names(PROJECT["dependencies"]) <= locked


def test_installing_checks_hashes() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for line in makefile.splitlines():
        if "$(PIP) install" in line and "-r " in line:
            assert "--require-hashes" in line
