"""Figures on samples, each with its bootstrap interval over the samples."""

from __future__ import annotations

import numpy as np
from tqdm import tqdm

from models.errors import DataError
from models.evaluation.bootstrap import centred, mean_interval, percentiles, resamples
from models.evaluation.features import Seen
from models.evaluation.frechet import frechet_distance, moments, square_root
from models.evaluation.generate import Samples
from models.evaluation.manifold import DENSITY_K, manifold

DISTANCE_RESAMPLES = 200
"""Resamples for the figures that are no plain means: each costs some ten milliseconds and more."""

Figures = dict[str, float | dict[str, float]]
Intervals = dict[str, list[float]]


def measure_samples(samples: Samples, seen: Seen, training: np.ndarray, held_out: np.ndarray, tokens: int,
                    classes: list[str]) -> tuple[Figures, Intervals]:
    """training [M, D] and held_out [R, D]: the judge's features of real pictures.

    FID-lite is against the training pictures, precision to coverage against the held-out ones. Raises DataError for
    too few samples.
    """
    count = len(samples.labels)
    if count <= DENSITY_K:
        raise DataError(f"{count} samples: at least {DENSITY_K + 1} are needed to compare them with their neighbours")
    drawn = resamples(count)
    figures: Figures = {"n": count}
    intervals: Intervals = {}
    lengths = tokens / samples.steps
    for name, values in (("class_agreement", (seen.classes == samples.labels).astype(np.float64)), ("samples_p_avg", lengths)):
        known = ~np.isnan(values)
        if not known.any():
            continue
        figures[name] = float(values[known].mean())
        intervals[name] = list(mean_interval(values, drawn))
        present = {k: label for k, label in enumerate(classes) if (known & (samples.labels == k)).any()}
        figures[f"{name}_by_class"] = {label: float(values[known & (samples.labels == k)].mean()) for k, label in present.items()}
        for k, label in present.items():
            own = np.where(samples.labels == k, values, np.nan)
            intervals[f"{name}_by_class.{label}"] = list(mean_interval(own, drawn))
    figures["fid_lite"], intervals["fid_lite"] = fid_lite(seen.features, training, drawn[:DISTANCE_RESAMPLES])
    balls = manifold(held_out, seen.features)
    figures |= balls.figures()
    repeated = [balls.figures(weights) for weights in tqdm(drawn[:DISTANCE_RESAMPLES], desc="intervals", unit="resample")]
    for name in ("precision", "density"):
        intervals[name] = list(percentiles(np.array([one[name] for one in repeated])))
    for name in ("recall", "coverage"):
        intervals[name] = list(centred(np.array([one[name] for one in repeated]), figures[name]))
    return figures, intervals


def fid_lite(features: np.ndarray, training: np.ndarray, drawn: np.ndarray) -> tuple[float, list[float]]:
    """Frechet distance of features [N, D] to the training pictures' [M, D], and its interval over resamples `drawn`."""
    reference = moments(training)
    root = square_root(reference.covariance)
    estimate = frechet_distance(moments(features), reference, root)
    bar = tqdm(drawn, desc="FID-lite", unit="resample")
    repeated = [frechet_distance(moments(features, weights), reference, root) for weights in bar]
    return estimate, list(centred(np.array(repeated), estimate))
