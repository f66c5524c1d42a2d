"""Memory that training needs on one GPU, computed from the shapes of what is kept. Not measured on a GPU.

Weights, gradients and the optimizer's two moments are float32, as in models/training.py; activations are those that
autograd keeps for backward under bfloat16 autocast with fused attention. Kernels' workspaces, the allocator's
fragmentation and communication buffers are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from models.blocks import ffn_width
from models.dpar import DPAR, DPARConfig
from models.gpt import GPT, GPTConfig

FLOAT, HALF, MASK = 4, 2, 1  # bytes


@dataclass(frozen=True)
class Memory:
    """Bytes."""

    weights: int
    gradients: int
    moments: int
    cast: int
    """bfloat16 copies of the matrices, which autocast keeps from forward to backward."""
    average: int
    """EMA weights, on the first GPU only."""
    activations: int
    logits: int

    @property
    def total(self) -> int:
        return sum(vars(self).values())


def parameters(config: DPARConfig | GPTConfig) -> int:
    """Number of parameters, from the model itself without allocating it."""
    return sum(p.numel() for p in _on_meta(config).parameters())


def block_activations(dim: int, heads: int, dropout: bool) -> int:
    """Bytes kept for backward by one Block and position: what each operation's derivative reads."""
    hidden = ffn_width(dim)
    norms = 2 * (dim * FLOAT + FLOAT) + 2 * dim * HALF  # input and scale of each, and the cast that the product reads
    attention = 4 * dim * HALF + heads * FLOAT  # q, k, v, output; log-sum-exp
    feed_forward = 2 * hidden * HALF + 2 * hidden * HALF  # gate, up; silu(gate), product
    return norms + attention + feed_forward + (2 * dim * MASK if dropout else 0)


def training_memory(config: DPARConfig | GPTConfig, images: int, *, mean_patch: float = 1.0, checkpointing: bool = False,
                    ema: bool = False) -> Memory:
    """Of one process. images: in one part of its share (batch_size / processes / accumulate); mean_patch: T / mean M."""
    model = _on_meta(config)
    count = sum(p.numel() for p in model.parameters())
    matrices = sum(m.weight.numel() for m in model.modules() if isinstance(m, nn.Linear))
    tokens = images * config.tokens
    inside = config.dim * FLOAT if checkpointing else None  # a checkpointed block keeps its input only
    plain = inside or block_activations(config.dim, config.heads, False)
    regular = inside or block_activations(config.dim, config.heads, config.dropout > 0)
    if isinstance(config, GPTConfig):
        kept = config.blocks * regular * tokens
        widest = block_activations(config.dim, config.heads, config.dropout > 0) * tokens
    else:
        patches = round(tokens / mean_patch)
        kept = config.patch_transformer_blocks * regular * patches
        kept += (config.encoder_blocks + config.decoder_blocks) * plain * tokens
        # pooling: three windows of four states a patch (h in float32, k and v in bfloat16), the query, its products
        kept += patches * config.dim * (4 * (FLOAT + 2 * HALF) + 4 * FLOAT)
        # conditions: normed g in float32 and its cast, a block, and g once
        kept += patches * config.dim * (config.decoder_blocks * (FLOAT + HALF) + FLOAT)
        widest = block_activations(config.dim, config.heads, False) * tokens
    if checkpointing:
        kept += widest  # the one block that backward has just computed again
    # logits in bfloat16, in float32, their log-softmax and its gradient
    logits = tokens * config.vocab * (HALF + 3 * FLOAT)
    return Memory(count * FLOAT, count * FLOAT, 2 * count * FLOAT, matrices * HALF, count * FLOAT if ema else 0, kept, logits)


def _on_meta(config: DPARConfig | GPTConfig) -> DPAR | GPT:
    with torch.device("meta"):
        return GPT(config) if isinstance(config, GPTConfig) else DPAR(config)
