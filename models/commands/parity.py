"""Compare every graph of every variant with PyTorch's golden vectors on onnxruntime; exits 1 above what is allowed."""

from __future__ import annotations

import argparse
from pathlib import Path

from models.export.parity import limits, parity
from models.export.runtime import PackRuntime

TOLERANCE = 1e-4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pack", type=Path, required=True, metavar="DIR", help="folder with manifest.json")
    parser.add_argument("--tolerance", type=float, default=TOLERANCE,
                        help="largest absolute difference of fp32 (default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    failed = 0
    for variant in PackRuntime(args.pack).manifest["variants"]:
        runtime = PackRuntime(args.pack, variant)
        allowed = limits(runtime, args.tolerance)
        print(variant)
        for name, value in parity(runtime).items():
            ok = value <= allowed[name]
            failed += not ok
            print(f"  {name:45} {value:.2e}  {'ok' if ok else f'TOO LARGE: at most {allowed[name]:.2e}'}")
        if figures := runtime.files.get("figures"):
            ok = figures["klMean"] <= allowed["KL, class"]
            failed += not ok
            print(f"  {'KL, class, on held-out pictures':45} {figures['klMean']:.2e}  {'ok' if ok else 'TOO LARGE'}")
    return int(failed > 0)
