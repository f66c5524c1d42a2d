"""Check that a folder is a pack as docs/packs.md describes it; names the first mistake, and the section of that page."""

from __future__ import annotations

import argparse
from pathlib import Path

from models.export.check import check_pack


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pack", type=Path, metavar="DIR", help="folder with manifest.json")


def run(args: argparse.Namespace) -> None:
    check_pack(args.pack, lambda part: print(f"{part}: right"))
    print(f"{args.pack}: a pack without a mistake")
