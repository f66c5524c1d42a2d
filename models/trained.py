"""What training wrote, loaded again: the published weights of each stage's folder, in eval mode on the CPU.

Every function raises UserError naming the folder or file where something is missing, damaged or of another stage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from torch import Tensor, nn

from models.checkpoint import CHECKPOINT, CONFIG, WEIGHTS, load_safetensors
from models.classifier import Classifier, ClassifierConfig
from models.config import Config, read_config_json
from models.data import DataConfig, Pictures, Split
from models.dpar import DPAR
from models.entropy_model import EntropyModel
from models.errors import CheckpointError, ConfigError, DataError, UserError
from models.gpt import GPT
from models.lineage import encoder_digest, file_digest
from models.runs import DPARRun, GPTRun, parse_run
from models.seen import check_unseen
from models.stages import EntropyRun
from models.token_data import TokenSet, load_tokens
from models.tokenizer import Tokenizer, TokenizerConfig
from models.trained_on import check_tokenizer
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


def data_of(folder: Path, stage: str = "train-tokenizer") -> DataConfig:
    """How the pictures of a folder of `stage` (train-tokenizer, import-tokenizer, train-classifier) were cut and split."""
    return DataConfig.parse(_section(folder, "data", stage), str(folder))


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


@dataclass(frozen=True)
class Training:
    """Everything of one training, known to belong together."""

    data: TokenSet
    settings: DataConfig
    pictures: Pictures
    split: Split
    model: DPAR | GPT
    run: DPARRun | GPTRun
    entropy: EntropyModel
    tokenizer: Tokenizer | VQGAN

    def check_unseen(self, folder: Path) -> None:
        """Raises DataError where the weights of `folder` have seen pictures that are held out here."""
        check_unseen(folder, self.pictures.files, self.split.train, self.split.held_out)


def load_training(tokens: Path, tokenizer: Path, entropy: Path, model: Path,
                  read: Callable[[DataConfig], tuple[Pictures, Split]]) -> Training:
    """The folders of one training, and its pictures as `read` reads them. Raises UserError where one is of something else, or
    a model has seen pictures that are held out."""
    data = load_tokens(tokens, tokens / "entropies.npy")
    if not isinstance(data.meta.get("data"), dict):
        raise DataError(f"{tokens / 'meta.json'}: does not say which pictures the tokens are of; run tokenize again")
    settings = DataConfig.parse(data.meta["data"], f"{tokens / 'meta.json'}")
    trained, run = load_model(model)
    found = Training(data, settings, *read(settings), trained, run, load_entropy_model(entropy), load_tokenizer(tokenizer))
    if list(found.pictures.classes) != data.meta.get("classes"):
        raise DataError(f"{tokens}: is of the classes {', '.join(data.meta.get('classes', []))}, --data has "
                        f"{', '.join(found.pictures.classes)}")
    made_of = data.meta.get("pictures")
    there = (found.pictures.labels, found.split.train, found.split.held_out)
    alike = all(np.array_equal(*pair) for pair in zip((data.labels, data.train, data.held_out), there, strict=True))
    if not alike or (made_of is not None and made_of != found.pictures.content):
        raise DataError(f"{tokens}: is of other pictures than --data has; run tokenize again, or pass the pictures it is of")
    check_makers(data, tokens, found.tokenizer, tokenizer, entropy)
    check_tokenizer(model, data.tokenizer, tokens)
    for folder in (model, entropy, tokenizer):
        found.check_unseen(folder)
    for part, folder in ((trained, model), (found.entropy, entropy), (found.tokenizer, tokenizer)):
        check_sizes(part.config, data.sizes, folder, tokens)
    return found


def check_makers(data: TokenSet, tokens: Path, model: Tokenizer | VQGAN, tokenizer: Path, entropy: Path) -> None:
    """Refuse tokens that the tokenizer of another folder made, and entropies of another entropy model, or of one that
    was trained on another tokenizer's tokens. Raises DataError."""
    if data.tokenizer is not None and data.tokenizer != encoder_digest(model):
        raise DataError(f"{tokens}: was made by another tokenizer than that of {tokenizer}; run tokenize again")
    check_tokenizer(entropy, data.tokenizer, tokens)
    if data.entropy_model and data.entropy_model != file_digest(entropy / WEIGHTS):
        raise DataError(f"{tokens}: holds entropies of another entropy model than that of {entropy}; run score again")


def check_sizes(config: Config, sizes: dict[str, int], folder: Path, data: Path) -> None:
    """Refuse a model of `folder` that was trained for data of other sizes than `data` has."""
    for key, value in sizes.items():
        if getattr(config, key, value) != value:
            raise UserError(f"{folder}: was trained with {key} = {getattr(config, key)}, but {data} has {value}; "
                            "pass folders that belong together")


def start_from(model: nn.Module, folder: Path | None, out: Path, data: TokenSet | None = None) -> None:
    """Fill a fresh model with the published weights of `folder`; a tokenizer may have more decoder blocks than those.

    Nothing is read where `folder` is None, or where `out` has a checkpoint, which has weights of its own. data: the tokens that
    are to be trained on; DataError where the weights are of another tokenizer's, or have seen pictures that are held out.
    """
    if folder is None or (out / CHECKPOINT).exists():
        return
    if data is not None:
        check_tokenizer(folder, data.tokenizer, f"what {out} is to be trained on")
        check_unseen(folder, data.files, data.train, data.held_out)
    weights = load_safetensors(folder / WEIGHTS)
    _fill(model.start_from if isinstance(model, Tokenizer) else model.load_state_dict, weights, folder, "this configuration")


def _section(folder: Path, name: str, stage: str) -> dict[str, Any]:
    values = read_config_json(folder / CONFIG)
    if not isinstance(values.get(name), dict):
        raise ConfigError(f"{folder}: is not a folder of {stage} ({CONFIG} there has no {name!r}); pass the one that it wrote")
    return values[name]


def _filled(model: M, folder: Path) -> M:
    _fill(model.load_state_dict, load_safetensors(folder / WEIGHTS), folder, f"the {CONFIG} beside it")
    return model.eval()


def _fill(load: Callable[[dict[str, Tensor]], Any], weights: dict[str, Tensor], folder: Path, what: str) -> None:
    try:
        load(weights)
    except RuntimeError as error:  # of names and shapes, a line each
        first = "".join(str(error).splitlines()[1:2]).strip()
        raise CheckpointError(f"{folder / WEIGHTS}: is not of {what} ({first[:200]})") from None
