"""Sampling images token by token: incrementally with KV caches, or by Alg. 2 with a full recompute per token.

Both walk the same loop; that they agree is the truth test of the incremental form. The baseline (models/gpt_decode.py)
walks it, too.
"""

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from models.blocks import KVCache
from models.dpar import DPAR, segmentation
from models.entropy_model import EntropyModel, entropy
from models.gpt import GPT
from models.gpt_decode import IncrementalGPT, RecomputeGPT
from models.gumbel import gumbel
from models.null_class import NullClass
from models.patchify import TOKEN_BY_TOKEN, PatchRules, patches_of, reasons
from models.sampling import SamplingConfig, guide, sample


@dataclass
class Decoded:
    """tokens, opened, entropies [B, T] (entropies[:, 0] = inf); logits [B, G, T, V] when kept."""

    tokens: np.ndarray
    opened: np.ndarray
    entropies: np.ndarray
    logits: np.ndarray | None = None


class IncrementalDecoder:
    """Logits of the next token from KV caches. Rows: class rows first, then null rows when groups = 2."""

    def __init__(self, model: DPAR, classes: Tensor, groups: int):
        c = model.config
        self.model, self.images, self.groups = model, len(classes), groups
        rows, device = groups * self.images, model.slot_cos.device

        def caches(blocks: int, count: int) -> list[KVCache]:
            return [KVCache(count, c.heads, c.tokens + 1, c.head_dim, device) for _ in range(blocks)]

        self.encoder_caches = caches(c.encoder_blocks, self.images)
        self.global_caches = caches(c.patch_transformer_blocks, rows)
        self.decoder_caches = caches(c.decoder_blocks, rows)
        self.conditions = torch.zeros(c.decoder_blocks, rows, c.dim, device=device)
        self.h = torch.zeros(self.images, c.tokens, c.dim, device=device)
        self.k, self.v = torch.zeros_like(self.h), torch.zeros_like(self.h)
        self.restart(classes)

    def restart(self, classes: Tensor) -> None:
        """Begin as many new images. What the memory holds is overwritten before it is read; fresh memory costs seconds."""
        null = torch.full_like(classes, self.model.null_class)
        self.classes = torch.cat([classes, null]) if self.groups == 2 else classes
        self.slots, self.starts = torch.zeros_like(classes), torch.zeros_like(classes)

    def _per_group(self, x: Tensor) -> Tensor:
        return torch.cat([x] * self.groups)

    def open_patches(self, images: Tensor, t: int) -> None:
        """Close the patches of the given images before token t and run one patch-transformer step for each."""
        m, model = images, self.model
        rows = torch.cat([m + g * self.images for g in range(self.groups)])
        half = model.config.head_dim // 2
        if t == 0:
            x = model.patch_transformer.class_embedding(self.classes[rows])
            cos = sin = torch.zeros(len(rows), 1, 1, half, device=x.device)
        else:
            starts, ends = self.starts[m], torch.full_like(m, t - 1)
            offsets = torch.arange(int((ends - starts).max()) + 1, device=m.device)
            window = starts[:, None] + offsets
            inside = window <= ends[:, None]
            window = window.clamp(max=t - 1)
            h, k, v = (y[m[:, None], window] for y in (self.h, self.k, self.v))
            x = self._per_group(model.encoder.pooling(h, k, v, inside))
            rotations = model.patch_rotation(starts[:, None], ends[:, None])
            cos, sin = (self._per_group(y[:, 1:, :])[:, None] for y in rotations)
        x = x[:, None]
        slots = self._per_group(self.slots[m])
        for block, cache in zip(model.patch_transformer.blocks, self.global_caches, strict=True):
            x = block.step(x, cos, sin, cache, rows, slots)
        for condition, value in zip(self.conditions, model.decoder.conditions(x[:, 0]), strict=True):
            condition[rows] = value.float()
        self.slots[m] += 1
        self.starts[m] = t

    def logits(self, t: int) -> Tensor:
        """Decoder step -> [G * B, V]."""
        decoder, rows = self.model.decoder, torch.arange(len(self.classes), device=self.slots.device)
        previous = self.h[:, t - 1] if t else decoder.start.expand(self.images, -1)
        x = self._per_group(previous)[:, None]
        cos, sin = self.model.slot_cos[t], self.model.slot_sin[t]
        slots = torch.full_like(rows, t)
        for block, condition, cache in zip(decoder.blocks, self.conditions, self.decoder_caches, strict=True):
            x = block.step(x + condition[:, None], cos, sin, cache, rows, slots)
        with torch.autocast(x.device.type, enabled=False):  # logits are float32 whatever the blocks compute in
            return decoder.head(decoder.norm(x))[:, 0]

    def append(self, tokens: Tensor, t: int) -> None:
        """Encoder step on x_t."""
        rows = torch.arange(self.images, device=tokens.device)
        x = self.model.encoder.embedding(tokens)[:, None]
        for block, cache in zip(self.model.encoder.blocks, self.encoder_caches, strict=True):
            x = block.step(x, self.model.cell_cos[t], self.model.cell_sin[t], cache, rows, torch.full_like(rows, t))
        self.h[:, t] = x[:, 0]
        self.k[:, t], self.v[:, t] = self.model.encoder.pooling.keys_values(x[:, 0])


class RecomputeDecoder:
    """The same answers by Alg. 2: the whole prefix again for every token."""

    def __init__(self, model: DPAR, classes: Tensor, groups: int):
        self.model, self.groups = model, groups
        null = torch.full_like(classes, model.null_class)
        self.classes = torch.cat([classes, null]) if groups == 2 else classes
        self.tokens = torch.zeros(len(classes), 0, dtype=torch.long, device=classes.device)
        self.opened = np.zeros((len(classes), model.config.tokens), dtype=bool)

    def open_patches(self, images: Tensor, t: int) -> None:
        self.opened[images.cpu().numpy(), t] = True

    def logits(self, t: int) -> Tensor:
        pad = torch.zeros_like(self.classes[: len(self.tokens), None])
        tokens = torch.cat([self.tokens, pad], dim=1).repeat(self.groups, 1)
        patches = [patches_of(row[: t + 1]) for row in self.opened]
        s = segmentation(patches * self.groups).to(tokens.device)
        return self.model(tokens, self.classes, s)[:, t]

    def append(self, tokens: Tensor, t: int) -> None:
        self.tokens = torch.cat([self.tokens, tokens[:, None]], dim=1)


@dataclass
class Request:
    """classes [B] and seeds [B]; given [B, n] tokens are taken as they are before sampling starts. rules: DPAR's alone."""

    classes: np.ndarray
    seeds: np.ndarray
    rules: PatchRules = field(default_factory=PatchRules)
    sampling: SamplingConfig = field(default_factory=SamplingConfig)
    given: np.ndarray | None = None
    steps: int | None = None


def groups_of(sampling: SamplingConfig) -> int:
    """Rows of each image: the class's and, with guidance, the null class's."""
    return 1 if sampling.guidance == 1 else 2


@torch.no_grad()
def decode(model: DPAR | GPT, entropy_model: EntropyModel | None, request: Request, incremental: bool = True,
           keep: bool = False, bf16: bool = False, decoder: IncrementalDecoder | None = None) -> Decoded:
    """Run the decode loop of a batch. keep: also return all logits. bf16: the model's blocks multiply in bfloat16.

    decoder: one made before for this model and for as many images and groups, whose memory is used again.

    The entropy model always runs in float32, because the gate compares its entropies with a threshold. A GPT needs none:
    without one its entropies are those of its null class, with guidance from the rows that are there anyway.
    """
    device_type = model.slot_cos.device.type
    with torch.autocast(device_type, torch.bfloat16, enabled=bf16):
        return _decode(model, entropy_model, request, incremental, keep, decoder)


def _decode(model: DPAR | GPT, entropy_model: EntropyModel | None, request: Request, incremental: bool, keep: bool,
            decoder: IncrementalDecoder | None) -> Decoded:
    c, images = model.config, len(request.classes)
    device = model.slot_cos.device
    groups = groups_of(request.sampling)
    classes = torch.as_tensor(request.classes, dtype=torch.long, device=device)
    baseline = isinstance(model, GPT)
    forms = (IncrementalGPT, RecomputeGPT) if baseline else (IncrementalDecoder, RecomputeDecoder)
    if decoder:
        decoder.restart(classes)
    else:
        decoder = forms[0 if incremental else 1](model, classes, groups)
    rules = TOKEN_BY_TOKEN if baseline else request.rules
    caches = entropy_model.caches(images) if entropy_model else []
    length, kept = request.steps or c.tokens, []
    tokens = np.zeros((images, length), dtype=np.int64)
    opened = np.zeros((images, length), dtype=bool)
    entropies = np.full((images, length), np.inf, dtype=np.float32)
    open_length = np.zeros(images, dtype=np.int64)
    for t in range(length):
        for b in range(images):
            opened[b, t] = any(reasons(t, entropies[b, t], int(open_length[b]), c.width, rules))
        open_length = np.where(opened[:, t], 1, open_length + 1)
        if opened[:, t].any():
            decoder.open_patches(torch.from_numpy(np.flatnonzero(opened[:, t])).to(device), t)
        logits = decoder.logits(t).float()
        if baseline and not entropy_model and groups == 2 and t:
            entropies[:, t] = entropy(logits[images:]).cpu().numpy()
        rows = logits.cpu().numpy()
        if keep:
            kept.append(rows.reshape(groups, images, -1).transpose(1, 0, 2))
        if request.given is not None and t < request.given.shape[1]:
            tokens[:, t] = request.given[:, t]
        else:
            guided = guide(rows[:images], rows[images:] if groups == 2 else None, request.sampling.guidance)
            tokens[:, t] = sample(guided, request.sampling, gumbel(request.seeds, t, c.vocab))
        if t + 1 < length:
            x = torch.from_numpy(tokens[:, t]).to(device)
            decoder.append(x, t)
            if entropy_model:
                with torch.autocast(device.type, enabled=False):
                    entropies[:, t + 1] = entropy(entropy_model.step(x, t, caches)).cpu().numpy()
    if baseline and not entropy_model and groups == 1:
        entropies = NullClass(model).entropies(torch.from_numpy(tokens).to(device)).cpu().numpy()
    return Decoded(tokens, opened, entropies, np.stack(kept, axis=2) if keep else None)
