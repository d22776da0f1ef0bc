"""What people would use instead of factcheck, and its parts alone, each as a labeler for benchmarks/verdicts.py."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from factcheck.domain import Entry, Label, Stance, Strength
from factcheck.features import sentence_features
from factcheck.gold import GoldLine
from factcheck.judge import verdict
from factcheck.lexicon import Lexicon, Mention
from factcheck.match import Candidate, Matcher
from factcheck.model import Model
from factcheck.read import Clause, Reader, Reading
from factcheck.rules import by_rules
from factcheck.training import Example

Labeler = Callable[[Sequence[GoldLine]], list[Label]]

#: What a compliance officer would search for: wording that guidance on health advertising warns of, and variants.
FALSE = """
cure|cures|cured|guarantee|guaranteed|guarantees|100%|100 percent|no side effects|without side effects|
side-effect free|risk-free|risk free|no risk|no risks|completely safe|totally safe|perfectly safe|non-addictive|
nonaddictive|not addictive|no addiction|permanent|permanently|forever|once and for all|fda-approved|fda approved|
approved by the fda|works for everyone|works for everybody|never fails|always works|reverses|eliminates|eradicates
"""
EXAGGERATED = """
proven|clinically proven|scientifically proven|miracle|miraculous|breakthrough|revolutionary|game-changer|
game changer|game-changing|groundbreaking|ground-breaking|life-changing|life-saving|lifesaving|transformative|
wonder drug|magic|instant|instantly|immediate|immediately|safe and effective|highly effective|extremely effective|
very effective|most effective|best treatment|superior|dramatic|dramatically|remarkable|remarkably|powerful|
unparalleled|unmatched|lasting relief|long-lasting|long lasting|rewire|rewires|rewiring|reset|resets|regrow|regrows|
repairs|heals|restores|state-of-the-art|last resort|finally free|effective for|treats
"""
#: A negation this many words before a term reverses it (NegEx: Chapman et al., 2001, used five).
WINDOW = 5
_NEGATIONS = re.compile(
    r"(?:not|no|never|without|cannot|neither|nor|isn't|aren't|doesn't|don't|won't|can't|hasn't|n't)"
)


def _terms(listed: str) -> re.Pattern[str]:
    terms = sorted((t for t in listed.replace("\n", "").split("|") if t), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, terms)) + r")(?!\w)")


def term_list(*, negation: bool) -> Labeler:
    """A sentence with a false term is contradicted, with an exaggerated one overstated, else no claim."""
    lists = ((_terms(FALSE), Label.CONTRADICTED), (_terms(EXAGGERATED), Label.OVERSTATED))

    def negated(text: str, at: int) -> bool:
        return any(_NEGATIONS.fullmatch(w.strip(",;()")) for w in text[:at].split()[-WINDOW:])

    def one(text: str) -> Label:
        for pattern, label in lists:
            if any(not (negation and negated(text, m.start())) for m in pattern.finditer(text)):
                return label
        return Label.NO_CLAIM

    return lambda lines: [one(line.text.lower().replace("’", "'")) for line in lines]


def majority(examples: Sequence[Example]) -> Labeler:
    """The most frequent label of the training data."""
    label = Counter(e.label for e in examples).most_common(1)[0][0]
    return lambda lines: [label] * len(lines)


def bag_of_words(examples: Sequence[Example], reader: Reader | None = None) -> Labeler:
    """TF-IDF over words and pairs with logistic regression; with a reader, which lexicon rows a sentence has beside it."""
    tfidf, rows = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2), DictVectorizer()

    def matrix(items: Sequence[Any], *, fit: bool) -> Any:
        texts = [x.text for x in items]
        blocks = [tfidf.fit_transform(texts) if fit else tfidf.transform(texts)]
        if reader is not None:
            cues = [
                {k: v for k, v in sentence_features(reader.read(x.text, x.before)).items() if k.startswith(_CUES)}
                for x in items
            ]
            blocks.append(rows.fit_transform(cues) if fit else rows.transform(cues))
        whole = csr_matrix(hstack(blocks))
        whole.indices, whole.indptr = whole.indices.astype(np.int32), whole.indptr.astype(np.int32)
        return whole

    model = LogisticRegression(C=10, max_iter=300, random_state=0)
    model.fit(matrix(examples, fit=True), [e.label.value for e in examples])
    return lambda lines: [Label(x) for x in model.predict(matrix(lines, fit=False))]


#: The features that say which rows of the lexicon a sentence has, and in which order their types come.
_CUES = ("type:", "m:", "c:", "k:", "unit:")


def nearest_entry(examples: Sequence[Example], entries: Sequence[Entry]) -> Labeler:
    """The entry whose texts are nearest by TF-IDF, its claim taken to be asserted flatly. Below a likeness, chosen on
    the training data, no claim."""
    texts = [(e, t) for e in entries for t in (e.claim, *e.aliases)]
    tfidf = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit(
        [t for _, t in texts] + [e.truth for e in entries]
    )
    vectors = tfidf.transform([t for _, t in texts])

    def nearest(items: Sequence[Any]) -> tuple[Any, list[Label]]:
        likeness = (tfidf.transform([x.text for x in items]) @ vectors.T).toarray()
        found = [texts[i][0] for i in likeness.argmax(axis=1)]
        return likeness.max(axis=1), [
            verdict(Stance.ASSERTS, Strength.FLAT, e.grade) or Label.UNVERIFIED for e in found
        ]

    some = examples[::5]
    near, labels = nearest(some)
    steps = np.arange(0.05, 0.6, 0.05)
    right = [
        sum((b if a >= s else Label.NO_CLAIM) is x.label for a, b, x in zip(near, labels, some, strict=True))
        for s in steps
    ]
    least = float(steps[int(np.argmax(right))])

    def label(lines: Sequence[GoldLine]) -> list[Label]:
        return [b if a >= least else Label.NO_CLAIM for a, b in zip(*nearest(lines), strict=True)]

    return label


def rules(reader: Reader, entries: Sequence[Entry]) -> Labeler:
    """factcheck without anything learned: slots, markers, negations, numbers and the table."""
    matcher = Matcher(entries, reader.lexicon.names)
    return lambda lines: [by_rules(reader.read(line.text, line.before), matcher) for line in lines]


def wording_alone(reader: Reader, model: Model) -> Labeler:
    """factcheck's heads that read the verdict straight off the wording, without entries, slots, markers or table."""

    def label(lines: Sequence[GoldLine]) -> list[Label]:
        features = [sentence_features(reader.read(line.text, line.before)) for line in lines]
        kind, direct = model.heads["kind"], model.heads["direct"]
        kinds, verdicts = kind.probabilities(features), direct.probabilities(features)
        outside = {"none": Label.NO_CLAIM, "outside": Label.UNVERIFIED}
        out = []
        for k, v in zip(kinds, verdicts, strict=True):
            name = kind.classes[int(k.argmax())]
            out.append(outside.get(name) or Label(direct.classes[int(v.argmax())]))
        return out

    return label


@dataclass(frozen=True)
class Blind:
    """A reader that does not see some part of what a sentence says. Learned features and rules both come from its readings."""

    reader: Reader
    types: frozenset[str] = frozenset()
    numbers: bool = False
    drugs: bool = False
    context: bool = False

    @property
    def lexicon(self) -> Lexicon:
        """The lexicon, whole: entries are compiled with it."""
        return self.reader.lexicon

    def read(
        self, text: str, before: str = "", subject: frozenset[str] = frozenset(), part: tuple[int, int] | None = None
    ) -> Reading:
        """A reading of a sentence, or of a part of it, as `Reader.read` gives, with something left out."""
        reading = self.reader.read(text, "" if self.context else before, subject, part)
        if self.types:
            reading = reading._replace(
                clauses=tuple(self._without(c) for c in reading.clauses),
                mentions=self._seen(reading.mentions),
                cues=reading.cues - self.types,
            )
        if self.numbers:
            reading = reading._replace(amounts=())
        if self.drugs:
            clauses = tuple(c._replace(drugs=frozenset()) for c in reading.clauses)
            reading = reading._replace(clauses=clauses, drugs=frozenset(), drug_named=False)
        return reading

    def _without(self, clause: Clause) -> Clause:
        return clause._replace(mentions=self._seen(clause.mentions), cues=clause.cues - self.types)

    def _seen(self, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
        return tuple(m for m in mentions if m.type not in self.types)


class NoSlots(Matcher):
    """A matcher that fills no slots: entries are found by wording alone."""

    def candidates(self, reading: Reading) -> list[Candidate]:
        """None."""
        return []
