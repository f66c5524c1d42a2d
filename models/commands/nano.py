"""Write a pack of random weights and real graphs, as the end-to-end tests use: nano of either kind, the still smaller pico;
or the golden vectors of the sampler, or of guidance against a class."""

from __future__ import annotations

import argparse
from pathlib import Path

from models.export import against_vectors, sampling_vectors
from models.export.nano import NAMES, nano_content
from models.export.pack import write_pack

VECTORS = {"sampling": sampling_vectors, "against": against_vectors}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kind", choices=(*NAMES, *VECTORS), default="dpar", help="default: %(default)s")
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: its folder under fixtures/models")


def run(args: argparse.Namespace) -> None:
    if vectors := VECTORS.get(args.kind):
        vectors.write()
        print(f"{vectors.PATH}: written")
        return
    out = args.out or Path("fixtures/models") / NAMES[args.kind][0]
    write_pack(out, nano_content(args.kind))
    print(f"{out}: written")
