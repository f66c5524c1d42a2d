"""The configuration of a pack: what is shown of it, how it samples, how its weights are kept."""

from __future__ import annotations

from pydantic import Field

from models.config import Config
from models.export.storage import DEFAULT_VARIANTS, VariantName
from models.sampling import SamplingConfig


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
    variants: tuple[VariantName, ...] = Field(DEFAULT_VARIANTS, min_length=1)
    """How weights are kept (models/export/storage.py); the first is the default."""
    limits: tuple[str, ...] = ()
    """Sentences for the model card."""
