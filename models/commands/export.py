"""Write a pack from trained folders, or register recorded runs in a pack that exists (--register)."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np

from models.commands.common import add_config_arguments, add_data_arguments, read_pictures
from models.errors import UserError
from models.evaluation.store import UNKNOWN, measured_of
from models.export.card import write_card
from models.export.config import PackConfig
from models.export.files import leftovers_removed, read_json, validate
from models.export.gallery import gallery_of
from models.export.index import write_index
from models.export.pack import PackContent, write_pack
from models.export.recordings import register_recordings
from models.export.storage import STORAGES
from models.outputs import staged
from models.runs import rules_of, sampled_rules
from models.trained import load_training


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_arguments(parser)
    add_data_arguments(parser, required=False)
    for name, what in (("tokenizer", "train-tokenizer"), ("entropy", "train-entropy"), ("tokens", "tokenize and score")):
        parser.add_argument(f"--{name}", type=Path, metavar="DIR", help=f"folder of {what}")
    parser.add_argument("--dpar", "--gpt", dest="model", type=Path, metavar="DIR",
                        help="folder of train: the model (either name); its kind is the pack's")
    parser.add_argument("--variants", metavar="NAME,...", help="instead of the configuration's; the first is the default of the "
                        f"pack: {', '.join(STORAGES)}")
    parser.add_argument("--evaluation", type=Path, metavar="FILE", help="JSON written by evaluate")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the pack's folder")
    parser.add_argument("--register", type=Path, metavar="DIR", help="only list the runs of DIR as the pack's recordings")
    parser.add_argument("--first", metavar="CLASS", help="with --register: the class whose run the page opens "
                        "with (default: the golden picture's)")


def run(args: argparse.Namespace) -> None:
    if args.first and not args.register:
        raise UserError("--first: is for --register; leave it out")
    if args.register:
        print(f"{args.out}: recordings {', '.join(register_recordings(args.out, args.register, args.first))}")
        write_index(args.out.parent)
        return
    needed = {"--config": args.config, "--data": args.data, "--tokenizer": args.tokenizer, "--entropy": args.entropy,
              "--dpar or --gpt": args.model, "--tokens": args.tokens}
    missing = [name for name, value in needed.items() if not value]
    if missing:
        raise UserError(f"{', '.join(missing)} is needed (or --register)")
    config = PackConfig.load(args.config, args.overrides)
    if args.variants:
        config = PackConfig.parse(config.model_dump() | {"variants": args.variants.split(",")}, "--variants")
    for part, value in config.model_dump(include={"name", "title", "license", "data"}).items():
        validate(value, "manifest", part)  # now, and not when all graphs are written
    if config.name != args.out.resolve().name:
        print(f"{args.config}: the name is {config.name!r}, and the folder is {args.out.resolve().name!r}: the page finds a pack "
              "by its folder, runs and links name it by the first; make them alike", file=sys.stderr)
    evaluation = read_json(args.evaluation, "evaluate writes it") if args.evaluation else {}
    validate(evaluation, "manifest", "evaluation")
    content = content_of(args, config, evaluation)
    with leftovers_removed(args.out), staged(args.out, last="manifest.json") as stage:
        manifest = write_pack(stage, content)
        write_card(stage, manifest, config.limits)
    write_index(args.out.parent)
    for name, variant in manifest["variants"].items():
        f = variant["figures"]
        print(f"{name:5} {f['bytes'] / 1e6:6.2f} MB a visit  KL {f['klMean']:.1e} mean {f['klMax']:.1e} max nats a token  "
              f"{f['gateFlips']} of {f['tokens']} gate decisions differ")
    print(f"{args.out}: check it with: python -m models parity --pack {args.out}")


def content_of(args: argparse.Namespace, config: PackConfig, evaluation: dict[str, Any]) -> PackContent:
    found = load_training(args.tokens, args.tokenizer, args.entropy, args.model, lambda data: read_pictures(args, data))
    pictures, split, tokens = found.pictures, found.split, found.data
    label = config.check_classes(pictures.classes, str(args.config))
    of = measured_of([args.tokenizer, args.entropy, args.model], sampled_rules(found.run, config.entropy_threshold),
                     config.sampling)
    if evaluation.get("measured_of") == UNKNOWN:
        raise UserError(f"{args.evaluation}: its samples are not known to be of this model and setting (evaluate --pictures said "
                        "why); run evaluate without --pictures, or with the runs of this pack beside them")
    if evaluation.get("measured_of", of) != of:  # one of before this key stands as it is
        raise UserError(f"{args.evaluation}: was measured of other weights, gates or sampling than this pack has; "
                        "run evaluate again")
    first = np.array([next(i for i in split.held_out if pictures.labels[i] == k) for k in range(len(pictures.classes))])
    judged = np.asarray(tokens.tokens[0][first]).astype(np.int64)
    return PackContent(
        name=config.name, title=config.title, description=config.description, license=config.license,
        data=config.data.model_dump(),
        classes=[{"id": name, "label": config.labels[name]} for name in pictures.classes],
        model=found.model, entropy=found.entropy, tokenizer=found.tokenizer,
        rules=rules_of(found.run, config.entropy_threshold), sampling=config.sampling,
        thumbnails=np.stack([pictures.pixels[i] for i in first]),
        golden=judged[label], golden_label=label, judged=judged, judged_labels=list(range(len(first))),
        variants=config.variants,
        held_out_entropies=np.asarray(tokens.entropies[0][tokens.held_out]),
        gallery=gallery_of(pictures, split.held_out, found.tokenizer),
        evaluation=evaluation,
        split={"seed": found.settings.split_seed, "train": len(split.train), "heldOut": len(split.held_out)},
    )
