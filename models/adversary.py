"""A patch discriminator that teaches the tokenizer's decoder the look of real texture.

Adversarial training of a tokenizer: VQGAN (Esser et al. 2021), section 3.1. The game here is the relativistic one with
zero-centred gradient penalties on both sides (R3GAN, Huang et al. 2024): every patch of a restored picture is compared with
the same patch of the original, and the penalties keep the discriminator from running ahead. It is shown restored pictures in
the original's colours, so that sharpness is all there is to compare: colours are left to the other losses.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from models.config import Config
from models.tokenizer import PixelNorm


class AdversaryConfig(Config):
    weight: float = Field(0.0, ge=0)
    """Of the decoder's adversarial loss; 0 trains without an adversary."""
    width: int = Field(64, gt=0)
    penalty: float = Field(50.0, ge=0)
    """Of the discriminator's mean squared gradient on the pictures, half on each side."""
    warmup: int = Field(200, ge=0)
    """Steps in which only the discriminator learns from the comparison; in as many more the weight grows to its size."""

    def weight_at(self, step: int) -> float:
        return self.weight * min(1.0, max(0.0, step / self.warmup - 1)) if self.warmup else self.weight


class Discriminator(nn.Module):
    """Pictures [N, 3, S, S] to one logit for every 4 x 4 pixels [N, 1, S/4, S/4], each of which sees 28 pixels."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.enter = nn.Conv2d(12, width, 3, padding=1)
        self.down = nn.Conv2d(width, 2 * width, 4, 2, 1)
        self.spread = nn.Conv2d(2 * width, 2 * width, 3, padding=1)
        self.norms = nn.ModuleList(PixelNorm(channels) for channels in (width, 2 * width, 2 * width))
        self.leave = nn.Conv2d(2 * width, 1, 3, padding=1)

    def forward(self, pictures: Tensor) -> Tensor:
        x = F.pixel_unshuffle(pictures, 2)
        for layer, norm in zip((self.enter, self.down, self.spread), self.norms, strict=True):
            x = F.leaky_relu(norm(layer(x)), 0.2)
        return self.leave(x)


def recoloured(made: Tensor, real: Tensor) -> Tensor:
    """`made` with what varies slowly (over about 13 pixels) taken from `real`, both [N, 3, S, S]."""
    slow = real - made
    for _ in range(2):
        slow = F.avg_pool2d(slow, 7, stride=1, padding=3, count_include_pad=False)
    return made + slow


def discriminator_loss(discriminator: Discriminator, real: Tensor, made: Tensor, penalty: float) -> tuple[Tensor, Tensor]:
    """The discriminator's loss, and the part of it without the penalty (ln 2 = 0.69: real and restored look alike to it).

    Pictures learn nothing.
    """
    both = torch.cat([real.float(), recoloured(made.detach().float(), real)]).requires_grad_()
    logits = discriminator(both).float()
    on_real, on_made = logits.chunk(2)
    (gradient,) = torch.autograd.grad(logits.sum(), both, create_graph=True)
    relative = F.softplus(on_made - on_real).mean()
    return relative + 0.5 * penalty * gradient.float().square().mean(), relative.detach()


def fool(discriminator: Discriminator, real: Tensor, made: Tensor) -> Tensor:
    """The decoder's loss, a scalar. Leaves gradients on `made` and on the discriminator, whose ones are not to be used."""
    with torch.no_grad():
        on_real = discriminator(real)
    return F.softplus(on_real.float() - discriminator(recoloured(made, real)).float()).mean()
