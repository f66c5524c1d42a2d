"""Held-out pictures of a pack to start from, and the band that such pictures lie in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.data import Pictures
from models.export.files import write_file
from models.export.pictures import grid, png, room
from models.reconstruction import psnr_of
from models.token_data import every
from models.tokenizer import Tokenizer

PER_CLASS = 6
BAND_PICTURES = 500
BAND = (0.01, 0.99)


@dataclass
class Gallery:
    """pictures uint8 [N, S, S, 3] with their classes [N]; psnr float [M] of other held-out pictures, in dB."""

    pictures: np.ndarray
    classes: list[int]
    psnr: np.ndarray


def gallery_of(pictures: Pictures, held_out: np.ndarray, tokenizer: Tokenizer) -> Gallery:
    """The first held-out pictures of every class, and the reconstruction of a sample spread over all of them."""
    held_out = np.asarray(held_out)
    labels = np.asarray(pictures.labels)[held_out]
    chosen = np.concatenate([held_out[labels == k][:PER_CLASS] for k in range(len(pictures.classes))])
    sample = every(held_out, BAND_PICTURES)
    psnr = psnr_of(tokenizer, np.stack([pictures.pixels[i] for i in sample]), torch.device("cpu"))
    return Gallery(np.stack([pictures.pixels[i] for i in chosen]), [int(pictures.labels[i]) for i in chosen], psnr)


def band(values: np.ndarray) -> dict[str, float]:
    """The 1st and 99th percentile."""
    low, high = np.quantile(values, BAND)
    return {"low": round(float(low), 3), "high": round(float(high), 3)}


def with_room(gallery: Gallery) -> np.ndarray:
    """Indices of the pictures that one file has room for: equally many of every class, or one of as many as there can be."""
    most = room(gallery.pictures.shape[1])
    places = np.array([gallery.classes[:i].count(label) for i, label in enumerate(gallery.classes)])  # each within its class
    for each in range(places.max() + 1, 0, -1):
        if (places < each).sum() <= most:
            return np.flatnonzero(places < each)
    return every(np.flatnonzero(places == 0), most)


def gallery_entries(root: Path, gallery: Gallery, entropies: np.ndarray) -> dict[str, Any]:
    """The manifest's `gallery` and `heldOut`; entropies float32 [N, T] of held-out pictures, the first column unknown."""
    shown = with_room(gallery)
    pictures, classes = gallery.pictures[shown], [gallery.classes[i] for i in shown]
    sheet = write_file(root, "gallery.png", png(grid(pictures, PER_CLASS)))
    return {
        "gallery": {"file": sheet, "columns": PER_CLASS, "size": pictures.shape[1], "classes": classes},
        "heldOut": {"psnr": band(gallery.psnr), "entropy": band(entropies[:, 1:].mean(1))},
    }
