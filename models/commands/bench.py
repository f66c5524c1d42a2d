"""Write what the benches need: whole-prefix graphs of a pack, a pack in other variants, a pack with random weights, a GPT for
transformers.js, or how fast DPAR and the baseline train."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import torch

from models.bench.peer_gpt import write_peer
from models.bench.random_pack import SIZES, write_random_pack
from models.bench.throughput import throughput
from models.bench.whole_graphs import write_whole_graphs
from models.commands.common import add_device_argument, at_least, check_device
from models.export.storage import STORAGES
from models.export.variants import write_variants
from models.outputs import staged
from models.runs import load_run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", required=True)
    whole = kinds.add_parser("whole", help="graphs over a whole prefix (Alg. 2), on a pack's own weights")
    whole.add_argument("--pack", type=Path, required=True, metavar="DIR", help="folder with manifest.json")
    variants = kinds.add_parser("variants", help="the pack with all variants, on its own weights")
    variants.add_argument("--pack", type=Path, required=True, metavar="DIR", help="folder with manifest.json")
    random = kinds.add_parser("random", help="a pack with random weights")
    random.add_argument("--size", choices=SIZES, required=True,
                        help="pack: as the EuroSAT pack; 30m, 115m: millions of parameters")
    random.add_argument("--model", choices=("dpar", "gpt"), default="dpar", help="its kind (default: %(default)s)")
    random.add_argument("--width", type=at_least(1), default=16, help="tokens per row and column (default: %(default)s)")
    peer = kinds.add_parser("peer", help="a random GPT for @huggingface/transformers")
    for name, value in (("dim", 256), ("heads", 4), ("blocks", 12), ("vocab", 1024)):
        peer.add_argument(f"--{name}", type=at_least(1), default=value, help="of the GPT (default: %(default)s)")
    training = kinds.add_parser("training", help="images a second of DPAR's and the baseline's training, as JSON in --out")
    for name in ("dpar", "gpt"):
        training.add_argument(f"--{name}", type=Path, required=True, metavar="FILE.toml", help="configuration of train")
    training.add_argument("--steps", type=at_least(1), default=4, help="of one round (default: %(default)s)")
    training.add_argument("--rounds", type=at_least(1), default=5, help="of each of the two models (default: %(default)s)")
    add_device_argument(training)
    for kind in (whole, variants, random, peer, training):
        kind.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write")


def run(args: argparse.Namespace) -> None:
    if args.kind == "training":
        check_device(args.device)
    with staged(args.out, last="manifest.json") as stage:
        if args.kind == "whole":
            write_whole_graphs(args.pack, stage)
        elif args.kind == "variants":
            write_variants(args.pack, stage, tuple(STORAGES))
        elif args.kind == "random":
            write_random_pack(stage, args.model, args.size, args.width)
        elif args.kind == "training":
            with tempfile.TemporaryDirectory() as folder:
                measured = throughput(load_run(args.dpar), load_run(args.gpt), args.steps, args.rounds, Path(folder),
                                      torch.device(args.device))
            (stage / "training.json").write_text(json.dumps(measured) + "\n", encoding="utf-8")
        else:
            print(f"{write_peer(stage, args.dim, args.heads, args.blocks, args.vocab)} parameters")
    print(f"{args.out}: written")
