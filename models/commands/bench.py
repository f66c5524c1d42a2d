"""Write what the benches need: whole-prefix graphs of a pack, a pack with random weights, or a GPT for transformers.js."""

from __future__ import annotations

import argparse
from pathlib import Path

from models.export.peer_gpt import write_peer
from models.export.random_pack import SIZES, write_random_pack
from models.export.whole_graphs import write_whole_graphs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", required=True)
    whole = kinds.add_parser("whole", help="graphs over a whole prefix (Alg. 2), on a pack's own weights")
    whole.add_argument("--pack", type=Path, required=True, metavar="DIR")
    random = kinds.add_parser("random", help="a pack with random weights")
    random.add_argument("--size", choices=SIZES, required=True)
    random.add_argument("--model", choices=("dpar", "gpt"), default="dpar", help="default: %(default)s")
    random.add_argument("--width", type=int, default=16, help="tokens per row and column (default: %(default)s)")
    peer = kinds.add_parser("peer", help="a random GPT for @huggingface/transformers")
    for name, value in (("dim", 256), ("heads", 4), ("blocks", 12), ("vocab", 1024)):
        peer.add_argument(f"--{name}", type=int, default=value, help="default: %(default)s")
    for kind in (whole, random, peer):
        kind.add_argument("--out", type=Path, required=True, metavar="DIR")


def run(args: argparse.Namespace) -> None:
    if args.kind == "whole":
        write_whole_graphs(args.pack, args.out)
    elif args.kind == "random":
        write_random_pack(args.out, args.model, args.size, args.width)
    else:
        print(f"{write_peer(args.out, args.dim, args.heads, args.blocks, args.vocab)} parameters")
    print(f"{args.out}: written")
