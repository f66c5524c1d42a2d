"""Train the VQ tokenizer: L1 + L2 + perceptual distance + codebook + commitment, and an adversary if asked for."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor, nn

from models.adversary import AdversaryConfig, Discriminator, discriminator_loss, fool
from models.blocks import check_compiler
from models.checkpoint import CHECKPOINT, WEIGHTS, load_safetensors
from models.classifier import check_size
from models.commands.common import (
    add_data_arguments,
    add_training_arguments,
    prepare_alone,
    read_pictures,
)
from models.lineage import file_digest
from models.perceptual import PerceptualDistance
from models.reconstruction import restored_figures, write_panel
from models.seen import check_unseen, note_seen
from models.stages import LossConfig, TokenizerRun, check_convolutions
from models.streams import PictureStream, to_tensor
from models.tokenizer import Tokenizer
from models.trained import load_classifier, start_from
from models.training import seed_everything, train


class Contest(nn.Module):
    """What is trained, and kept in the checkpoint: the tokenizer and, if there is one, its adversary."""

    def __init__(self, tokenizer: Tokenizer, adversary: AdversaryConfig) -> None:
        super().__init__()
        self.tokenizer = tokenizer
        self.discriminator = Discriminator(adversary.width) if adversary.weight else None

    def published(self) -> dict[str, Tensor]:
        return self.tokenizer.state_dict()


class Objective(nn.Module):
    """The whole loss but the adversary's as one module, so that it compiles as one graph."""

    def __init__(self, tokenizer: Tokenizer, perceptual: PerceptualDistance | None, weights: LossConfig) -> None:
        super().__init__()
        self.tokenizer, self.perceptual, self.weights = tokenizer, perceptual, weights

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        restored, ids, codebook, commitment = self.tokenizer(pictures)
        loss, parts = self.compare(restored, pictures)
        parts |= {"codebook": codebook, "commitment": commitment}
        return loss + self.weights.codebook * codebook + self.weights.commitment * commitment, ids, parts

    def compare(self, restored: Tensor, pictures: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """What is between the pictures [N, 3, S, S] and what came back, a scalar, and its parts."""
        difference = restored.float() - pictures
        parts = {"l1": difference.abs().mean(), "l2": difference.square().mean()}
        loss = parts["l1"] + self.weights.squared * parts["l2"]
        if self.perceptual is not None:
            parts["perceptual"] = self.perceptual(restored, pictures)
            loss = loss + self.weights.perceptual * parts["perceptual"]
        return loss, parts


def contested(objective: Objective, discriminator: Discriminator, pictures: Tensor, penalty: float,
              weight: float) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """Like objective(pictures), with the adversary's losses added; the first result is there for its gradient only.

    Gradients are taken on the restored pictures first, so that fooling the discriminator does not train it.
    """
    restored, ids, codebook, commitment = objective.tokenizer(pictures)
    leaf = restored.detach().float().requires_grad_()
    loss, parts = objective.compare(leaf, pictures)
    (gradient,) = torch.autograd.grad(loss, leaf)
    if weight:
        (pull,) = torch.autograd.grad(fool(discriminator, pictures, leaf), leaf)
        parts["pull"] = weight * pull.norm() / gradient.norm()
        gradient = gradient + weight * pull
    penalized, relative = discriminator_loss(discriminator, pictures, restored, penalty)
    parts |= {"codebook": codebook, "commitment": commitment, "discriminator": relative, "discriminator_loss": penalized}
    codes = objective.weights.codebook * codebook + objective.weights.commitment * commitment
    return (restored.float() * gradient).sum() + codes + penalized, ids, parts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_training_arguments(parser)
    add_data_arguments(parser)
    parser.add_argument("--features", type=Path, metavar="DIR",
                        help="folder of a trained classifier; without it there is no perceptual loss")


def run(args: argparse.Namespace) -> None:
    config = TokenizerRun.load(args.config, args.overrides)
    check_convolutions(config.train)
    check_size(config.data.picture_size)
    device = prepare_alone(args, "train-tokenizer")
    if config.train.compile:
        check_compiler(device)
    pictures, split = read_pictures(args, config.data)
    seed_everything(config.train.seed)
    model = Tokenizer(config.tokenizer).to(device, memory_format=torch.channels_last)
    perceptual = None
    if args.features:
        check_unseen(args.features, pictures.files, split.train, split.held_out)
        perceptual = PerceptualDistance(load_classifier(args.features)).to(device, memory_format=torch.channels_last)
    if config.init and not (args.out / CHECKPOINT).exists():
        check_unseen(config.init, pictures.files, split.train, split.held_out)
    start_from(model, config.init, args.out)
    if config.decoder_only:
        model.encoder.requires_grad_(False)
        model.quantizer.requires_grad_(False)
    contest = Contest(model, config.adversary).to(device, memory_format=torch.channels_last)
    objective = Objective(model, perceptual, config.loss)
    if config.train.compile:
        for module in (model.encoder, model.decoder, perceptual) if contest.discriminator else (objective,):
            if module is not None:
                module.compile()
    last_reseed = 0 if config.decoder_only else int(config.reseed.until * config.train.steps)
    begun = -1  # the step whose first part has been seen

    def step_fn(_contest, batch, step):
        nonlocal begun
        inputs, first = batch[0].to(device, non_blocking=True), step != begun
        begun, reseeded = step, 0
        if first and step < last_reseed and step % config.reseed.every == 0:
            with torch.no_grad():  # at step 0 every code comes from the data
                reseeded = model.quantizer.reseed(model.encoder(inputs), config.reseed.patience if step or config.init else 0)
                reseeded *= config.train.accumulate  # the log has the mean of the parts
        if contest.discriminator:
            weight = config.adversary.weight_at(step)
            loss, ids, parts = contested(objective, contest.discriminator, inputs, config.adversary.penalty, weight)
        else:
            loss, ids, parts = objective(inputs)
        if not config.decoder_only:  # the tokens' tokenizer stays as it is, what is counted of its codes included
            model.quantizer.note_use(ids, first)
        psnr = -10 * torch.log10(parts["l2"] / 4)
        return loss, {"psnr": psnr, "reseeded": reseeded, **parts}

    def validate(_contest):
        # Compiled for inference, PyTorch 2.15's decoder gives NaN in bfloat16 on processors with AMX; in training it does not.
        with torch.compiler.set_stance("force_eager"), torch.autocast(device.type, torch.bfloat16, enabled=config.train.bf16):
            return restored_figures(model, pictures, split.held_out, device)

    stream = PictureStream(pictures, split.train, config.train.batch_size, config.train.seed, config.symmetries)
    outcome = train(config.train, contest, stream, step_fn, args.out, identity=config, validate_fn=validate,
                    publish=Contest.published,
                    made_with={"--features": file_digest(args.features / WEIGHTS) if args.features else None})
    if outcome.finished:
        note_seen(args.out, pictures.files, split.train, [config.init, args.features])  # features teach what they have seen
        firsts = [split.held_out[pictures.labels[split.held_out] == k][0] for k in range(len(pictures.classes))]
        model.load_state_dict(load_safetensors(args.out / WEIGHTS))  # those that are published: averaged, where ema is on
        model.eval()
        with torch.no_grad(), torch.compiler.set_stance("force_eager"):
            originals = to_tensor(pictures.pixels[firsts]).to(device)
            write_panel(args.out / "reconstructions.png", originals, model.decode(model.encode(originals)))
