"""Train the entropy model: an unconditional GPT over stored tokens."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
import torch.nn.functional as F

from models import distributed
from models.blocks import compile_blocks
from models.commands.common import add_training_arguments, prepare
from models.config import fitted
from models.entropy_model import EntropyModel
from models.seen import note_seen
from models.stages import EntropyRun
from models.token_data import TokenStream, every, load_tokens
from models.trained import start_from
from models.trained_on import note_tokenizer
from models.training import seed_everything, train


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_training_arguments(parser)
    parser.add_argument("--tokens", type=Path, required=True, metavar="DIR", help="folder written by tokenize")


def next_token_loss(model: EntropyModel, tokens: torch.Tensor) -> torch.Tensor:
    """Cross-entropy in nats per token of x_1..x_{T-1} given what is before."""
    logits = model(tokens[:, :-1]).float()
    return F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())


def run(args: argparse.Namespace) -> None:
    config = EntropyRun.load(args.config, args.overrides)
    device = prepare(args)
    data = load_tokens(args.tokens)
    config = config.model_copy(update={"model": fitted(config.model, "model", data.sizes, args.tokens)})
    seed_everything(config.train.seed)
    model = EntropyModel(config.model).to(device)
    start_from(model, config.init, args.out, data)
    if config.train.compile:
        compile_blocks(model)
    stream = TokenStream(data, data.train, config.train.batch_size, config.train.seed)
    chosen = every(data.held_out, config.held_out)
    held_out = torch.from_numpy(data.tokens[0][chosen].astype("int64"))

    def validate(model):
        losses = [next_token_loss(model, part.to(device)) * len(part) for part in held_out.split(50)]
        return {"nats": float(sum(losses)) / len(held_out)}

    def step_fn(model, batch, _step):
        return next_token_loss(model, batch[0].to(device)), {}

    outcome = train(config.train, model, stream, step_fn, args.out, identity=config, validate_fn=validate)
    if outcome.finished and distributed.is_main():
        note_seen(args.out, data.files, data.train, [config.init])
        note_tokenizer(args.out, data.tokenizer)
