"""Score a data set: the entropy model's e_i of every stored token, in nats (float32; column 0 is infinite)."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from models.checkpoint import WEIGHTS, load_safetensors
from models.commands.common import default_device, prepare
from models.commands.train_entropy import EntropyRun
from models.config import read_config_json
from models.entropy_model import EntropyModel
from models.token_data import load_tokens


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--entropy", type=Path, required=True, metavar="DIR", help="folder written by train-entropy")
    parser.add_argument("--tokens", type=Path, required=True, metavar="DIR",
                        help="folder written by tokenize; entropies.npy goes there")
    parser.add_argument("--batch", type=int, default=50, help="images at once (default: %(default)s)")
    parser.add_argument("--no-compile", action="store_true", help="start at once, run slower")
    parser.add_argument("--device", default=default_device(), help="torch device (default: %(default)s)")
    parser.add_argument("--threads", type=int, help="CPU threads (default: PyTorch's choice)")


def load_entropy_model(folder: Path) -> EntropyModel:
    """The published entropy model of a train-entropy folder, in eval mode."""
    config = EntropyRun.parse(read_config_json(folder / "config.json"), str(folder))
    model = EntropyModel(config.model)
    model.load_state_dict(load_safetensors(folder / WEIGHTS))
    return model.eval()


@torch.no_grad()
def run(args: argparse.Namespace) -> None:
    device = prepare(args)
    data = load_tokens(args.tokens)
    model = load_entropy_model(args.entropy).to(device)
    if not args.no_compile:
        for block in model.blocks:
            block.compile(dynamic=True)
    symmetries, images, tokens = data.tokens.shape
    partial = args.tokens / "entropies.partial.npy"
    out = np.lib.format.open_memmap(partial, mode="w+", dtype=np.float32, shape=(symmetries, images, tokens))
    with tqdm(total=symmetries * images, unit="image", desc="scoring") as bar:
        for k in range(symmetries):
            for start in range(0, images, args.batch):
                part = torch.from_numpy(data.tokens[k, start : start + args.batch].astype(np.int64)).to(device)
                out[k, start : start + args.batch] = model.entropies(part).cpu().numpy()
                bar.update(len(part))
    out.flush()
    partial.replace(args.tokens / "entropies.npy")
