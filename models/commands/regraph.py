"""Build the graphs of a pack anew with this exporter, on the pack's own weights, which stay as they are.

--null-class: entropies of a GPT's pack come from its own null class from now on. The entropy model leaves the pack; E_th,
curve, ranges and golden entropies are made anew from held-out pictures.

Recorded runs name the pack by its hash, so they are dropped where a graph changes: make them again with
`npm run generate` and register them (docs/training.md).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from models.commands.common import add_data_arguments, at_least, read_pictures
from models.errors import UserError
from models.export.entropy_source import use_null_class
from models.export.files import read_manifest
from models.export.read_back import data_of
from models.export.regraph import regraph


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pack", type=Path, required=True, metavar="DIR", help="folder with manifest.json")
    parser.add_argument("--null-class", action="store_true", help="take entropies from the GPT's null class; needs --data")
    parser.add_argument("--held-out", type=at_least(1), default=1000, metavar="N",
                        help="with --null-class: held-out pictures for E_th, curve and ranges, about (default: %(default)s)")
    add_data_arguments(parser, required=False)


def run(args: argparse.Namespace) -> None:
    if args.null_class:
        if args.data is None:
            raise UserError("--null-class needs --data DIR, the pictures that the pack was made from")
        changed = use_null_class(args.pack, *read_pictures(args, data_of(read_manifest(args.pack))), args.held_out)
    else:
        changed = regraph(args.pack)
    print(f"{args.pack}: {', '.join(changed) or 'nothing changed'}")
