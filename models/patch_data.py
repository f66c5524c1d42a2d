"""Batches for Alg. 1: stored tokens cut into patches by stored entropies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.dpar import Segmentation, segmentation
from models.lineage import digest
from models.patch_transformer import groups
from models.patchify import PatchRules, opens, patches_of
from models.streams import split_batch
from models.token_data import TokenSet, TokenStream, every


@dataclass
class PatchBatch:
    """tokens int64 [B, T], labels int64 [B], the segmentation, and chance [B] (see TokenBatch)."""

    tokens: Tensor
    labels: Tensor
    patches: Segmentation
    chance: Tensor | None = None

    @property
    def padding(self) -> float:
        """Share of patch-transformer positions that are padding where images are run in groups, not packed."""
        return 1 - self.steps / sum(len(rows) * size for rows, size in groups(self.patches.counts))

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


class PatchStream(TokenStream):
    """The batches of TokenStream, cut into patches: the same images in the same order as the baseline sees them.

    They are not sorted by patch count: a batch of one count is nearly a batch of one class
    (docs/decisions/0011-why-dpar-was-behind.md). The patch transformer groups the images of a batch instead.
    """

    def __init__(self, data: TokenSet, batch_size: int, seed: int, width: int, rules: PatchRules) -> None:
        super().__init__(data, data.train, batch_size, seed, digest(data.content, data.entropies_of))
        self.width, self.rules = width, rules

    def __next__(self) -> PatchBatch:
        batch = super().__next__()
        opened = opens(batch.entropies.numpy(), self.width, self.rules)
        return PatchBatch(batch.tokens, batch.labels, segmentation([patches_of(row) for row in opened]), batch.chance)


def held_out_batches(data: TokenSet, size: int, width: int, rules: PatchRules, limit: int | None = None) -> Iterator[PatchBatch]:
    """PatchBatches of the upright held-out images, sorted by patch count; `limit` takes every n-th of them."""
    indices = every(data.held_out, limit) if limit else data.held_out
    opened = opens(data.entropies[0][indices], width, rules)
    order = np.argsort(opened.sum(1), kind="stable")
    for start in range(0, len(order), size):
        part = order[start : start + size]
        tokens = torch.from_numpy(data.tokens[0][indices[part]].astype(np.int64))
        patches = segmentation([patches_of(row) for row in opened[part]])
        yield PatchBatch(tokens, torch.from_numpy(data.labels[indices[part]]), patches)
