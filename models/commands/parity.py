"""Compare every graph of every variant with PyTorch's golden vectors on onnxruntime; exits 1 above what is allowed.

What is allowed is in the code (models/export/storage.py), not in the pack; what the manifest says of itself is compared, too.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from models.export.parity import TOLERANCE, compare
from models.export.runtime import PackRuntime


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pack", type=Path, required=True, metavar="DIR", help="folder with manifest.json")
    parser.add_argument("--tolerance", type=float, default=TOLERANCE,
                        help="largest absolute difference of fp32 (default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    failed = 0
    for variant in PackRuntime(args.pack).manifest["variants"]:
        print(variant)
        for one in compare(PackRuntime(args.pack, variant), args.tolerance):
            failed += not one.ok
            print(f"  {one.name:45} {one.value:.2e}  {'ok' if one.ok else f'TOO LARGE: at most {one.limit:.2e}'}")
    return int(failed > 0)
