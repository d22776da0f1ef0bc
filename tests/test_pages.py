"""The fixture pages, from HTML to sentences (and to findings), and the source pages where the benchmark data is at hand."""

import json
import os
from difflib import SequenceMatcher
from pathlib import Path

import pytest
import yaml

from factcheck.check import FactChecker
from factcheck.domain import Channel, Document, Page, Sentence
from factcheck.extract import extract
from factcheck.split import split

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "data" / "gold" / "pages").iterdir())
GOLD = Path(os.environ.get("FACTCHECK_BENCH_DATA", ROOT.parent / "shared")) / "gold"

MIN_RECALL, MIN_PRECISION, MIN_FINDING_F1 = 0.97, 0.95, 0.85


def read(folder: Path) -> tuple[Document, list[Sentence], dict]:
    document = extract(Page(str(folder), (folder / "page.html").read_bytes(), "text/html"))
    assert isinstance(document, Document)
    return document, split(document), yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))


def test_there_are_twenty_layouts() -> None:
    assert len({read(folder)[2]["layout"] for folder in PAGES}) >= 20


@pytest.mark.parametrize("folder", PAGES, ids=lambda folder: folder.name)
def test_chrome_stays_out_and_channels_stay_apart(folder: Path) -> None:
    _, found, expected = read(folder)
    for chrome in expected["not_sentences"]:
        wide = chrome.count(" ") >= 3  # a short piece of chrome, such as the clinic's name, may stand in a sentence too
        assert not any(chrome == s.text or (wide and chrome in s.text) for s in found), chrome
    others = [(s.channel.value, s.text) for s in found if s.channel is not Channel.BODY]
    assert sorted(others) == sorted((c["channel"], c["text"]) for c in expected["channels"])


def test_sentences_of_all_pages() -> None:
    matched = wanted = got = 0
    for folder in PAGES:
        _, found, expected = read(folder)
        texts = [s.text for s in found if s.channel is Channel.BODY]
        matcher = SequenceMatcher(None, expected["sentences"], texts, autojunk=False)  # in order
        matched += sum(block.size for block in matcher.get_matching_blocks())
        wanted += len(expected["sentences"])
        got += len(texts)
    assert matched / wanted >= MIN_RECALL
    assert matched / got >= MIN_PRECISION


@pytest.mark.parametrize("folder", PAGES, ids=lambda folder: folder.name)
def test_expected_findings_are_sentences_of_their_page(folder: Path) -> None:
    _, found, expected = read(folder)
    texts = {s.text for s in found}
    assert all(
        finding["text"] in texts and finding["label"] in ("overstated", "contradicted")
        for finding in expected["findings"]
    )


def test_findings_of_all_pages() -> None:
    checker = FactChecker.load()
    right = wanted = made = 0
    for folder in PAGES:
        expected = yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))
        report = checker.check_page(Page(str(folder), (folder / "page.html").read_bytes(), "text/html"))
        want = {(f["text"], f["label"]) for f in expected["findings"]}
        have = {(f.sentence.text, f.label.value) for f in report.findings}
        right += len(want & have)
        wanted += len(want)
        made += len(have)
    assert 2 * right / (wanted + made) >= MIN_FINDING_F1


@pytest.mark.skipif(not (GOLD / "pages").is_dir(), reason="no benchmark data (set FACTCHECK_BENCH_DATA)")
def test_units_of_the_source_pages_come_out_as_they_are() -> None:
    units: dict[str, list[dict]] = {}
    for line in (GOLD / "dev.jsonl").read_text(encoding="utf-8").splitlines():
        unit = json.loads(line)
        units.setdefault(unit["id"][:3], []).append(unit)
    kept = wanted = strange = got = 0
    for path in sorted((GOLD / "pages").glob("*.txt")):
        document = extract(Page(str(path), path.read_bytes(), "text/plain"))
        assert isinstance(document, Document)
        texts = [s.text for s in split(document)]
        known = {unit["text"].removeprefix("- ") for unit in units[path.name[:3]]}
        content = [unit["text"].removeprefix("- ") for unit in units[path.name[:3]] if unit["content"]]
        kept += sum(text in texts for text in content)
        wanted += len(content)
        strange += sum(text not in known for text in texts)
        got += len(texts)
    assert kept / wanted >= 0.97
    assert strange / got <= 0.05
