"""Train a classifier: its features measure perceptual distance for the tokenizer; another one judges samples."""

from __future__ import annotations

import argparse

import numpy as np
import torch
import torch.nn.functional as F

from models.blocks import check_compiler
from models.class_notes import note_classes
from models.classifier import Classifier, check_size, predict
from models.commands.common import (
    add_data_arguments,
    add_training_arguments,
    prepare_alone,
    read_pictures,
)
from models.config import fitted
from models.seen import note_seen
from models.stages import ClassifierRun, check_convolutions
from models.streams import PictureStream, to_tensor
from models.training import seed_everything, train


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_training_arguments(parser)
    add_data_arguments(parser)


def run(args: argparse.Namespace) -> None:
    config = ClassifierRun.load(args.config, args.overrides)
    check_convolutions(config.train)
    check_size(config.data.picture_size)
    device = prepare_alone(args, "train-classifier")
    if config.train.compile:
        check_compiler(device)
    pictures, split = read_pictures(args, config.data)
    sizes = {"classes": len(pictures.classes)}
    config = config.model_copy(update={"classifier": fitted(config.classifier, "classifier", sizes, args.data)})
    seed_everything(config.train.seed)
    model = Classifier(config.classifier).to(device, memory_format=torch.channels_last)
    if config.train.compile:
        model.compile()
    stream = PictureStream(pictures, split.train, config.train.batch_size, config.train.seed, config.symmetries)
    labels = torch.from_numpy(pictures.labels[split.held_out])

    def step_fn(model, batch, _step):
        inputs, targets = (part.to(device, non_blocking=True) for part in batch)
        logits = model(inputs)
        loss = F.cross_entropy(logits.float(), targets, label_smoothing=config.label_smoothing)
        return loss, {"accuracy": (logits.argmax(-1) == targets).float().mean()}

    def validate(model):
        guesses = []
        with torch.autocast(device.type, torch.bfloat16, enabled=config.train.bf16):
            for part in np.array_split(split.held_out, -(-len(split.held_out) // 250)):
                inputs = to_tensor(pictures.pixels[part]).to(device)
                guesses.append(torch.stack([predict(model, inputs, symmetries).argmax(-1) for symmetries in (1, 8)]))
        right = (torch.cat(guesses, 1).cpu() == labels).float()
        by_class = {name: right[1, labels == k].mean().item() for k, name in enumerate(pictures.classes)}
        return {"accuracy": right[0].mean().item(), "accuracy_8": right[1].mean().item(), "by_class_8": by_class}

    if train(config.train, model, stream, step_fn, args.out, identity=config, validate_fn=validate).finished:
        note_seen(args.out, pictures.files, split.train)
        note_classes(args.out, pictures.classes)
