"""E_th by the mean patch length that is wanted: entropies of another model lie elsewhere than the paper's 7.8 nats."""

from __future__ import annotations

import numpy as np

from models.patchify import PatchRules, opens

P_AVG = 1.81
"""The paper's at 256 x 256 (4.2)."""
GATES = PatchRules(entropy_threshold=0)
"""The paper's, for a model that has no E_th of its own: it comes from the entropies."""
HALVINGS = 40


def mean_patch_length(entropies: np.ndarray, width: int, rules: PatchRules) -> float:
    """Mean of T / M over images. entropies float [N, T] in nats, column 0 ignored."""
    return float((entropies.shape[1] / opens(entropies, width, rules).sum(1)).mean())


def threshold_for(entropies: np.ndarray, width: int, rules: PatchRules, p_avg: float = P_AVG) -> float:
    """The E_th in nats, a quantile of all entropies, whose mean patch length comes nearest to `p_avg` from below.

    Patches grow with E_th, up to P_max: a `p_avg` out of reach gives the end of the range.
    """
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        at = float(np.quantile(entropies[:, 1:], middle))
        if mean_patch_length(entropies, width, rules.model_copy(update={"entropy_threshold": at})) <= p_avg:
            low = middle
        else:
            high = middle
    return round(float(np.quantile(entropies[:, 1:], low)), 3)
