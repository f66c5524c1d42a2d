"""Multiply-accumulates of the linear layers per image, as engine/cost.ts counts them.

Paper Table 8; docs/model.md "What does an image cost?".
"""

from __future__ import annotations

from models.blocks import ffn_width
from models.dpar import DPARConfig
from models.gpt import GPTConfig

TRAINING = 3
"""A training step's products over those of a forward pass: backward forms two for each."""


def block(dim: int) -> int:
    """One LLaMA block and position: 4 D^2 + 3 D FFN."""
    return 4 * dim**2 + 3 * dim * ffn_width(dim)


def dpar_cost(c: DPARConfig, patches: float) -> float:
    """One image in `patches` patches, one row, without the entropy model."""
    tokens = (c.encoder_blocks + c.decoder_blocks) * block(c.dim) + 2 * c.dim**2 + c.vocab * c.dim
    return tokens * c.tokens + (c.patch_transformer_blocks * block(c.dim) + (2 + c.decoder_blocks) * c.dim**2) * patches


def gpt_cost(c: GPTConfig) -> float:
    """One image of the token-by-token baseline."""
    return (c.blocks * block(c.dim) + c.vocab * c.dim) * c.tokens


def cost(c: DPARConfig | GPTConfig, patches: float) -> float:
    """Either kind; the baseline has a position for every token."""
    return gpt_cost(c) if isinstance(c, GPTConfig) else dpar_cost(c, patches)
