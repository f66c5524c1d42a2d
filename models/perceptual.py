"""A perceptual distance in the manner of LPIPS, over a classifier trained on the same kind of pictures."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.classifier import Classifier


class PerceptualDistance(nn.Module):
    """Sum over the stages of the mean squared distance between channel-normalised features; a scalar.

    LPIPS (Zhang et al. 2018) without its learned channel weights. The classifier is frozen and in eval mode.
    """

    def __init__(self, classifier: Classifier) -> None:
        super().__init__()
        self.classifier = classifier.eval().requires_grad_(False)

    def train(self, mode: bool = True) -> PerceptualDistance:
        return self  # the classifier's batch norms stay as they are

    def forward(self, pictures: Tensor, targets: Tensor) -> Tensor:
        with torch.no_grad():
            wanted = [F.normalize(level.float(), dim=1, eps=1e-4) for level in self.classifier.features(targets)]
        distance = pictures.new_zeros((), dtype=torch.float32)
        for level, goal in zip(self.classifier.features(pictures), wanted, strict=True):
            distance = distance + (F.normalize(level.float(), dim=1, eps=1e-4) - goal).square().sum(1).mean()
        return distance
