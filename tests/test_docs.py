"""The documentation: generated pages are up to date, commands print what is shown, examples name what exists, the site builds."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from factcheck.domain import Source

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generate = _generator()
OLD = "is not what the code and the data give now; run: make pages"


@pytest.fixture(scope="module")
def pages() -> dict[Path, str]:
    return dict(generate.pages())


def test_generated_pages_and_shown_output_are_up_to_date(pages: dict[Path, str]) -> None:
    assert [str(p.relative_to(ROOT)) for p, text in pages.items() if p.read_text(encoding="utf-8") != text] == [], OLD


def test_the_commands_page_is_what_help_says() -> None:
    program = Path(sys.executable).parent / "factcheck"
    run = subprocess.run(
        [program, "check", "--help"], env={"COLUMNS": "80"}, capture_output=True, text=True, check=True
    )
    page = (DOCS / "cli.md").read_text(encoding="utf-8")
    shown = page.partition("## factcheck check\n\n```text\n")[2].partition("```")[0]
    assert shown.split("\n") == [line.rstrip() for line in run.stdout.split("\n")]
    for words in generate.commands():
        assert f"## {' '.join(['factcheck', *words])}\n" in page


def test_shown_commands_exist() -> None:
    lacking = {
        f"{path.name}: {line}": missing
        for path in generate.shown()
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("$ ") and (missing := generate.unknown(line[2:]))
    }
    assert not lacking


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("factcheck scan x.html --all | head", []),
        ('factcheck check "--no option" && factcheck reference list', []),
        ("factcheck guess x", ["guess"]),
        ("factcheck reference guess", ["guess"]),
        ("ls; factcheck scan x --al", ["--al"]),
    ],
)
def test_what_a_shown_command_lacks(command: str, missing: list[str]) -> None:
    assert generate.unknown(command) == missing


@pytest.mark.parametrize(
    ("title", "publisher", "identifier", "kind"),
    [
        ("Ketamine injection: prescribing information", "A maker", None, "drug label"),
        ("Placement of a drug into Schedule III", "DEA, Federal Register", "64 FR 37673", "law"),
        ("FDA warns of a drug", "FDA", None, "agency notice"),
        ("FDA warns of a drug", "Town News", None, "news"),
        ("Consensus guidelines on infusions", "A journal", "doi:10.0/x", "guideline"),
        ("Ketamine for pain: systematic review", "A journal", "doi:10.0/x", "review"),
        ("Ketamine in depression", "A journal", "doi:10.0/x", "trial or other journal article"),
        ("Depression and pressure", "A blog", None, "other"),
    ],
)
def test_kinds_of_sources(title: str, publisher: str, identifier: str | None, kind: str) -> None:
    assert generate.kind(Source(title, publisher, 2020, None, identifier)) == kind


def test_output_is_put_after_its_command() -> None:
    page = "```{code-block} text\n:caption: a/b.txt\n\nhello\n```\n\n```console\n$ cat a/b.txt\nold\n$ ls; false\n```\n"
    assert generate.rerun(page) == page.replace("old\n$ ls; false\n", "hello\n$ ls; false\na\nclinic.html\ndata\n")
    quiet = "<!-- printed by: echo hi -->\n```text\n```\n"
    assert generate.rerun(quiet) == "<!-- printed by: echo hi -->\n```text\nhi\n```\n"


def test_the_site_builds_without_warnings(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet", DOCS, tmp_path]
    run = subprocess.run(build, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    api = (tmp_path / "api.html").read_text(encoding="utf-8")
    assert "check_many" in api
    assert (tmp_path / "tutorials" / "auditor.html").exists()
