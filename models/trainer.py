"""One run of `train` from its configuration: the model, its batches, validation on held-out pictures, and the loop."""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from torch import nn

from models import distributed
from models.blocks import compile_blocks
from models.runs import DPARRun, GPTRun, pack_obstacle, run_on, step_function, token_loss
from models.seen import note_seen
from models.trained import start_from
from models.trained_on import note_tokenizer
from models.training import Metrics, Outcome, seed_everything, train


def train_run(config: DPARRun | GPTRun, tokens: Path, out: Path, device: torch.device) -> Outcome:
    """Train `config` on the folder `tokens` into `out`, or go on there. Raises UserError."""
    seed_everything(config.train.seed)
    config, task = run_on(config, tokens)
    model = task.model.to(device)
    if distributed.is_main():
        print(f"{config.kind}: {sum(p.numel() for p in model.parameters()) / 1e6:.2f}M parameters")
        if words := pack_obstacle(config):  # studies train such models, too
            print(f"{out}: for measuring alone, since no pack can hold this model: {words}", file=sys.stderr)
    start_from(model, config.init, out, task.data)
    if config.train.compile:
        compile_blocks(model)

    def validate(model: nn.Module) -> Metrics:
        total, images, steps = 0.0, 0, 0
        for batch in task.held_out():
            batch = batch.to(device)
            total += float(token_loss(model, batch, batch.labels)) * len(batch.labels)
            images, steps = images + len(batch.labels), steps + batch.steps
        return {"nats": total / images, "steps_mean": steps / images}

    outcome = train(config.train, model, task.stream, step_function(config, device), out, identity=config, validate_fn=validate)
    if outcome.finished and distributed.is_main():
        note_seen(out, task.data.files, task.data.train, [config.init])
        note_tokenizer(out, task.data.tokenizer)
    return outcome
