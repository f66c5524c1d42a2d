"""From logits to a token: guidance, temperature, top-k, top-p, Gumbel noise (paper 4.1; order as in docs/packs.md)."""

import numpy as np
from pydantic import Field

from models.config import Config


class SamplingConfig(Config):
    guidance: float = Field(2.0, ge=0, description="guidance scale s")
    temperature: float = Field(1.0, ge=0, description="0 = greedy")
    top_k: int = Field(0, ge=0, description="0 = off")
    top_p: float = Field(1.0, gt=0, le=1)


def guide(logits_class: np.ndarray, logits_null: np.ndarray | None, scale: float) -> np.ndarray:
    """l_null + s (l_class - l_null), float32; without null rows the class rows as they are."""
    if logits_null is None:
        return logits_class
    return logits_null + np.float32(scale) * (logits_class - logits_null)


def distribution(logits: np.ndarray, config: SamplingConfig) -> np.ndarray:
    """logits [B, V] float32 -> probabilities [B, V] float64. Ties break towards the lower token id."""
    if config.temperature == 0:
        return np.eye(logits.shape[1])[logits.argmax(axis=1)]
    z = logits.astype(np.float64) / config.temperature
    if config.top_k:
        order = np.argsort(-z, axis=1, kind="stable")
        np.put_along_axis(z, order[:, config.top_k :], -np.inf, axis=1)
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    if config.top_p < 1:
        order = np.argsort(-p, axis=1, kind="stable")
        mass = np.take_along_axis(p, order, axis=1)
        kept = np.cumsum(mass, axis=1) - mass < config.top_p  # up to and with the token that crosses p
        np.put_along_axis(p, order, np.where(kept, mass, 0.0), axis=1)
        p /= p.sum(axis=1, keepdims=True)
    return p


def sample(logits: np.ndarray, config: SamplingConfig, noise: np.ndarray) -> np.ndarray:
    """The code of the largest logit / temperature + noise among those that the filters keep (ties: the lowest id):
    logits, noise [B, V] -> [B] int64. With Gumbel noise that draws from `distribution` exactly."""
    if config.temperature == 0:
        return logits.argmax(axis=1)
    z = (logits.astype(np.float64) - logits.max(axis=1, keepdims=True)) / config.temperature + noise
    return np.where(distribution(logits, config) > 0, z, -np.inf).argmax(axis=1)
