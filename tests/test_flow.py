"""factcheck in the flow of work: its options for CI, watching, the pre-commit hook, the GitHub Action, completion, Docker."""

from __future__ import annotations

import json
import os
import re
import select
import shlex
import signal
import subprocess
import sys
import sysconfig
import types
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from test_cli import Stub, page, run
from test_suppress import Checker

from factcheck.cli import ExitCode
from factcheck.domain import Page, Report

ROOT = Path(__file__).parent.parent
FACTCHECK = str(Path(sys.executable).parent / "factcheck")


class Claims(Stub):
    """A stand-in whose findings have claims, by the words of test_suppress."""

    def check_page(self, page: Page) -> Report:
        return Checker().check_page(page)


@pytest.fixture(autouse=True)
def claims(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[Claims]:
    module = types.ModuleType("factcheck.check")
    module.FactChecker = Claims  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "factcheck.check", module)
    monkeypatch.chdir(tmp_path)
    return Claims


FALSE = "Ketamine is FDA-approved.\n\nKetamine is non-addictive.\n"

# -- options -------------------------------------------------------------------------------------------------------------


def test_several_outputs_at_once(tmp_path: Path) -> None:
    page(tmp_path, FALSE)
    files = ["a.csv", "a.html", "a.sarif", "a.md", "github:log", "annotation:a.ann", "jsonl:b"]
    result = run("scan", "a.txt", *(part for name in files for part in ("--output", name)))
    assert result.exit_code == ExitCode.FOUND
    assert all((tmp_path / name.rpartition(":")[2]).stat().st_size > 100 for name in files)
    assert b"\r\r\n" not in (tmp_path / "a.csv").read_bytes()
    assert (tmp_path / "log").read_text().startswith("::error file=a.txt,line=1,endLine=1,col=1,endColumn=26,")


def test_quiet_prints_findings_and_nothing_else(tmp_path: Path) -> None:
    page(tmp_path, "Nothing here.", "clean.txt")
    page(tmp_path, "", "empty.txt")
    assert run("scan", "clean.txt", "--quiet").output == ""
    result = run("scan", ".", "-q")
    assert (result.output, result.exit_code) == ("", ExitCode.CLEAN)
    page(tmp_path, FALSE)
    result = run("scan", ".", "-q")
    assert result.exit_code == ExitCode.FOUND
    assert "1. CONTRADICTED" in result.output
    assert "clean.txt" not in result.output
    assert "Judged as of" not in result.output
    assert "no such file" in run("scan", "none.txt", "-q").stderr


def test_a_baseline_from_nothing_to_the_next_finding(tmp_path: Path) -> None:
    path = page(tmp_path, FALSE)
    result = run("scan", path, "--baseline", "known.json", "--write-baseline")
    assert (result.exit_code, "known.json: 2 known findings" in result.stderr) == (ExitCode.CLEAN, True)
    result = run("scan", path, "--baseline", "known.json")
    assert (result.exit_code, "2 findings suppressed" in result.stdout) == (ExitCode.CLEAN, True)
    page(tmp_path, FALSE + "\nIt is FDA-approved.\n")
    assert run("scan", path, "--baseline", "known.json").exit_code == ExitCode.FOUND
    for arguments, hint in (
        (["--write-baseline"], "--baseline FILE"),
        (["--baseline", "none.json"], "no such baseline"),
    ):
        result = run("scan", path, *arguments)
        assert (result.exit_code, hint in result.stderr) == (ExitCode.FAILED, True)


def test_settings_of_the_project(tmp_path: Path, claims: type[Claims]) -> None:
    path = page(tmp_path, FALSE)
    (tmp_path / "mine").mkdir()
    settings = tmp_path / "factcheck.toml"
    settings.write_text('reference = ["mine"]\nfail-on = "no_claim"\nexclude = ["b.txt"]\n')
    page(tmp_path, "Nothing here.", "c.txt")
    page(tmp_path, "Nothing here.", "b.txt")
    assert run("scan", "c.txt").exit_code == ExitCode.FOUND
    assert claims.loaded[0] == [tmp_path / "mine"]
    assert run("scan", "c.txt", "--fail-on", "contradicted").exit_code == ExitCode.CLEAN  # the command line wins
    assert run("scan", "b.txt").exit_code == ExitCode.NOTHING
    other = tmp_path / "other.toml"
    other.write_text('[severity]\napproval = "note"\ndependence = "warning"\n')
    result = run("scan", path, "--config", other)
    assert (result.exit_code, "note by settings" in result.stdout) == (ExitCode.CLEAN, True)
    other.write_text('[severity]\nno-such = "note"\n')
    result = run("scan", path, "--config", other)
    assert (result.exit_code, "no entry has this topic" in result.stderr) == (ExitCode.FAILED, True)


def test_notices_go_to_standard_error_and_into_reports(tmp_path: Path) -> None:
    page(tmp_path, "<p>Words.</p><!-- factcheck: ignore dependence no need --><p>Words.</p>", "a.html")
    result = run("scan", "a.html", "--format", "json")
    assert "a.html:1: unused suppression: nothing in its block is flagged for dependence; remove it" in result.stderr
    (found,) = json.loads(result.stdout)["pages"][0]["notices"]
    assert found["line"] == 1


def test_claimreview_asks_for_an_editor(tmp_path: Path) -> None:
    path = page(tmp_path, FALSE)
    result = run("scan", path, "--format", "claimreview")
    assert (result.exit_code, "--confirmed FILE" in result.stderr) == (ExitCode.FAILED, True)
    (tmp_path / "c.yaml").write_text(
        "- {id: Ketamine is FDA-approved., editor: A. Editor, date: 2026-11-02}\n- {id: none, editor: B, date: 2026-11-02}\n"
    )
    result = run("scan", path, "--format", "claimreview", "--confirmed", "c.yaml")
    (review,) = json.loads(result.stdout)["@graph"]
    assert review["claimReviewed"] == "Ketamine is FDA-approved."
    assert "none: no sentence of these pages has this id" in result.stderr


# -- watching ------------------------------------------------------------------------------------------------------------


def test_watch_checks_again_what_changed(tmp_path: Path) -> None:
    page(tmp_path, "Nothing here.")
    page(tmp_path, "Nothing here.", "b.txt")
    code = (
        "import sys, types, test_flow\n"
        "sys.modules['factcheck.check'] = module = types.ModuleType('factcheck.check')\n"
        "module.FactChecker = test_flow.Claims\n"
        "from factcheck.cli import main\n"
        "main()"
    )
    command = [
        sys.executable,
        "-c",
        code,
        "scan",
        str(tmp_path),
        "--watch",
        "--format",
        "jsonl",
        "--output",
        "csv:../out.csv",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests"), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as watching:
        assert watching.stdout is not None
        assert watching.stderr is not None
        try:
            assert [json.loads(watching.stdout.readline())["findings"] for _ in range(2)] == [[], []]
            assert "watching" in watching.stderr.readline()
            for number in range(100):  # the watch begins a moment after it is said
                # In one step, so that it is never read between being emptied and being written.
                page(tmp_path.parent, FALSE + "\n" * number, "fresh").replace(tmp_path / "a.txt")
                if select.select([watching.stdout], [], [], 0.3)[0]:
                    break
            again = json.loads(watching.stdout.readline())
            assert again["source"] == str(tmp_path / "a.txt")
            assert len(again["findings"]) == 2
            while select.select([watching.stdout], [], [], 1.0)[0]:  # until the last write is checked
                watching.stdout.readline()
            watching.send_signal(signal.SIGINT)
            said = watching.communicate(timeout=10)[1]
            assert watching.returncode == ExitCode.FOUND
            assert set(said.splitlines()) == {f"factcheck: {tmp_path / 'a.txt'} changed"}
        finally:
            watching.kill()
    assert (
        len((tmp_path.parent / "out.csv").read_text().splitlines()) == 3
    )  # a header and the latest findings of all pages


def test_watch_refuses_what_it_cannot_watch() -> None:
    result = run("scan", "-", "--watch", stdin="Nothing here.")
    assert (result.exit_code, "cannot be watched" in result.stderr) == (ExitCode.FAILED, True)
    assert len(result.stderr.splitlines()) == 1  # before anything is checked


# -- the files for hooks and CI ------------------------------------------------------------------------------------------


def test_the_pre_commit_hook(tmp_path: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert {"id", "name", "entry", "language"} <= hook.keys()
    program, *arguments = shlex.split(hook["entry"])
    assert program == "factcheck"
    page(tmp_path, "Nothing here.", "clean.txt")
    page(tmp_path, FALSE)
    assert (run(*arguments, "clean.txt").exit_code, run(*arguments, "clean.txt").output) == (0, "")
    assert run(*arguments, "clean.txt", "a.txt").exit_code == ExitCode.FOUND


def action(folder: Path, inputs: dict[str, str], wanted: Sequence[str] = ("install", "scan")) -> tuple[int, str]:
    """Run the action's own steps as a runner does, without the network: what pip would download is borrowed from here."""
    described = yaml.safe_load((ROOT / "action.yml").read_text())
    given = {name: inputs.get(name, field.get("default", "")) for name, field in described["inputs"].items()}
    values = {**{f"inputs.{name}": value for name, value in given.items()}, "github.action_path": str(ROOT)}
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("PIP_")},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "RUNNER_TEMP": str(folder),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this one backwards
    }
    printed, code = "", 0
    for step in described["runs"]["steps"]:
        if step.get("id") not in wanted:
            continue
        assert "${{" not in step["run"]
        step_environment = {
            name: re.sub(r"\$\{\{ (.*?) \}\}", lambda found: values[found[1]], value)
            for name, value in step["env"].items()
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=folder,
            env={**environment, **step_environment},
            capture_output=True,
            text=True,
            check=False,
        )
        printed, code = printed + done.stdout + done.stderr, done.returncode
        if code:
            break
    return code, printed


def test_the_action_installs_scans_and_reports(tmp_path: Path) -> None:
    page(tmp_path, "Ketamine is non-addictive.\n", "a page.txt")
    page(tmp_path, "Call us today.\n", "$(touch pwned).txt")
    paths = "a page.txt\n\n$(touch pwned).txt\n"
    code, printed = action(tmp_path, {"paths": paths, "sarif": "out.sarif", "html": "out.html"})
    assert code == ExitCode.FOUND, printed
    assert "::error file=a page.txt,line=1,endLine=1,col=1,endColumn=27,title=" in printed
    assert (tmp_path / "output").read_text() == "exit-code=1\n"
    assert "**contradicted**" in (tmp_path / "summary").read_text()
    assert json.loads((tmp_path / "out.sarif").read_text())["version"] == "2.1.0"
    assert (tmp_path / "out.html").stat().st_size > 1000
    assert not (tmp_path / "pwned").exists()
    code, printed = action(tmp_path, {"paths": "a page.txt", "fail-on": "none"}, wanted=["scan"])
    assert code == 0, printed


def test_the_docker_file_copies_what_there_is() -> None:
    lines = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    copied = [
        word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]
    ]
    assert {"pyproject.toml", "data", "models", "factcheck", "requirements/office.txt"} <= set(copied)
    assert all((ROOT / name).exists() for name in copied)
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert not set(copied) & set(ignored)
    assert any(line.startswith("USER ") and line != "USER root" for line in lines)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("factcheck sc", ["scan"]),
        ("factcheck scan --format sa", ["sarif"]),
        ("factcheck scan --fail-on co", ["contradicted"]),
    ],
)
def test_shell_completion(words: str, expected: list[str]) -> None:
    environment = {
        **os.environ,
        "_FACTCHECK_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    done = subprocess.run([FACTCHECK], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.split() == expected
