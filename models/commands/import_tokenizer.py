"""Take over the weights of LlamaGen's public VQ tokenizer (vq_ds16_c2i.pt) for `tokenize` and what follows.

Writes config.json and model.safetensors, as train-tokenizer does.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from models.checkpoint import CONFIG, WEIGHTS, save_safetensors, write_atomically
from models.commands.common import add_config_arguments
from models.errors import CheckpointError
from models.stages import ImportedTokenizer
from models.vqgan import VQGAN

UNUSED = "quantize.codebook_used"  # a record of its training


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_arguments(parser)
    parser.add_argument("--weights", type=Path, required=True, metavar="FILE.pt", help="the public checkpoint")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")


def run(args: argparse.Namespace) -> None:
    config = ImportedTokenizer.load(args.config, args.overrides)
    with torch.device("meta"):
        wanted = VQGAN(config.tokenizer).state_dict()
    weights = read_public(args.weights)
    for name in sorted(wanted.keys() | weights.keys()):
        shapes = [tuple(part[name].shape) if name in part else "absent" for part in (weights, wanted)]
        if shapes[0] != shapes[1]:
            raise CheckpointError(f"{args.weights}: {name} is {shapes[0]}, the configuration asks for {shapes[1]}; "
                                  "the [tokenizer] section must describe these weights")
    args.out.mkdir(parents=True, exist_ok=True)
    save_safetensors(args.out / WEIGHTS, {name: tensor.float() for name, tensor in weights.items()})
    write_atomically(args.out / CONFIG, lambda path: path.write_text(config.to_json(), encoding="utf-8"))
    print(f"{args.out}: {sum(t.numel() for t in weights.values()) / 1e6:.1f}M parameters")


def read_public(path: Path) -> dict[str, torch.Tensor]:
    """State dictionary of the file, which holds it under "model" or "ema". Raises CheckpointError."""
    try:
        with torch.serialization.safe_globals([argparse.Namespace]):  # such files often hold their training's arguments
            content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a missing or truncated file fails in many ways; all mean the same to the reader
        raise CheckpointError(f"{path}: cannot be read ({error})") from error
    state = content.get("model", content.get("ema", content))
    return {name: tensor for name, tensor in state.items() if name != UNUSED}
