"""What factcheck is measured against does what its name says: a fair term list, rules alone, and readers with a part left out."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from factcheck.check import FactChecker
from factcheck.domain import Label
from factcheck.gold import GoldLine
from factcheck.lexicon import Lexicon
from factcheck.paths import data_dir
from factcheck.read import Reader


def _module() -> ModuleType:
    path = Path(__file__).parent.parent / "benchmarks" / "peers.py"
    spec = importlib.util.spec_from_file_location("peers", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["peers"] = module
    spec.loader.exec_module(module)
    return module


peers = _module()
READER = Reader(Lexicon.load([data_dir() / "lexicon"]))


def line(text: str) -> GoldLine:
    return GoldLine("x", text, "", Label.NO_CLAIM)


@pytest.mark.parametrize(
    ("text", "plain", "negated"),
    [
        ("Ketamine is a cure for depression.", Label.CONTRADICTED, Label.CONTRADICTED),
        ("Ketamine is not a cure for depression.", Label.CONTRADICTED, Label.NO_CLAIM),
        ("It isn’t a miracle, yet it is revolutionary.", Label.OVERSTATED, Label.OVERSTATED),
        ("The procedure is secure.", Label.NO_CLAIM, Label.NO_CLAIM),
        ("There are no side effects.", Label.CONTRADICTED, Label.CONTRADICTED),
    ],
)
def test_the_term_list(text: str, plain: Label, negated: Label) -> None:
    assert peers.term_list(negation=False)([line(text)]) == [plain]
    assert peers.term_list(negation=True)([line(text)]) == [negated]


def test_rules_alone_read_assertion_denial_hedge_and_number() -> None:
    label = peers.rules(READER, list(FactChecker.load().entries.values()))
    said = {
        "Ketamine is FDA-approved for depression.": Label.CONTRADICTED,
        "Ketamine is not FDA-approved for depression.": Label.SUPPORTED,
        "Ketamine may relieve PTSD.": Label.SUPPORTED,
        "Ketamine relieves PTSD.": Label.OVERSTATED,
        "Is ketamine FDA-approved for depression?": Label.NO_CLAIM,
        "Ketamine was first synthesized in 1985.": Label.CONTRADICTED,
    }
    assert dict(zip(said, label([line(text) for text in said]), strict=True)) == said


def test_a_part_that_is_left_out_is_not_seen() -> None:
    text, before = "It is not an opioid for 30% of people.", "Spravato is a spray."
    whole = READER.read(text, before)
    assert "negation" in whole.cues
    assert whole.amounts
    assert whole.drugs == {"esketamine"}
    negation = peers.Blind(READER, types=frozenset({"negation"})).read(text, before)
    assert "negation" not in negation.cues | {c for clause in negation.clauses for c in clause.cues}
    assert not any(m.type == "negation" for m in negation.mentions)
    assert not peers.Blind(READER, numbers=True).read(text, before).amounts
    assert not peers.Blind(READER, drugs=True).read(text, before).drugs
    assert not peers.Blind(READER, context=True).read(text, before).context
