"""Train DPAR on stored tokens and entropies (paper Alg. 1), or with kind = "gpt" the token-by-token baseline."""

from __future__ import annotations

import argparse
from pathlib import Path

from models.commands.common import add_training_arguments, prepare
from models.runs import load_run
from models.trainer import train_run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_training_arguments(parser)
    parser.add_argument("--tokens", type=Path, required=True, metavar="DIR", help="folder written by tokenize and score")


def run(args: argparse.Namespace) -> None:
    config = load_run(args.config, args.overrides)
    train_run(config, args.tokens, args.out, prepare(args))
