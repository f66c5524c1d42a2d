"""How well a tokenizer restores held-out pictures, and how evenly it uses its codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from models.data import Pictures
from models.streams import to_pixels, to_tensor
from models.tokenizer import Tokenizer
from models.vqgan import VQGAN


@torch.no_grad()
def restored_figures(
    model: Tokenizer, pictures: Pictures, indices: np.ndarray, device: torch.device, batch_size: int = 100
) -> dict:
    """PSNR in dB (mean over pictures, of 8-bit pixels), by class; code perplexity; codes never used."""
    counts, found = np.zeros(model.config.vocab, dtype=np.int64), []
    for start in range(0, len(indices), batch_size):
        pixels = np.asarray(pictures.pixels[indices[start : start + batch_size]])
        tokens = model.encode(to_tensor(pixels).to(device))
        restored = to_pixels(model.decode(tokens))
        found.append(psnr(restored, pixels))
        counts += np.bincount(tokens.cpu().numpy().ravel(), minlength=len(counts))
    each = np.concatenate(found)
    labels = pictures.labels[indices]
    by_class = {name: round(float(each[labels == k].mean()), 2) for k, name in enumerate(pictures.classes)}
    return {"psnr": float(each.mean()), "perplexity": perplexity(counts), "dead": int((counts == 0).sum()),
            "psnr_by_class": by_class}


@torch.no_grad()
def psnr_of(model: Tokenizer | VQGAN, pixels: np.ndarray, device: torch.device, batch_size: int = 100) -> np.ndarray:
    """PSNR in dB [N] of restored uint8 pictures [N, S, S, 3]."""
    found = []
    for start in range(0, len(pixels), batch_size):
        batch = pixels[start : start + batch_size]
        found.append(psnr(to_pixels(model.decode(model.encode(to_tensor(batch).to(device)))), batch))
    return np.concatenate(found)


def psnr(restored: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """In dB [N], of uint8 pictures [N, S, S, 3]; at most 108 dB, of pictures that are the same."""
    error = np.square(restored.astype(np.float32) - pixels).mean((1, 2, 3))
    return 10 * np.log10(255**2 / np.maximum(error, 1e-6))


def perplexity(counts: np.ndarray) -> float:
    """exp of the entropy of the codes' frequencies: as many equally used codes would be as surprising."""
    p = counts[counts > 0] / counts.sum()
    return float(np.exp(-(p * np.log(p)).sum()))


def write_panel(path: Path, originals: Tensor, restored: Tensor, zoom: int = 2) -> None:
    """PNG with originals [N, 3, S, S] above what the tokenizer made of them."""
    rows = [np.concatenate(list(to_pixels(batch)), axis=1) for batch in (originals, restored)]
    panel = np.concatenate(rows).repeat(zoom, 0).repeat(zoom, 1)
    Image.fromarray(panel).save(path)
