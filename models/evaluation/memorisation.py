"""Does the model repeat its training pictures? Nearest training neighbours of samples, against those of held-out pictures.

Held-out pictures are new by construction, so their distances show how near a new picture of this kind lies anyway. Two
measures: the judge's features, and pixels averaged to 16 x 16, under the eight symmetries that training uses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from models.data import symmetry
from models.evaluation.neighbours import nearest

SIDE = 16
QUANTILES = (0.01, 0.05, 0.5)


@dataclass(frozen=True)
class Neighbours:
    """index [N] into the training pictures, distance [N], which [N]: the neighbour's symmetry (0 = upright)."""

    index: np.ndarray
    distance: np.ndarray
    which: np.ndarray


def by_features(features: np.ndarray, training: np.ndarray) -> Neighbours:
    """Euclidean distance over features [N, D], [M, D]."""
    index, distance = nearest(features, training)
    return Neighbours(index, distance, np.zeros_like(index))


def by_pixels(pixels: np.ndarray, references: np.ndarray) -> Neighbours:
    """Root mean square difference in grey levels (0..255) of uint8 pictures averaged to 16 x 16, to `references`: training
    pictures that `shrink` has averaged."""
    queries = shrink(pixels)
    best = Neighbours(*(np.full(len(pixels), start) for start in (0, np.inf, 0)))
    for which in tqdm(range(8), desc="pixel neighbours", unit="symmetry"):
        turned = symmetry(references, which).reshape(len(references), -1)
        index, distance = nearest(queries.reshape(len(queries), -1), turned)
        nearer = distance < best.distance
        for mine, new in ((best.index, index), (best.distance, distance), (best.which, np.full_like(index, which))):
            mine[nearer] = new[nearer]
    return Neighbours(best.index, best.distance / np.sqrt(queries[0].size), best.which)


def shrink(pixels: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
    """uint8 [N, S, S, 3], S a multiple of 16, or those at `rows` -> float32 [N, 16, 16, 3] of means."""
    rows = np.arange(len(pixels)) if rows is None else rows
    count, size = len(rows), pixels.shape[1]
    step = size // SIDE
    out = np.empty((count, SIDE, SIDE, 3), dtype=np.float32)
    for start in range(0, count, 1000):  # the training pictures may lie on disk
        part = np.asarray(pixels[rows[start : start + 1000]], dtype=np.float32)
        out[start : start + 1000] = part.reshape(-1, SIDE, step, SIDE, step, 3).mean((2, 4))
    return out


def compare(samples: np.ndarray, held_out: np.ndarray) -> dict[str, float]:
    """Distances [N], [M] -> quantiles of the samples' over those of held-out pictures, and the share of samples nearer than
    99 % of held-out pictures are (0.01 is what new pictures would give)."""
    ours, theirs = (np.quantile(distances, QUANTILES) for distances in (samples, held_out))
    ratios = ours / np.maximum(theirs, 1e-9)
    named = {f"ratio_{round(100 * q):02d}": float(ratio) for q, ratio in zip(QUANTILES, ratios, strict=True)}
    return named | {"nearer_share": float((samples < np.quantile(held_out, 0.01)).mean())}
