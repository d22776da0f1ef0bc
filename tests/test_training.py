"""The training data keeps its promises, and training gives the same bytes whatever the order and the number of workers."""

import json
import re
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from factcheck.border import DataError
from factcheck.domain import Label, Stance, Strength
from factcheck.folds import FOLDS, folds, near_duplicates
from factcheck.lexicon import Lexicon
from factcheck.match import Matcher
from factcheck.parts import parts
from factcheck.paths import bench_dir, data_dir
from factcheck.read import Reader
from factcheck.reference import load_reference
from factcheck.train import train
from factcheck.training import Example, load_examples

DATA = data_dir()
FILES = sorted((DATA / "training").glob("*.jsonl"))
ENTRIES = load_reference([DATA / "reference"], frozenset(Lexicon.load([DATA / "lexicon"]).rows)).entries
EXAMPLES = load_examples(FILES, ENTRIES)
GOLD = bench_dir() / "gold"


def trigrams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return set(zip(words, words[1:], words[2:], strict=False))


def test_there_is_enough_of_every_label() -> None:
    counts = Counter(e.label for e in EXAMPLES)
    assert len(EXAMPLES) >= 8000
    assert counts[Label.NO_CLAIM] >= 2000
    assert min(counts.values()) >= 300


def test_few_sentences_have_a_near_duplicate_of_the_same_label() -> None:
    labels = {e.id: e.label for e in EXAMPLES}
    pairs = [(a, b) for a, b in near_duplicates([(e.id, e.text) for e in EXAMPLES]) if labels[a] is labels[b]]
    assert len({key for pair in pairs for key in pair}) <= 0.03 * len(EXAMPLES)


def test_a_third_of_the_sentences_stand_in_groups_with_several_labels() -> None:
    groups = defaultdict(list)
    for e in EXAMPLES:
        groups[e.group].append(e.label)
    contrasting = sum(len(labels) for labels in groups.values() if len(labels) >= 3 and len(set(labels)) >= 2)
    assert contrasting >= len(EXAMPLES) / 3


def test_most_entries_are_claimed_in_training() -> None:
    used = {entry for e in EXAMPLES for entry, _, _ in e.claims}
    assert len(used) >= 0.95 * len(ENTRIES)


@pytest.mark.skipif(not (GOLD / "dev.jsonl").is_file(), reason="no benchmark data (set FACTCHECK_BENCH_DATA)")
def test_nothing_is_like_a_gold_sentence() -> None:
    lines = (GOLD / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    gold = [g for g in (trigrams(json.loads(line)["text"]) for line in lines) if len(g) >= 4]
    index = defaultdict(set)
    for n, grams in enumerate(gold):
        for gram in grams:
            index[gram].add(n)
    for e in EXAMPLES:
        shared = Counter(n for gram in trigrams(e.text) for n in index.get(gram, ()))
        assert all(k / len(gold[n]) < 0.5 for n, k in shared.items()), e.text


@pytest.mark.skipif(not (GOLD / "dev.jsonl").is_file(), reason="no benchmark data (set FACTCHECK_BENCH_DATA)")
def test_no_sentence_is_a_paraphrase_of_a_gold_sentence() -> None:
    lines = (GOLD / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    gold = [text for text in (json.loads(line)["text"] for line in lines) if len(text.split()) >= 6]
    texts = [e.text for e in EXAMPLES]
    vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit_transform([*texts, *gold])
    cosine = (vectors[: len(texts)] @ vectors[len(texts) :].T).max(axis=1).toarray().ravel()
    assert not [text for text, c in zip(texts, cosine, strict=True) if c >= 0.5]


def test_the_parts_of_a_sentence_have_the_claims_that_only_they_can_make() -> None:
    text = "Ketamine is a controlled substance, and it cures depression for good."
    controlled = ("ketamine-not-uncontrolled", Stance.ASSERTS, Strength.FLAT)
    cure = ("permanent-cure", Stance.ASSERTS, Strength.FLAT)
    example = Example("x-1-1", "x-1", "", text, Label.CONTRADICTED, (controlled, cure))
    lexicon = Lexicon.load([DATA / "lexicon"])
    found = list(parts([example], Reader(lexicon), Matcher(ENTRIES.values(), lexicon.names), ENTRIES))
    assert [(e.label, e.claims) for e, _ in found] == [
        (Label.SUPPORTED, (controlled,)),
        (Label.CONTRADICTED, (cure,)),
    ]
    by_figure = replace(example, label=Label.OVERSTATED)  # what no table gives was settled by a figure
    assert not list(parts([by_figure], Reader(lexicon), Matcher(ENTRIES.values(), lexicon.names), ENTRIES))


def test_folds_keep_groups_and_near_duplicates_together() -> None:
    some = EXAMPLES[::8]
    fold = dict(zip((e.id for e in some), folds(some), strict=True))
    by_group = defaultdict(set)
    for e in some:
        by_group[e.group].add(fold[e.id])
    assert all(len(f) == 1 for f in by_group.values())
    assert set(fold.values()) == set(range(FOLDS))
    for a, b in near_duplicates([(e.id, e.text) for e in some]):
        assert fold[a] == fold[b]


def line(**changes: object) -> str:
    row: dict[str, object] = {
        "id": "a",
        "group": "g",
        "text": "Ketamine relieves PTSD.",
        "label": "overstated",
        "claims": [{"entry": "ptsd", "stance": "asserts", "strength": "flat"}],
        "voice": "clinic",
        "date": "2026-01-01",
    }
    return json.dumps(row | changes)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([line(label="supported")], r"t.jsonl:1: supported, but the table gives overstated"),
        ([line(claims=[])], r"t.jsonl:1: overstated, but no claim settles it"),
        ([line(claims=[{"entry": "nope", "stance": "asserts", "strength": "flat"}])], "no entry 'nope'"),
        ([line(), line()], r"t.jsonl:2: id a stands twice"),
        ([line(), line(id="b")], r"t.jsonl:2: the sentence of a again"),
        (["{"], r"t.jsonl:1: broken JSON"),
        ([line(strength="x")], r"t.jsonl:1: strength"),
    ],
)
def test_a_line_that_does_not_fit_is_refused(tmp_path: Path, lines: list[str], message: str) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("\n".join(lines))
    with pytest.raises(DataError, match=message):
        load_examples([path], ENTRIES)


def test_a_label_may_differ_from_the_table_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(line(label="supported", why="a number settles it"))
    assert load_examples([path], ENTRIES)[0].label is Label.SUPPORTED


def test_training_gives_the_same_bytes_in_any_order_with_any_number_of_workers(tmp_path: Path) -> None:
    lines = [text for path in FILES for text in path.read_text(encoding="utf-8").splitlines() if text][::25]
    (tmp_path / "forward.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "backward.jsonl").write_text("\n".join(reversed(lines)), encoding="utf-8")
    one = train(DATA, [tmp_path / "forward.jsonl"], tmp_path / "one" / "m", workers=1)
    two = train(DATA, [tmp_path / "backward.jsonl"], tmp_path / "two" / "m", workers=2)
    assert one.scores == two.scores
    for name in ("heads.npz", "card.json", "card.md", "history.csv"):
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes(), name
