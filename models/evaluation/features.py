"""What the judge sees: its penultimate features, over which samples are compared with real pictures, and its class."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tqdm import tqdm

from models.class_notes import check_classes
from models.classifier import Classifier
from models.data import Pictures, Split
from models.evaluation.store import fingerprint, reuse
from models.lineage import digest
from models.seen import check_unseen, has_seen_none
from models.streams import to_tensor
from models.trained import data_of, load_classifier

BATCH = 250


@dataclass(frozen=True)
class Seen:
    """features float32 [N, D], classes int64 [N]: the most likely one."""

    features: np.ndarray
    classes: np.ndarray


@dataclass(frozen=True)
class Judge:
    """size: the side, in pixels, of the pictures that the classifier was trained on; weights: a digest of its own."""

    classifier: Classifier
    size: int
    weights: str

    @torch.no_grad()
    def look(self, pixels: np.ndarray, device: torch.device, what: str, rows: np.ndarray | None = None) -> Seen:
        """uint8 [N, S, S, 3], or those at `rows`, which may lie on disk -> Seen; pictures of another side than `size` are
        resized. what: the progress bar's name."""
        features, classes = [], []
        rows = np.arange(len(pixels)) if rows is None else rows
        for start in tqdm(range(0, len(rows), BATCH), desc=what, unit="batch"):
            batch = to_tensor(pixels[rows[start : start + BATCH]]).to(device, memory_format=torch.channels_last)
            if batch.shape[-1] != self.size:
                batch = F.interpolate(batch, size=self.size, mode="bilinear", antialias=True)
            level = self.classifier.features(batch)[-1].mean((2, 3))
            features.append(level.float().cpu().numpy())
            classes.append(self.classifier.head(level).argmax(-1).cpu().numpy())
        return Seen(np.concatenate(features), np.concatenate(classes))

    def training_features(self, pictures: Pictures, train: np.ndarray, stored: Path, device: torch.device) -> np.ndarray:
        """float32 [M, D] of the training pictures, kept in the file `stored` while they and the judge stay."""
        def make() -> dict[str, np.ndarray]:
            return {"features": self.look(pictures.pixels, device, "features of training pictures", train).features}

        return reuse(stored, digest(self.weights, self.size, pictures.content, train)[:16], make)["features"]

    def describe(self, size: int) -> str:
        """The manifest's `features`: what the distances between pictures of side `size` are measured over."""
        resized = "" if size == self.size else f", pictures resized to {self.size} pixels"
        return (f"judge classifier trained on the training pictures, penultimate layer, {self.classifier.head.in_features} "
                f"dimensions{resized}")


def load_judge(folder: Path, pictures: Pictures, split: Split) -> Judge:
    """Of train-classifier, for pictures of any size. Raises UserError where it has seen some that are held out, where it tells
    other classes apart, or where `folder` is of another stage. One that may be of other data is noted."""
    classifier, own = load_classifier(folder), data_of(folder, "train-classifier")
    check_unseen(folder, pictures.files, split.train, split.held_out)
    known = check_classes(folder, pictures.classes)
    if not known and has_seen_none(folder, pictures.files, split.train):
        print(f"{folder}: has seen none of these training pictures, and does not say which classes it tells apart: where they "
              "are others, nothing measured with it means anything", file=sys.stderr)
    return Judge(classifier, own.picture_size, fingerprint([folder]))
