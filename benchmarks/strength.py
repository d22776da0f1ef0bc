"""How well the strength of a claim is read, on other people's labels: causal language in abstracts and in press releases.

Data: `$FACTCHECK_BENCH_DATA/external` (Yu, Li and Wang, 2019 and 2020: none, correlational, conditional causal, direct causal;
Wright and Augenstein, 2021: exaggeration). Five stratified folds, seed 0; press releases also with all sentences of a release in
one fold. Nothing fitted here is kept. The peer, TF-IDF with a linear SVM, is fitted in the same folds of the same run.

The features are those of factcheck's reader: clauses, cues and their order (`factcheck/features.py`), the lexicon extended by
research words (`benchmarks/lexicon/`), word n-grams in the lexicon's normal forms, and character n-grams.
"""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from parts import Absent, Options
from record import ROOT
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.svm import LinearSVC
from tables import Table, number

from factcheck.features import Features, sentence_features
from factcheck.lexicon import Lexicon
from factcheck.paths import bench_dir
from factcheck.read import Reader, Reading

PACKAGES = ("scikit-learn", "scipy", "numpy", "spacy")
#: Lexicon types whose order in a sentence says how strongly it claims.
ORDERED = ("correlation", "causation", "conditional", "null_result", "research_need", "negation", "study")
TYPES = (*ORDERED, "description", "trial", "hedge", "uncertain", "evidence", "booster", "qualifier", "limit")
#: Words that two cues may be apart and still count as beside each other.
NEAR = 3
#: Strengths closer than this are the same. Not swept.
HALF_A_STEP = 0.5


@dataclass(frozen=True)
class Sentences:
    """Labeled sentences with their readings; `group` is the press release."""

    texts: list[str]
    labels: np.ndarray[Any, Any]
    groups: list[str]


def load(name: str) -> Sentences:
    """A CSV of the external data."""
    with (bench_dir() / "external" / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # A release's sentences share the number of the paper that it is about: 20824800-w-lss012611-0-title.
    groups = [r["sentId"].split("-")[0] if "sentId" in r else str(n) for n, r in enumerate(rows)]
    return Sentences([r["sentence"] for r in rows], np.asarray([int(r["label"]) for r in rows]), groups)


def cue_features(reading: Reading) -> Features:
    """Which cues a sentence has, where, in which order, and which stand beside each other or share a clause."""
    f: Features = {}
    n = max(len(reading.words), 1)
    ordered: list[tuple[int, str, str]] = []
    for m in reading.mentions:
        if m.type not in TYPES:
            continue
        words = " ".join(reading.words[m.start : m.end])
        f[f"type:{m.type}"] = 1.0
        f[f"phrase:{m.type}:{words}"] = 1.0
        f[f"place:{m.type}:{3 * m.start // n}"] = 0.5
        f[f"count:{m.type}"] = f.get(f"count:{m.type}", 0.0) + 0.3
        if m.type in ORDERED:
            ordered.append((m.start, m.type, words))
    types = [t for i, (_, t, _) in enumerate(ordered) if i == 0 or ordered[i - 1][1] != t]
    f[f"first:{types[0] if types else '-'}"] = 0.7
    f[f"last:{types[-1] if types else '-'}"] = 0.7
    f[f"set:{'|'.join(sorted(set(types)))}"] = 0.6
    for a, b in zip(["^", *types], [*types, "$"], strict=True):
        f[f"then:{a}>{b}"] = 0.6
    for a, b, c in zip(["^", *types], types, [*types[1:], "$"], strict=False):
        f[f"then:{a}>{b}>{c}"] = 0.4
    for i, (at, kind, words) in enumerate(ordered):
        for at_next, kind_next, words_next in ordered[i + 1 : i + 4]:
            near = at_next - at <= NEAR
            f[f"pair:{kind}:{kind_next}:{near}"] = 0.5
            f[f"before:{kind}>{words_next}"] = 0.3
            if near:
                f[f"beside:{words}>{words_next}"] = 0.5
    for clause in reading.clauses[:3]:
        f["clause:" + "|".join(sorted({m.type for m in clause.mentions} & set(ORDERED[:4])))] = 0.5
    return f


class Contender:
    """A balanced linear SVM over some features; a logistic regression over the same ones where a degree is asked for."""

    def matrix(self, texts: Sequence[str], *, fit: bool) -> Any:
        """The features of texts."""
        raise NotImplementedError

    def fit(self, texts: Sequence[str], labels: Any) -> None:
        """Fit on labeled texts."""
        self.model = LinearSVC(class_weight="balanced", random_state=0)
        self._fitted = self.matrix(texts, fit=True), labels
        self.model.fit(*self._fitted)

    def predict(self, texts: Sequence[str]) -> Any:
        """The label of each text."""
        return self.model.predict(self.matrix(texts, fit=False))

    def degrees(self, texts: Sequence[str]) -> Any:
        """The expected strength of each text, given that it claims something (1 to 3)."""
        model = LogisticRegression(C=10, class_weight="balanced", max_iter=1000, random_state=0).fit(*self._fitted)
        p = model.predict_proba(self.matrix(texts, fit=False))[:, 1:]
        return p @ np.arange(1, p.shape[1] + 1) / p.sum(axis=1)


class Peer(Contender):
    """TF-IDF over words and pairs, sublinear."""

    def matrix(self, texts: Sequence[str], *, fit: bool) -> Any:
        """The features of texts."""
        if not fit:
            return self.vectorizer.transform(texts)
        self.vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
        return self.vectorizer.fit_transform(texts)


class StrengthReader(Contender):
    """The reader's features. `parts`: which of cues, features, words and chars to use."""

    def __init__(self, reader: Reader, shipped: Reader, parts: Sequence[str] = ("cues", "features", "words", "chars")):
        self.reader, self.shipped, self.parts = reader, shipped, parts
        self._read: dict[str, tuple[Features, Features, str]] = {}

    def matrix(self, texts: Sequence[str], *, fit: bool) -> Any:
        """The features of texts."""
        if fit:
            self.words = TfidfVectorizer(ngram_range=(1, 3), sublinear_tf=True, token_pattern=r"\S+")
            self.chars = TfidfVectorizer(ngram_range=(2, 5), sublinear_tf=True, analyzer="char_wb", min_df=2)
            self.cues, self.features = DictVectorizer(), DictVectorizer()
            self.scale: dict[str, float] = {}
        read = [self._reading(t) for t in texts]
        given = {"cues": [r[0] for r in read], "features": [r[1] for r in read], "words": [r[2] for r in read]}
        blocks = []
        for part in self.parts:
            vectorizer = getattr(self, part)
            rows = given.get(part, texts)
            block = vectorizer.fit_transform(rows) if fit else vectorizer.transform(rows)
            if part in ("cues", "features"):  # to the length that TF-IDF rows have, so that no part drowns the others
                if fit:
                    self.scale[part] = float(np.sqrt(block.multiply(block).sum(axis=1)).mean())
                block = block / self.scale[part]
            blocks.append(block)
        matrix = csr_matrix(hstack(blocks))
        matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
        return matrix

    def _reading(self, text: str) -> tuple[Features, Features, str]:
        if text not in self._read:
            reading = self.reader.read(text)
            words = " ".join("<n>" if w[:1].isdigit() else w for w in reading.words)
            self._read[text] = cue_features(reading), sentence_features(self.shipped.read(text)), words
        return self._read[text]


def cross_validated(model: Any, data: Sentences, *, grouped: bool, seed: int = 0) -> dict[str, float]:
    """Macro-F1 of five folds: mean over the folds with their spread, and of all held-out labels together."""
    splitter = (StratifiedGroupKFold if grouped else StratifiedKFold)(5, shuffle=True, random_state=seed)
    predicted = np.empty_like(data.labels)
    scores = []
    for train, test in splitter.split(data.texts, data.labels, data.groups if grouped else None):
        model.fit([data.texts[i] for i in train], data.labels[train])
        predicted[test] = model.predict([data.texts[i] for i in test])
        scores.append(f1_score(data.labels[test], predicted[test], average="macro"))
    return {
        "macro_f1": round(float(np.mean(scores)), 4),
        "spread": round(float(np.std(scores)), 4),
        "pooled": round(float(f1_score(data.labels, predicted, average="macro")), 4),
        "accuracy": round(float(accuracy_score(data.labels, predicted)), 4),
    }


def exaggeration(model: Contender) -> dict[str, float]:
    """Does a press release exaggerate its paper: the gap between two predicted strengths, against the label.

    By the sign of the gap between the labels, and by the gap between degrees: a conclusion is known to claim something, so the
    class "none" is left out, and half a step is the least that counts.
    """
    with (bench_dir() / "external" / "exaggeration-test.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file if line.strip()]
    gold = [row["exaggeration_label"] for row in rows]
    release, paper = [row["press_release_conclusion"] for row in rows], [row["abstract_conclusion"] for row in rows]
    out = {}
    for name, read, least in (("by_label", model.predict, 0.0), ("by_degree", model.degrees, HALF_A_STEP)):
        gap = np.asarray(read(release), float) - np.asarray(read(paper), float)
        said = np.where(gap > least, "exaggerates", np.where(gap < -least, "downplays", "same"))
        out[name] = round(float(f1_score(gold, said, average="macro")), 4)
    return out


def measure(options: Options) -> dict[str, Any]:
    """A row for each contender, and for the reader's features part by part."""
    if not (bench_dir() / "external").is_dir():
        raise Absent(f"{bench_dir() / 'external'}: no such folder; set FACTCHECK_BENCH_DATA")
    shipped = Reader(Lexicon.load([ROOT / "data" / "lexicon"]))
    extended = Reader(Lexicon.load([ROOT / "data" / "lexicon", ROOT / "benchmarks" / "lexicon"]))
    contenders: dict[str, Contender] = {
        "TF-IDF, linear SVM": Peer(),
        "strength reader": StrengthReader(extended, shipped),
    }
    for part in ("cues", "features", "words", "chars"):
        contenders[f"its {part} only"] = StrengthReader(extended, shipped, (part,))
    pubmed, releases = load("causal-pubmed.csv"), load("causal-eurekalert.csv")
    rows = []
    for name, model in contenders.items():
        start = time.perf_counter()
        row: dict[str, Any] = {
            "name": name,
            "pubmed": cross_validated(model, pubmed, grouped=False),
            "eurekalert": cross_validated(model, releases, grouped=False),
            "eurekalert_by_release": cross_validated(model, releases, grouped=True),
        }
        model.fit(pubmed.texts, pubmed.labels)
        across = f1_score(releases.labels, model.predict(releases.texts), average="macro")
        row["pubmed_to_eurekalert"] = round(float(across), 4)
        row["exaggeration"] = exaggeration(model)
        rows.append(row | {"seconds": round(time.perf_counter() - start, 1)})
    return {"rows": rows}


def tables(result: Mapping[str, Any]) -> list[Table]:
    """One table."""
    rows = []
    for row in result["rows"]:
        found = [row[k]["macro_f1"] for k in ("pubmed", "eurekalert", "eurekalert_by_release")]
        found += [row["pubmed_to_eurekalert"], *row["exaggeration"].values()]
        rows.append((row["name"], *(number(v, 3) for v in found)))
    head = ("", "PubMed", "EurekAlert", "by release", "PubMed to EurekAlert", "exaggeration, by label", "by degree")
    return [Table("Strength of claims, macro-F1", head, rows)]
