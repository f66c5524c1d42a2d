"""Batches for Alg. 1: stored tokens cut into patches by stored entropies, images of similar patch count together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.dpar import Segmentation, segmentation
from models.patchify import PatchRules, opens, patches_of
from models.streams import IndexStream
from models.token_data import TokenSet

WINDOW = 32  # batches that are sorted by patch count together, so that padding stays small


@dataclass
class PatchBatch:
    """tokens int64 [B, T], labels int64 [B] and the segmentation."""

    tokens: Tensor
    labels: Tensor
    patches: Segmentation

    @property
    def padding(self) -> float:
        """Share of patch-transformer positions that are padding."""
        return 1 - self.patches.counts.sum().item() / self.patches.starts.numel()

    def to(self, device: torch.device) -> PatchBatch:
        return PatchBatch(self.tokens.to(device), self.labels.to(device), self.patches.to(device))


class PatchStream(IndexStream):
    """Shuffled PatchBatches, each image under one of the stored symmetries.

    A window of 32 batches is sorted by patch count, cut into batches, and the batches shuffled. Order and symmetries
    depend on (seed, epoch) alone, so that the cursor is the whole state.
    """

    def __init__(self, data: TokenSet, batch_size: int, seed: int, width: int, rules: PatchRules) -> None:
        super().__init__(data.train, batch_size, seed)
        self.data = data
        self._opened = np.stack([opens(e[self.indices], width, rules) for e in data.entropies])
        self._plan: tuple[int, np.ndarray, np.ndarray] | None = None

    def _planned(self) -> tuple[np.ndarray, np.ndarray]:
        """This epoch's order (rows of self.indices) and every row's symmetry."""
        if self._plan is None or self._plan[0] != self.epoch:
            rng = np.random.default_rng([self.seed, self.epoch])
            order = rng.permutation(len(self.indices))
            which = rng.integers(len(self._opened), size=len(order))
            counts = self._opened.sum(axis=2)[which, np.arange(len(order))]
            batches = []
            for start in range(0, len(order), WINDOW * self.batch_size):
                window = order[start : start + WINDOW * self.batch_size]
                window = window[np.argsort(counts[window], kind="stable")]
                cut = [window[i : i + self.batch_size] for i in range(0, len(window), self.batch_size)]
                cut = [batch for batch in cut if len(batch) == self.batch_size]
                batches += [cut[i] for i in rng.permutation(len(cut))]
            self._plan = self.epoch, np.concatenate(batches), which
        return self._plan[1:]

    def __next__(self) -> PatchBatch:
        order, which = self._planned()
        if self.cursor + self.batch_size > len(order):
            self.epoch, self.cursor = self.epoch + 1, 0
            order, which = self._planned()
        rows = order[self.cursor : self.cursor + self.batch_size]
        self.cursor += self.batch_size
        return collate(self.data, self.indices[rows], which[rows], self._opened[which[rows], rows])

    def load_state_dict(self, state: dict[str, Any]) -> None:
        super().load_state_dict(state)
        self._plan = None


def collate(data: TokenSet, indices: np.ndarray, which: np.ndarray, opened: np.ndarray) -> PatchBatch:
    """indices, which (symmetry) [B], opened [B, T] -> PatchBatch."""
    tokens = torch.from_numpy(data.tokens[which, indices].astype(np.int64))
    return PatchBatch(tokens, torch.from_numpy(data.labels[indices]), segmentation([patches_of(row) for row in opened]))


def held_out_batches(data: TokenSet, size: int, width: int, rules: PatchRules, limit: int | None = None) -> Iterator[PatchBatch]:
    """PatchBatches of the upright held-out images, sorted by patch count; `limit` takes every n-th of them."""
    indices = data.held_out[:: max(1, len(data.held_out) // limit)] if limit else data.held_out
    opened = opens(data.entropies[0][indices], width, rules)
    order = np.argsort(opened.sum(1), kind="stable")
    for start in range(0, len(order), size):
        part = order[start : start + size]
        yield collate(data, indices[part], np.zeros(len(part), dtype=np.int64), opened[part])
