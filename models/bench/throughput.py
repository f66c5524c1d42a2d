"""How fast DPAR and the token-by-token baseline train: the real loop on stand-in tokens, a few steps of each in turn."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from models.blocks import compile_blocks
from models.export.kinds import parameters
from models.patch_data import PatchBatch
from models.runs import DPARRun, GPTRun, step_function, task_on
from models.token_data import TokenSet
from models.training import LOG, Stream, TrainConfig, seed_everything, train

IMAGES = 4096
GATE = 0.1, 0.7
"""Range over images of the share of tokens that the gate lets open a patch: about two tokens a patch, from 1.3 to 3.3."""


def stand_in(config: DPARRun) -> TokenSet:
    """Random tokens for `config`, with entropies on either side of its threshold. Speed does not depend on what tokens say."""
    rng, c = np.random.default_rng(0), config.model
    shape = 1, IMAGES, c.tokens
    surprising = rng.random(shape) < rng.uniform(*GATE, size=(1, IMAGES, 1))
    return TokenSet(
        tokens=rng.integers(c.vocab, size=shape).astype(np.int16), labels=rng.integers(c.classes, size=IMAGES),
        train=np.arange(IMAGES), held_out=np.arange(0), meta={},
        entropies=(config.patchify.entropy_threshold + np.where(surprising, 1, -1)).astype(np.float16))


class Trainee:
    """One model in training, that goes on for `steps` at a time."""

    def __init__(self, config: DPARRun | GPTRun, data: TokenSet, steps: int, rounds: int, out: Path,
                 device: torch.device) -> None:
        seed_everything(config.train.seed)
        train = config.train.model_dump() | {"steps": steps * (rounds + 2), "log_every": steps, "validate_every": 0}
        self.config = config.model_copy(update={"train": TrainConfig.parse(train)})
        self.steps, self.out, self.device, self.done = steps, out / config.kind, device, 0
        self.task = task_on(self.config, data)
        self.model = self.task.model.to(device)
        if config.train.compile:
            compile_blocks(self.model)

    def go_on(self) -> float:
        """Images a second: batches, forward, backward and the optimizer's step, but no checkpoint."""
        self.done += self.steps
        train(self.config.train, self.model, self.task.stream, step_function(self.config, self.device), self.out,
              identity=self.config, stop_after=self.done, quiet=True)
        return json.loads((self.out / LOG).read_text().splitlines()[-1])["per_second"]


def patches_in(stream: Stream, batches: int = 64) -> dict[str, float]:
    """Mean patches of an image of DPAR's `stream`, and the share of the patch transformer's positions that are padding."""
    seen: list[PatchBatch] = [next(stream) for _ in range(batches)]
    images = sum(len(batch.labels) for batch in seen)
    return {"steps_mean": sum(batch.steps for batch in seen) / images, "padding": float(np.mean([b.padding for b in seen]))}


def throughput(dpar: DPARRun, gpt: GPTRun, steps: int, rounds: int, out: Path, device: torch.device) -> dict:
    """Images a second of both, [rounds] each, taken in turn after a round that compiles; sizes, and what patches there were.

    `out` holds checkpoints meanwhile.
    """
    data = stand_in(dpar)
    trainees = {config.kind: Trainee(config, data, steps, rounds, out, device) for config in (dpar, gpt)}
    for trainee in trainees.values():
        trainee.go_on()
    speeds: dict[str, list[float]] = {kind: [] for kind in trainees}
    for _ in range(rounds):
        for kind, trainee in trainees.items():
            speeds[kind].append(trainee.go_on())
    sizes = {kind: parameters(trainee.model) for kind, trainee in trainees.items()}
    return {"images_per_second": speeds, "parameters": sizes, "tokens": dpar.model.tokens,
            **patches_in(task_on(dpar, data).stream)}
