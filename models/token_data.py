"""Tokens (and entropies) on disk, as written by `tokenize` and `score`, and a stream of batches of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from models.errors import DataError
from models.streams import IndexStream


@dataclass(frozen=True)
class TokenSet:
    """tokens int16 [A, N, T] (A symmetries), labels int64 [N], train and held_out indices into N."""

    tokens: np.ndarray
    labels: np.ndarray
    train: np.ndarray
    held_out: np.ndarray
    meta: dict
    entropies: np.ndarray | None = None
    """float [A, N, T], index i = entropy of token i (index 0 is +inf), if scored."""


def load_tokens(folder: Path, entropies: Path | None = None) -> TokenSet:
    """Memory-mapped arrays of `folder`; `entropies`: a .npy written by score. DataError names what is missing."""
    folder = Path(folder)
    try:
        parts = {name: np.load(folder / f"{name}.npy") for name in ("labels", "train", "held_out")}
        tokens = np.load(folder / "tokens.npy", mmap_mode="r")
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        scores = np.load(entropies, mmap_mode="r") if entropies else None
    except FileNotFoundError as error:
        raise DataError(f"{error.filename}: missing; run the tokenize (and score) command first") from None
    if scores is not None and scores.shape != tokens.shape:
        raise DataError(f"{entropies}: has shape {scores.shape}, the tokens {tokens.shape}; run score again")
    return TokenSet(tokens, meta=meta, entropies=scores, **parts)


class TokenStream(IndexStream):
    """Batches (tokens int64 [B, T], labels int64 [B], entropies float32 [B, T] or None), each picture under a random
    symmetry of those stored."""

    def __init__(self, data: TokenSet, indices: np.ndarray, batch_size: int, seed: int) -> None:
        super().__init__(indices, batch_size, seed)
        self.data = data

    def __next__(self) -> tuple[Tensor, Tensor, Tensor | None]:
        indices, rng = self.next_indices()
        which = rng.integers(len(self.data.tokens), size=len(indices))
        tokens = torch.from_numpy(self.data.tokens[which, indices].astype(np.int64))
        labels = torch.from_numpy(self.data.labels[indices])
        if self.data.entropies is None:
            return tokens, labels, None
        return tokens, labels, torch.from_numpy(self.data.entropies[which, indices].astype(np.float32))
