"""Training data to model and card, the same bytes from the same input, in any order and with any number of workers.

Every head is a linear model of scikit-learn. Heads that judge the output of others are fitted on out-of-fold output: folds never
split a contrast group, a page, or near-duplicates.
"""

from __future__ import annotations

import platform
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import joblib
import numpy as np
import scipy
import sklearn
from scipy.sparse import csr_matrix, diags_array
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from factcheck.domain import Entry, Grade, Label
from factcheck.features import Features, claim_features, sentence_features
from factcheck.heads import Head
from factcheck.match import Candidate, Matcher
from factcheck.model import Model
from factcheck.propose import pair_features, propose
from factcheck.read import Reader, Reading
from factcheck.training import Example
from factcheck.weigh import VERDICTS, Parts, Weigher, around

FOLDS = 5
SEED = 0
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
    "question",
    "titled",
    "bias",
)
_GRAMS = ("w:", "b:")
#: A gram's inverse document frequency is divided by this, so that a sentence's grams have a norm of about 1 (TF-IDF with unit
#: rows, Salton and Buckley 1988) beside the other features.
_IDF_SCALE = 17.0
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


def fit(
    examples: Sequence[Example],
    reader: Reader,
    entries: Mapping[str, Entry],
    *,
    workers: int = 2,
    say: Callable[[str], None] = lambda _: None,
) -> Fitted:
    """Fit all heads.

    Parameters
    ----------
    examples: sorted by id. entries: the reference set's. workers: processes for the folds. say: told of each step.
    """
    with threadpool_limits(limits=1):  # several threads would add up in another order
        return _fit(examples, reader, entries, workers, say)


def _fit(
    examples: Sequence[Example], reader: Reader, entries: Mapping[str, Entry], workers: int, say: Callable[[str], None]
) -> Fitted:
    say(f"reading {len(examples)} sentences")
    data = _prepare(examples, reader, entries)
    fold_of = folds(examples)
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
    parts: dict[int, Parts] = {}
    for k, got in enumerate(
        parallel(joblib.delayed(_held_out)(data, {**first[k], **second[k]}, grades, test_sets[k]) for k in range(FOLDS))
    ):
        parts |= dict(zip(test_sets[k].tolist(), got, strict=True))
    labels = [e.label.value for e in examples]
    stacks = {
        "label": [parts[i].stack for i in range(len(examples))],
        "label-by-table": [parts[i].by_table for i in range(len(examples))],
    }
    heads = {**first[-1], **second[-1], **{name: _logistic(rows, labels, _C[name], 1) for name, rows in stacks.items()}}
    held_out: dict[str, dict[Label, float]] = {}
    for k in range(FOLDS):
        train = train_sets[k].tolist()
        head = _logistic([stacks["label"][i] for i in train], [labels[i] for i in train], _C["label"], 1)
        p = head.probabilities([stacks["label"][i] for i in test_sets[k].tolist()])
        for i, row in zip(test_sets[k].tolist(), p, strict=True):
            held_out[examples[i].id] = {Label(c): float(x) for c, x in zip(head.classes, row, strict=True)}
    return Fitted(heads, grades, held_out)


def folds(examples: Sequence[Example]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The fold of each example: all that one file holds is in one, as one hand wrote it, so that what is held out is another
    writer's. Groups that share near-duplicates (word 3-gram Jaccard ≥ 0.6) go to one fold too. Files go, largest first, to the
    fold that is smallest so far."""
    parent: dict[str, str] = {e.group: e.group for e in examples}

    def root(group: str) -> str:
        while parent[group] != group:
            group = parent[group]
        return group

    for a, b in near_duplicates([(e.group, e.text) for e in examples]):
        parent[max(root(a), root(b))] = min(root(a), root(b))
    sizes = Counter(_file(root(e.group)) for e in examples)
    load = [0] * FOLDS
    home = {}
    for name, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        home[name] = load.index(min(load))
        load[home[name]] += size
    return np.asarray([home[_file(root(e.group))] for e in examples])


def _file(group: str) -> str:
    """The file's part of a group's name ("clinics-0019")."""
    return group.split("-", 1)[0]


def near_duplicates(items: Iterable[tuple[str, str]], threshold: float = 0.6) -> list[tuple[str, str]]:
    """Pairs of keys whose texts share at least `threshold` of their word 3-grams (Jaccard)."""
    grams: list[tuple[str, frozenset[tuple[str, ...]]]] = []
    index: dict[tuple[str, ...], list[int]] = defaultdict(list)
    pairs = []
    for key, text in items:
        words = text.lower().split()
        own = frozenset(zip(words, words[1:], words[2:], strict=False))
        shared = Counter(j for g in own for j in index[g])
        for j, n in shared.items():
            if n / len(own | grams[j][1]) >= threshold:
                pairs.append((grams[j][0], key))
        for g in own:
            index[g].append(len(grams))
        grams.append((key, own))
    return pairs


def versions() -> dict[str, str]:
    """The library versions that a model was made with."""
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
        "spacy": version("spacy"),
    }


def _prepare(examples: Sequence[Example], reader: Reader, entries: Mapping[str, Entry]) -> _Data:
    readings = [reader.read(e.text, e.before) for e in examples]
    matcher = Matcher(entries.values(), reader.lexicon.names)
    wording = [(e.id, text) for e in entries.values() for text in (e.claim, e.licensed, e.truth, *e.aliases)]
    return _Data(
        examples,
        readings,
        [sentence_features(r) for r in readings],
        [{Label.NO_CLAIM: "none", Label.UNVERIFIED: "outside"}.get(e.label, "inside") for e in examples],
        [sentence_features(reader.read(text)) for _, text in wording],
        [entry_id for entry_id, _ in wording],
        entries,
        matcher,
        [{c.entry.id: c for c in matcher.candidates(r)} for r in readings],
    )


def _first_heads(data: _Data, train: Any) -> dict[str, Head]:
    rows = [data.sentences[i] for i in train]
    vocabulary = _vocabulary(
        [{k: x for k, x in f.items() if k.startswith(_WORDING)} for f in rows], 2
    )  # shared, so that a sentence is looked up once for both heads
    inside = [i for i in train if data.examples[i].label in VERDICTS]
    features, targets, weights = list(data.texts), list(data.text_ids), [0.5] * len(data.texts)
    for i in train:
        for n, (entry_id, _, _) in enumerate(data.examples[i].claims[:2]):
            features.append(data.sentences[i])
            targets.append(entry_id)
            weights.append(1.0 if n == 0 else 0.5)
    return {
        "kind": _logistic(rows, [data.kinds[i] for i in train], _C["kind"], vocabulary=vocabulary, rare=True),
        "direct": _logistic(
            [data.sentences[i] for i in inside],
            [data.examples[i].label.value for i in inside],
            _C["direct"],
            vocabulary=vocabulary,
            rare=True,
        ),
        "entry": _entry_head(
            [{k: v for k, v in f.items() if k.startswith(_ENTRY_FEATURES)} for f in features], targets, weights
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
        for entry_id, stance, strength in example.claims:
            entry = data.entries[entry_id]
            rows.append(
                claim_features(data.readings[i], data.candidates[i].get(entry_id), entry) | around(data.sentences[i])
            )
            stances.append(stance.value)
            strengths.append(strength.value)
            weights.append(_STRENGTH_WEIGHT.get(entry.grade, 1.0))
    return {
        "relevance": _logistic(pairs, relevant, _C["relevance"]),
        "stance": _logistic(rows, stances, _C["stance"]),
        "strength": _logistic(rows, strengths, _C["strength"], weights=weights),
    }


def _held_out(data: _Data, heads: Mapping[str, Head], grades: Mapping[str, str], test: Any) -> list[Parts]:
    weigher = Weigher(Model("fold", heads, grades, {}), data.matcher)
    return weigher.parts([data.readings[i] for i in test])


def _vocabulary(rows: Sequence[Features], least: int) -> dict[str, int]:
    count = Counter(name for row in rows for name in row)
    return {name: n for n, name in enumerate(sorted(name for name, c in count.items() if c >= least))}


def _matrix(rows: Sequence[Features], vocabulary: Mapping[str, int]) -> csr_matrix:
    index, value, ends = [], [], [0]
    for row in rows:
        known = sorted((vocabulary[name], x) for name, x in row.items() if name in vocabulary)
        index += [i for i, _ in known]
        value += [x for _, x in known]
        ends.append(len(index))
    shape = (len(rows), len(vocabulary))
    return csr_matrix((np.asarray(value), np.asarray(index, np.int32), np.asarray(ends, np.int32)), shape=shape)


def _logistic(
    rows: Sequence[Features],
    targets: Sequence[str],
    c: float,
    least: int = 2,
    weights: Sequence[float] | None = None,
    vocabulary: dict[str, int] | None = None,
    rare: bool = False,
) -> Head:
    """Logistic regression. With `rare`, words and pairs weigh by their inverse document frequency, which the head's weights
    take in, so that scoring needs none."""
    vocabulary = _vocabulary(rows, least) if vocabulary is None else vocabulary
    x = _matrix(rows, vocabulary)
    scale = _idf(x, vocabulary) if rare else np.ones(len(vocabulary))
    model = LogisticRegression(C=c, max_iter=500, random_state=SEED).fit(
        x @ diags_array(scale), list(targets), sample_weight=weights
    )
    classes = tuple(str(k) for k in model.classes_)
    weight, intercept = model.coef_.T * scale[:, None], model.intercept_
    if len(classes) == 2:  # one column stands for two: give both, so that softmax gives the same probabilities
        weight, intercept = np.hstack([-weight / 2, weight / 2]), np.hstack([-intercept / 2, intercept / 2])
    return Head(classes, vocabulary, weight.astype(np.float32), intercept.astype(np.float32))


def _idf(x: csr_matrix, vocabulary: Mapping[str, int]) -> Any:
    """Smoothed inverse document frequency of the columns that are words or pairs; 1 for all others."""
    seen = np.bincount(x.indices, minlength=len(vocabulary))
    scale = np.ones(len(vocabulary))
    for name, i in vocabulary.items():
        if name.startswith(_GRAMS):
            scale[i] = (np.log((1 + x.shape[0]) / (1 + seen[i])) + 1) / _IDF_SCALE
    return scale


def _entry_head(rows: Sequence[Features], targets: Sequence[str], weights: Sequence[float]) -> Head:
    vocabulary = _vocabulary(rows, 2)
    model = LinearSVC(C=_C["entry"], class_weight="balanced", random_state=SEED)
    model.fit(_matrix(rows, vocabulary), list(targets), sample_weight=weights)
    return Head(
        tuple(model.classes_), vocabulary, model.coef_.T.astype(np.float16), model.intercept_.astype(np.float32)
    )
