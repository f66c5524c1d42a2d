"""Decoders of the baseline for the loop of models/decode.py: with KV caches, or the whole prefix again for every token."""

import torch
from torch import Tensor

from models.blocks import KVCache
from models.gpt import GPT


class _Rows:
    """Class rows first, then null rows when groups = 2; a GPT has no patches to open."""

    def __init__(self, model: GPT, classes: Tensor, groups: int):
        self.model, self.groups = model, groups
        null = torch.full_like(classes, model.null_class)
        self.classes = torch.cat([classes, null]) if groups == 2 else classes
        self.tokens = torch.zeros(len(classes), 0, dtype=torch.long, device=classes.device)

    def open_patches(self, images: Tensor, t: int) -> None:
        """Every token is a patch of its own: nothing to compute."""

    def append(self, tokens: Tensor, t: int) -> None:
        self.tokens = torch.cat([self.tokens, tokens[:, None]], dim=1)


class IncrementalGPT(_Rows):
    """One step of every block a token."""

    def __init__(self, model: GPT, classes: Tensor, groups: int):
        super().__init__(model, classes, groups)
        c = model.config
        self.caches = [KVCache(len(self.classes), c.heads, c.tokens, c.head_dim, classes.device) for _ in model.blocks]

    def logits(self, t: int) -> Tensor:
        """The class slot (t = 0) or x_{t-1} into slot t -> [G * B, V] of x_t."""
        m = self.model
        x = m.embedding(self.tokens[:, -1]).repeat(self.groups, 1) if t else m.class_embedding(self.classes)
        x, rows = x[:, None], torch.arange(len(self.classes), device=self.classes.device)
        for block, cache in zip(m.blocks, self.caches, strict=True):
            x = block.step(x, m.slot_cos[t], m.slot_sin[t], cache, rows, torch.full_like(rows, t))
        with torch.autocast(x.device.type, enabled=False):  # logits are float32 whatever the blocks compute in
            return m.head(m.norm(x))[:, 0]


class RecomputeGPT(_Rows):
    """The same answers from the whole prefix."""

    def logits(self, t: int) -> Tensor:
        any_token = self.tokens.new_zeros(len(self.tokens), 1)
        tokens = torch.cat([self.tokens, any_token], dim=1).repeat(self.groups, 1)
        return self.model(tokens, self.classes)[:, t]
