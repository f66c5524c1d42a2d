"""Tokens (and entropies) on disk, as written by `tokenize` and `score`, and a stream of batches of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from models.errors import DataError
from models.shards import Shards
from models.streams import IndexStream


@dataclass(frozen=True)
class TokenSet:
    """tokens int16 [A, N, T] (A symmetries or crops), labels int64 [N], train and held_out indices into N."""

    tokens: np.ndarray | Shards
    labels: np.ndarray
    train: np.ndarray
    held_out: np.ndarray
    meta: dict
    entropies: np.ndarray | Shards | None = None
    """float [A, N, T], index i = entropy of token i (index 0 is +inf), if scored."""


def load_tokens(folder: Path, entropies: Path | None = None) -> TokenSet:
    """Memory-mapped arrays of `folder`, each one file or a folder of shards (models/shards.py).

    entropies: written by score (a .npy, or the folder of that name without the ending). DataError names what is missing.
    """
    folder = Path(folder)
    try:
        parts = {name: np.load(folder / f"{name}.npy") for name in ("labels", "train", "held_out")}
        tokens = _open(folder / "tokens.npy")
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        scores = _open(entropies) if entropies else None
    except FileNotFoundError as error:
        raise DataError(f"{error.filename}: missing; run the tokenize (and score) command first") from None
    if scores is not None and scores.shape != tokens.shape:
        raise DataError(f"{entropies}: has shape {scores.shape}, the tokens {tokens.shape}; run score again")
    return TokenSet(tokens, meta=meta, entropies=scores, **parts)


def _open(path: Path) -> np.ndarray | Shards:
    folder = Path(path).with_suffix("")
    return Shards(folder) if folder.is_dir() else np.load(path, mmap_mode="r")


class TokenBatch(NamedTuple):
    """tokens int64 [B, T], labels int64 [B], entropies float32 [B, T] or None, chance [B] uniform in [0, 1) or None."""

    tokens: Tensor
    labels: Tensor
    entropies: Tensor | None = None
    chance: Tensor | None = None
    """Decides class dropout: drawn with the batch, so that it does not depend on how many processes share it."""

    @property
    def steps(self) -> int:
        """Transformer positions: one for every token."""
        return self.tokens.numel()

    @property
    def padding(self) -> float:
        """Share of positions that are padding."""
        return 0.0

    def to(self, device: torch.device) -> TokenBatch:
        return TokenBatch(*(None if x is None else x.to(device) for x in self))


class TokenStream(IndexStream):
    """TokenBatches, each picture under a random symmetry of those stored."""

    def __init__(self, data: TokenSet, indices: np.ndarray, batch_size: int, seed: int) -> None:
        super().__init__(indices, batch_size, seed)
        self.data = data

    def __next__(self) -> TokenBatch:
        indices, rng = self.next_indices()
        which = self.share(rng.integers(len(self.data.tokens), size=len(indices)))
        chance = torch.from_numpy(self.share(rng.random(len(indices), dtype=np.float32)))
        indices = self.share(indices)
        tokens = torch.from_numpy(self.data.tokens[which, indices].astype(np.int64))
        labels = torch.from_numpy(self.data.labels[indices])
        if self.data.entropies is None:
            return TokenBatch(tokens, labels, chance=chance)
        entropies = torch.from_numpy(self.data.entropies[which, indices].astype(np.float32))
        return TokenBatch(tokens, labels, entropies, chance)


def held_out_tokens(data: TokenSet, size: int, limit: int | None = None) -> Iterator[TokenBatch]:
    """TokenBatches of the upright held-out images; `limit` takes every n-th of them."""
    indices = data.held_out[:: max(1, len(data.held_out) // limit)] if limit else data.held_out
    for start in range(0, len(indices), size):
        part = indices[start : start + size]
        yield TokenBatch(torch.from_numpy(data.tokens[0][part].astype(np.int64)), torch.from_numpy(data.labels[part]))
