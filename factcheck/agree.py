"""How far two labelers agree: Cohen's kappa, and the sentences on which they do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from factcheck.answers import key
from factcheck.border import DataError, TrainingRow
from factcheck.domain import Label
from factcheck.training import read_rows


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two labelers' answers on the sentences that both labeled, in the order of the first.

    `kappa` is None where it is not defined: both gave one and the same label throughout. `only` counts the sentences that one
    of them labeled alone.
    """

    pairs: tuple[tuple[TrainingRow, TrainingRow], ...]
    only: tuple[int, int]
    kappa: float | None

    @property
    def observed(self) -> float:
        """Share of the sentences with the same label."""
        return sum(a.label is b.label for a, b in self.pairs) / len(self.pairs)

    @property
    def disputed(self) -> tuple[tuple[TrainingRow, TrainingRow], ...]:
        """The pairs with different labels."""
        return tuple((a, b) for a, b in self.pairs if a.label is not b.label)

    @property
    def settled(self) -> tuple[TrainingRow, ...]:
        """One row for each sentence with the same label; where only one labeler named claims, that one's."""
        return tuple(b if b.claims and not a.claims else a for a, b in self.pairs if a.label is b.label)

    @property
    def counts(self) -> Mapping[Label, tuple[int, int, int]]:
        """How often the first gave a label, the second, and both to the same sentence."""
        return {
            label: (
                sum(a.label is label for a, _ in self.pairs),
                sum(b.label is label for _, b in self.pairs),
                sum(a.label is label and b.label is label for a, b in self.pairs),
            )
            for label in Label
        }


def agree(first: Path, second: Path) -> Agreement:
    """Compare two files of answers, sentence by sentence; the same text in the same context is the same sentence.

    Kappa is Cohen's, unweighted (1960). Raises `DataError` where a line does not fit, or no sentence is in both files.
    """
    from sklearn.metrics import cohen_kappa_score

    ours, theirs = _answers(first), _answers(second)
    pairs = tuple((row, theirs[k]) for k, row in ours.items() if k in theirs)
    if not pairs:
        raise DataError(f"{second}: no sentence of {first} is in it; two labelers have to label the same source")
    labels = [[row.label.value for row in side] for side in zip(*pairs, strict=True)]
    several = len({*labels[0], *labels[1]}) > 1
    kappa = float(cohen_kappa_score(*labels)) if several else None
    return Agreement(pairs, (len(ours) - len(pairs), len(theirs) - len(pairs)), kappa)


def _answers(path: Path) -> dict[tuple[str, str], TrainingRow]:
    found: dict[tuple[str, str], TrainingRow] = {}
    for where, row in read_rows(path):
        if key(row) in found:
            raise DataError(f"{where}: the sentence of {found[key(row)].id} again; leave one of them")
        found[key(row)] = row
    return found
