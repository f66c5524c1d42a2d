"""Take the mean of the published weights of several train folders: of one training at several times, say.

Averaging weights along one training (P. Izmailov et al. 2018, arXiv 1803.05407) costs nothing at sampling time. The folders
must hold one model of one size, each trained on from another or from the same weights; means of strangers are noise.
Writes --out, with config.json and log.jsonl of the folder that has seen the most images, so its figures count all of them.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import Any

import torch

from models.checkpoint import CHECKPOINT, CONFIG, WEIGHTS, save_safetensors, write_atomically
from models.errors import UserError
from models.runs import DPARRun, GPTRun, images_seen
from models.seen import SEEN, merge_seen
from models.trained import load_model
from models.trained_on import TOKENIZER, common_tokenizer, note_tokenizer
from models.training import LOG


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--models", type=Path, required=True, nargs="+", metavar="DIR", help="two or more folders of train")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="another folder, for the mean")


def run(args: argparse.Namespace) -> None:
    folders: list[Path] = args.models
    if len(folders) < 2:
        raise UserError("--models wants two or more folders")
    if args.out.resolve() in {folder.resolve() for folder in folders}:
        raise UserError(f"{args.out}: holds weights that go into the mean; choose another --out")
    if (args.out / CHECKPOINT).exists():
        raise UserError(f"{args.out}: holds a training that could not go on from the mean; choose another --out")
    models, configs = zip(*map(load_model, folders), strict=True)
    for folder, config in zip(folders, configs, strict=True):
        if kind_and_sizes(config) != kind_and_sizes(configs[0]):
            raise UserError(f"{folder}: holds another model than {folders[0]}; compare their {CONFIG}")
    tokenizer = common_tokenizer(folders)
    mean = mean_of([model.state_dict() for model in models])
    last, config = max(zip(folders, configs, strict=True), key=lambda pair: images_seen(pair[1]))
    args.out.mkdir(parents=True, exist_ok=True)
    for name in (WEIGHTS, SEEN, TOKENIZER, LOG):  # of an earlier mean
        (args.out / name).unlink(missing_ok=True)
    merge_seen(args.out, folders)
    note_tokenizer(args.out, tokenizer)
    for name in (LOG, CONFIG):
        if (last / name).exists():
            write_atomically(args.out / name, lambda path, source=last / name: shutil.copyfile(source, path))
    save_safetensors(args.out / WEIGHTS, mean)
    print(f"{args.out}: the mean of {len(folders)} models, {images_seen(config)} images seen")


def kind_and_sizes(run: DPARRun | GPTRun) -> dict[str, Any]:
    """Kind and sizes. Dropout belongs to a training, not to the weights."""
    return {"kind": run.kind, **run.model.model_dump(exclude={"dropout"})}


def mean_of(states: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """The mean of each tensor, summed in float64. Shapes must agree."""
    return {name: torch.stack([state[name].double() for state in states]).mean(0).to(tensor.dtype)
            for name, tensor in states[0].items()}
