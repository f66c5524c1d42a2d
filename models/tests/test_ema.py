"""The averaged weights: short averages hold nothing of the beginning, long ones are as long as they were asked to be."""

import torch
from torch import nn

from models.ema import Ema


def averaged(decay: float, steps: int) -> float:
    """The average of a weight that begins at 100 and is 1 after every step."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, 100.0)
    ema = Ema(model, decay)
    nn.init.constant_(model.weight, 1.0)
    for step in range(1, steps + 1):
        ema.update(model, step)
    return float(ema.average["weight"])


def test_an_average_of_few_steps_holds_nothing_of_the_weights_before_them():
    assert averaged(0.999, 120) < 1.001


def test_after_many_steps_the_decay_is_the_configured_one():
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, 0.0)
    ema = Ema(model, 0.9)
    nn.init.constant_(model.weight, 1.0)
    ema.update(model, 100_000)
    assert torch.allclose(ema.average["weight"], torch.tensor([[0.1]]))
