"""The variants of a pack: how each keeps its weights. All compute in float32 (docs/packs.md "Variants")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.errors import UserError

VariantName = Literal["fp32", "w16", "w8", "q8", "q4"]
SMALL = 2048
"""Weights of fewer values stay float32 everywhere: norms, biases, vectors."""


@dataclass(frozen=True)
class Storage:
    """half: large weights are kept as float16 and widened when a session opens.

    bits: matrices of linear layers are kept as integers of so many bits, else None. packed: they stay integers in memory
    and are multiplied by MatMulNBits; else they become float32 when a session opens.
    """

    words: str
    """For people: what is kept how, and where it runs well."""
    kl: float
    """Largest mean KL divergence from PyTorch in float32 that parity accepts, in nats a token."""
    logits: float = 0.0
    """Largest absolute differences that parity accepts beside its tolerance: of logits, ..."""
    entropy: float = 0.0
    """... of entropies in nats, ..."""
    picture: float = 0.0
    """... and of pixels in [-1, 1]. About ten times what was measured on trained and on random weights."""
    half: bool = False
    bits: Literal[4, 8] | None = None
    packed: bool = False


STORAGES: dict[VariantName, Storage] = {
    "fp32": Storage("float32 weights, as trained", kl=1e-9),
    "w16": Storage("float16 weights, widened to float32 when the graphs open: every backend runs it as fast as fp32",
                   kl=1e-5, logits=0.05, entropy=0.03, picture=0.01, half=True),
    "w8": Storage("8-bit matrices, widened to float32 when the graphs open: every backend runs it as fast as fp32",
                  kl=1e-2, logits=1.0, entropy=0.5, picture=0.01, half=True, bits=8),
    "q8": Storage("8-bit matrices that stay so in memory: for GPUs, several times slower on processors",
                  kl=1e-2, logits=1.0, entropy=0.5, picture=0.01, half=True, bits=8, packed=True),
    "q4": Storage("4-bit matrices that stay so in memory: for GPUs", kl=0.3, logits=6.0, entropy=2.0, picture=0.01,
                  half=True, bits=4, packed=True),
}
def storage_of(variant: str) -> Storage:
    """Raises UserError for a variant that this exporter does not know."""
    if variant not in STORAGES:
        raise UserError(f"the variant {variant!r} is not known here; there are {', '.join(STORAGES)}")
    return STORAGES[variant]


DEFAULT_VARIANTS: tuple[VariantName, ...] = ("w16",)
