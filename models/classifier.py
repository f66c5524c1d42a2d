"""A small residual classifier: its features measure perceptual distance, and a second one judges samples."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from models.config import Config
from models.errors import ConfigError

WIDENING = (1, 2, 4, 5, 5)


class ClassifierConfig(Config):
    classes: int = Field(10, ge=2)
    width: int = Field(32, gt=0)


def check_size(size: int, name: str = "data.picture_size") -> None:
    """Raises ConfigError, which names the setting, for pictures whose side cannot be halved four times."""
    if size % 16:
        raise ConfigError(f"{name} is {size}; a classifier needs a multiple of 16, and nothing is measured without one")


class ResidualStage(nn.Module):
    """Two 3 x 3 convolutions with batch norm and a projected shortcut; halves the picture."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels_in, channels_out, 3, 2, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(channels_out)
        self.second = nn.Conv2d(channels_out, channels_out, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(channels_out)
        self.shortcut = nn.Conv2d(channels_in, channels_out, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.first_norm(self.first(x)))
        return F.relu(self.second_norm(self.second(y)) + self.shortcut(F.avg_pool2d(x, 2)))


class Classifier(nn.Module):
    """Pictures [N, 3, S, S] in [-1, 1] to logits [N, classes]; S a multiple of 16."""

    def __init__(self, config: ClassifierConfig) -> None:
        super().__init__()
        self.config = config
        widths = [config.width * factor for factor in WIDENING]
        self.stem = nn.Conv2d(3, widths[0], 3, 1, 1)
        self.stages = nn.ModuleList(ResidualStage(a, b) for a, b in zip(widths, widths[1:], strict=False))
        self.head = nn.Linear(widths[-1], config.classes)

    def features(self, pictures: Tensor) -> list[Tensor]:
        """The five stages' activations, from full resolution to a sixteenth."""
        levels = [F.relu(self.stem(pictures))]
        for stage in self.stages:
            levels.append(stage(levels[-1]))
        return levels

    def forward(self, pictures: Tensor) -> Tensor:
        return self.head(self.features(pictures)[-1].mean((2, 3)))


@torch.no_grad()
def predict(model: Classifier, pictures: Tensor, symmetries: int = 1, batch_size: int = 250) -> Tensor:
    """Class probabilities [N, classes] (float32) of pictures [N, 3, S, S]; the model must be in eval mode.

    symmetries: 1, or 8 to average over the symmetries of the square (pictures from above have no up).
    """
    probabilities = []
    for batch in pictures.split(batch_size):
        views = [view.rot90(turns, (2, 3)) for view in (batch, batch.flip(3)) for turns in range(4)][:symmetries]
        probabilities.append(torch.stack([model(view).float().softmax(-1) for view in views]).mean(0))
    return torch.cat(probabilities)
