"""Measure trained models on held-out pictures and on samples: evaluation.json for the manifest, and report.html."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import torch

from models.blocks import check_compiler, compile_blocks
from models.checkpoint import save_text
from models.classifier import check_size
from models.commands.common import add_data_arguments, add_device_arguments, at_least, prepare_alone, read_pictures
from models.dpar import DPAR
from models.errors import DataError, UserError
from models.evaluation.features import load_judge
from models.evaluation.generate import Generator, Samples, generate
from models.evaluation.manifold import DENSITY_K
from models.evaluation.measure import Given, Shown, measure, rounded
from models.evaluation.picture_files import read_samples
from models.evaluation.picture_runs import made_otherwise, of_other_weights
from models.evaluation.quality import Gallery, Quality
from models.evaluation.report import ReportInput, write_report
from models.evaluation.store import UNKNOWN, fingerprint, measured_of
from models.evaluation.sweep import Rows, sweep
from models.export.config import PackConfig
from models.export.kinds import pack_rules
from models.export.limits import check_settings
from models.gpt import GPT
from models.patchify import PatchRules
from models.runs import DPARRun, rules_of, sampled_rules
from models.trained import check_sizes, load_baseline, load_model, load_training
from models.trained_on import check_tokenizer
from models.training import LOG


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_arguments(parser)
    for name, what in (("tokenizer", "train-tokenizer"), ("entropy", "train-entropy"), ("tokens", "tokenize and score"),
                       ("judge", "train-classifier (not the tokenizer's features)")):
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="DIR", help=f"folder of {what}")
    parser.add_argument("--dpar", "--gpt", dest="model", type=Path, required=True, metavar="DIR",
                        help="folder of train: the model to measure (either name)")
    parser.add_argument("--baseline", type=Path, metavar="DIR", help="folder of train with kind = gpt, to compare with")
    parser.add_argument("--pack-config", type=Path, required=True, metavar="FILE.toml", help="the setting to measure")
    parser.add_argument("--samples", type=at_least(DENSITY_K + 1), default=5000,
                        help="pictures to generate (default: %(default)s)")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="measure these PNGs of `npm run generate` instead")
    parser.add_argument("--batch", type=at_least(1), default=100, help="images decoded at once (default: %(default)s)")
    parser.add_argument("--precision", choices=("bfloat16", "float32"), default="bfloat16",
                        help="of the products in the model's blocks while sampling (default: %(default)s)")
    parser.add_argument("--sweep", action="store_true",
                        help="measure DPAR at other thresholds, too: evaluation.sweep of the manifest (docs/evaluation.md)")
    parser.add_argument("--static", type=Path, metavar="DIR",
                        help="folder of train on static patches, to sweep over lengths that grow as much from its own")
    parser.add_argument("--sweep-samples", type=int, default=1000, metavar="N",
                        help="samples of each setting of the sweep; 0: held-out nats alone (default: %(default)s)")
    parser.add_argument("--no-compile", action="store_true", help="start at once, run slower")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR",
                        help="evaluation.json and report.html go there, and stored samples, used again if nothing changed")
    add_device_arguments(parser, "cpu")


@torch.no_grad()
def run(args: argparse.Namespace) -> None:
    device = prepare_alone(args, "evaluate")
    if not args.no_compile:
        check_compiler(device)
    given = load(args, device)
    static = load_static(args, given, device)
    samples, known = sample(args, given, device), samples_known(args, given)
    if not args.no_compile:
        compile_blocks(given.model, given.entropy, given.baseline, static[0] if static else None)
        given.judge.classifier.features = torch.compile(given.judge.classifier.features)
    figures, shown = measure(given, samples, args.out / "training-features.npz", device)
    if args.sweep:
        figures["sweep"] = rounded(swept(args, given, static, device))
    write(args, given, figures, shown, known)


def load(args: argparse.Namespace, device: torch.device) -> Given:
    """Everything that is measured, or measured with; all of it is checked here, before anything takes long."""
    pack = PackConfig.load(args.pack_config)
    found = load_training(args.tokens, args.tokenizer, args.entropy, args.model, lambda data: read_pictures(args, data))
    pack.check_classes(found.pictures.classes, str(args.pack_config))  # as export does when all is measured
    check_settings(rules_of(found.run, pack.entropy_threshold), pack.sampling)
    if len(found.data.held_out) <= DENSITY_K:
        raise DataError(f"{args.tokens}: {len(found.data.held_out)} held-out pictures; at least {DENSITY_K + 1} are needed to "
                        "compare samples with; raise data.held_out_per_class")
    judge = load_judge(args.judge, found.pictures, found.split)
    check_size(found.settings.picture_size)
    check_sizes(judge.classifier.config, {"classes": len(found.pictures.classes)}, args.judge, args.data)
    baseline = load_baseline(args.baseline) if args.baseline else None
    if baseline is not None:
        check_sizes(baseline.config, found.data.sizes, args.baseline, args.tokens)
        found.check_unseen(args.baseline)
        check_tokenizer(args.baseline, found.data.tokenizer, args.tokens)
    for part in (found.model, found.entropy, found.tokenizer, judge.classifier, baseline):
        if part is not None:
            part.to(device)
    judge.classifier.to(memory_format=torch.channels_last)  # with compiled features twice as fast on processors
    rules = sampled_rules(found.run, pack.entropy_threshold)
    return Given(found, pack, rules, judge, baseline)


def load_static(args: argparse.Namespace, given: Given, device: torch.device) -> tuple[DPAR, float] | None:
    """The model of --static and its patches' length; what --sweep needs is checked here. Raises UserError."""
    if not args.sweep:
        if args.static:
            raise UserError("--static is measured with --sweep only; add it")
        return None
    if not isinstance(given.training.run, DPARRun) or not given.rules.entropy_gate:
        raise UserError(f"--sweep wants a model with an entropy gate, and {args.model} has none")
    if 0 < args.sweep_samples <= DENSITY_K or args.sweep_samples < 0:
        raise UserError(f"--sweep-samples {args.sweep_samples}: 0, or at least {DENSITY_K + 1}")
    if not args.static:
        return None
    model, run = load_model(args.static)
    if not isinstance(run, DPARRun) or run.patchify.static_length is None:
        raise UserError(f"{args.static}: was not trained on static patches (its configuration has no patchify.static_length)")
    check_sizes(model.config, given.training.data.sizes, args.static, args.tokens)
    given.training.check_unseen(args.static)
    check_tokenizer(args.static, given.training.data.tokenizer, args.tokens)
    return model.to(device), run.patchify.static_length


def swept(args: argparse.Namespace, given: Given, static: tuple[DPAR, float] | None, device: torch.device) -> dict[str, Rows]:
    """Each setting's samples are stored in a folder of their own, and used again if nothing changed."""
    found = given.training
    known = given.judge.training_features(found.pictures, found.data.train, args.out / "training-features.npz", device)
    gallery = Gallery(entropy=found.entropy, tokenizer=found.tokenizer, judge=given.judge, training=known,
                      sampling=given.pack.sampling, count=args.sweep_samples, batch=args.batch,
                      bf16=args.precision == "bfloat16", device=device)

    def judged(model: DPAR, rules: PatchRules) -> Quality:
        folder = args.static if static and model is static[0] else args.model
        key = fingerprint([folder, args.entropy], rules.model_dump(), given.pack.sampling.model_dump(), args.precision)
        return gallery.quality(model, rules, args.out / "sweep" / key, key)

    return sweep(given.model, given.rules, static, found.data, device, judged if args.sweep_samples else None)


def sample(args: argparse.Namespace, given: Given, device: torch.device) -> Samples:
    """Pictures that the model makes, or those of --pictures. Stored, and used again if nothing changed."""
    if args.pictures:
        return read_samples(args.pictures, given.classes, given.training.settings.picture_size, DENSITY_K + 1)
    settings = (given.rules.model_dump(), given.pack.sampling.model_dump(), args.precision)
    key = fingerprint([args.model] if isinstance(given.model, GPT) else [args.model, args.entropy], *settings)
    maker = Generator(given.model, given.entropy, given.rules, given.pack.sampling, bf16=args.precision == "bfloat16")
    return generate(maker, args.samples, args.batch, args.out / "samples", key).painted(given.training.tokenizer, device)


def samples_known(args: argparse.Namespace, given: Given) -> bool:
    """The samples are of this model and setting. Where --pictures were made otherwise, it says so before anything takes long."""
    if not args.pictures:
        return True
    words = made_otherwise(args.pictures, given.pack.name, pack_rules(given.model, given.rules), given.pack.sampling)
    words = words or of_other_weights(args.pictures, given.model)
    if words:
        print(f"{args.pictures}: {words}; so evaluation.json will not say which model and settings its samples are of",
              file=sys.stderr)
    return words is None


def write(args: argparse.Namespace, given: Given, figures: dict[str, Any], shown: Shown, known: bool) -> None:
    """evaluation.json for the manifest, and the report for people. `known`: what the samples are of is noted."""
    args.out.mkdir(parents=True, exist_ok=True)
    of = measured_of([args.tokenizer, args.entropy, args.model], given.rules, given.pack.sampling) if known else UNKNOWN
    save_text(args.out / "evaluation.json", json.dumps(figures | {"measured_of": of}, indent=1) + "\n")
    logs = {"the tokenizer": args.tokenizer, "the entropy model": args.entropy,
            "the GPT" if isinstance(given.model, GPT) else "DPAR": args.model}
    logs |= {"the baseline": args.baseline} if args.baseline else {}
    write_report(args.out / "report.html", ReportInput(
        title=given.pack.title, evaluation=figures, pictures=given.training.pictures, data=given.training.data,
        samples=shown.samples, restored=shown.restored, rules=given.rules, width=given.model.config.width,
        memory=shown.memory, logs={name: folder / LOG for name, folder in logs.items()}))
    print(f"{args.out}: evaluation.json and report.html")
