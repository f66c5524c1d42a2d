"""What the judge sees: its penultimate features, over which samples are compared with real pictures, and its class."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from models.classifier import Classifier
from models.data import Pictures
from models.evaluation.store import reuse
from models.lineage import digest
from models.streams import to_tensor

BATCH = 250


@dataclass(frozen=True)
class Seen:
    """features float32 [N, D], classes int64 [N]: the most likely one."""

    features: np.ndarray
    classes: np.ndarray


@torch.no_grad()
def look(judge: Classifier, pixels: np.ndarray, device: torch.device, what: str) -> Seen:
    """uint8 [N, S, S, 3] -> Seen. what: the progress bar's name."""
    features, classes = [], []
    for start in tqdm(range(0, len(pixels), BATCH), desc=what, unit="batch"):
        batch = to_tensor(pixels[start : start + BATCH]).to(device, memory_format=torch.channels_last)
        level = judge.features(batch)[-1].mean((2, 3))
        features.append(level.float().cpu().numpy())
        classes.append(judge.head(level).argmax(-1).cpu().numpy())
    return Seen(np.concatenate(features), np.concatenate(classes))


def training_features(judge: Classifier, pictures: Pictures, train: np.ndarray, stored: Path, weights: str,
                      device: torch.device) -> np.ndarray:
    """float32 [M, D] of the training pictures, kept in the file `stored` while they and the judge (weights: digest) stay."""
    def make() -> dict[str, np.ndarray]:
        return {"features": look(judge, pictures.pixels[train], device, "features of training pictures").features}

    return reuse(stored, digest(weights, pictures.content, train)[:16], make)["features"]


def describe(judge: Classifier) -> str:
    """The manifest's `features`: what the distances are measured over."""
    return f"judge classifier trained on the training pictures, penultimate layer, {judge.head.in_features} dimensions"
