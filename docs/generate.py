"""Writes the pages that are worked out from the code and the data: `python docs/generate.py`, or `make pages`.

- `docs/cli.md`: what `--help` says of every command.
- `docs/reference.md`: what the reference set holds and cites.
- On README.md and in docs/tutorials/: what follows a `$ command` in a `console` block is what the command printed. They run in
  order, page by page, in a folder that holds the sample page, a link to `data/`, and the files that the page itself gives (a
  `code-block` with a file's name as caption). Where the command would only distract, it stands in a comment, `<!-- printed by:
  ... -->`.

A test holds that running it changes nothing.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import typer

from factcheck.cli import app
from factcheck.domain import Entry, Grade, Source
from factcheck.lexicon import Lexicon
from factcheck.paths import data_dir
from factcheck.reference import load_reference

ROOT = Path(__file__).resolve().parent.parent
#: Terminal width of all that is shown.
COLUMNS = "88"

_CONSOLE = re.compile(r"^```console\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_QUIET = re.compile(r"^<!-- printed by: (?P<command>.+) -->\n```text\n.*?^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"^```\{code-block\} \w+\n:caption: (?P<name>\S+)\n\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)

#: Kinds of sources: the first row whose words stand in that part of the citation. Only docs/reference.md depends on it.
_RULES = [
    (
        "drug label",
        "title",
        r"prescribing information|injection.* label\b|drug label|label section|NDC record|brief summary",
    ),
    ("law", "identifier", r"\d (?:FR|CFR|USC) \d"),
    (
        "agency notice",
        "publisher",
        r"^(?:US |UK )?(?:FDA\b|Food and Drug|DEA\b|Drug Enforcement|Federal Trade|Department of|Parliament|SAMHSA|World Health|"
        r"Centers for Medicare|European Medicines|National Institute on)|State Department of",
    ),
    (
        "news",
        "publisher",
        r"\b(?:news|newswires?|NPR|STAT|Times|Post|Advance|Press|AP|HealthDay|BioSpace|Healio|Medscape|MedCentral|13WMAZ|"
        r"Consultant360|Military\.com|U\.S\. Medicine|Pharmaceutical Technology)\b|news\b|Johnson & Johnson$",
    ),
    ("guideline", "title", r"guideline|guidance on|consensus|task force|expert opinion|recommendations"),
    ("review", "title", r"review|meta-?analys[ie]s|synthesi[sz]ing"),
    ("review", "publisher", r"Cochrane"),
    ("trial or other journal article", "identifier", r"^(?:doi:|PMID|PMC|NCT)"),
    (
        "trial or other journal article",
        "publisher",
        r"Journal|JAMA|BMJ|Lancet|New England|Psychiatr|Pharmacol|^Anesthesiology|^Pain\b|Nature|Annals|Bulletin$|Blossom|"
        r"preprint|Trial|University of Groningen",
    ),
]
KINDS = (*dict.fromkeys(name for name, _, _ in _RULES), "other")


def main() -> None:
    """Write every page."""
    for path, text in pages():
        path.write_text(text, encoding="utf-8")


def pages() -> Iterator[tuple[Path, str]]:
    """Each page's path with the text that it should have."""
    yield ROOT / "docs" / "cli.md", cli_page()
    yield ROOT / "docs" / "reference.md", reference_page()
    with ThreadPoolExecutor(2) as pool:
        texts = pool.map(lambda path: rerun(path.read_text(encoding="utf-8")), shown())
        yield from zip(shown(), texts, strict=True)


def shown() -> list[Path]:
    """The pages on which commands are shown with what they print."""
    return [ROOT / "README.md", *sorted((ROOT / "docs" / "tutorials").glob("*.md"))]


# -- the command line ------------------------------------------------------------------------------------------------


def cli_page() -> str:
    """`docs/cli.md`."""
    parts = [
        "# Commands\n\nWhat `--help` says of every command; [exit codes](tutorials/editor.md#a-whole-site-and-a-gate).\n"
    ]
    for words in commands():
        parts.append(f"## {' '.join(['factcheck', *words])}\n\n```text\n{help_of(words)}```\n")
    return "\n".join(parts)


def commands(command: Any = None, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command, groups before what is in them."""
    yield words
    for name, sub in sorted(getattr(command or typer.main.get_command(app), "commands", {}).items()):
        if not sub.hidden:
            yield from commands(sub, (*words, name))


def help_of(words: tuple[str, ...]) -> str:
    """What `factcheck WORDS --help` prints in a terminal 80 columns wide."""
    command: Any = typer.main.get_command(app)
    context = command.context_class(command, info_name="factcheck", terminal_width=78)
    for word in words:
        command = command.commands[word]
        context = command.context_class(command, info_name=word, parent=context, terminal_width=78)
    return "".join(f"{line.rstrip()}\n" for line in command.get_help(context).splitlines())


# -- the reference set -----------------------------------------------------------------------------------------------


def reference_page() -> str:
    """`docs/reference.md`."""
    root = data_dir()
    lexicon = Lexicon.load([root / "lexicon"])
    reference = load_reference([root / "reference"], frozenset(lexicon.rows))
    entries = list(reference.entries.values())
    sources: dict[str, Source] = {}
    for entry in entries:
        for source in entry.sources:
            sources.setdefault(key(source), source)
    newest, oldest = max(e.reviewed for e in entries), min(e.reviewed for e in entries)
    dois = sum((s.identifier or "").startswith("doi:") for s in sources.values())
    primary = sum(any(s.primary for s in e.sources) for e in entries)
    return f"""# The reference set in numbers

{len(entries)} entries, reviewed {_between(oldest, newest)}, cite {len(sources)} sources, {dois} of them by DOI.
{primary} entries cite a primary source. `factcheck reference list` names the entries, `factcheck reference show ID` gives one
with its sources.

## Entries by topic and grade

[What the grades mean](labels.md). The grade is that of the evidence for the claim *as worded*, so an entry whose claim a page
gets wrong by asserting it has `contrary`.

{_table(["topic", *(g.value for g in Grade), "all"], _by_topic(entries))}
## Sources by kind

Each source once. The kind is told by words in the citation (the rules are in `docs/generate.py`), so it says what a source is,
not how good; a copy of a label counts as a label, a newspaper on a guideline as news.

{_table(["kind", "sources", "primary among them", "entries that cite one"], _by_kind(entries, sources))}"""


def key(source: Source) -> str:
    """What makes two citations the same source."""
    return source.identifier or source.url or source.title


def kind(source: Source) -> str:
    """The kind of a source."""
    for name, part, words in _RULES:
        if re.search(words, getattr(source, part) or "", re.IGNORECASE):
            return name
    return "other"


def _by_topic(entries: list[Entry]) -> list[list[object]]:
    rows: list[list[object]] = []
    for topic, count in sorted(Counter(e.topic for e in entries).items(), key=lambda item: (-item[1], item[0])):
        grades = Counter(e.grade for e in entries if e.topic == topic)
        rows.append([topic, *(grades[g] or "" for g in Grade), count])
    total = Counter(e.grade for e in entries)
    return [*rows, ["**all**", *(total[g] for g in Grade), len(entries)]]


def _by_kind(entries: list[Entry], sources: dict[str, Source]) -> list[list[object]]:
    kinds = {name: kind(source) for name, source in sources.items()}
    rows: list[list[object]] = []
    for name in KINDS:
        of_it = [k for k, its in kinds.items() if its == name]
        citing = sum(any(kinds[key(s)] == name for s in e.sources) for e in entries)
        rows.append([name, len(of_it), sum(sources[k].primary for k in of_it), citing])
    return [*rows, ["**all**", len(sources), sum(s.primary for s in sources.values()), len(entries)]]


def _between(oldest: object, newest: object) -> str:
    return f"on {newest}" if oldest == newest else f"between {oldest} and {newest}"


def _table(head: list[str], rows: list[list[object]]) -> str:
    lines = [head, ["---", *("--:" for _ in head[1:])], *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines)


# -- commands with what they print -----------------------------------------------------------------------------------


def rerun(text: str) -> str:
    """A page with its commands run again and what they print put after them."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "data").symlink_to(data_dir())
        (Path(folder) / "clinic.html").write_bytes((data_dir() / "demo" / "clinic.html").read_bytes())
        for found in _FILE.finditer(text):
            path = Path(folder, found["name"])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(found["body"], encoding="utf-8")

        def session(block: re.Match[str]) -> str:
            return f"```console\n{_session(block['body'], Path(folder))}```"

        def quiet(block: re.Match[str]) -> str:
            command = block["command"]
            return f"<!-- printed by: {command} -->\n```text\n{printed(command, Path(folder)).strip()}\n```"

        return _QUIET.sub(quiet, _CONSOLE.sub(session, text))


def unknown(command: str) -> list[str]:
    """The subcommands and options of factcheck in a shell command that this version does not have."""
    found = []
    for call in re.findall(r"\bfactcheck ([^|;&>]+)", re.sub(r'"[^"]*"', "", command)):
        given = call.split()
        words = max((w for w in commands() if w == tuple(given[: len(w)])), key=len)
        if any(w[:-1] == words for w in commands()):  # a group: what comes next should have been a command of it
            found += [word for word in given[len(words) : len(words) + 1] if not word.startswith("--")]
        shown = help_of(words)
        found += [option for option in given if option.startswith("--") and not re.search(rf"{option}\b", shown)]
    return found


def _session(body: str, folder: Path) -> str:
    lines = []
    for line in body.splitlines():
        if line.startswith("$ "):
            lines += [line, *printed(line[2:], folder).splitlines()]
    return "".join(f"{line}\n" for line in lines)


def printed(command: str, folder: Path) -> str:
    """What a command prints, findings and talk, in a terminal of its own."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "COLUMNS": COLUMNS, "NO_COLOR": "1", "PYTHONWARNINGS": "ignore"}
    run = subprocess.run(  # noqa: S603  (the commands are those of our own pages)
        ["/bin/bash", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    return "\n".join(line.rstrip() for line in run.stdout.replace(f"{ROOT}/", "").splitlines())


if __name__ == "__main__":
    main()
