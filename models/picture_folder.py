"""The pictures of a folder; and, read one at a time where they are too many for memory, the crops that tokens are made of."""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from PIL import Image

from models.errors import DataError
from models.names import MOST, name_mistake
from models.picture import ENDINGS, read_picture

Views = Literal["centre", "flip", "ten-crop"]
KEPT_ASIDE = ("__MACOSX", "@eaDir")
"""Folders with thumbnails that macOS and Synology put beside pictures."""
BESIDE_TRAIN = {"val", "validation", "test"}
"""The other folders of ImageNet's layout; beside any other one `train` is a class."""


@dataclass(frozen=True)
class PictureFolder:
    """Files in the order of classes (alphabetical), then names; labels int64 [N]."""

    paths: list[str]
    labels: np.ndarray
    classes: tuple[str, ...]
    root: Path = Path()
    """The folder that holds the folders of the classes."""


def list_pictures(root: Path) -> PictureFolder:
    """Every picture of root/<class>/, at any depth; of root/train/ (ImageNet's layout) or root/eurosat/2750/ if there.

    `train` is a class where it holds no folders, or lies beside other folders than val, validation and test. Hidden files and
    folders are passed over, other files counted in a note. Nothing is opened. Raises DataError if there are fewer than two
    classes or more than a pack takes, or a class without pictures or with a name that no pack takes.
    """
    root = Path(root)
    if not root.is_dir():
        raise DataError(f"{root}: no such folder; pass --data DIR with one folder of pictures for each class, "
                        "or --download to fetch EuroSAT into it")
    try:
        root = _holder(root)
        classes = _folders(root)
        if len(classes) == 1:
            only = root / classes[0]
            deeper = f"; if {only} holds the folders of the classes, pass that" if any(only.glob("*/")) else ""
            raise DataError(f"{root}: only one class ({only.name}); at least two are needed{deeper}")
        if not classes:
            raise DataError(f"{root}: expected one folder of pictures for each class")
        if len(classes) > MOST:
            raise DataError(f"{root}: has {len(classes):,} folders of classes, and a pack takes at most {MOST:,}")
        if words := name_mistake(classes):
            raise DataError(f"{root}: {words}; rename the folder of one class")
        paths, labels, others = [], [], Counter()
        for label, name in enumerate(classes):
            files = files_below(root / name)
            found = [file for file in files if file.lower().endswith(ENDINGS)]
            if not found:
                raise DataError(f"{root / name}: no pictures ({', '.join(ENDINGS)})")
            paths += found
            labels += [label] * len(found)
            others.update(os.path.splitext(file)[1].lower() for file in set(files) - set(found))
    except OSError as error:
        raise DataError(f"{root}: cannot be read ({error})") from None
    if others:
        kinds = ", ".join(f"{count} {ending or 'without ending'}" for ending, count in others.most_common(5))
        print(f"{root}: files that are not read as pictures: {kinds}", file=sys.stderr)
    return PictureFolder(paths, np.array(labels, dtype=np.int64), tuple(classes), root)


def _holder(root: Path) -> Path:
    """The folder, `root` or below it, that holds the folders of the classes."""
    eurosat, train = root / "eurosat" / "2750", root / "train"
    if eurosat.is_dir():
        return eurosat
    if train.is_dir() and _folders(train) and set(_folders(root)) <= BESIDE_TRAIN | {train.name}:
        return train
    return root


def _folders(root: Path) -> list[str]:
    """Names of the folders in `root`, sorted, but for hidden ones."""
    return sorted(entry.name for entry in os.scandir(root) if entry.is_dir() and not _hidden(entry.name))


def files_below(folder: Path) -> list[str]:
    """Paths below `folder`, but for hidden ones, in the order of their folders, then names. Links are followed."""
    def fail(error: OSError) -> None:
        raise error

    found = []
    for at, folders, names in os.walk(folder, followlinks=True, onerror=fail):
        folders[:] = [name for name in folders if not _hidden(name)]
        found += [(at, name) for name in names if not _hidden(name)]
    return [os.path.join(*one) for one in sorted(found)]


def _hidden(name: str) -> bool:
    return name.startswith(".") or name in KEPT_ASIDE


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
    return crops(read_picture(path), size, views, crop_range)


class CropDataset(torch.utils.data.Dataset):
    """read_crops of the given files, for a DataLoader whose workers decode."""

    def __init__(self, paths: list[str], size: int, views: Views, crop_range: float) -> None:
        self.paths, self.size, self.views, self.crop_range = paths, size, views, crop_range

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> torch.Tensor:
        return torch.from_numpy(read_crops(self.paths[index], self.size, self.views, self.crop_range))
