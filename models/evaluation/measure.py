"""Every figure of an evaluation, from the models, the pictures and the samples."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.dpar import DPAR
from models.entropy_model import EntropyModel
from models.evaluation.features import Judge
from models.evaluation.frechet import frechet_distance, moments
from models.evaluation.generate import Samples
from models.evaluation.held_out import prediction, reconstruct, steps_of
from models.evaluation.memorisation import Neighbours, by_features, by_pixels, compare, shrink
from models.evaluation.samples import measure_samples
from models.export.config import PackConfig
from models.gpt import GPT
from models.patchify import PatchRules
from models.runs import images_seen
from models.token_data import every
from models.trained import Training


@dataclass(frozen=True)
class Given:
    """What is measured, and what it is measured with."""

    training: Training
    pack: PackConfig
    rules: PatchRules
    judge: Judge
    baseline: GPT | None

    @property
    def model(self) -> DPAR | GPT:
        return self.training.model

    @property
    def entropy(self) -> EntropyModel:
        return self.training.entropy

    @property
    def classes(self) -> list[str]:
        return list(self.training.pictures.classes)


@dataclass(frozen=True)
class Shown:
    """What a report shows beside the figures. restored uint8 [N, S, S, 3] of the held-out pictures; memory by measure."""

    samples: Samples
    restored: np.ndarray
    memory: dict[str, Neighbours]


def measure(given: Given, samples: Samples, stored: Path, device: torch.device) -> tuple[dict[str, Any], Shown]:
    """stored: where features of training pictures are kept from one evaluation to the next."""
    data, pictures, classes = given.training.data, given.training.pictures, given.classes
    model, shape, judge = given.model, given.model.config, given.judge
    known = judge.training_features(pictures, data.train, stored, device)
    real = judge.look(pictures.pixels, device, "features of held-out pictures", data.held_out)
    made = judge.look(samples.pixels, device, "features of samples")
    restored = reconstruct(given.training.tokenizer, judge.classifier, pictures, data.held_out, device)
    returned = judge.look(restored.restored, device, "features of reconstructions")
    figures, intervals = measure_samples(samples, made, known, real.features, shape.tokens, classes)
    chosen = every(data.held_out, len(samples.labels))
    rows = np.searchsorted(data.held_out, chosen)
    small = shrink(pictures.pixels, data.train)
    memory = {"features": by_features(made.features, known), "pixels": by_pixels(samples.pixels, small)}
    fresh = {"features": by_features(real.features[rows], known), "pixels": by_pixels(pictures.pixels[chosen], small)}
    labels = data.labels[data.held_out]
    steps = steps_of(data, shape.width, given.rules)
    reference = moments(known)
    result: dict[str, Any] = {
        "features": judge.describe(given.training.settings.picture_size), "held_out": len(labels), "train": len(data.train),
        "split_seed": given.training.settings.split_seed, "images_seen": images_seen(given.training.run),
        "classifier_accuracy": float((real.classes == labels).mean()),
        **restored.figures(),
        "psnr_by_class": by_class(restored.psnr, labels, classes), "ssim_by_class": by_class(restored.ssim, labels, classes),
        "reconstruction_fid_lite": frechet_distance(moments(returned.features), reference),
        "reconstruction_agreement": float((returned.classes == labels).mean()),
        "reconstruction_agreement_by_class": by_class(returned.classes == labels, labels, classes),
        "fid_lite_floor": frechet_distance(moments(real.features), reference),
        **prediction(model, given.entropy, given.baseline, data, given.rules, device),
        "p_avg": float((shape.tokens / steps).mean()), "steps_mean": float(steps.mean()),
        "tokens_per_step": float(shape.tokens / steps.mean()),
        "p_avg_by_class": by_class(shape.tokens / steps, labels, classes),
        **figures,
        **{f"memorisation_{name}": compare(memory[name].distance, fresh[name].distance) for name in memory},
        "intervals": intervals,
    }
    return rounded(result), Shown(samples, restored.restored, memory)


def by_class(values: np.ndarray, labels: np.ndarray, classes: list[str]) -> dict[str, float]:
    return {name: float(values[labels == k].mean()) for k, name in enumerate(classes)}


def rounded(value: Any) -> Any:
    """Six significant digits, as many as any of the figures deserves."""
    if isinstance(value, dict):
        return {name: rounded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value
