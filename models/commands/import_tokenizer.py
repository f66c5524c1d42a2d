"""Take over the weights of LlamaGen's public VQ tokenizer (vq_ds16_c2i.pt) for `tokenize` and what follows.

Writes config.json and model.safetensors, as train-tokenizer does.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from models.checkpoint import CONFIG, WEIGHTS, check_untrained, save_safetensors, save_text
from models.commands.common import add_config_arguments
from models.export.kinds import parameters
from models.llamagen.read import read_weights
from models.llamagen.tokenizer import load_vqgan
from models.stages import ImportedTokenizer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_arguments(parser)
    parser.add_argument("--weights", type=Path, required=True, metavar="FILE.pt", help="the public checkpoint")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder as train-tokenizer makes it")


def run(args: argparse.Namespace) -> None:
    config = ImportedTokenizer.load(args.config, args.overrides)
    check_untrained(args.out)
    model = load_vqgan(args.weights, read_weights(args.weights), config.tokenizer)
    args.out.mkdir(parents=True, exist_ok=True)
    save_safetensors(args.out / WEIGHTS, model.state_dict())
    save_text(args.out / CONFIG, config.to_json())
    print(f"{args.out}: {parameters(model) / 1e6:.1f}M parameters")

