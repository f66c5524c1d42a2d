"""Write a pack of random weights and real graphs, as the end-to-end tests use: nano of either kind, or the still smaller pico."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from models.export.nano import CLASSES, VOCAB, nano_gpt, nano_models, pico_models
from models.export.pack import PackContent, write_pack
from models.patchify import PatchRules
from models.sampling import SamplingConfig
from models.streams import to_pixels

NAMES = {"dpar": ("nano", "Nano"), "gpt": ("nano-gpt", "Nano baseline"), "pico": ("pico", "Pico")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kind", choices=tuple(NAMES), default="dpar", help="default: %(default)s")
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: e2e/fixtures/models/nano, nano-gpt or pico")


@torch.no_grad()
def nano_content(kind: str = "dpar") -> PackContent:
    dpar, entropy, tokenizer = pico_models() if kind == "pico" else nano_models()
    name, title = NAMES[kind]
    tokens = np.random.default_rng(0).integers(VOCAB, size=(8, dpar.config.tokens))
    entropies = entropy.entropies(torch.from_numpy(tokens)).numpy()
    threshold = round(float(np.quantile(entropies[:, 1:], 0.6)), 2)
    return PackContent(
        name=name, title=title,
        description="Random weights on a small grid, for tests.", license="MIT",
        data={"name": "none", "credit": "random weights", "license": "MIT"},
        classes=[{"id": name, "label": name} for name in ("Alpha", "Beta", "Gamma")],
        model=nano_gpt() if kind == "gpt" else dpar, entropy=entropy, tokenizer=tokenizer,
        rules=PatchRules(entropy_threshold=threshold),
        sampling=SamplingConfig(), thumbnails=to_pixels(tokenizer.decode(torch.from_numpy(tokens[:CLASSES]))),
        golden=tokens[0], golden_label=1, judged=tokens[:2], judged_labels=[1, 2],
        variants=("fp32", "w8") if kind == "dpar" else ("fp32",), held_out_entropies=entropies,
        split={"seed": 0, "train": 0, "heldOut": 0},
    )


def run(args: argparse.Namespace) -> None:
    out = args.out or Path("e2e/fixtures/models") / NAMES[args.kind][0]
    write_pack(out, nano_content(args.kind))
    print(f"{out}: written")
