"""Precision and recall (Kynkaanniemi et al. 2019), density and coverage (Naeem et al. 2020) over features.

Both pairs are counts of features inside balls around other features, so one pass over the distances serves all four, and
keeping who lies in whose ball lets a bootstrap over the samples recompute them without another pass.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.evaluation.neighbours import blocks, radii

PRECISION_K = 3
"""k of precision and recall, as in the paper."""
DENSITY_K = 5
"""k of density and coverage, as in the paper."""


@dataclass(frozen=True)
class Manifold:
    """precise bool [N]: sample within a real ball; density [N]: real balls around it, over k; near [R, N] bool: real in the
    sample's ball; covering [R, N] bool: sample in the real one's ball."""

    precise: np.ndarray
    density: np.ndarray
    near: np.ndarray
    covering: np.ndarray

    def figures(self, weights: np.ndarray | None = None) -> dict[str, float]:
        """The four figures. weights [N]: how often each sample counts (balls stay those of the whole set)."""
        w = np.ones(len(self.precise)) if weights is None else weights.astype(np.float64)
        there = w > 0
        return {
            "precision": float(w @ self.precise / w.sum()),
            "recall": float(self.near[:, there].any(1).mean()),
            "density": float(w @ self.density / w.sum()),
            "coverage": float(self.covering[:, there].any(1).mean()),
        }


def manifold(real: np.ndarray, samples: np.ndarray) -> Manifold:
    """real [R, D], samples [N, D] features; both need more than DENSITY_K rows."""
    real_small, real_large = radii(real, PRECISION_K), radii(real, DENSITY_K)
    sample_small = radii(samples, PRECISION_K)
    near = np.zeros((len(real), len(samples)), dtype=bool)
    covering = np.zeros_like(near)
    precise = np.zeros(len(samples), dtype=bool)
    for rows, distances in blocks(real, samples):
        near[rows] = distances <= sample_small
        covering[rows] = distances <= real_large[rows, None]
        precise |= (distances <= real_small[rows, None]).any(0)
    return Manifold(precise, covering.sum(0) / DENSITY_K, near, covering)
