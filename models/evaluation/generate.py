"""Samples made here: batches of one class after another, each stored as soon as it is done, so that a stop costs one batch.

Tokens are stored, not pictures: another decoder of the same codebook paints what is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from models.decode import IncrementalDecoder, Request, decode, groups_of
from models.dpar import DPAR
from models.entropy_model import EntropyModel
from models.evaluation.store import Arrays, reuse
from models.gpt import GPT
from models.lineage import digest
from models.patchify import PatchRules
from models.sampling import SamplingConfig
from models.streams import to_pixels
from models.tokenizer import Tokenizer

PAINTED_AT_ONCE = 100


@dataclass(frozen=True)
class Samples:
    """pixels uint8 [N, S, S, 3], labels int64 [N] asked for, steps [N] patches of each (NaN where unknown)."""

    pixels: np.ndarray
    labels: np.ndarray
    steps: np.ndarray


@dataclass(frozen=True)
class SampledTokens:
    """tokens int64 [N, T], labels int64 [N] asked for, steps [N] patches of each."""

    tokens: np.ndarray
    labels: np.ndarray
    steps: np.ndarray

    @torch.no_grad()
    def painted(self, tokenizer: Tokenizer, device: torch.device) -> Samples:
        """As this tokenizer's decoder makes them."""
        parts = [to_pixels(tokenizer.decode(part.to(device))) for part in torch.from_numpy(self.tokens).split(PAINTED_AT_ONCE)]
        return Samples(np.concatenate(parts), self.labels, self.steps)


@dataclass(frozen=True)
class Generator:
    model: DPAR | GPT
    entropy: EntropyModel
    """Only DPAR's gate reads it."""
    rules: PatchRules
    sampling: SamplingConfig
    bf16: bool
    """The model's blocks multiply in bfloat16; the gate's entropies and all logits stay in float32."""

    def decoder(self, images: int) -> IncrementalDecoder | None:
        """Memory for batches of so many images; the baseline's is small and new for each."""
        if isinstance(self.model, GPT):
            return None
        rows = groups_of(self.sampling), images
        return IncrementalDecoder(self.model, torch.zeros(rows, dtype=torch.long, device=self.model.slot_cos.device))

    @torch.no_grad()
    def batch(self, labels: np.ndarray, seeds: np.ndarray, decoder: IncrementalDecoder | None) -> Arrays:
        entropy = self.entropy if isinstance(self.model, DPAR) else None
        request = Request(labels, seeds, self.rules, self.sampling)
        out = decode(self.model, entropy, request, bf16=self.bf16, decoder=decoder)
        return {"tokens": out.tokens, "steps": out.opened.sum(1)}


def generate(generator: Generator, count: int, batch_size: int, folder: Path, key: str) -> SampledTokens:
    """Picture i has class i modulo the number of classes, and seed i. Batches lie in `folder` under `key`.

    A batch holds one class as far as possible: its pictures open patches at similar places, which saves steps.
    """
    labels = np.arange(count) % generator.model.config.classes
    order = np.argsort(labels, kind="stable")
    parts, decoder = [], None
    with tqdm(total=count, desc="samples", unit="picture") as bar:
        for start in range(0, count, batch_size):
            seeds = order[start : start + batch_size]
            path = folder / f"{start:06d}-{len(seeds)}.npz"

            def make(seeds: np.ndarray = seeds) -> Arrays:
                nonlocal decoder
                if len(seeds) < batch_size:
                    return generator.batch(labels[seeds], seeds, None)
                decoder = decoder or generator.decoder(batch_size)
                return generator.batch(labels[seeds], seeds, decoder)

            parts.append(reuse(path, f"{key}-{digest(labels[seeds], seeds)[:16]}", make))
            bar.update(len(seeds))
    back = np.argsort(order)
    tokens, steps = (np.concatenate([part[name] for part in parts])[back] for name in ("tokens", "steps"))
    return SampledTokens(tokens, labels, steps.astype(np.float64))
