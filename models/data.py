"""Pictures: read a folder once into one uint8 array, hold some out, and stream shuffled batches that can be resumed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from models.checkpoint import save_array
from models.config import Config
from models.errors import DataError


class DataConfig(Config):
    picture_size: int = 64
    held_out_per_class: int = 500
    split_seed: int = 0
    """Seed of the class-balanced split; every training leaves the held-out pictures alone."""


@dataclass(frozen=True)
class Pictures:
    """pixels uint8 [N, S, S, 3], labels int64 [N], class names in label order (alphabetical)."""

    pixels: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Split:
    """Sorted, disjoint indices into Pictures."""

    train: np.ndarray
    held_out: np.ndarray


def load_pictures(root: Path, config: DataConfig, *, cache: Path = Path(".cache"), download: bool = False) -> Pictures:
    """All pictures below `root`: EuroSAT as torchvision lays it out (root/eurosat/2750), else one folder a class.

    Decoded once and cached under `cache`. Raises DataError naming the folder or file that cannot be used.
    """
    root = Path(root)
    paths, labels, classes = _list_files(root, download)
    listing = json.dumps([[str(path.name), path.stat().st_size] for path in paths] + [config.picture_size, classes])
    cached = Path(cache) / f"pictures-{hashlib.sha256(listing.encode()).hexdigest()[:16]}.npy"
    if cached.exists():
        pixels = np.load(cached, mmap_mode="r")
    else:
        pixels = np.stack([_decode(path, config.picture_size) for path in tqdm(paths, desc="decoding", unit="picture")])
        cached.parent.mkdir(parents=True, exist_ok=True)
        save_array(cached, pixels, several=True)  # trainings that start together fill the same cache
    return Pictures(pixels, labels, tuple(classes))


def split_pictures(labels: np.ndarray, config: DataConfig) -> Split:
    """Hold out the same number of pictures of every class, chosen by `split_seed`. Raises DataError if too few."""
    rng = np.random.default_rng(config.split_seed)
    held_out = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        if len(members) <= config.held_out_per_class:
            raise DataError(
                f"class {label} has {len(members)} pictures, not more than data.held_out_per_class = "
                f"{config.held_out_per_class}: lower that number or add pictures"
            )
        held_out.append(rng.permutation(members)[: config.held_out_per_class])
    chosen = np.sort(np.concatenate(held_out))
    return Split(np.setdiff1d(np.arange(len(labels)), chosen), chosen)


def symmetry(pictures: np.ndarray, which: int) -> np.ndarray:
    """One of the eight symmetries of the square, applied to [..., S, S, C]: `which` = 4 * mirrored + quarter turns."""
    if which >= 4:
        pictures = np.flip(pictures, axis=-2)
    return np.rot90(pictures, which % 4, axes=(-3, -2))


def _list_files(root: Path, download: bool) -> tuple[list[Path], np.ndarray, list[str]]:
    from torchvision.datasets import EuroSAT, ImageFolder

    try:
        if download or (root / "eurosat" / "2750").is_dir():
            dataset = EuroSAT(str(root), download=download)
        elif not root.is_dir():
            raise DataError(f"{root}: no such folder; pass --data DIR, or --download to fetch EuroSAT into it")
        else:
            dataset = ImageFolder(str(root))
    except FileNotFoundError as error:
        raise DataError(f"{root}: expected one folder of pictures for each class ({error})") from None
    if len(dataset.classes) < 2:
        only = root / dataset.classes[0]
        deeper = f"; if {only} holds the folders of the classes, pass that" if any(only.glob("*/")) else ""
        raise DataError(f"{root}: only one class ({only.name}); at least two are needed{deeper}")
    paths = [Path(path) for path, _ in dataset.samples]
    return paths, np.array(dataset.targets, dtype=np.int64), list(dataset.classes)


def _decode(path: Path, size: int) -> np.ndarray:
    try:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB"))
    except Exception as error:  # Pillow raises many types for broken files; all mean the same to the reader
        raise DataError(f"{path}: cannot be decoded ({error}); repair or remove it") from None
    if pixels.shape != (size, size, 3):
        raise DataError(f"{path}: is {pixels.shape[1]} x {pixels.shape[0]} pixels, but data.picture_size is {size}")
    return pixels
