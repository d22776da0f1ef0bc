"""The library: what a program imports, the spaCy component, a table's column, and the examples in docstrings and docs."""

from __future__ import annotations

import doctest
import importlib
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import spacy
from spacy.tokens import DocBin

import factcheck
from factcheck import FactChecker, FactcheckError, Finding, Label
from factcheck.component import KEY

ROOT = Path(__file__).parent.parent
CHECKER = FactChecker.load()
TEXT = "Ketamine is non-addictive.\n\nIt blocks NMDA receptors. Call us today!"
EXAMPLES = sorted(
    str(p.relative_to(ROOT).with_suffix("")).replace("/", ".")
    for p in (ROOT / "factcheck").rglob("*.py")
    if ">>> " in p.read_text(encoding="utf-8")
)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def labels(doc: spacy.tokens.Doc) -> list[tuple[str, str]]:
    return [(f.label.value, doc.text[f.sentence.start : f.sentence.end]) for f in doc._.claims]


CLAIMS = [("contradicted", "Ketamine is non-addictive."), ("supported", "It blocks NMDA receptors.")]


# -- what a program imports ------------------------------------------------------------------------------------------


def test_the_package_is_light_until_a_checker_is_asked_for() -> None:
    code = (
        "import sys, factcheck; before = set(sys.modules); factcheck.Label; factcheck.__version__; print(*before)\n"
        "from factcheck import FactChecker; assert 'spacy' in sys.modules and FactChecker.load"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"spacy", "numpy", "sklearn", "pydantic", "yaml", "factcheck.check"} & set(run.stdout.split())


def test_every_public_name_is_there_and_others_are_not() -> None:
    assert all(hasattr(factcheck, name) for name in factcheck.__all__)
    assert set(factcheck.__all__) <= set(dir(factcheck))
    with pytest.raises(AttributeError, match="no attribute 'Checker'"):
        factcheck.Checker  # noqa: B018


def test_many_are_checked_as_each_alone() -> None:
    texts = ["Ketamine is non-addictive.", "It may help.", "", "Ketamine cures depression."]
    before = ["", "We offer ketamine for depression.", "", ""]
    assert CHECKER.check_many(texts, before) == [CHECKER.check(*pair) for pair in zip(texts, before, strict=True)]
    with pytest.raises(TypeError, match="text 1 is nan, not a string"):
        CHECKER.check_many(["Ketamine.", float("nan")])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="shorter"):
        CHECKER.check_many(texts, [""])


# -- examples --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", EXAMPLES)
def test_examples_in_docstrings(module: str) -> None:
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize("name", ["docs/library.md"])
def test_examples_in_docs(name: str) -> None:
    code = "\n".join(PYTHON.findall((ROOT / name).read_text(encoding="utf-8")))
    test = doctest.DocTestParser().get_doctest(code, {}, name, name, 0)
    assert len(test.examples) > 5
    assert not doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test).failed


# -- pandas ----------------------------------------------------------------------------------------------------------


def test_a_column_in_one_line() -> None:
    table = pd.DataFrame({"text": ["Ketamine is non-addictive.", None, "Call us today!"]})
    found = table["text"].map(CHECKER.check, na_action="ignore")
    assert isinstance(found[0], Finding)
    assert found.map(lambda f: f.label.value, na_action="ignore").dropna().tolist() == ["contradicted", "no_claim"]
    assert [f.label for f in CHECKER.check_many(table["text"].dropna())] == [Label.CONTRADICTED, Label.NO_CLAIM]


# -- spaCy -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def nlp() -> spacy.language.Language:
    blank = spacy.blank("en")
    blank.add_pipe("factcheck")
    return blank


def test_spacy_finds_the_component_by_its_entry_point() -> None:
    code = "import spacy; nlp = spacy.blank('en'); nlp.add_pipe('factcheck'); print(nlp('Ketamine is an opioid.')._.claims)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Label.CONTRADICTED" in run.stdout


def test_a_blank_pipeline_without_sentence_boundaries(nlp: spacy.language.Language) -> None:
    doc = nlp(TEXT)
    assert labels(doc) == CLAIMS
    assert all(isinstance(f, Finding) for f in doc._.claims)
    assert doc._.claims[0].claims == CHECKER.check("Ketamine is non-addictive.").claims
    assert not doc.has_annotation("SENT_START")


def test_the_pipelines_own_sentence_boundaries() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("factcheck")
    assert labels(nlp(TEXT)) == CLAIMS

    whole = spacy.blank("en")
    whole.add_pipe("sentencizer", config={"punct_chars": ["!"]})
    whole.add_pipe("factcheck")
    assert labels(whole(f" {TEXT} "))[0] == ("contradicted", TEXT)


def test_a_span_has_the_claims_of_its_sentence(nlp: spacy.language.Language) -> None:
    doc = nlp(TEXT)
    receptors = doc[-6:-5]
    assert receptors.text == "receptors"
    assert [f.label for f in receptors._.claims] == [Label.SUPPORTED]
    assert doc[-2:]._.claims == ()


@pytest.mark.parametrize("text", ["", " \n ", "The bakery opens at nine. Its bread is addictive."])
def test_a_text_about_something_else_has_none(nlp: spacy.language.Language, text: str) -> None:
    assert nlp(text)._.claims == ()
    assert spacy.blank("en")(text)._.claims == ()


def test_many_texts_and_processes_and_bytes(nlp: spacy.language.Language) -> None:
    texts = [TEXT, "The bakery opens at nine.", "Ketamine cures depression."] * 3
    alone = [nlp(text)._.claims for text in texts]
    assert [doc._.claims for doc in nlp.pipe(texts)] == alone
    assert [doc._.claims for doc in nlp.pipe(texts, n_process=2)] == alone
    stored = DocBin(store_user_data=True, docs=[nlp(TEXT)]).to_bytes()
    (doc,) = DocBin().from_bytes(stored).get_docs(nlp.vocab)
    assert doc.user_data[KEY]
    assert doc._.claims == alone[0]


def test_a_saved_pipeline_loads(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("factcheck", config={"as_of": "2018-01-01"})
    nlp.to_disk(tmp_path)
    approved = "Spravato is FDA-approved for treatment-resistant depression."
    assert labels(spacy.load(tmp_path)(approved)) == [("contradicted", approved)]
    assert CHECKER.check(approved).label is Label.SUPPORTED
    assert FactChecker.load(as_of=date(2018, 1, 1)).check(approved).label is Label.CONTRADICTED


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"as_of": "yesterday"}, "as_of: 'yesterday' is not a date"),
        ({"model": "/none"}, "/none"),
        ({"reference": ["/none"]}, "/none"),
    ],
)
def test_a_wrong_setting_is_named(config: dict[str, object], message: str) -> None:
    with pytest.raises(FactcheckError, match=message):
        spacy.blank("en").add_pipe("factcheck", config=config)
