"""Training data to model and card, the same bytes from the same input, in any order and with any number of workers.

Every head is a linear model of scikit-learn. Heads that judge the output of others are fitted on out-of-fold output: folds never
split a contrast group, a page, or near-duplicates.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import joblib
import numpy as np
import scipy
import sklearn
from threadpoolctl import threadpool_limits

from factcheck.domain import Entry, Grade, Label
from factcheck.features import Features, claim_features, sentence_features
from factcheck.fitting import known_names, logistic, support_vectors
from factcheck.folds import FOLDS, folds
from factcheck.heads import Floats, Head
from factcheck.match import Candidate, Matcher
from factcheck.model import Model
from factcheck.parts import parts
from factcheck.propose import pair_features, propose
from factcheck.read import Reader, Reading
from factcheck.training import Example
from factcheck.vectors import likeness
from factcheck.verdicts import VERDICTS
from factcheck.weigh import Parts, Weigher, around, graded

#: What the name of a word as a feature begins with.
WORD = "w:"
#: Features of the entry head: words and what they name, not where they stand.
_ENTRY_FEATURES = ("w:", "b:", "c:", "m:", "unit:", "drug:", "before:")
#: Features of the heads that read a verdict off the wording: words weighted by rarity, what they name, and what they lean on.
#: Of the sets tried, this one carried over best from one author's sentences to another's; a word's place in the sentence, or
#: names of drugs and conditions made alike, fitted the writers better and the pages worse.
_WORDING = (
    "w:",
    "b:",
    "c:",
    "m:",
    "k:",
    "type:",
    "unit:",
    "drug:",
    "before:",
    "anaphoric",
    "colon",
    "question",
    "titled",
    "bias",
)
#: Where strength cannot move the verdict (docs/labels.md), its label was given with less care and counts less.
_STRENGTH_WEIGHT = {Grade.ESTABLISHED: 0.3, Grade.CONTRARY: 0.3}
#: Regularization of each head, set by judgment. Only a classifier of the five labels over the same features was varied
#: (0.3, 1, 3), trained on all files but one: 1 and 3 were within 0.01 in accuracy of each other, 0.3 up to 0.02 lower.
_C = {
    "kind": 3.0,
    "direct": 3.0,
    "relevance": 1.0,
    "strength": 1.0,
    "stance": 2.0,
    "settle": 1.0,
    "label": 1.0,
    "label-by-table": 1.0,
    "entry": 0.3,
}


@dataclass(frozen=True, slots=True)
class Fitted:
    """The outcome of training: heads, and out-of-fold label probabilities of each example for the card."""

    heads: Mapping[str, Head]
    grades: Mapping[str, str]
    held_out: Mapping[str, Mapping[Label, float]]


@dataclass(frozen=True, slots=True)
class _Data:
    """Everything that does not depend on the fold."""

    examples: Sequence[Example]
    readings: Sequence[Reading]
    sentences: Sequence[Features]
    kinds: Sequence[str]
    texts: Sequence[Features]  # entries' own wording, as examples for the entry head
    text_ids: Sequence[str]
    entries: Mapping[str, Entry]
    matcher: Matcher
    candidates: Sequence[Mapping[str, Candidate]]
    vectors: Mapping[str, Floats]


def fit(
    examples: Sequence[Example],
    reader: Reader,
    entries: Mapping[str, Entry],
    vectors: Mapping[str, Floats],
    *,
    workers: int = 2,
    say: Callable[[str], None] = lambda _: None,
) -> Fitted:
    """Fit all heads.

    Parameters
    ----------
    examples: sorted by id. entries: the reference set's. vectors: of words, by `load_vectors`.
    workers: processes for the folds. say: told of each step.
    """
    with threadpool_limits(limits=1):  # several threads would add up in another order
        return _fit(examples, reader, entries, vectors, workers, say)


def _fit(
    examples: Sequence[Example],
    reader: Reader,
    entries: Mapping[str, Entry],
    vectors: Mapping[str, Floats],
    workers: int,
    say: Callable[[str], None],
) -> Fitted:
    say(f"reading {len(examples)} sentences")
    whole = len(examples)
    matcher = Matcher(entries.values(), reader.lexicon.names)
    read = [*((e, reader.read(e.text, e.before)) for e in examples), *parts(examples, reader, matcher, entries)]
    data = _prepare(read, reader, matcher, entries, vectors)
    place = {e.id: fold for e, fold in zip(examples, folds(examples), strict=True)}
    examples = data.examples
    fold_of = np.asarray([place[e.id] for e in examples])
    train_sets = [np.flatnonzero(fold_of != k) for k in range(FOLDS)]
    test_sets = [np.flatnonzero(fold_of == k) for k in range(FOLDS)]
    say("first heads: is it a claim, which entry, which verdict by wording")
    parallel = joblib.Parallel(n_jobs=workers)  # its workers have one thread each
    first = parallel(joblib.delayed(_first_heads)(data, train) for train in [*train_sets, np.arange(len(examples))])
    scores = _entry_scores(data, first[:FOLDS], test_sets)
    say("second heads: relevance, stance, strength")
    second = parallel(
        joblib.delayed(_second_heads)(data, train, scores) for train in [*train_sets, np.arange(len(examples))]
    )
    say("weighing what was held out")
    grades = {e.id: e.grade.value for e in entries.values()}
    stacked: dict[int, Parts] = {}
    for k, got in enumerate(
        parallel(joblib.delayed(_held_out)(data, {**first[k], **second[k]}, grades, test_sets[k]) for k in range(FOLDS))
    ):
        stacked |= dict(zip(test_sets[k].tolist(), got, strict=True))
    labels = [e.label.value for e in examples]
    stacks = {
        "label": [stacked[i].stack for i in range(len(examples))],
        "label-by-table": [stacked[i].by_table for i in range(len(examples))],
    }
    heads = {**first[-1], **second[-1], **{name: logistic(rows, labels, _C[name], 1) for name, rows in stacks.items()}}
    held_out: dict[str, dict[Label, float]] = {}
    for k in range(FOLDS):
        train = train_sets[k].tolist()
        head = logistic([stacks["label"][i] for i in train], [labels[i] for i in train], _C["label"], 1)
        p = head.probabilities([stacks["label"][i] for i in test_sets[k].tolist()])
        for i, row in zip(test_sets[k].tolist(), p, strict=True):
            if i >= whole:
                continue
            held_out[examples[i].id] = {Label(c): float(x) for c, x in zip(head.classes, row, strict=True)}
    return Fitted(heads, grades, held_out)


def versions() -> dict[str, str]:
    """The library versions that a model was made with."""
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
        "spacy": version("spacy"),
    }


def _prepare(
    read: Sequence[tuple[Example, Reading]],
    reader: Reader,
    matcher: Matcher,
    entries: Mapping[str, Entry],
    vectors: Mapping[str, Floats],
) -> _Data:
    wording = [(e.id, text) for e in entries.values() for text in (e.claim, e.licensed, e.truth, *e.aliases)]
    return _Data(
        [e for e, _ in read],
        [r for _, r in read],
        [sentence_features(r) for _, r in read],
        [{Label.NO_CLAIM: "none", Label.UNVERIFIED: "outside"}.get(e.label, "inside") for e, _ in read],
        [sentence_features(reader.read(text)) for _, text in wording],
        [entry_id for entry_id, _ in wording],
        entries,
        matcher,
        [{c.entry.id: c for c in matcher.candidates(r)} for _, r in read],
        vectors,
    )


def _first_heads(data: _Data, train: Any) -> dict[str, Head]:
    rows = [data.sentences[i] for i in train]
    # Shared, so that a sentence is looked up once for both heads.
    vocabulary = known_names([{k: x for k, x in f.items() if k.startswith(_WORDING)} for f in rows], 2)
    for word in sorted(data.vectors):
        vocabulary.setdefault(f"{WORD}{word}", len(vocabulary))
    alike = likeness(data.vectors, vocabulary, WORD)
    inside = [i for i in train if data.examples[i].label in VERDICTS]
    features, targets, weights = list(data.texts), list(data.text_ids), [0.5] * len(data.texts)
    for i in train:
        for n, (entry_id, _, _) in enumerate(data.examples[i].claims[:2]):
            features.append(data.sentences[i])
            targets.append(entry_id)
            weights.append(1.0 if n == 0 else 0.5)
    return {
        "kind": logistic(
            rows, [data.kinds[i] for i in train], _C["kind"], vocabulary=vocabulary, rare=True, likeness=alike
        ),
        "direct": logistic(
            [data.sentences[i] for i in inside],
            [data.examples[i].label.value for i in inside],
            _C["direct"],
            vocabulary=vocabulary,
            rare=True,
            likeness=alike,
        ),
        "entry": support_vectors(
            [{k: v for k, v in f.items() if k.startswith(_ENTRY_FEATURES)} for f in features],
            targets,
            weights,
            _C["entry"],
        ),
    }


def _entry_scores(data: _Data, first: Sequence[dict[str, Head]], tests: Sequence[Any]) -> list[Any]:
    scores: list[Any] = [None] * len(data.examples)
    for heads, test in zip(first, tests, strict=True):
        for i, row in zip(test, heads["entry"].scores([data.sentences[i] for i in test]), strict=True):
            scores[i] = row
    return scores


def _second_heads(data: _Data, train: Any, scores: Sequence[Any]) -> dict[str, Head]:
    order = {entry_id: n for n, entry_id in enumerate(sorted(set(data.text_ids)))}
    pairs: list[Features] = []
    relevant: list[str] = []
    rows: list[Features] = []
    stances, strengths, weights = [], [], []
    settled: list[Features] = []
    verdicts: list[str] = []
    for i in train:
        example = data.examples[i]
        claimed = {entry_id for entry_id, _, _ in example.claims}
        if not claimed:
            continue
        found = list(data.candidates[i].values())
        for p in propose(data.readings[i], scores[i], data.matcher, order):
            answer = "yes" if p.entry.id in claimed else "no"
            pairs.append(p.features)
            relevant.append(answer)
            if p.candidate is not None:  # once more as an entry that the entry head has never heard of
                pairs.append(pair_features(data.readings[i], p.entry, p.candidate, None, found))
                relevant.append(answer)
        for n, (entry_id, stance, strength) in enumerate(example.claims):
            entry = data.entries[entry_id]
            claim = claim_features(data.readings[i], data.candidates[i].get(entry_id), entry)
            rows.append(claim | around(data.sentences[i]))
            if n == 0 and example.label in VERDICTS:
                settled.append(graded(rows[-1], entry.grade))
                verdicts.append(example.label.value)
            stances.append(stance.value)
            strengths.append(strength.value)
            weights.append(_STRENGTH_WEIGHT.get(entry.grade, 1.0))
    return {
        "relevance": logistic(pairs, relevant, _C["relevance"]),
        "settle": _by_grade(logistic(settled, verdicts, _C["settle"])),
        "stance": logistic(rows, stances, _C["stance"]),
        "strength": logistic(rows, strengths, _C["strength"], weights=weights),
    }


def _by_grade(head: Head) -> Head:
    """The head that settles claims by their wording and grade, with columns for each grade instead of features for each."""
    plain = head.vocabulary
    for grade in Grade:
        plain = {name: i for name, i in plain.items() if not name.startswith(f"{grade.value}&")}
    columns = []
    for grade in Grade:
        weights = head.weights[list(plain.values())]
        for n, name in enumerate(plain):
            if (i := head.vocabulary.get(f"{grade.value}&{name}")) is not None:
                weights[n] += head.weights[i]
        columns.append(weights)
    return Head(
        tuple(f"{grade.value}&{verdict}" for grade in Grade for verdict in head.classes),
        dict(zip(plain, range(len(plain)), strict=True)),
        np.hstack(columns),
        np.tile(head.intercept, len(Grade)),
    )


def _held_out(data: _Data, heads: Mapping[str, Head], grades: Mapping[str, str], test: Any) -> list[Parts]:
    weigher = Weigher(Model("fold", heads, grades, {}), data.matcher)
    return weigher.parts([data.readings[i] for i in test])
