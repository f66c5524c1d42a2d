"""Pictures read one at a time from a folder too large for memory, each as the crops that its tokens are made of."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from PIL import Image

from models.errors import DataError

Views = Literal["centre", "flip", "ten-crop"]
ENDINGS = (".jpeg", ".jpg", ".png", ".webp", ".bmp")


@dataclass(frozen=True)
class PictureFolder:
    """Files in the order of classes (alphabetical), then names; labels int64 [N]."""

    paths: list[str]
    labels: np.ndarray
    classes: tuple[str, ...]


def list_pictures(root: Path) -> PictureFolder:
    """Every picture of root/train/<class>/ (ImageNet's layout) or root/<class>/. Nothing is opened.

    Raises DataError if there are fewer than two classes, or a class without pictures.
    """
    root = Path(root)
    if not root.is_dir():
        raise DataError(f"{root}: no such folder; pass --data DIR with one folder of pictures for each class")
    root = root / "train" if (root / "train").is_dir() else root
    classes = sorted(entry.name for entry in os.scandir(root) if entry.is_dir())
    if len(classes) < 2:
        raise DataError(f"{root}: {len(classes)} class folders; at least two are needed")
    paths, labels = [], []
    for label, name in enumerate(classes):
        files = sorted(e.path for e in os.scandir(root / name) if e.name.lower().endswith(ENDINGS))
        if not files:
            raise DataError(f"{root / name}: no pictures ({', '.join(ENDINGS)})")
        paths += files
        labels += [label] * len(files)
    return PictureFolder(paths, np.array(labels, dtype=np.int64), tuple(classes))


def view_count(views: Views) -> int:
    return {"centre": 1, "flip": 2, "ten-crop": 10}[views]


def crops(picture: Image.Image, size: int, views: Views, crop_range: float) -> np.ndarray:
    """uint8 [A, size, size, 3]. View 0 is the centre, unmirrored; the second half mirrors the first.

    ten-crop (LlamaGen's augmentation): the shorter side becomes crop_range * size; centre and four corners of the central
    square, and their mirror images. Otherwise the shorter side becomes `size`.
    """
    square = int(size * crop_range) if views == "ten-crop" else size
    scale = square / min(picture.size)
    width, height = (max(square, round(side * scale)) for side in picture.size)
    # reducing_gap: a box filter first, and for JPEG a smaller decode
    pixels = np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=3.0))
    top, left = (height - square) // 2, (width - square) // 2
    pixels = pixels[top : top + square, left : left + square]
    rest = square - size
    middle = round(rest / 2)
    corners = [(middle, middle)]
    if views == "ten-crop":
        corners += [(0, 0), (0, rest), (rest, 0), (rest, rest)]
    upright = np.stack([pixels[y : y + size, x : x + size] for y, x in corners])
    return upright if views == "centre" else np.concatenate([upright, upright[:, :, ::-1]])


def read_crops(path: str, size: int, views: Views, crop_range: float) -> np.ndarray:
    """As crops, from a file. DataError names a file that cannot be decoded."""
    try:
        with Image.open(path) as picture:
            return crops(picture.convert("RGB"), size, views, crop_range)
    except Exception as error:  # Pillow raises many types for broken files; all mean the same to the reader
        raise DataError(f"{path}: cannot be decoded ({error}); repair or remove it") from None


class CropDataset(torch.utils.data.Dataset):
    """read_crops of the given files, for a DataLoader whose workers decode."""

    def __init__(self, paths: list[str], size: int, views: Views, crop_range: float) -> None:
        self.paths, self.size, self.views, self.crop_range = paths, size, views, crop_range

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> torch.Tensor:
        return torch.from_numpy(read_crops(self.paths[index], self.size, self.views, self.crop_range))
