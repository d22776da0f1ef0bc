"""The wheel works from any folder, with data and model inside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_a_wheel_works_from_any_folder(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert "factcheck/_data/labels.md" in zipfile.ZipFile(wheel).namelist()
    # A new environment of its own; only the third-party packages are borrowed, so that no download is needed.
    venv.create(tmp_path / "env", with_pip=False, symlinks=True)
    python = tmp_path / "env" / "bin" / "python"
    where = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--no-deps",
        "--no-index",
        "-q",
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    Path(where, "borrowed.pth").write_text(sysconfig.get_path("purelib"))

    # -P and no PYTHONPATH: nothing of the checkout can be meant.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    shown = subprocess.run(
        [python, "-P", "-c", "import factcheck; print(factcheck.__file__)"],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert shown.stdout.startswith(where)
    run = subprocess.run(
        [python.parent / "factcheck", "check", "Ketamine is non-addictive.", "--format", "jsonl"],
        cwd=tmp_path,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1, run.stderr
    assert json.loads(run.stdout)["label"] == "contradicted"

    # What is installed is compared with the wheel's record.
    (swapped,) = Path(where).rglob("_data/reference/onset.yaml")
    swapped.write_text(swapped.read_text(encoding="utf-8") + "\n# swapped\n", encoding="utf-8")
    run = subprocess.run(
        [python.parent / "factcheck", "check", "Ketamine is non-addictive."],
        cwd=tmp_path,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 2, run.stdout
    assert "onset.yaml: sha256 is" in run.stderr
    assert "the installed package says" in run.stderr
