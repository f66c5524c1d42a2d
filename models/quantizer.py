"""Vector quantisation by cosine: unit-length codes and vectors (ViT-VQGAN, LlamaGen), with re-seeding of idle codes."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Quantizer(nn.Module):
    """Codebook [V, C]; every vector becomes the unit-length code with the largest cosine (ties: the lowest id)."""

    def __init__(self, vocab: int, dim: int) -> None:
        super().__init__()
        self.codebook = nn.Parameter(F.normalize(torch.randn(vocab, dim), dim=-1))
        self.register_buffer("idle", torch.zeros(vocab, dtype=torch.int64))  # training steps since last use

    def nearest(self, z: Tensor) -> Tensor:
        """[N, C, H, W] to ids int64 [N, H, W], in float32: bf16 would confuse neighbouring codes."""
        with torch.autocast(z.device.type, enabled=False):
            vectors = z.float().permute(0, 2, 3, 1)  # its length does not change which cosine is the largest
            return (vectors @ F.normalize(self.codebook.float(), dim=-1).t()).argmax(-1)

    def lookup(self, ids: Tensor) -> Tensor:
        """ids [N, H, W] to unit codes float32 [N, C, H, W]."""
        return F.normalize(self.codebook.float(), dim=-1)[ids].permute(0, 3, 1, 2)

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Codes with straight-through gradient, ids, codebook loss, commitment loss (both mean over vectors)."""
        ids = self.nearest(z)
        unit, codes = F.normalize(z.float(), dim=1), self.lookup(ids)
        codebook_loss = (codes - unit.detach()).square().sum(1).mean()
        commitment = (codes.detach() - unit).square().sum(1).mean()
        return unit + (codes - unit).detach(), ids, codebook_loss, commitment

    @torch.no_grad()
    def note_use(self, ids: Tensor, first: bool = True) -> None:
        """Call for every part of a training step's batch, so that `idle` counts the steps since each code was last chosen.

        first: whether it is the step's first part.
        """
        self.idle += int(first)
        self.idle[ids.unique()] = 0

    @torch.no_grad()
    def reseed(self, z: Tensor, patience: int) -> int:
        """Replace codes idle for `patience` steps by random vectors of z [N, C, H, W]; returns how many."""
        dead = (self.idle >= patience).nonzero().squeeze(1)
        vectors = F.normalize(z.float().permute(0, 2, 3, 1).reshape(-1, z.shape[1]), dim=-1)
        dead = dead[: len(vectors)]
        chosen = torch.randperm(len(vectors), device=z.device)[: len(dead)]
        self.codebook[dead] = vectors[chosen].to(self.codebook.dtype)
        self.idle[dead] = 0
        return len(dead)
