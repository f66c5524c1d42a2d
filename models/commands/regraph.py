"""Build the graphs of a pack anew with this exporter, on the pack's own weights, which stay as they are.

Recorded runs name the pack by its hash, so they are dropped where a graph changes: make them again with
`npm run generate` and register them (docs/training.md).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from models.export.regraph import regraph


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pack", type=Path, required=True, metavar="DIR", help="folder with manifest.json")


def run(args: argparse.Namespace) -> None:
    changed = regraph(args.pack)
    print(f"{args.pack}: {', '.join(changed) or 'nothing'} changed")
