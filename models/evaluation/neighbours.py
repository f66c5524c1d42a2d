"""Distances between sets of features, a block at a time, and the nearest neighbours that several figures need."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

BLOCK = 1000  # rows at once: 1000 x 22,000 float32 distances are 88 MB


def squared_distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a [N, D], b [M, D] -> squared Euclidean distances float32 [N, M], never below 0."""
    x, y = (torch.from_numpy(np.ascontiguousarray(part, dtype=np.float32)) for part in (a, b))
    squares = x.square().sum(1)[:, None] + y.square().sum(1)
    return torch.addmm(squares, x, y.T, alpha=-2).clamp_(min=0).numpy()


def blocks(a: np.ndarray, b: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """(rows of a, their squared distances to all of b), in order."""
    centre = b.mean(0)  # small numbers: the expansion of the square loses less to rounding
    a, b = a - centre, b - centre
    for start in range(0, len(a), BLOCK):
        rows = slice(start, min(start + BLOCK, len(a)))
        yield rows, squared_distances(a[rows], b)


def radii(features: np.ndarray, k: int) -> np.ndarray:
    """Squared distance of each feature to its k-th nearest other one: [N, D] -> [N]. Needs N > k."""
    out = np.empty(len(features), dtype=np.float32)
    for rows, distances in blocks(features, features):
        np.put_along_axis(distances, np.arange(rows.start, rows.stop)[:, None], np.inf, axis=1)  # not itself
        out[rows] = np.partition(distances, k - 1, axis=1)[:, k - 1]
    return out


def nearest(queries: np.ndarray, references: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Index [N] of the nearest reference of each query, and the distance [N] (Euclidean, computed once more exactly)."""
    index = np.concatenate([distances.argmin(1) for _, distances in blocks(queries, references)])
    gap = queries.astype(np.float64) - references[index].astype(np.float64)
    return index, np.sqrt(np.square(gap).sum(1))
