"""Measure trained models on held-out pictures and on samples: evaluation.json for the manifest, and report.html."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import torch

from models.blocks import compile_blocks
from models.checkpoint import write_atomically
from models.classifier import check_size
from models.commands.common import add_data_arguments, at_least, prepare_alone, read_pictures
from models.errors import DataError
from models.evaluation.generate import Generator, Samples, generate
from models.evaluation.manifold import DENSITY_K
from models.evaluation.measure import Given, Shown, measure, rules_of
from models.evaluation.picture_files import read_samples
from models.evaluation.report import ReportInput, write_report
from models.evaluation.store import fingerprint
from models.export.config import PackConfig
from models.gpt import GPT
from models.trained import check_sizes, load_baseline, load_classifier, load_training
from models.training import LOG


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_arguments(parser)
    for name, what in (("tokenizer", "train-tokenizer"), ("entropy", "train-entropy"), ("tokens", "tokenize and score"),
                       ("judge", "train-classifier (not the tokenizer's features)")):
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="DIR", help=f"folder of {what}")
    parser.add_argument("--dpar", "--gpt", dest="model", type=Path, required=True, metavar="DIR",
                        help="folder of train: the model to measure")
    parser.add_argument("--baseline", type=Path, metavar="DIR", help="folder of train with kind = gpt, to compare with")
    parser.add_argument("--pack-config", type=Path, required=True, metavar="FILE.toml", help="the setting to measure")
    parser.add_argument("--samples", type=at_least(DENSITY_K + 1), default=5000,
                        help="pictures to generate (default: %(default)s)")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="measure these PNGs of `npm run generate` instead")
    parser.add_argument("--batch", type=at_least(1), default=100, help="images decoded at once (default: %(default)s)")
    parser.add_argument("--precision", choices=("bfloat16", "float32"), default="bfloat16",
                        help="of the products in the model's blocks while sampling (default: %(default)s)")
    parser.add_argument("--no-compile", action="store_true", help="start at once, run slower")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR",
                        help="evaluation.json and report.html go there, and stored samples, used again if nothing changed")
    parser.add_argument("--device", default="cpu", help="torch device (default: %(default)s)")
    parser.add_argument("--threads", type=at_least(1), help="CPU threads (default: PyTorch's choice)")


@torch.no_grad()
def run(args: argparse.Namespace) -> None:
    device = prepare_alone(args, "evaluate")
    given = load(args, device)
    samples = sample(args, given, device)
    if not args.no_compile:
        compile_blocks(given.model, given.entropy, given.baseline)
    figures, shown = measure(given, samples, args.out / "training-features.npz", fingerprint([args.judge]), device)
    write(args, given, figures, shown)


def load(args: argparse.Namespace, device: torch.device) -> Given:
    """Everything that is measured, or measured with; all of it is checked here, before anything takes long."""
    pack = PackConfig.load(args.pack_config)
    found = load_training(args.tokens, args.tokenizer, args.entropy, args.model, lambda data: read_pictures(args, data))
    if len(found.data.held_out) <= DENSITY_K:
        raise DataError(f"{args.tokens}: {len(found.data.held_out)} held-out pictures; at least {DENSITY_K + 1} are needed to "
                        "compare samples with; raise data.held_out_per_class")
    judge = load_classifier(args.judge)
    check_size(found.settings.picture_size)
    check_sizes(judge.config, {"classes": len(found.pictures.classes)}, args.judge, args.data)
    baseline = load_baseline(args.baseline) if args.baseline else None
    if baseline is not None:
        check_sizes(baseline.config, found.data.sizes, args.baseline, args.tokens)
    for part in (found.model, found.entropy, found.tokenizer, judge, baseline):
        if part is not None:
            part.to(device)
    return Given(found, pack, rules_of(found.run, pack), judge, baseline)


def sample(args: argparse.Namespace, given: Given, device: torch.device) -> Samples:
    """Pictures that the model makes, or those of --pictures. Stored, and used again if nothing changed."""
    if args.pictures:
        return read_samples(args.pictures, given.classes, given.training.settings.picture_size)
    settings = (given.rules.model_dump(), given.pack.sampling.model_dump(), args.precision)
    key = fingerprint([args.model] if isinstance(given.model, GPT) else [args.model, args.entropy], *settings)
    maker = Generator(given.model, given.entropy, given.rules, given.pack.sampling, bf16=args.precision == "bfloat16")
    return generate(maker, args.samples, args.batch, args.out / "samples", key).painted(given.training.tokenizer, device)


def write(args: argparse.Namespace, given: Given, figures: dict[str, Any], shown: Shown) -> None:
    """evaluation.json for the manifest, and the report for people."""
    args.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(figures, indent=1) + "\n"
    write_atomically(args.out / "evaluation.json", lambda path: path.write_text(text, encoding="utf-8"))
    logs = {"the tokenizer": args.tokenizer, "the entropy model": args.entropy,
            "the GPT" if isinstance(given.model, GPT) else "DPAR": args.model}
    logs |= {"the baseline": args.baseline} if args.baseline else {}
    write_report(args.out / "report.html", ReportInput(
        given.pack.title, figures, given.training.pictures, given.training.data, shown.samples, shown.restored, given.rules,
        given.model.config.width, shown.memory, {name: folder / LOG for name, folder in logs.items()}))
    print(f"{args.out}: evaluation.json and report.html")
