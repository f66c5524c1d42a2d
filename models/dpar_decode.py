"""DPAR's decoders for the loop of models/decode.py: incrementally with KV caches, or by Alg. 2 with a full recompute."""

import numpy as np
import torch
from torch import Tensor

from models.blocks import KVCache
from models.dpar import DPAR, segmentation
from models.patchify import patches_of
from models.window import Positions


class IncrementalDecoder:
    """Logits from KV caches. Rows: those of the images' classes first, then under guidance their second rows."""

    def __init__(self, model: DPAR, classes: Tensor, window: int = 1):
        """classes [G, B] of all rows. window: positions of a pass, at most."""
        c = model.config
        self.model, (self.groups, self.images) = model, classes.shape
        rows, device = classes.numel(), model.slot_cos.device
        self.ring = window + 1  # conditions that a pass may read: of the patch open before it, and of those it opens

        def caches(blocks: int, count: int) -> list[KVCache]:
            return [KVCache(count, c.heads, c.tokens + window, c.head_dim, device) for _ in range(blocks)]

        self.encoder_caches = caches(c.encoder_blocks, self.images)
        self.global_caches = caches(c.patch_transformer_blocks, rows)
        self.decoder_caches = caches(c.decoder_blocks, rows)
        self.conditions = torch.zeros(c.decoder_blocks, rows, self.ring, c.dim, device=device)
        self.h = torch.zeros(self.images, c.tokens, c.dim, device=device)
        self.k, self.v = torch.zeros_like(self.h), torch.zeros_like(self.h)
        self.restart(classes)

    def restart(self, classes: Tensor) -> None:
        """Begin as many new images. What the memory holds is overwritten before it is read; fresh memory costs seconds."""
        self.classes = classes.flatten()

    def _per_group(self, x: Tensor) -> Tensor:
        return torch.cat([x] * self.groups)

    def _rows(self, images: Tensor) -> Tensor:
        return torch.cat([images + g * self.images for g in range(self.groups)])

    def logits(self, at: Positions, tokens: np.ndarray, opened: np.ndarray) -> Tensor:
        """tokens, opened [B, T], settled or drafts up to the last position -> logits [G, b, L, V] at the positions."""
        before = at.before()
        if before.size:
            self._encode(before, tokens)
        if opened[at.images[:, None], at.all].any():
            self._open(at, opened)
        return self._decode(at, opened)

    def _encode(self, at: Positions, tokens: np.ndarray) -> None:
        """Encoder step on the tokens of the positions."""
        encoder, device = self.model.encoder, self.h.device
        rows, starts, cells = (torch.from_numpy(x).to(device) for x in (at.images, at.starts, at.all))
        x = encoder.embedding(torch.from_numpy(tokens[at.images[:, None], at.all]).to(device))
        cos, sin = (table[cells][:, None] for table in (self.model.cell_cos, self.model.cell_sin))
        for block, cache in zip(encoder.blocks, self.encoder_caches, strict=True):
            x = block.step(x, cos, sin, cache, rows, starts)
        lines = rows[:, None], cells
        for memory, value in zip((self.h, self.k, self.v), (x, *encoder.pooling.keys_values(x)), strict=True):
            memory[lines] = value.to(memory.dtype)

    def _open(self, at: Positions, opened: np.ndarray) -> None:
        """Close the patches before those that open at the positions, and one patch-transformer step for each."""
        model, device = self.model, self.h.device
        images, slots, spans = [], [], []
        for image, start in zip(at.images, at.starts, strict=True):
            begins = np.flatnonzero(opened[image, : start + at.size])
            first = np.searchsorted(begins, start)
            if first < len(begins):
                images.append(image)
                slots.append(first)
                spans.append([(begins[m - 1] if m else 0, begins[m] - 1) for m in range(first, len(begins))])
        most = max(map(len, spans))
        padded = np.array([span + [span[-1]] * (most - len(span)) for span in spans])  # slots past the last are written anew
        m, first_slots, bounds = (torch.from_numpy(np.array(x)).to(device) for x in (images, slots, padded))
        begin, end = bounds[..., 0], bounds[..., 1]  # end -1: the class slot
        offsets = torch.arange(int((end - begin).max().clamp(min=0)) + 1, device=device)
        window = begin[..., None] + offsets
        inside = (window <= end[..., None]) | (offsets == 0)
        window = torch.minimum(window, end.clamp(min=0)[..., None])
        h, k, v = (y[m[:, None, None], window] for y in (self.h, self.k, self.v))
        x = self._per_group(model.encoder.pooling(h, k, v, inside))
        rows, is_class = self._rows(m), self._per_group(end < 0)[..., None]
        x = torch.where(is_class, model.patch_transformer.class_embedding(self.classes[rows])[:, None], x)
        cos, sin = (self._per_group(y[:, 1:]) for y in model.patch_rotation(begin, end.clamp(min=0)))
        cos, sin = (torch.where(is_class, 0, y)[:, None] for y in (cos, sin))
        starts = self._per_group(first_slots)
        for block, cache in zip(model.patch_transformer.blocks, self.global_caches, strict=True):
            x = block.step(x, cos, sin, cache, rows, starts)
        places = rows[:, None], (starts[:, None] + torch.arange(most, device=device)) % self.ring
        for condition, value in zip(self.conditions, model.decoder.conditions(x), strict=True):
            condition[places] = value.float()

    def _decode(self, at: Positions, opened: np.ndarray) -> Tensor:
        decoder, device = self.model.decoder, self.h.device
        images, starts, cells = (torch.from_numpy(x).to(device) for x in (at.images, at.starts, at.all))
        patch_of = torch.from_numpy(np.cumsum(opened, axis=1)[at.images[:, None], at.all] - 1).to(device)
        previous = self.h[images[:, None], (cells - 1).clamp(min=0)]
        x = self._per_group(torch.where((cells == 0)[..., None], decoder.start, previous))
        cos, sin = (self._per_group(table[cells])[:, None] for table in (self.model.slot_cos, self.model.slot_sin))
        rows, places, starts = self._rows(images), self._per_group(patch_of) % self.ring, self._per_group(starts)
        for block, condition, cache in zip(decoder.blocks, self.conditions, self.decoder_caches, strict=True):
            x = block.step(x + condition[rows[:, None], places], cos, sin, cache, rows, starts)
        with torch.autocast(device.type, enabled=False):  # logits are float32 whatever the blocks compute in
            return decoder.head(decoder.norm(x)).unflatten(0, (self.groups, -1))


class RecomputeDecoder:
    """The same answers by Alg. 2: the whole prefix again for every pass."""

    def __init__(self, model: DPAR, classes: Tensor):
        self.model, self.groups, self.classes = model, len(classes), classes

    def logits(self, at: Positions, tokens: np.ndarray, opened: np.ndarray) -> Tensor:
        device, rows = self.classes.device, []
        for image, start in zip(at.images, at.starts, strict=True):
            end = start + at.size
            s = segmentation([patches_of(opened[image, :end])] * self.groups).to(device)
            prefix = torch.from_numpy(tokens[image, :end]).to(device).expand(self.groups, -1)
            rows.append(self.model(prefix, self.classes[:, image], s)[:, start:end])
        return torch.stack(rows, dim=1)
