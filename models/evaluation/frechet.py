"""The Frechet distance between Gaussians fitted to two sets of features (Dowson & Landau 1982; Heusel et al. 2017)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Moments:
    """mean [D] and covariance [D, D], float64."""

    mean: np.ndarray
    covariance: np.ndarray


def moments(features: np.ndarray, weights: np.ndarray | None = None) -> Moments:
    """features [N, D], each counted `weights` [N] times (None: once) -> their moments; the covariance divides by N - 1."""
    x = features.astype(np.float64)
    w = np.ones(len(x)) if weights is None else weights.astype(np.float64)
    count = w.sum()
    mean = w @ x / count
    x = x - mean
    return Moments(mean, (x * w[:, None]).T @ x / (count - 1))


def square_root(matrix: np.ndarray) -> np.ndarray:
    """The symmetric root of a symmetric matrix; rounding below zero is cut off."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def frechet_distance(a: Moments, b: Moments, root: np.ndarray | None = None) -> float:
    """|m_a - m_b|^2 + tr(C_a + C_b - 2 (C_a C_b)^(1/2)). root: square_root(b.covariance), when many `a` meet one `b`.

    The trace of the root is the sum of roots of the eigenvalues of R C_a R with R = C_b^(1/2), which is symmetric.
    """
    root = square_root(b.covariance) if root is None else root
    values = np.linalg.eigvalsh(root @ a.covariance @ root)
    overlap = np.sqrt(np.maximum(values, 0)).sum()
    gap = np.square(a.mean - b.mean).sum()
    return float(gap + np.trace(a.covariance) + np.trace(b.covariance) - 2 * overlap)
