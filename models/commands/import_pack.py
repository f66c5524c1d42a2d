"""Turn a pack back into the folders of train-tokenizer, train-entropy and train, to train on from published weights.

Writes tokenizer, entropy and dpar (or gpt) into --out, config.json and model.safetensors in each. The configurations
name sizes, patch rules and how many images the weights have seen; the schedules they were trained with are not in a pack.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from torch import nn

from models.checkpoint import CONFIG, WEIGHTS, check_untrained, save_safetensors, save_text
from models.config import Config
from models.entropy_model import EntropyModel
from models.export.defaults import default_rules
from models.export.files import read_manifest
from models.export.kinds import kind_of, parameters
from models.export.read_back import data_of, read_back
from models.runs import DPARRun, GPTRun
from models.stages import EntropyRun, ImportedTokenizer, TokenizerRun
from models.training import TrainConfig
from models.vqgan import VQGAN

PAST = TrainConfig(steps=0, batch_size=1, lr=0.0)
"""Of weights whose schedule is not known."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pack", type=Path, required=True, metavar="DIR", help="folder with manifest.json")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR",
                        help="tokenizer, entropy and dpar (or gpt) go there, a folder each")


def run(args: argparse.Namespace) -> None:
    models = read_back(args.pack)
    manifest = read_manifest(args.pack)
    images = manifest.get("evaluation", {}).get("images_seen")
    if images is None:
        print(f"{args.pack}: does not say how many images its weights have seen; a training on from them counts its own alone",
              file=sys.stderr)
    seen = PAST.model_copy(update={"steps": images or 0})
    data = data_of(manifest)
    if data.held_out_per_class == 0:  # made without a split, as LlamaGen's; tokenize wants one
        data = data.model_copy(update={"held_out_per_class": ImportedTokenizer().data.held_out_per_class})
    kind = kind_of(models.model)
    if kind == "gpt":
        config: DPARRun | GPTRun = GPTRun(model=models.model.config, train=seen)
    else:
        config = DPARRun(model=models.model.config, patchify=default_rules(manifest["defaults"]), train=seen)
    imported = isinstance(models.tokenizer, VQGAN)
    described = (ImportedTokenizer(data=data, tokenizer=models.tokenizer.config) if imported
                 else TokenizerRun(data=data, tokenizer=models.tokenizer.config, train=PAST))
    parts: list[tuple[Path, nn.Module, Config]] = [(args.out / "tokenizer", models.tokenizer, described)]
    if isinstance(models.entropy, EntropyModel):
        parts.append((args.out / "entropy", models.entropy, EntropyRun(model=models.entropy.config, train=PAST)))
    parts.append((args.out / kind, models.model, config))
    for folder, _, _ in parts:
        check_untrained(folder)
    for part in parts:
        write(*part)


def write(folder: Path, model: nn.Module, config: Config) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    save_safetensors(folder / WEIGHTS, model.state_dict())
    save_text(folder / CONFIG, config.to_json())
    print(f"{folder}: {parameters(model) / 1e6:.1f}M parameters")
