"""Decoders of the baseline for the loop of models/decode.py: with KV caches, or the whole prefix again for every pass."""

import numpy as np
import torch
from torch import Tensor

from models.blocks import KVCache
from models.gpt import GPT
from models.window import Positions


class _Rows:
    """classes [G, B]: of every image, then under guidance of its second row."""

    def __init__(self, model: GPT, classes: Tensor):
        self.model, self.groups, self.classes = model, len(classes), classes


class IncrementalGPT(_Rows):
    """One step of every block a pass."""

    def __init__(self, model: GPT, classes: Tensor):
        super().__init__(model, classes)
        c, rows = model.config, self.classes.numel()
        self.caches = [KVCache(rows, c.heads, c.tokens, c.head_dim, classes.device) for _ in model.blocks]

    def logits(self, at: Positions, tokens: np.ndarray, opened: np.ndarray) -> Tensor:
        """The class slot (t = 0) or x_{t-1} into slot t -> logits [G, b, L, V] of x_t at the positions."""
        m, device, groups = self.model, self.classes.device, self.groups
        slots = torch.from_numpy(at.all).to(device)
        previous = torch.from_numpy(tokens[at.images[:, None], np.maximum(at.all - 1, 0)]).to(device)
        images, starts = (torch.from_numpy(x).to(device) for x in (at.images, at.starts))
        classes = m.class_embedding(self.classes[:, images])[:, :, None]
        x = torch.where((slots == 0)[..., None], classes, m.embedding(previous)).flatten(0, 1)
        rows = torch.cat([images + g * self.classes.shape[1] for g in range(groups)])
        cos, sin = (table[slots].repeat(groups, 1, 1)[:, None] for table in (m.slot_cos, m.slot_sin))
        for block, cache in zip(m.blocks, self.caches, strict=True):
            x = block.step(x, cos, sin, cache, rows, starts.repeat(groups))
        with torch.autocast(x.device.type, enabled=False):  # logits are float32 whatever the blocks compute in
            return m.head(m.norm(x)).unflatten(0, (groups, -1))


class RecomputeGPT(_Rows):
    """The same answers from the whole prefix."""

    def logits(self, at: Positions, tokens: np.ndarray, opened: np.ndarray) -> Tensor:
        rows = []
        for image, start in zip(at.images, at.starts, strict=True):
            prefix = torch.from_numpy(tokens[image, : start + at.size]).to(self.classes.device).expand(self.groups, -1)
            rows.append(self.model(prefix, self.classes[:, image])[:, start:])
        return torch.stack(rows, dim=1)
