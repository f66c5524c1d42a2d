"""Endless shuffled batches whose position is data: the same state gives the same batches, whatever came before."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from models.data import Pictures, symmetry
from models.errors import CheckpointError, ConfigError
from models.lineage import digest


class IndexStream:
    """Batches of the given indices, reshuffled every epoch; a last, short batch of an epoch is dropped.

    Subclass it and turn `next_indices()` into a batch in `__next__`.
    """

    def __init__(self, indices: np.ndarray, batch_size: int, seed: int, content: str = "") -> None:
        """content: digest of what the indices point to. Raises ConfigError if there are fewer of them than a batch has."""
        if batch_size > len(indices):
            raise ConfigError(f"train.batch_size is {batch_size}, but there are {len(indices)} training examples; lower it")
        self.indices, self.batch_size, self.seed = np.asarray(indices), batch_size, seed
        self.content = content and digest(content, self.indices)
        self.epoch = self.cursor = 0
        self._share = slice(None)
        self._order: tuple[int, np.ndarray] | None = None

    def next_indices(self) -> tuple[np.ndarray, np.random.Generator]:
        """The next batch's indices, and a generator of its own for augmentation (so that needs no saved state)."""
        if self.cursor + self.batch_size > len(self.indices):
            self.epoch, self.cursor = self.epoch + 1, 0
        if self._order is None or self._order[0] != self.epoch:
            self._order = self.epoch, np.random.default_rng([self.seed, self.epoch]).permutation(self.indices)
        batch = self._order[1][self.cursor : self.cursor + self.batch_size]
        rng = np.random.default_rng([self.seed, self.epoch, self.cursor + 1])
        self.cursor += self.batch_size
        return batch, rng

    def take_share(self, rank: int, ranks: int) -> None:
        """From now on yield every `ranks`-th example of each batch, from the `rank`-th: one process's share of several.

        The position counts whole batches, so it is the same in every process and with any number of them.
        """
        self._share = slice(rank, None, ranks)

    def share(self, rows: np.ndarray) -> np.ndarray:
        """This process's rows of a batch. Draw augmentation for the whole batch first: then shares make up the batch."""
        return rows[self._share]

    def __iter__(self) -> IndexStream:
        return self

    def __next__(self) -> Any:
        indices, rng = self.next_indices()
        return self.share(indices), rng

    def state_dict(self) -> dict[str, Any]:
        return {"seed": self.seed, "epoch": self.epoch, "cursor": self.cursor, "examples": len(self.indices),
                "content": self.content}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        if (state["seed"], state["examples"]) != (self.seed, len(self.indices)):
            raise CheckpointError(
                f"the checkpoint was trained on {state['examples']} examples with data seed {state['seed']}, "
                f"this run has {len(self.indices)} with seed {self.seed}: use the same data, or another --out"
            )
        if state.get("content", self.content) != self.content:
            raise CheckpointError(f"the checkpoint was trained on {state['examples']} other examples: their number is the same, "
                                  "their content is not; use the same data, or another --out")
        self.epoch, self.cursor, self._order = state["epoch"], state["cursor"], None


class PictureStream(IndexStream):
    """Batches (pictures float32 [B, 3, S, S] in [-1, 1], labels int64 [B]), each picture under one of `symmetries` at random."""

    def __init__(self, pictures: Pictures, indices: np.ndarray, batch_size: int, seed: int, symmetries: int = 8) -> None:
        super().__init__(indices, batch_size, seed, pictures.content)
        self.pictures, self.symmetries = pictures, symmetries

    def __next__(self) -> tuple[torch.Tensor, torch.Tensor]:
        indices, rng = self.next_indices()
        indices, which = self.share(indices), self.share(rng.integers(self.symmetries, size=len(indices)))
        batch = np.stack([symmetry(self.pictures.pixels[i], w) for i, w in zip(indices, which, strict=True)])
        return to_tensor(batch), torch.from_numpy(self.pictures.labels[indices])


def split_batch(batch: Any, parts: int) -> list[Any]:
    """A tensor, a tuple of tensors (or None), or a batch with a `split` of its own, cut into `parts` along the examples."""
    if parts == 1:
        return [batch]
    if batch is None or isinstance(batch, torch.Tensor):
        return [None] * parts if batch is None else list(batch.chunk(parts))
    if isinstance(batch, tuple):
        rows = zip(*(split_batch(column, parts) for column in batch), strict=True)
        return [type(batch)(*row) if hasattr(batch, "_fields") else row for row in rows]
    return batch.split(parts)


def to_tensor(pixels: np.ndarray) -> torch.Tensor:
    """uint8 [N, S, S, 3] to float32 [N, 3, S, S] in [-1, 1], in channels_last memory (as convolutions like it)."""
    return torch.from_numpy(np.array(pixels)).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


def to_pixels(pictures: torch.Tensor) -> np.ndarray:
    """The inverse of to_tensor, clipped and rounded."""
    scaled = pictures.float().add(1).mul(127.5).round_().clamp_(0, 255).to(torch.uint8)
    return scaled.permute(0, 2, 3, 1).cpu().numpy()
