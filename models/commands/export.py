"""Write a pack from trained folders, or register recorded runs in a pack that exists (--register)."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from pydantic import Field

from models.checkpoint import CONFIG, WEIGHTS, load_safetensors
from models.commands.common import add_config_arguments, add_data_arguments, read_pictures
from models.commands.score import load_entropy_model
from models.commands.tokenize import load_tokenizer
from models.commands.train import DPARRun
from models.config import Config, read_config_json
from models.data import DataConfig
from models.dpar import DPAR
from models.errors import UserError
from models.export.pack import PackContent, register_recordings, write_pack
from models.patchify import PatchRules
from models.sampling import SamplingConfig
from models.token_data import load_tokens


class PackConfig(Config):
    name: str = Field(pattern="^[a-z0-9-]+$")
    title: str
    description: str
    license: str
    data: dict[str, str]
    labels: dict[str, str]
    """How each class is shown, by its folder's name."""
    golden_class: str
    sampling: SamplingConfig = SamplingConfig()
    entropy_threshold: float | None = None
    """Default E_th in nats; None: the one of training."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_arguments(parser)
    add_data_arguments(parser)
    parser.set_defaults(data=None)
    next(a for a in parser._actions if a.dest == "data").required = False
    for name, what in (("tokenizer", "train-tokenizer"), ("entropy", "train-entropy"), ("dpar", "train"),
                       ("tokens", "tokenize and score")):
        parser.add_argument(f"--{name}", type=Path, metavar="DIR", help=f"folder of {what}")
    parser.add_argument("--evaluation", type=Path, metavar="FILE", help="JSON written by evaluate")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the pack's folder")
    parser.add_argument("--register", type=Path, metavar="DIR", help="only list the runs of DIR as the pack's recordings")
    parser.add_argument("--first", metavar="CLASS", help="with --register: the class whose run the page opens with")


def load_dpar(folder: Path) -> tuple[DPAR, DPARRun]:
    """The trained model of a train folder in eval mode, and its configuration."""
    config = DPARRun.parse(read_config_json(folder / CONFIG), str(folder))
    model = DPAR(config.model)
    model.load_state_dict(load_safetensors(folder / WEIGHTS))
    return model.eval(), config


def run(args: argparse.Namespace) -> None:
    if args.register:
        print(f"{args.out}: recordings {', '.join(register_recordings(args.out, args.register, args.first))}")
        return
    missing = [f"--{name}" for name in ("config", "data", "tokenizer", "entropy", "dpar", "tokens") if not getattr(args, name)]
    if missing:
        raise UserError(f"{', '.join(missing)} is needed (or --register)")
    config = PackConfig.load(args.config, args.overrides)
    manifest = write_pack(args.out, content_of(args, config))
    size = sum(s["bytes"] for w in manifest["variants"]["fp32"]["weights"].values() for s in w["shards"])
    print(f"{args.out}: {size / 1e6:.1f} MB of weights; check it with: python -m models parity --pack {args.out}")


def content_of(args: argparse.Namespace, config: PackConfig) -> PackContent:
    dpar, trained = load_dpar(args.dpar)
    tokens = load_tokens(args.tokens, args.tokens / "entropies.npy")
    data = DataConfig.parse(tokens.meta["data"])
    pictures, split = read_pictures(args, data)
    first = [next(i for i in split.held_out if pictures.labels[i] == k) for k in range(len(pictures.classes))]
    label = pictures.classes.index(config.golden_class)
    threshold = {} if config.entropy_threshold is None else {"entropy_threshold": config.entropy_threshold}
    return PackContent(
        name=config.name, title=config.title, description=config.description, license=config.license, data=config.data,
        classes=[{"id": name, "label": config.labels[name]} for name in pictures.classes],
        dpar=dpar, entropy=load_entropy_model(args.entropy), tokenizer=load_tokenizer(args.tokenizer),
        rules=PatchRules.parse(trained.patchify.model_dump() | threshold), sampling=config.sampling,
        thumbnails=np.stack([pictures.pixels[i] for i in first]),
        golden=tokens.tokens[0, first[label]].astype(np.int64), golden_label=label,
        held_out_entropies=np.asarray(tokens.entropies[0][tokens.held_out]),
        evaluation=json.loads(args.evaluation.read_text()) if args.evaluation else {},
        split={"seed": data.split_seed, "train": len(split.train), "heldOut": len(split.held_out)},
    )
