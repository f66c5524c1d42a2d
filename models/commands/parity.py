"""Compare every graph of a pack with PyTorch's golden vectors on onnxruntime; exits 1 above the tolerance."""

from __future__ import annotations

import argparse
from pathlib import Path

from models.export.parity import parity
from models.export.runtime import PackRuntime

TOLERANCE = 1e-4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pack", type=Path, required=True, metavar="DIR", help="folder with manifest.json")
    parser.add_argument("--tolerance", type=float, default=TOLERANCE, help="largest absolute difference (default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    result = parity(PackRuntime(args.pack))
    for name, value in result.items():
        print(f"{name:45} {value:.2e}  {'ok' if value <= args.tolerance else 'TOO LARGE'}")
    return int(max(result.values()) > args.tolerance)
