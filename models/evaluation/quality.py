"""FID-lite of what a model generates, at any setting of the gates: the one figure that sweeps and studies compare."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from models.dpar import DPAR
from models.entropy_model import EntropyModel
from models.evaluation.bootstrap import resamples
from models.evaluation.features import Judge
from models.evaluation.generate import Generator, generate
from models.evaluation.samples import DISTANCE_RESAMPLES, fid_lite
from models.gpt import GPT
from models.patchify import PatchRules
from models.sampling import SamplingConfig
from models.tokenizer import Tokenizer

Quality = dict[str, int | float | list[float]]


@dataclass(frozen=True)
class Gallery:
    """What samples are drawn and judged with. training [M, D]: the judge's features of the training pictures."""

    entropy: EntropyModel
    tokenizer: Tokenizer
    judge: Judge
    training: np.ndarray
    sampling: SamplingConfig
    count: int
    batch: int
    bf16: bool
    device: torch.device

    def quality(self, model: DPAR | GPT, rules: PatchRules, folder: Path, key: str) -> Quality:
        """n, fid_lite, its 95 % interval, and class_agreement. Samples lie in `folder` under `key`, as `evaluate` keeps them."""
        maker = Generator(model, self.entropy, rules, self.sampling, self.bf16)
        made = generate(maker, self.count, self.batch, folder, key).painted(self.tokenizer, self.device)
        seen = self.judge.look(made.pixels, self.device, "features of samples")
        value, interval = fid_lite(seen.features, self.training, resamples(self.count, DISTANCE_RESAMPLES))
        return {"n": self.count, "fid_lite": value, "fid_lite_interval": interval,
                "class_agreement": float((seen.classes == made.labels).mean())}
