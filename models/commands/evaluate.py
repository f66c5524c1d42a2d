"""Measure trained models on held-out pictures and on samples: evaluation.json for the manifest, and report.html."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.blocks import compile_blocks
from models.commands.common import add_data_arguments, prepare_alone, read_pictures
from models.data import DataConfig
from models.evaluation.features import describe, look
from models.evaluation.frechet import frechet_distance, moments
from models.evaluation.generate import Generator, generate
from models.evaluation.held_out import prediction, reconstruct, steps_of
from models.evaluation.memorisation import by_features, by_pixels, compare
from models.evaluation.picture_files import read_samples
from models.evaluation.report import ReportInput, write_report
from models.evaluation.samples import measure_samples
from models.evaluation.store import fingerprint, reuse
from models.export.config import PackConfig
from models.gpt import GPT
from models.patchify import TOKEN_BY_TOKEN, PatchRules
from models.runs import DPARRun, GPTRun, images_seen
from models.token_data import load_tokens
from models.trained import load_baseline, load_classifier, load_entropy_model, load_model, load_tokenizer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_arguments(parser)
    for name, what in (("tokenizer", "train-tokenizer"), ("entropy", "train-entropy"), ("tokens", "tokenize and score"),
                       ("judge", "train-classifier (not the tokenizer's features)")):
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="DIR", help=f"folder of {what}")
    parser.add_argument("--dpar", "--gpt", dest="model", type=Path, required=True, metavar="DIR",
                        help="folder of train: the model to measure")
    parser.add_argument("--baseline", type=Path, metavar="DIR", help="folder of train with kind = gpt, to compare with")
    parser.add_argument("--pack-config", type=Path, required=True, metavar="FILE.toml", help="the setting to measure")
    parser.add_argument("--samples", type=int, default=5000, help="pictures to generate (default: %(default)s)")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="measure these PNGs of `npm run generate` instead")
    parser.add_argument("--batch", type=int, default=100, help="images decoded at once (default: %(default)s)")
    parser.add_argument("--precision", choices=("bfloat16", "float32"), default="bfloat16",
                        help="of the products in the model's blocks while sampling (default: %(default)s)")
    parser.add_argument("--no-compile", action="store_true", help="start at once, run slower")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR",
                        help="evaluation.json and report.html go there, and stored samples, used again if nothing changed")
    parser.add_argument("--device", default="cpu", help="torch device (default: %(default)s)")
    parser.add_argument("--threads", type=int, help="CPU threads (default: PyTorch's choice)")


@torch.no_grad()
def run(args: argparse.Namespace) -> None:
    device = prepare_alone(args, "evaluate")
    data = load_tokens(args.tokens, args.tokens / "entropies.npy")
    config = DataConfig.parse(data.meta["data"])
    pictures, _ = read_pictures(args, config)
    model, trained = load_model(args.model)
    pack = PackConfig.load(args.pack_config)
    rules = rules_of(trained, pack)
    judge, tokenizer = load_classifier(args.judge).to(device), load_tokenizer(args.tokenizer).to(device)
    entropy = load_entropy_model(args.entropy).to(device)
    baseline = load_baseline(args.baseline).to(device) if args.baseline else None
    model, shape, classes = model.to(device), model.config, list(pictures.classes)

    if args.pictures:
        samples = read_samples(args.pictures, classes, config.picture_size)
    else:
        settings = (rules.model_dump(), pack.sampling.model_dump(), args.precision)
        key = fingerprint([args.model] if isinstance(model, GPT) else [args.model, args.entropy], *settings)
        maker = Generator(model, entropy, rules, pack.sampling, bf16=args.precision == "bfloat16")
        samples = generate(maker, args.samples, args.batch, args.out / "samples", key).painted(tokenizer, device)

    def training() -> dict[str, np.ndarray]:
        return {"features": look(judge, pictures.pixels[data.train], device, "features of training pictures").features}

    key = fingerprint([args.judge], config.model_dump(), classes, len(data.train))
    known = reuse(args.out / "training-features.npz", key, training)["features"]
    real = look(judge, pictures.pixels[data.held_out], device, "features of held-out pictures")
    made = look(judge, samples.pixels, device, "features of samples")
    restored = reconstruct(tokenizer, judge, pictures, data.held_out, device)
    returned = look(judge, restored.restored, device, "features of reconstructions")
    figures, intervals = measure_samples(samples, made, known, real.features, shape.tokens, classes)
    chosen = data.held_out[:: max(1, len(data.held_out) // len(samples.labels))]
    rows = np.searchsorted(data.held_out, chosen)
    training_pixels = pictures.pixels[data.train]
    memory = {"features": by_features(made.features, known), "pixels": by_pixels(samples.pixels, training_pixels)}
    fresh = {"features": by_features(real.features[rows], known), "pixels": by_pixels(pictures.pixels[chosen], training_pixels)}

    labels = data.labels[data.held_out]
    steps = steps_of(data, shape.width, rules)
    reference = moments(known)
    if not args.no_compile:
        compile_blocks(model, entropy, baseline)
    result: dict[str, Any] = {
        "features": describe(judge), "held_out": len(labels), "train": len(data.train), "split_seed": config.split_seed,
        "images_seen": images_seen(trained),
        "classifier_accuracy": float((real.classes == labels).mean()),
        **restored.figures(),
        "psnr_by_class": by_class(restored.psnr, labels, classes), "ssim_by_class": by_class(restored.ssim, labels, classes),
        "reconstruction_fid_lite": frechet_distance(moments(returned.features), reference),
        "reconstruction_agreement": float((returned.classes == labels).mean()),
        "reconstruction_agreement_by_class": by_class(returned.classes == labels, labels, classes),
        "fid_lite_floor": frechet_distance(moments(real.features), reference),
        **prediction(model, entropy, baseline, data, rules, device),
        "p_avg": float((shape.tokens / steps).mean()), "steps_mean": float(steps.mean()),
        "tokens_per_step": float(shape.tokens / steps.mean()),
        "p_avg_by_class": by_class(shape.tokens / steps, labels, classes),
        **figures,
        **{f"memorisation_{name}": compare(memory[name].distance, fresh[name].distance) for name in memory},
        "intervals": intervals,
    }
    result = rounded(result)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "evaluation.json").write_text(json.dumps(result, indent=1) + "\n")
    logs = {"the tokenizer": args.tokenizer, "the entropy model": args.entropy,
            "DPAR" if isinstance(trained, DPARRun) else "the GPT": args.model}
    logs |= {"the baseline": args.baseline} if args.baseline else {}
    write_report(args.out / "report.html", ReportInput(
        pack.title, result, pictures, data, samples, restored.restored, rules, shape.width, memory,
        {name: folder / "log.jsonl" for name, folder in logs.items()}))
    print(f"{args.out}: evaluation.json and report.html")


def rules_of(trained: DPARRun | GPTRun, pack: PackConfig) -> PatchRules:
    """The patch rules to measure with: those of training at the pack's threshold, or a patch for every token."""
    if isinstance(trained, GPTRun):
        return TOKEN_BY_TOKEN
    threshold = {} if pack.entropy_threshold is None else {"entropy_threshold": pack.entropy_threshold}
    return PatchRules.parse(trained.patchify.model_dump() | threshold)


def by_class(values: np.ndarray, labels: np.ndarray, classes: list[str]) -> dict[str, float]:
    return {name: float(values[labels == k].mean()) for k, name in enumerate(classes)}


def rounded(value: Any) -> Any:
    """Six significant digits, as many as any of the figures deserves."""
    if isinstance(value, dict):
        return {name: rounded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value
