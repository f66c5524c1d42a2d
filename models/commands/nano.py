"""Write a nano pack (random weights, real graphs) of either kind, as the end-to-end tests use."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from models.export.nano import CLASSES, VOCAB, WIDTH, nano_gpt, nano_models
from models.export.pack import PackContent, write_pack
from models.patchify import PatchRules
from models.sampling import SamplingConfig
from models.streams import to_pixels


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kind", choices=("dpar", "gpt"), default="dpar", help="default: %(default)s")
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: e2e/fixtures/models/nano, or nano-gpt")


@torch.no_grad()
def nano_content(kind: str = "dpar") -> PackContent:
    dpar, entropy, tokenizer = nano_models()
    baseline = kind == "gpt"
    tokens = np.random.default_rng(0).integers(VOCAB, size=(8, WIDTH * WIDTH))
    entropies = entropy.entropies(torch.from_numpy(tokens)).numpy()
    threshold = round(float(np.quantile(entropies[:, 1:], 0.6)), 2)
    return PackContent(
        name="nano-gpt" if baseline else "nano", title="Nano baseline" if baseline else "Nano",
        description="Random weights on a small grid, for tests.", license="MIT",
        data={"name": "none", "credit": "random weights", "license": "MIT"},
        classes=[{"id": name, "label": name} for name in ("Alpha", "Beta", "Gamma")],
        model=nano_gpt() if baseline else dpar, entropy=entropy, tokenizer=tokenizer,
        rules=PatchRules(entropy_threshold=threshold),
        sampling=SamplingConfig(), thumbnails=to_pixels(tokenizer.decode(torch.from_numpy(tokens[:CLASSES]))),
        golden=tokens[0], golden_label=1, judged=tokens[:2], judged_labels=[1, 2],
        variants=("fp32",) if baseline else ("fp32", "w8"), held_out_entropies=entropies,
        split={"seed": 0, "train": 0, "heldOut": 0},
    )


def run(args: argparse.Namespace) -> None:
    out = args.out or Path("e2e/fixtures/models") / ("nano-gpt" if args.kind == "gpt" else "nano")
    write_pack(out, nano_content(args.kind))
    print(f"{out}: written")
