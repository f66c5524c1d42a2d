"""Batches for Alg. 1: stored tokens cut into patches by stored entropies, images of similar patch count together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models import distributed
from models.dpar import Segmentation, segmentation
from models.lineage import digest
from models.patchify import PatchRules, opens, patches_of
from models.streams import IndexStream, split_batch
from models.token_data import TokenSet

WINDOW = 32  # batches that are sorted by patch count together, so that padding stays small
CHUNK = 65536  # images whose patches are counted at once


@dataclass
class PatchBatch:
    """tokens int64 [B, T], labels int64 [B], the segmentation, and chance [B] (see TokenBatch)."""

    tokens: Tensor
    labels: Tensor
    patches: Segmentation
    chance: Tensor | None = None

    @property
    def padding(self) -> float:
        """Share of patch-transformer positions that are padding."""
        return 1 - self.patches.counts.sum().item() / self.patches.starts.numel()

    @property
    def steps(self) -> int:
        """Patch-transformer positions without padding: one for every patch."""
        return int(self.patches.counts.sum())

    def to(self, device: torch.device) -> PatchBatch:
        chance = None if self.chance is None else self.chance.to(device)
        return PatchBatch(self.tokens.to(device), self.labels.to(device), self.patches.to(device), chance)

    def split(self, parts: int) -> list[PatchBatch]:
        """Equal parts, each padded to its own longest segmentation only."""
        columns = (self.tokens, self.labels, self.chance)
        return [PatchBatch(tokens, labels, patches, chance) for (tokens, labels, chance), patches
                in zip(split_batch(columns, parts), self.patches.split(parts), strict=True)]


class PatchStream(IndexStream):
    """Shuffled PatchBatches, each image under one of the stored symmetries.

    A window of 32 batches is sorted by patch count, cut into batches, and the batches shuffled. Order and symmetries
    depend on (seed, epoch) alone, so that the cursor is the whole state.
    """

    def __init__(self, data: TokenSet, batch_size: int, seed: int, width: int, rules: PatchRules) -> None:
        super().__init__(data.train, batch_size, seed, digest(data.content, data.entropies_of))
        self.data, self.width, self.rules = data, width, rules
        self._counts = self._count_patches()
        self._plan: tuple[int, np.ndarray, np.ndarray] | None = None

    def _count_patches(self) -> np.ndarray:
        """Patches of every image under every symmetry, int16 [A, N]; the processes share the work."""
        mine = np.array_split(self.indices, distributed.size())[distributed.rank()]
        counts = [[opens(e[mine[i : i + CHUNK]], self.width, self.rules).sum(1, dtype=np.int16)
                   for i in range(0, max(len(mine), 1), CHUNK)] for e in self.data.entropies]
        return np.concatenate(distributed.gather(np.stack([np.concatenate(c) for c in counts])), axis=1)

    def _planned(self) -> tuple[np.ndarray, np.ndarray]:
        """This epoch's order (rows of self.indices) and every row's symmetry."""
        if self._plan is None or self._plan[0] != self.epoch:
            rng = np.random.default_rng([self.seed, self.epoch])
            order = rng.permutation(len(self.indices))
            which = rng.integers(len(self._counts), size=len(order))
            counts = self._counts[which, np.arange(len(order))]
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
        rng = np.random.default_rng([self.seed, self.epoch, self.cursor + 1])
        chance = torch.from_numpy(self.share(rng.random(self.batch_size, dtype=np.float32)))
        rows = self.share(order[self.cursor : self.cursor + self.batch_size])
        self.cursor += self.batch_size
        opened = opens(self.data.entropies[which[rows], self.indices[rows]], self.width, self.rules)
        return collate(self.data, self.indices[rows], which[rows], opened, chance)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        super().load_state_dict(state)
        self._plan = None


def collate(data: TokenSet, indices: np.ndarray, which: np.ndarray, opened: np.ndarray,
            chance: Tensor | None = None) -> PatchBatch:
    """indices, which (symmetry) [B], opened [B, T] -> PatchBatch."""
    tokens = torch.from_numpy(data.tokens[which, indices].astype(np.int64))
    patches = segmentation([patches_of(row) for row in opened])
    return PatchBatch(tokens, torch.from_numpy(data.labels[indices]), patches, chance)


def held_out_batches(data: TokenSet, size: int, width: int, rules: PatchRules, limit: int | None = None) -> Iterator[PatchBatch]:
    """PatchBatches of the upright held-out images, sorted by patch count; `limit` takes every n-th of them."""
    indices = data.held_out[:: max(1, len(data.held_out) // limit)] if limit else data.held_out
    opened = opens(data.entropies[0][indices], width, rules)
    order = np.argsort(opened.sum(1), kind="stable")
    for start in range(0, len(order), size):
        part = order[start : start + size]
        yield collate(data, indices[part], np.zeros(len(part), dtype=np.int64), opened[part])
