"""What training wrote, loaded again: the published weights of each stage's folder, in eval mode on the CPU.

Every function raises UserError naming the folder or file where something is missing, damaged or of another stage.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from torch import nn

from models.checkpoint import CONFIG, WEIGHTS, load_safetensors
from models.classifier import Classifier, ClassifierConfig
from models.config import Config, read_config_json
from models.data import DataConfig
from models.dpar import DPAR
from models.entropy_model import EntropyModel
from models.errors import CheckpointError, ConfigError, UserError
from models.gpt import GPT
from models.runs import DPARRun, GPTRun, parse_run
from models.stages import EntropyRun
from models.tokenizer import Tokenizer, TokenizerConfig
from models.vqgan import VQGAN, VQGANConfig

M = TypeVar("M", bound=nn.Module)


def load_classifier(folder: Path) -> Classifier:
    """Of train-classifier."""
    return _filled(Classifier(ClassifierConfig.parse(_section(folder, "classifier", "train-classifier"), str(folder))), folder)


def load_tokenizer(folder: Path) -> Tokenizer | VQGAN:
    """Of train-tokenizer or import-tokenizer."""
    settings = _section(folder, "tokenizer", "train-tokenizer")
    if settings.get("kind") == "vqgan":
        return _filled(VQGAN(VQGANConfig.parse(settings, str(folder))), folder)
    return _filled(Tokenizer(TokenizerConfig.parse(settings, str(folder))), folder)


def data_of(folder: Path) -> DataConfig:
    """How the pictures of a train-tokenizer or import-tokenizer folder were cut and split."""
    return DataConfig.parse(_section(folder, "data", "train-tokenizer"), str(folder))


def load_entropy_model(folder: Path) -> EntropyModel:
    """Of train-entropy."""
    values = read_config_json(folder / CONFIG)
    if "kind" in values or "model" not in values:
        raise ConfigError(f"{folder}: is not a folder of train-entropy; pass the one that it wrote")
    return _filled(EntropyModel(EntropyRun.parse(values, str(folder)).model), folder)


def load_model(folder: Path) -> tuple[DPAR | GPT, DPARRun | GPTRun]:
    """Of train, with its configuration."""
    values = read_config_json(folder / CONFIG)
    if "model" not in values:
        raise ConfigError(f"{folder}: is not a folder of train; pass the one that it wrote")
    config = parse_run(values, str(folder))
    return _filled(GPT(config.model) if isinstance(config, GPTRun) else DPAR(config.model), folder), config


def load_baseline(folder: Path) -> GPT:
    """Of train with kind = "gpt"."""
    model, run = load_model(folder)
    if not isinstance(model, GPT):
        raise UserError(f"{folder}: holds a {run.kind}, and --baseline wants a gpt: pass the folder of train with kind = \"gpt\"")
    return model


def check_sizes(config: Config, sizes: dict[str, int], folder: Path, data: Path) -> None:
    """Refuse a model of `folder` that was trained for data of other sizes than `data` has."""
    for key, value in sizes.items():
        if getattr(config, key, value) != value:
            raise UserError(f"{folder}: was trained with {key} = {getattr(config, key)}, but {data} has {value}; "
                            "pass folders that belong together")


def _section(folder: Path, name: str, stage: str) -> dict[str, Any]:
    values = read_config_json(folder / CONFIG)
    if not isinstance(values.get(name), dict):
        raise ConfigError(f"{folder}: is not a folder of {stage} ({CONFIG} there has no {name!r}); pass the one that it wrote")
    return values[name]


def _filled(model: M, folder: Path) -> M:
    try:
        model.load_state_dict(load_safetensors(folder / WEIGHTS))
    except RuntimeError as error:  # of names and shapes, a line each
        first = str(error).splitlines()[1:2]
        raise CheckpointError(f"{folder / WEIGHTS}: is not of the {CONFIG} beside it ({''.join(first).strip()})") from None
    return model.eval()
