"""Which pictures weights have learned from, by content: held-out figures mean nothing where the model has seen the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.checkpoint import save_array
from models.errors import DataError

PICTURES = "pictures.npy"
"""In a folder of tokens: uint64 [N], the short digest of each picture's file."""
SEEN = "seen.npy"
"""In a folder of weights: uint64, sorted, the short digests of the pictures they were trained on."""


def short_digests(files: Sequence[str]) -> np.ndarray:
    """uint64 [N]: the first 16 of the hex digits of each file's digest."""
    return np.array([int(one[:16], 16) for one in files], dtype=np.uint64)


def note_seen(out: Path, files: np.ndarray | None, train: np.ndarray, earlier: Sequence[Path | None] = ()) -> None:
    """Write into `out` what it has seen: files[train], and what the weights of the folders `earlier` had seen.

    Nothing is written where `files` is None (pictures that nobody digested).
    """
    if files is None:
        return
    known = [path for folder in earlier if folder is not None and (path := folder / SEEN).exists()]
    out.mkdir(parents=True, exist_ok=True)
    save_array(out / SEEN, np.unique(np.concatenate([files[train], *(np.load(path) for path in known)])))


def merge_seen(out: Path, folders: Sequence[Path]) -> None:
    """Write into `out` what any of the weights of `folders` has seen, where that is known."""
    if any((folder / SEEN).exists() for folder in folders):
        note_seen(out, np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64), folders)


def check_unseen(folder: Path, files: np.ndarray | None, train: np.ndarray, held_out: np.ndarray) -> None:
    """Raises DataError where the weights of `folder` have seen pictures that are held out here; where nothing is known, not.

    A held-out picture that has a copy among the training pictures is not the model's fault.
    """
    if files is None or not (folder / SEEN).exists():
        return
    mine = files[held_out]
    count = int((np.isin(mine, np.load(folder / SEEN)) & ~np.isin(mine, files[train])).sum())
    if count:
        raise DataError(f"{folder}: was trained on {count} of the {len(mine)} pictures that are held out here, so that figures "
                        "would be too good; train it on this split, or go back to the one it was trained on")


def has_seen_none(folder: Path, files: np.ndarray | None, train: np.ndarray) -> bool:
    """Whether the weights of `folder` are known to have seen none of the training pictures here."""
    if files is None or not (folder / SEEN).exists():
        return False
    return not np.isin(files[train], np.load(folder / SEEN)).any()
