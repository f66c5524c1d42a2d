"""Train DPAR on stored tokens and entropies (paper Alg. 1), or with kind = "gpt" the token-by-token baseline."""

from __future__ import annotations

import argparse
from pathlib import Path

from models import distributed
from models.blocks import compile_blocks
from models.commands.common import add_training_arguments, prepare
from models.runs import load_run, run_on, step_function, token_loss
from models.trained import start_from
from models.training import seed_everything, train


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_training_arguments(parser)
    parser.add_argument("--tokens", type=Path, required=True, metavar="DIR", help="folder written by tokenize and score")


def run(args: argparse.Namespace) -> None:
    config = load_run(args.config, args.overrides)
    device = prepare(args)
    seed_everything(config.train.seed)
    config, task = run_on(config, args.tokens)
    model = task.model.to(device)
    if distributed.is_main():
        print(f"{config.kind}: {sum(p.numel() for p in model.parameters()) / 1e6:.2f}M parameters")
    if config.init:
        start_from(model, config.init)
    if config.train.compile:
        compile_blocks(model)

    def validate(model):
        total, images, steps = 0.0, 0, 0
        for batch in task.held_out():
            batch = batch.to(device)
            total += float(token_loss(model, batch, batch.labels)) * len(batch.labels)
            images, steps = images + len(batch.labels), steps + batch.steps
        return {"nats": total / images, "steps_mean": steps / images}

    train(config.train, model, task.stream, step_function(config, device), args.out, identity=config, validate_fn=validate)
