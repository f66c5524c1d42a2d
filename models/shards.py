"""Arrays too large for one file: [A, N, T] cut along N into numbered .npy files, read by memory map as if they were one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from models.checkpoint import save_array
from models.errors import DataError


def shard_path(folder: Path, number: int) -> Path:
    return folder / f"{number:05d}.npy"


def shard_bounds(count: int, size: int) -> list[tuple[int, int]]:
    """First and one past the last image of every shard."""
    return [(start, min(start + size, count)) for start in range(0, count, size)]


def write_shard(folder: Path, number: int, array: np.ndarray) -> None:
    """Atomically: a shard that exists is whole, so that an interrupted command goes on with the next."""
    folder.mkdir(parents=True, exist_ok=True)
    save_array(shard_path(folder, number), array)


def remove_surplus(folder: Path, count: int) -> None:
    """Shards behind the first `count`, of pictures that are no longer there."""
    while (left := shard_path(folder, count)).exists():
        left.unlink()
        count += 1


class Shards:
    """[A, N, T], read only. Indexed as an array where training does: x[k], x[k, slice or indices], x[which, indices]."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(Path(folder).glob("[0-9]*.npy"))
        if not paths or paths != [shard_path(Path(folder), i) for i in range(len(paths))]:
            missing = next(p for p in (shard_path(Path(folder), i) for i in range(len(paths) + 1)) if p not in paths)
            raise DataError(f"{missing}: missing; run the command that writes this folder again, it goes on from there")
        self.parts = [np.load(path, mmap_mode="r") for path in paths]
        self.starts = np.cumsum([0] + [part.shape[1] for part in self.parts])
        first = self.parts[0]
        self.shape, self.dtype = (first.shape[0], int(self.starts[-1]), first.shape[2]), first.dtype

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[_Row]:
        return (_Row(self, k) for k in range(len(self)))

    def __getitem__(self, key):
        if not isinstance(key, tuple):
            return _Row(self, int(key))
        which, where = key
        if isinstance(where, slice):
            where = np.arange(*where.indices(self.shape[1]))
        where = np.asarray(where)
        which = np.broadcast_to(which, where.shape)
        out = np.empty((len(where), self.shape[2]), dtype=self.dtype)
        owners = np.searchsorted(self.starts, where, side="right") - 1
        for owner in np.unique(owners):
            mine = owners == owner
            out[mine] = self.parts[owner][which[mine], where[mine] - self.starts[owner]]
        return out


class _Row:
    """x[k] of Shards: [N, T], read when indexed."""

    def __init__(self, shards: Shards, k: int) -> None:
        self.shards, self.k, self.shape = shards, k, shards.shape[1:]

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, where) -> np.ndarray:
        return self.shards[self.k, where]
