"""The configuration of a pack: what is shown of it, how it samples, how its weights are kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.config import Config
from models.errors import ConfigError
from models.export.storage import DEFAULT_VARIANTS, VariantName
from models.names import name_mistake
from models.sampling import SamplingConfig


class DataCredit(Config):
    name: str = Field(min_length=1)
    credit: str = Field(min_length=1)
    license: str = Field(min_length=1)


class PackConfig(Config):
    name: str = Field(pattern="^[a-z0-9-]+$")
    title: str = Field(min_length=1)
    description: str
    license: str = Field(min_length=1)
    data: DataCredit
    labels: dict[str, Annotated[str, Field(min_length=1)]]
    """How each class is shown, by its folder's name."""
    golden_class: str
    sampling: SamplingConfig = SamplingConfig()
    entropy_threshold: float | None = None
    """Default E_th in nats; None: the one of training."""
    variants: tuple[VariantName, ...] = Field(DEFAULT_VARIANTS, min_length=1)
    """How weights are kept (models/export/storage.py); the first is the default."""
    limits: tuple[str, ...] = ()
    """Sentences for the model card."""

    def check_classes(self, classes: tuple[str, ...], source: str) -> int:
        """The index of golden_class. Raises ConfigError naming a class that has no label, that is none, or whose name no pack
        takes."""
        without = [name for name in classes if name not in self.labels]
        if without:
            raise ConfigError(f"{source}: labels: no label for the class {', '.join(without)}")
        for words in (name_mistake(classes), name_mistake(self.labels[name] for name in classes)):
            if words:
                raise ConfigError(f"{source}: labels: {words}")
        if self.golden_class not in classes:
            raise ConfigError(f"{source}: golden_class is {self.golden_class!r}; the classes are {', '.join(classes)}")
        return classes.index(self.golden_class)
