"""The configuration of every stage before `train`: classifier, tokenizer, entropy model (models/runs.py has train's own)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from models.adversary import AdversaryConfig
from models.classifier import ClassifierConfig
from models.config import Config
from models.data import DataConfig
from models.entropy_model import EntropyModelConfig
from models.errors import ConfigError
from models.tokenizer import TokenizerConfig
from models.training import TrainConfig
from models.vqgan import VQGANConfig

Symmetries = Literal[1, 8]
"""Of the square, under which pictures are shown in training: 8 where there is no up, as seen from above, 1 where there is."""


def check_convolutions(train: TrainConfig) -> None:
    """Raises ConfigError for settings that do nothing in a network of convolutions, as classifier and tokenizer are."""
    for key, value, plain, words in (
        ("optimizer", train.optimizer, "adamw", "Muon is for the matrices of transformers"),
        ("activation_checkpointing", train.activation_checkpointing, False, "blocks of transformers alone are computed again"),
    ):
        if value != plain:
            raise ConfigError(f"train.{key} is {str(value).lower()}, which would change nothing here: {words}; leave it out")


class ClassifierRun(Config):
    data: DataConfig = DataConfig()
    symmetries: Symmetries = 8
    classifier: ClassifierConfig = ClassifierConfig()
    label_smoothing: float = Field(0.0, ge=0, lt=1)
    train: TrainConfig


class LossConfig(Config):
    squared: float = Field(1.0, ge=0)
    """Of the mean squared difference (the absolute one weighs 1): more of it is for pictures that are hard to restore."""
    perceptual: float = Field(0.3, ge=0)
    codebook: float = Field(1.0, ge=0)
    commitment: float = Field(0.25, ge=0)


class ReseedConfig(Config):
    """Codes unused for `patience` steps are re-seeded from the batch, every `every` steps, until `until` of the run."""

    every: int = Field(20, ge=1)
    patience: int = Field(40, ge=0)
    until: float = Field(0.7, ge=0, le=1)


class TokenizerRun(Config):
    data: DataConfig = DataConfig()
    symmetries: Symmetries = 8
    tokenizer: TokenizerConfig = TokenizerConfig()
    init: Path | None = None
    """Folder of an earlier train-tokenizer whose weights to start from; its decoder may have fewer blocks."""
    decoder_only: bool = False
    """Encoder and codebook stay as they are in `init`: stored tokens, and whatever was trained on them, stay valid."""
    loss: LossConfig = LossConfig()
    adversary: AdversaryConfig = AdversaryConfig()
    reseed: ReseedConfig = ReseedConfig()
    train: TrainConfig

    @model_validator(mode="after")
    def _fits(self) -> TokenizerRun:
        if self.data.picture_size % self.tokenizer.factor:
            raise ValueError(f"data.picture_size = {self.data.picture_size} is not a multiple of tokenizer.factor = "
                             f"{self.tokenizer.factor}")
        if self.decoder_only and self.init is None:
            raise ValueError("decoder_only needs init, the folder of the tokenizer whose tokens stay")
        return self


class ImportedTokenizer(Config):
    """LlamaGen's public one (import-tokenizer)."""

    data: DataConfig = DataConfig(picture_size=256, held_out_per_class=10)
    tokenizer: VQGANConfig = VQGANConfig()


class EntropyRun(Config):
    model: EntropyModelConfig = EntropyModelConfig()
    init: Path | None = None
    """Folder of an earlier train-entropy whose weights to start from; its grid may be another."""
    held_out: int = Field(1000, ge=1)
    """Held-out images used by each validation."""
    train: TrainConfig
