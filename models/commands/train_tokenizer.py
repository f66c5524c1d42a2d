"""Train the VQ tokenizer: L1 + L2 + perceptual distance + codebook + commitment."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor, nn

from models.classifier import load_classifier
from models.commands.common import (
    add_data_arguments,
    add_training_arguments,
    prepare,
    read_pictures,
)
from models.config import Config
from models.data import DataConfig
from models.perceptual import PerceptualDistance
from models.reconstruction import measure, write_panel
from models.streams import PictureStream, to_tensor
from models.tokenizer import Tokenizer, TokenizerConfig
from models.training import TrainConfig, seed_everything, train


class LossConfig(Config):
    perceptual: float = 0.3
    codebook: float = 1.0
    commitment: float = 0.25


class ReseedConfig(Config):
    """Codes unused for `patience` steps are re-seeded from the batch, every `every` steps, until `until` of the run."""

    every: int = 20
    patience: int = 40
    until: float = 0.7


class TokenizerRun(Config):
    data: DataConfig = DataConfig()
    tokenizer: TokenizerConfig = TokenizerConfig()
    loss: LossConfig = LossConfig()
    reseed: ReseedConfig = ReseedConfig()
    train: TrainConfig


class Objective(nn.Module):
    """The whole loss as one module, so that it compiles as one graph."""

    def __init__(self, tokenizer: Tokenizer, perceptual: PerceptualDistance | None, weights: LossConfig) -> None:
        super().__init__()
        self.tokenizer, self.perceptual, self.weights = tokenizer, perceptual, weights

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        restored, ids, codebook, commitment = self.tokenizer(pictures)
        difference = restored.float() - pictures
        parts = {"l1": difference.abs().mean(), "l2": difference.square().mean()}
        parts |= {"codebook": codebook, "commitment": commitment}
        loss = parts["l1"] + parts["l2"] + self.weights.codebook * codebook + self.weights.commitment * commitment
        if self.perceptual is not None:
            parts["perceptual"] = self.perceptual(restored, pictures)
            loss = loss + self.weights.perceptual * parts["perceptual"]
        return loss, ids, parts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_training_arguments(parser)
    add_data_arguments(parser)
    parser.add_argument("--features", type=Path, metavar="DIR",
                        help="folder of a trained classifier; without it there is no perceptual loss")


def run(args: argparse.Namespace) -> None:
    config = TokenizerRun.load(args.config, args.overrides)
    device = prepare(args)
    pictures, split = read_pictures(args, config.data)
    seed_everything(config.train.seed)
    model = Tokenizer(config.tokenizer).to(device, memory_format=torch.channels_last)
    perceptual = None
    if args.features:
        perceptual = PerceptualDistance(load_classifier(args.features)).to(device, memory_format=torch.channels_last)
    objective = Objective(model, perceptual, config.loss)
    if config.train.compile:
        objective.compile()
    last_reseed = int(config.reseed.until * config.train.steps)

    def step_fn(model, batch, step):
        inputs = batch[0].to(device, non_blocking=True)
        reseeded = 0
        if step < last_reseed and step % config.reseed.every == 0:
            with torch.no_grad():  # at step 0 every code comes from the data
                reseeded = model.quantizer.reseed(model.encoder(inputs), config.reseed.patience if step else 0)
        loss, ids, parts = objective(inputs)
        model.quantizer.note_use(ids)
        psnr = -10 * torch.log10(parts["l2"] / 4)
        return loss, {"psnr": psnr, "reseeded": reseeded, **parts}

    def validate(model):
        with torch.autocast(device.type, torch.bfloat16, enabled=config.train.bf16):
            return measure(model, pictures, split.held_out, device)

    stream = PictureStream(pictures, split.train, config.train.batch_size, config.train.seed)
    outcome = train(config.train, model, stream, step_fn, args.out, identity=config, validate_fn=validate)
    if outcome.finished:
        firsts = [split.held_out[pictures.labels[split.held_out] == k][0] for k in range(len(pictures.classes))]
        model.eval()
        with torch.no_grad():
            originals = to_tensor(pictures.pixels[firsts]).to(device)
            write_panel(args.out / "reconstructions.png", originals, model.decode(model.encode(originals)))
