"""Train DPAR on stored tokens and entropies (paper Alg. 1)."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
import torch.nn.functional as F
from pydantic import Field

from models.checkpoint import WEIGHTS, load_safetensors
from models.commands.common import add_training_arguments, prepare
from models.config import Config
from models.dpar import DPAR, DPARConfig
from models.patch_data import PatchBatch, PatchStream, held_out_batches
from models.patchify import PatchRules
from models.token_data import load_tokens
from models.training import TrainConfig, seed_everything, train


class DPARRun(Config):
    model: DPARConfig = DPARConfig()
    patchify: PatchRules = PatchRules()
    class_dropout: float = Field(0.1, ge=0, le=1)
    """Share of training labels replaced by the null class, which guidance needs."""
    held_out: int = 1000
    """Held-out images used by each validation."""
    init: Path | None = None
    """Folder of an earlier train whose published weights to start from (a fresh schedule and optimizer)."""
    train: TrainConfig


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_training_arguments(parser)
    parser.add_argument("--tokens", type=Path, required=True, metavar="DIR", help="folder written by tokenize and score")


def token_loss(model: DPAR, batch: PatchBatch, classes: torch.Tensor) -> torch.Tensor:
    """Cross-entropy in nats per token of all T tokens."""
    logits = model(batch.tokens, classes, batch.patches).float()
    return F.cross_entropy(logits.flatten(0, 1), batch.tokens.flatten())


def run(args: argparse.Namespace) -> None:
    config = DPARRun.load(args.config, args.overrides)
    device = prepare(args)
    data = load_tokens(args.tokens, args.tokens / "entropies.npy")
    seed_everything(config.train.seed)
    model = DPAR(config.model).to(device)
    if config.init:
        model.load_state_dict(load_safetensors(config.init / WEIGHTS))
    if config.train.compile:  # per block: compiling the whole model is slow and has given NaN gradients
        for block in [*model.encoder.blocks, *model.patch_transformer.blocks, *model.decoder.blocks]:
            block.compile(dynamic=True)
    stream = PatchStream(data, config.train.batch_size, config.train.seed, config.model.width, config.patchify)

    def step_fn(model, batch, _step):
        batch = batch.to(device)
        dropped = torch.rand(len(batch.labels)) < config.class_dropout
        classes = batch.labels.masked_fill(dropped.to(device), model.null_class)
        return token_loss(model, batch, classes), {"padding": batch.padding}

    def validate(model):
        total, images, steps = 0.0, 0, 0
        for batch in held_out_batches(data, 50, config.model.width, config.patchify, config.held_out):
            batch = batch.to(device)
            total += float(token_loss(model, batch, batch.labels)) * len(batch.labels)
            images, steps = images + len(batch.labels), steps + int(batch.patches.counts.sum())
        return {"nats": total / images, "steps_mean": steps / images}

    train(config.train, model, stream, step_fn, args.out, identity=config, validate_fn=validate)
