"""Count the passes an image takes with windows of 1 to 64 positions, at the pack's own settings, and note them in its manifest.

Whoever runs the pack chooses a window by these counts and by its own times (docs/packs.md). `export` and `import-llamagen`
count them, too. Recorded runs name the pack by its hash, so they are dropped where a count changes: make them again with
`npm run generate` and register them (docs/training.md).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from models.commands.common import add_threads_argument, at_least
from models.export.defaults import default_rules, default_sampling
from models.export.files import read_manifest
from models.export.passes import count_passes, images_for
from models.export.read_back import read_back
from models.export.renew import renew


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pack", type=Path, required=True, metavar="DIR", help="folder with manifest.json")
    parser.add_argument("--images", type=at_least(1), metavar="N",
                        help="spread over the classes (default: 20, fewer for large models)")
    add_threads_argument(parser)


def run(args: argparse.Namespace) -> None:
    if args.threads:
        torch.set_num_threads(args.threads)
    models, manifest = read_back(args.pack), read_manifest(args.pack)
    given = manifest["defaults"]
    images = args.images or images_for(models.model)
    counted = count_passes(models.model, models.entropy, default_rules(given), default_sampling(given), images)
    for window, mean in ((one["window"], one["mean"]) for one in counted.entry["by"]):
        print(f"window {window:2}: {mean:6.2f} passes an image, {manifest['grid']['tokens'] / mean:.1f} tokens a pass")
    manifest = read_manifest(args.pack)  # counting takes minutes: what changed meanwhile stays
    if manifest.get("passes") != counted.entry:
        renew(args.pack, manifest | {"passes": counted.entry})
    print(f"{args.pack}: {images} images; in {counted.same} of them every window gives the same tokens")
