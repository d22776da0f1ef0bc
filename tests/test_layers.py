"""Imports run one way: the contract in pyproject.toml holds, and help starts without the heavy packages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_imports_run_one_way() -> None:
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_domain_uses_the_standard_library_only() -> None:
    code = "import sys; before = set(sys.modules); import factcheck.domain, factcheck.judge; print(*(set(sys.modules) - before))"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tops = {name.partition(".")[0] for name in out.split()} - {"factcheck"}
    assert tops <= set(sys.stdlib_module_names)


def test_help_is_light() -> None:
    code = (
        "import sys; from factcheck.cli import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "scan" in run.stdout
    heavy = {"spacy", "sklearn", "numpy", "scipy", "joblib", "httpx", "resiliparse", "pydantic", "yaml"}
    assert not heavy & set(run.stderr.split())
