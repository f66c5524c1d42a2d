"""Structural similarity (Wang et al. 2004): a Gaussian window of 11 pixels, sigma 1.5, on each colour channel."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

SIGMA, SIZE = 1.5, 11
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim(a: Tensor, b: Tensor) -> Tensor:
    """a, b [N, C, H, W] in 0..255 -> [N], mean over channels and over the windows that lie wholly inside."""
    offsets = torch.arange(SIZE, dtype=torch.float64) - SIZE // 2
    line = torch.exp(-offsets.square() / (2 * SIGMA**2))
    line = (line / line.sum()).float().to(a.device)

    def blur(x: Tensor) -> Tensor:
        flat = x.flatten(0, 1)[:, None]
        return F.conv2d(F.conv2d(flat, line.view(1, 1, -1, 1)), line.view(1, 1, 1, -1)).view(*x.shape[:2], -1)

    a, b = a.float() - 127.5, b.float() - 127.5  # variances from small numbers; the means are moved back below
    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b = blur(a * a) - mean_a.square(), blur(b * b) - mean_b.square()
    both = blur(a * b) - mean_a * mean_b
    mean_a, mean_b = mean_a + 127.5, mean_b + 127.5
    luminance = (2 * mean_a * mean_b + C1) / (mean_a.square() + mean_b.square() + C1)
    return (luminance * (2 * both + C2) / (var_a + var_b + C2)).mean((1, 2))
