"""The command line: what it accepts, prints where, and exits with.

A stand-in checker that finds fixed words is put under the commands: what is tested here is the shell around it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import types
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from factcheck import __version__
from factcheck.cli import ExitCode, app, main
from factcheck.domain import FactcheckError, Finding, Label, Page, Report, Sentence, Skipped

ROOT = Path(__file__).parent.parent
WORDS = {"fine": Label.SUPPORTED, "unknown": Label.UNVERIFIED, "much": Label.OVERSTATED, "false": Label.CONTRADICTED}


class Stub:
    """Labels a sentence by the first of the words in it."""

    model_name, reference_digest, reviewed = "stub", "0" * 12, date(2026, 11, 1)
    loaded: tuple[Any, ...] = ()

    @classmethod
    def load(cls, reference: Sequence[Path] = (), model: Path | None = None, as_of: date | None = None) -> Stub:
        if model is not None and not model.exists():
            raise FactcheckError(f"{model}: no such model folder; check the path")
        cls.loaded = (list(reference), model, as_of)
        return cls()

    def check_sentences(self, sentences: Sequence[Sentence]) -> list[Finding]:
        return [self._finding(s) for s in sentences]

    def check_page(self, page: Page) -> Report:
        text = page.content.decode()
        if "deutsch" in text:
            return Report(page.source, "", "", skipped=Skipped(page.source, "not in English"))
        return Report(page.source, "A title", text, (self._finding(Sentence(text, 0, len(text))),))

    def _finding(self, sentence: Sentence) -> Finding:
        label = next((label for word, label in WORDS.items() if word in sentence.text), Label.NO_CLAIM)
        why = f"before: {sentence.before}" if sentence.before else ""
        return Finding("id", sentence, label, 0.9, None, "", (), why)


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> type[Stub]:
    module = types.ModuleType("factcheck.check")
    module.FactChecker = Stub  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "factcheck.check", module)
    return Stub


def run(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    result = CliRunner().invoke(app, [str(a) for a in arguments], input=stdin)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def page(folder: Path, text: str, name: str = "a.txt") -> Path:
    path = folder / name
    path.write_text(text)
    return path


# -- exit codes ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("stub")
@pytest.mark.parametrize(
    ("texts", "fail_on", "code"),
    [
        (["fine"], "contradicted", ExitCode.CLEAN),
        (["much"], "contradicted", ExitCode.CLEAN),
        (["false"], "contradicted", ExitCode.FOUND),
        (["much"], "overstated", ExitCode.FOUND),
        (["unknown"], "overstated", ExitCode.CLEAN),
        (["unknown"], "unverified", ExitCode.FOUND),
        (["fine"], "unverified", ExitCode.CLEAN),
        (["fine"], "supported", ExitCode.FOUND),
        (["hello"], "supported", ExitCode.CLEAN),
        (["fine", None], "contradicted", ExitCode.FAILED),  # None: a file that is not there
        (["false", None], "contradicted", ExitCode.FOUND),  # found outranks failed
        ([None], "contradicted", ExitCode.FAILED),
        ([""], "contradicted", ExitCode.NOTHING),
        (["deutsch"], "contradicted", ExitCode.NOTHING),
        (["", None], "contradicted", ExitCode.FAILED),  # failed outranks nothing
        (["", "fine"], "contradicted", ExitCode.CLEAN),
    ],
)
def test_scan_exit_codes(tmp_path: Path, texts: list[str | None], fail_on: str, code: ExitCode) -> None:
    paths = [
        page(tmp_path, text, f"{n}.txt") if text is not None else tmp_path / "none.txt" for n, text in enumerate(texts)
    ]
    assert run("scan", *paths, "--fail-on", fail_on).exit_code == code


@pytest.mark.usefixtures("stub")
@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["scan"], "Missing argument"),
        (["scan", "x", "--format", "xml"], "use one of text, json, jsonl"),
        (["scan", "x", "--fail-on", "bad"], "not a label"),
        (["scan", "x", "--show", "fine"], "not a label"),
        (["scan", "x", "--as-of", "yesterday"], "%Y-%m-%d"),
        (["scan", "x", "--output", "a.xml"], "no known format"),
        (["scan", "x", "--model", "/none"], "no such model folder"),
        (["check"], "give a sentence"),
        (["check", "x", "--format", "xml"], "use one of text, json, jsonl"),
        (["check", "--input", "/none.txt"], "/none.txt: cannot be read (no such file or directory)"),
        (["nonsense"], "No such command"),
    ],
)
def test_bad_usage(arguments: list[str], hint: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (ExitCode.FAILED, "")
    assert hint in result.stderr
    assert "Traceback" not in result.stderr


# -- scan ------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("stub")
def test_findings_to_stdout_and_talk_to_stderr(tmp_path: Path) -> None:
    result = run("scan", tmp_path / "none.html", page(tmp_path, "This is false."), "--format", "jsonl")
    assert result.stderr == f"factcheck: {tmp_path}/none.html: no such file or folder; check the path\n"
    missing, found = (json.loads(line) for line in result.stdout.splitlines())
    assert missing["skipped"] == "no such file or folder; check the path"
    assert found["findings"][0]["text"] == "This is false."
    assert found["tool"] == {
        "name": "factcheck",
        "version": __version__,
        "model": "stub",
        "reference": "0" * 12,
        "as_of": "2026-11-01",
    }


@pytest.mark.usefixtures("stub")
def test_a_skipped_page_is_said_once_in_the_terminal(tmp_path: Path) -> None:
    result = run("scan", page(tmp_path, "deutsch"))
    assert result.output.count("not in English") == 1


def test_options_reach_the_checker(stub: type[Stub], tmp_path: Path) -> None:
    extra, model = tmp_path / "extra", tmp_path
    result = run(
        *("scan", page(tmp_path, "fine"), "--reference", extra, "--reference", "b", "--model", model),
        *("--as-of", "2020-05-17", "--format", "json"),
    )
    assert stub.loaded == ([extra, Path("b")], model, date(2020, 5, 17))
    assert json.loads(result.stdout)["tool"]["as_of"] == "2020-05-17"


@pytest.mark.usefixtures("stub")
def test_show_and_all(tmp_path: Path) -> None:
    path = page(tmp_path, "fine")
    assert "SUPPORTED" not in run("scan", path).stdout
    for arguments in (["--show", "Supported, unverified"], ["--all"]):
        assert "1. SUPPORTED" in run("scan", path, *arguments).stdout


@pytest.mark.usefixtures("stub")
def test_output_files_beside_the_terminal(tmp_path: Path) -> None:
    path = page(tmp_path, "This is false.")
    result = run("scan", path, "--output", tmp_path / "a.json", "--output", f"text:{tmp_path}/report")
    assert "1. CONTRADICTED" in result.stdout
    assert "1. CONTRADICTED" in (tmp_path / "report").read_text()
    assert json.loads((tmp_path / "a.json").read_text())["pages"][0]["summary"]["contradicted"] == 1


@pytest.mark.usefixtures("stub")
def test_standard_input_and_folders(tmp_path: Path) -> None:
    assert run("scan", "-", stdin="This is false.").exit_code == ExitCode.FOUND
    page(tmp_path, "fine", "a.txt")
    page(tmp_path, "much", "b.md")
    assert "2 of 2 pages checked" in run("scan", tmp_path).stdout


# -- check -----------------------------------------------------------------------------------------------------------


def check_lines(stdin: str | bytes) -> Result:
    return run("check", "--input", "-", "--format", "jsonl", stdin=stdin)


@pytest.mark.usefixtures("stub")
def test_check_arguments_and_lines(tmp_path: Path) -> None:
    result = run("check", "fine", "--input", page(tmp_path, "\ufeffmuch\n\n  false  \n{plain}\n"), "--format", "jsonl")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(line["text"], line["label"]) for line in lines] == [
        ("fine", "supported"),
        ("much", "overstated"),
        ("false", "contradicted"),
        ("{plain}", "no_claim"),
    ]
    assert result.exit_code == ExitCode.FOUND


@pytest.mark.usefixtures("stub")
def test_check_gives_objects_back_in_order() -> None:
    objects = [
        {"id": 1, "text": "fine", "before": "The sentence before.", "more": {"a": [1, 2]}},
        {"id": 2, "text": "It’s ünknown 日本\u2028", "before": None},
        {"id": 3, "text": "half \ud800 pair"},
    ]
    result = check_lines("".join(json.dumps(o) + "\n" for o in objects))
    assert result.exit_code == ExitCode.CLEAN
    lines = [json.loads(line) for line in result.stdout.split("\n") if line]
    assert [{k: line[k] for k in given} for given, line in zip(objects, lines, strict=True)] == objects
    assert lines[0]["explanation"] == "before: The sentence before."
    assert {"label", "confidence", "strength", "claims", "explanation", "suggestion"} <= lines[1].keys()


@pytest.mark.usefixtures("stub")
@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("{broken", "broken JSON"),
        ("[1]", "not a JSON object"),
        ('"text"', "not a JSON object"),
        ('{"txt": "a"}', 'no "text"'),
        ('{"text": 5}', 'no "text"'),
        ('{"text": "a", "before": 5}', '"before" is not a string'),
        (b'{"text": "\xff"}', "not UTF-8"),
        ('{"text": "a", "n": ' + "1" * 5000 + "}", "line 3"),
        ('{"text": "a", "n": ' + "[" * 100_000, "nested too deeply"),
    ],
)
def test_a_broken_line_is_named(line: str | bytes, hint: str) -> None:
    raw = line if isinstance(line, bytes) else line.encode()
    result = check_lines(b'{"text": "fine"}\n\n' + raw + b"\n")
    assert (result.exit_code, result.stdout) == (ExitCode.FAILED, "")
    assert result.stderr.startswith("factcheck: -: line 3: ")
    assert hint in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.usefixtures("stub")
def test_no_sentences() -> None:
    assert check_lines("\n \n").exit_code == ExitCode.NOTHING


# -- the process -----------------------------------------------------------------------------------------------------


def test_version() -> None:
    assert run("--version").stdout == f"factcheck {__version__}\n"


def test_help_fits_80_columns_and_is_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    readme = (ROOT / "README.md").read_text()
    for command in app.registered_commands:
        name = command.name or command.callback.__name__  # type: ignore[union-attr]
        assert f"factcheck {name}" in readme
        shown = run(name, "--help").stdout
        assert all(len(line) <= 80 for line in shown.splitlines())


def test_an_interruption_ends_quietly(stub: type[Stub], monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(self: Stub, sentences: Sequence[Sentence]) -> list[Finding]:
        raise KeyboardInterrupt

    monkeypatch.setattr(stub, "check_sentences", stop)
    result = run("check", "x")
    assert (result.exit_code, result.stderr) == (ExitCode.INTERRUPTED, "factcheck: interrupted\n")


def test_a_defect_is_not_mistaken_for_a_finding(
    stub: type[Stub], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(self: Stub, sentences: Sequence[Sentence]) -> list[Finding]:
        raise RuntimeError("broken")

    monkeypatch.setattr(stub, "check_sentences", fail)
    monkeypatch.setattr(sys, "argv", ["factcheck", "check", "x"])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == ExitCode.CRASHED
    assert "RuntimeError: broken" in capsys.readouterr().err


def test_a_reader_that_has_enough() -> None:
    code = (
        "import sys, types, test_cli\n"
        "sys.modules['factcheck.check'] = module = types.ModuleType('factcheck.check')\n"
        "module.FactChecker = test_cli.Stub\n"
        "test_cli.app()"
    )
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", code, "check", "This is false."]
    done = subprocess.run(command, cwd=ROOT / "tests", stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (ExitCode.PIPE_CLOSED, "")


# -- the shipped data ------------------------------------------------------------------------------------------------


def test_reference_and_model_commands(tmp_path: Path) -> None:
    first = run("reference", "list").stdout.splitlines()[0].split("\t")
    shown = run("reference", "show", first[0]).stdout
    assert f"id: {first[0]}\n" in shown
    assert f"claim: {first[2]}\n" in shown
    assert "source: " in shown
    assert "no errors" in run("reference", "check").stdout
    assert "as the card names them" in run("model", "verify").stdout
    assert json.loads(run("model", "show").stdout)["files"]
    for arguments in (["reference", "show", "none"], ["reference", "check", tmp_path], ["model", "verify", tmp_path]):
        result = run(*arguments)
        assert (result.exit_code, len(result.stderr.splitlines())) == (ExitCode.FAILED, 1)


def test_the_sample_page_has_findings_and_keeps_to_the_schema() -> None:
    import jsonschema

    result = run("scan", ROOT / "data/demo/clinic.html", "--format", "json", "--all")
    assert result.exit_code == ExitCode.FOUND
    document = json.loads(result.stdout)
    jsonschema.validate(document, json.loads((ROOT / "docs/schema/report-v1.json").read_text()))
    (page,) = document["pages"]
    for sentence in page["sentences"]:
        assert page["text"][sentence["start"] : sentence["end"]] == sentence["text"]
    flagged = {finding["text"]: finding["label"] for finding in page["findings"]}
    assert flagged["Ketamine is FDA-approved for depression."] == "contradicted"
    assert flagged["Ketamine is completely non-addictive."] == "contradicted"
