"""Each promise of docs/threats.md names tests, and those exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
THREATS = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def promises() -> list[str]:
    """The rows of the tables, without their heads."""
    return [
        line for line in THREATS.splitlines() if line.startswith("| ") and not line.startswith(("| promise", "| ---"))
    ]


def test_every_promise_names_a_test() -> None:
    assert len(promises()) > 20
    for row in promises():
        assert NAMED.search(row.split("|")[2]), row


def test_every_test_that_is_named_exists() -> None:
    for name, function in NAMED.findall(THREATS):
        path = ROOT / name
        assert path.exists(), name
        if function:
            defined = {
                n.name for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.FunctionDef)
            }
            assert function in defined, f"{name}::{function}"


def test_the_readme_leads_there() -> None:
    assert "SECURITY.md" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "docs/threats.md" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
