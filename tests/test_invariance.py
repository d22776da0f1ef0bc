"""What a change of wording may do to a verdict, whatever the sentence: "may" never makes it worse, "all patients" for "some
patients" never better, the name of the city or of the clinic changes nothing.

The sentences are those of the training data, of the reference set's cases and, where it is there, of the behavior suite. Learned
weights do not keep these rules by construction, so each is held to a share of exceptions that was measured and may only shrink;
where none was found, none is allowed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factcheck.check import FactChecker
from factcheck.domain import Finding, Label, Sentence
from factcheck.gold import load_gold
from factcheck.paths import data_dir

CHECKER = FactChecker.load()

#: The share of sentences in which the shipped model may break a rule; the aim is none. Measured: 19 of 2,994 ("may"), 1 of 305
#: ("all"), none of 2,417 (another city), 39 (another clinic), 22 (a clinic that calls itself otherwise: "Infusions"). The model
#: before broke the first two in 0.005 and none, since it flagged less, and the last two in 0.058 and 0.156, before a name was one
#: word to it.
MAY, ALL = 0.0064, 0.0033
CITY, CLINIC, TRADE = 0.0, 0.0162, 0.0092

#: Plain assertions that "may" can be put into: a treatment, then a verb in the present tense, and the verb without its -s.
_TREATMENT = r"\b(ketamine|esketamine|Spravato|infusions?|therapy|treatment)"
_VERBS = {
    **{f"{v}s": v for v in "work help relieve lift ease reduce improve restore cure heal end lower prevent stop "
       "treat rewire raise cause block reset repair boost erase eliminate calm act last begin bring give provide make "
       "keep".split()},
    "is": "be",
    "are": "be",
    "can": "",
}  # fmt: skip
_ASSERTED = re.compile(rf"{_TREATMENT} ({'|'.join(_VERBS)})(?= )(?! (?:not|never|no)\b)", re.IGNORECASE)
_SOME = re.compile(r"\b([Ss])ome (patients|people|adults|clients)\b")
#: Sentences that the names are put before: every tenth, which takes seconds.
_STEP = 10


@cache
def sentences() -> tuple[tuple[str, str], ...]:
    """Text and the sentence before it, each once."""
    found: dict[tuple[str, str], None] = {}
    for path in sorted((data_dir() / "training").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found[row["text"], row["before"] or ""] = None
    for path in sorted((data_dir() / "reference" / "cases").glob("*.yaml")):
        for cases in yaml.safe_load(path.read_text(encoding="utf-8")).values():
            found |= dict.fromkeys((c["text"], c.get("before") or "") for c in cases)
    suite = data_dir() / "gold" / "behaviour" / "read"
    if suite.is_dir():
        found |= dict.fromkeys((line.text, line.before) for part in load_gold(suite) for line in part.lines)
    return tuple(found)


def with_may(text: str) -> str:
    def weaken(m: re.Match[str]) -> str:
        verb = _VERBS[m.group(2).lower()]
        return f"{m.group(1)} may {verb}".rstrip()

    return _ASSERTED.sub(weaken, text, count=1)


def with_all(text: str) -> str:
    return _SOME.sub(lambda m: f"{'A' if m.group(1) == 'S' else 'a'}ll {m.group(2)}", text, count=1)


def at(text: str, clinic: str, city: str) -> str:
    """The sentence said of a clinic: as its opening words, the way that pages do it."""
    first = text if text[:2].isupper() or text.startswith("I ") else text[:1].lower() + text[1:]
    return f"At {clinic} in {city}, {first}"


def judge(texts: list[tuple[str, str]]) -> list[Finding]:
    return CHECKER.check_sentences([Sentence(t, 0, len(t), before=b) for t, b in texts])


def gravity(finding: Finding) -> int:
    """0 where nothing is flagged, 1 overstated, 2 contradicted."""
    return {Label.OVERSTATED: 1, Label.CONTRADICTED: 2}.get(finding.label, 0)


def exceptions(pairs: list[tuple[Finding, Finding]], broken: Callable[[Finding, Finding], bool]) -> list[str]:
    return [f"{a.label.value} -> {b.label.value}: {b.sentence.text}" for a, b in pairs if broken(a, b)]


def changed(change: Callable[[str], str]) -> list[tuple[Finding, Finding]]:
    """Each sentence that the change touches, judged before and after."""
    touched = [(text, before) for text, before in sentences() if change(text) != text]
    return list(zip(judge(touched), judge([(change(text), before) for text, before in touched]), strict=True))


def swapped(one: tuple[str, str], other: tuple[str, str]) -> list[tuple[Finding, Finding]]:
    """Sentences said of two clinics, each given as its name and its city."""
    some = sentences()[::_STEP]
    return list(
        zip(
            judge([(at(text, *one), before) for text, before in some]),
            judge([(at(text, *other), before) for text, before in some]),
            strict=True,
        )
    )


def test_may_never_makes_a_verdict_worse() -> None:
    pairs = changed(with_may)
    assert len(pairs) >= 1500
    found = exceptions(pairs, lambda a, b: gravity(b) > gravity(a))
    assert len(found) <= MAY * len(pairs), "\n".join(found)


def test_all_for_some_is_never_better() -> None:
    pairs = changed(with_all)
    assert len(pairs) >= 150
    found = exceptions(pairs, lambda a, b: gravity(b) < gravity(a))
    assert len(found) <= ALL * len(pairs), "\n".join(found)


@pytest.mark.parametrize(
    ("one", "other", "allowed"),
    [
        (("Harbor Light Clinic", "Boise"), ("Harbor Light Clinic", "Tucson"), CITY),
        (("Harbor Light Clinic", "Boise"), ("Stonebridge Clinic", "Boise"), CLINIC),
        (("Harbor Light Clinic", "Boise"), ("Harbor Light Infusions", "Boise"), TRADE),
        (("Stonebridge Psychiatry", "Reno"), ("Stonebridge Wellness", "Reno"), TRADE),
    ],
)
def test_a_name_changes_nothing(one: tuple[str, str], other: tuple[str, str], allowed: float) -> None:
    pairs = swapped(one, other)
    found = exceptions(pairs, lambda a, b: a.label is not b.label)
    assert len(found) <= allowed * len(pairs), f"{len(found)} of {len(pairs)}\n" + "\n".join(found)


syllables = st.sampled_from("bra do fen gul hap jor kel lum mip nos pav quen ros tib vur wex yol zan".split())
names = st.lists(syllables, min_size=3, max_size=5).map(lambda parts: "".join(parts).capitalize())


@given(st.data(), names, names, names, names)
@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_a_name_that_nobody_has_heard_of_changes_nothing(
    data: st.DataObject, clinic: str, city: str, other_clinic: str, other_city: str
) -> None:
    text, before = data.draw(st.sampled_from(sentences()))
    a, b = judge(
        [(at(text, f"{clinic} Clinic", city), before), (at(text, f"{other_clinic} Clinic", other_city), before)]
    )
    assert a.label is b.label
    assert [c.entry.id for c in a.claims] == [c.entry.id for c in b.claims]
