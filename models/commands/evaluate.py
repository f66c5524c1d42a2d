"""Measure trained models on held-out pictures and on samples; writes the JSON that the manifest carries."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from models.blocks import Block
from models.classifier import Classifier, load_classifier, predict
from models.commands.common import add_data_arguments, prepare, read_pictures
from models.commands.export import PackConfig, load_dpar
from models.commands.score import load_entropy_model
from models.commands.tokenize import load_tokenizer
from models.commands.train import DPARRun, token_loss
from models.data import DataConfig, Pictures
from models.decode import Request, decode
from models.dpar import DPAR
from models.entropy_model import EntropyModel
from models.export.pictures import grid
from models.patch_data import held_out_batches
from models.patchify import PatchRules, opens
from models.reconstruction import measure
from models.sampling import SamplingConfig
from models.streams import to_pixels, to_tensor
from models.token_data import TokenSet, load_tokens
from models.tokenizer import Tokenizer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_arguments(parser)
    for name, what in (("tokenizer", "train-tokenizer"), ("entropy", "train-entropy"), ("dpar", "train"),
                       ("tokens", "tokenize and score"), ("judge", "train-classifier (not the tokenizer's features)")):
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="DIR", help=f"folder of {what}")
    parser.add_argument("--pack-config", type=Path, required=True, metavar="FILE.toml", help="the setting to measure")
    parser.add_argument("--samples", type=int, default=500, help="pictures to generate (default: %(default)s)")
    parser.add_argument("--batch", type=int, default=50, help="images decoded at once (default: %(default)s)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="evaluation.json and samples.png go there")
    parser.add_argument("--device", default="cpu", help="torch device (default: %(default)s)")
    parser.add_argument("--threads", type=int, help="CPU threads (default: PyTorch's choice)")


@torch.no_grad()
def run(args: argparse.Namespace) -> None:
    device = prepare(args)
    data = load_tokens(args.tokens, args.tokens / "entropies.npy")
    pictures, _ = read_pictures(args, DataConfig.parse(data.meta["data"]))
    dpar, trained = load_dpar(args.dpar)
    pack = PackConfig.load(args.pack_config)
    threshold = {} if pack.entropy_threshold is None else {"entropy_threshold": pack.entropy_threshold}
    rules = PatchRules.parse(trained.patchify.model_dump() | threshold)
    judge, tokenizer = load_classifier(args.judge).to(device), load_tokenizer(args.tokenizer).to(device)
    entropy = load_entropy_model(args.entropy).to(device)
    result = {
        "images_seen": trained.train.steps * trained.train.batch_size,
        **on_held_out(dpar.to(device), entropy, tokenizer, data, pictures, rules, trained, device),
        **judge_on_real(judge, data, pictures, device),
        **on_samples(dpar, entropy, tokenizer, judge, data, rules, pack.sampling, args, device),
    }
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "evaluation.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def by_class(values: np.ndarray, labels: np.ndarray, classes: list[str]) -> dict[str, float]:
    return {name: round(float(values[labels == k].mean()), 4) for k, name in enumerate(classes)}


def on_held_out(dpar: DPAR, entropy: EntropyModel, tokenizer: Tokenizer, data: TokenSet, pictures: Pictures, rules: PatchRules,
                trained: DPARRun, device: torch.device) -> dict[str, Any]:
    """Reconstruction, cross-entropies in nats per token, patch lengths."""
    indices, classes = data.held_out, data.meta["classes"]
    labels = data.labels[indices]
    opened = opens(data.entropies[0][indices], dpar.config.width, rules)
    steps = opened.sum(1)
    for module in [*dpar.modules(), *entropy.modules()]:
        if isinstance(module, Block):
            module.compile(dynamic=True)
    total = 0.0
    for batch in tqdm(held_out_batches(data, 50, dpar.config.width, rules), total=len(indices) // 50, desc="cross-entropy"):
        batch = batch.to(device)
        total += float(token_loss(dpar, batch, batch.labels)) * len(batch.labels)
    nats = []
    for part in np.array_split(indices, len(indices) // 50):
        tokens = torch.from_numpy(data.tokens[0][part].astype(np.int64)).to(device)
        log_p = entropy(tokens[:, :-1]).log_softmax(-1).gather(-1, tokens[:, 1:, None])
        nats.append(float(-log_p.mean()))
    quality = measure(tokenizer, pictures, indices, device)
    lengths = dpar.config.tokens / steps
    return {
        "held_out": len(indices), "psnr": round(quality["psnr"], 3), "psnr_by_class": quality["psnr_by_class"],
        "codes_perplexity": round(quality["perplexity"], 1), "codes_unused": quality["dead"],
        "entropy_nats": round(float(np.mean(nats)), 4), "token_nats": round(total / len(indices), 4),
        "p_avg": round(float(lengths.mean()), 4), "steps_mean": round(float(steps.mean()), 3),
        "p_avg_by_class": by_class(lengths, labels, classes),
    }


def judged(judge: Classifier, pixels: np.ndarray, device: torch.device) -> np.ndarray:
    """Class that the judge gives to uint8 pictures [N, S, S, 3]."""
    parts = np.array_split(pixels, max(1, len(pixels) // 250))
    return np.concatenate([predict(judge, to_tensor(part).to(device)).argmax(-1).cpu().numpy() for part in parts])


def judge_on_real(judge: Classifier, data: TokenSet, pictures: Pictures, device: torch.device) -> dict[str, float]:
    guesses = judged(judge, pictures.pixels[data.held_out], device)
    return {"classifier_accuracy": round(float((guesses == data.labels[data.held_out]).mean()), 4)}


def on_samples(dpar: DPAR, entropy: EntropyModel, tokenizer: Tokenizer, judge: Classifier, data: TokenSet, rules: PatchRules,
               sampling: SamplingConfig, args: argparse.Namespace, device: torch.device) -> dict[str, Any]:
    """Share of samples that the judge assigns to the asked class, and their patch lengths. Seeds are 0..n-1."""
    classes = data.meta["classes"]
    labels = np.arange(args.samples) % len(classes)
    pixels, steps = [], []
    for part in tqdm(np.array_split(np.arange(args.samples), max(1, args.samples // args.batch)), desc="samples"):
        out = decode(dpar, entropy, Request(labels[part], part, rules, sampling))
        pixels.append(to_pixels(tokenizer.decode(torch.from_numpy(out.tokens).to(device))))
        steps.append(out.opened.sum(1))
    pixels, steps = np.concatenate(pixels), np.concatenate(steps)
    args.out.mkdir(parents=True, exist_ok=True)
    shown = grid(pixels[: 20 * len(classes)], len(classes) * 2)
    Image.fromarray(shown).save(args.out / "samples.png")
    right = judged(judge, pixels, device) == labels
    return {
        "n": args.samples, "class_agreement": round(float(right.mean()), 4),
        "class_agreement_by_class": by_class(right, labels, classes),
        "samples_p_avg": round(float((dpar.config.tokens / steps).mean()), 4),
        "samples_p_avg_by_class": by_class(dpar.config.tokens / steps, labels, classes),
    }
