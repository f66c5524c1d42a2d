"""Intervals of 95 % by the bootstrap over pictures, with a fixed seed (Efron & Tibshirani 1993)."""

from __future__ import annotations

import numpy as np

SEED, RESAMPLES = 0, 1000
LEVEL = (0.025, 0.975)

Interval = tuple[float, float]


def resamples(count: int, times: int = RESAMPLES, seed: int = SEED) -> np.ndarray:
    """How often each of `count` pictures is drawn in each resample: uint16 [times, count], rows sum to count."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(count, np.full(count, 1 / count), size=times).astype(np.uint16)


def mean_interval(values: np.ndarray, drawn: np.ndarray) -> Interval:
    """Percentile interval of the mean of values [N]; resamples that drew none of a subset (NaN in values) are left out."""
    there = ~np.isnan(values)
    weight = drawn[:, there].astype(np.float64)
    total = weight.sum(1)
    means = weight[total > 0] @ values[there] / total[total > 0]
    return percentiles(means)


def percentiles(figures: np.ndarray) -> Interval:
    low, high = np.quantile(figures, LEVEL)
    return float(low), float(high)


def centred(figures: np.ndarray, estimate: float) -> Interval:
    """Percentile interval moved so that the resamples' mean lies on the estimate.

    For figures that are biased in n (a Frechet distance, coverage): a resample holds only 63 % of the pictures, so it repeats
    the bias, and a plain percentile interval may not even contain the figure. This one shows its spread, not its bias.
    """
    low, high = percentiles(figures - figures.mean() + estimate)
    return low, high
