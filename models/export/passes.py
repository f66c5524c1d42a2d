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
from models.stage_lines import stage

WINDOWS = (1, 4, 8, 16, 32, 64)
IMAGES = 20
WORK = 250_000_000
"""Images times parameters: minutes on one core. Larger models are counted on fewer images, but on two at least."""
SAVES = 0.9
"""Of the passes of the window before. Where a large model's window takes more than that, longer ones are not counted."""


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
    large = images_for(model) < IMAGES
    by, tokens = [], []
    for window in (window for window in WINDOWS if window <= c.tokens):
        stage(f"passes of {images} images with a window of {window}")
        out = decode(model, gate, Request(classes, seeds, rules, sampling, window=window))
        tokens.append(out.tokens)
        by.append({"window": window, "mean": round(float(out.passes.max(axis=1).mean()), 2)})
        if large and len(by) > 1 and by[-1]["mean"] > SAVES * by[-2]["mean"]:
            break
    same = np.all([(found == tokens[0]).all(axis=1) for found in tokens], axis=0)
    return Counted({"images": images, "by": by}, int(same.sum()))
