"""How many passes an image takes by window: counted with PyTorch's decode loop, for those who choose a window by its speed.

A pass of L positions settles several tokens (models/window.py); how many depends on the model, its guidance and the class.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from models.decode import Request, decode
from models.dpar import DPAR
from models.entropy_model import EntropyModel
from models.export.kinds import parameters
from models.gpt import GPT
from models.null_class import NullClass
from models.patchify import PatchRules
from models.sampling import SamplingConfig

WINDOWS = (1, 4, 8, 16, 32, 64)
IMAGES = 20
WORK = 250_000_000
"""Images times parameters: minutes on one core. Larger models are counted on fewer images, but on two at least."""


@dataclass(frozen=True)
class Counted:
    """entry: `passes` of the manifest. same: how many of the images had the same tokens with every window."""

    entry: dict[str, Any]
    same: int


def images_for(model: DPAR | GPT) -> int:
    return max(2, min(IMAGES, WORK // parameters(model)))


def count_passes(model: DPAR | GPT, entropy: EntropyModel | NullClass, rules: PatchRules, sampling: SamplingConfig,
                 images: int) -> Counted:
    """Image i has seed i; classes are spread over all there are."""
    c = model.config
    classes, seeds = np.arange(images) * c.classes // images, np.arange(images)
    gate = entropy if isinstance(model, DPAR) else None
    found = [(window, decode(model, gate, Request(classes, seeds, rules, sampling, window=window)))
             for window in WINDOWS if window <= c.tokens]
    by = [{"window": window, "mean": round(float(out.passes.max(axis=1).mean()), 2)} for window, out in found]
    one_by_one = found[0][1].tokens
    same = np.all([(out.tokens == one_by_one).all(axis=1) for _, out in found], axis=0)
    return Counted({"images": images, "by": by}, int(same.sum()))
