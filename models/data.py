"""Pictures: read a folder once into one uint8 array, hold some out, and stream shuffled batches that can be resumed."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import Field
from tqdm import tqdm

from models.checkpoint import save_array
from models.config import Config
from models.errors import DataError
from models.lineage import digest, file_digest
from models.picture import READER, read_picture
from models.picture_folder import PictureFolder, crops, list_pictures
from models.picture_split import read_split
from models.seen import short_digests


class DataConfig(Config):
    picture_size: int = Field(64, gt=0, multiple_of=4)
    held_out_per_class: int = Field(500, ge=0)
    split_seed: int = Field(0, ge=0)
    """Seed of the class-balanced split; every training leaves the held-out pictures alone."""


@dataclass(frozen=True)
class Pictures:
    """pixels uint8 [N, S, S, 3], labels int64 [N], class names in label order (alphabetical)."""

    pixels: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    held_out: np.ndarray | None = None
    """Indices that the folder itself holds out (split.json), or None."""
    content: str = ""
    """Hex digest of what is in the files and how they are labelled: the same pictures, and no others, have it."""
    files: np.ndarray | None = None
    """uint64 [N], a short digest of each file (models/seen.py)."""


@dataclass(frozen=True)
class Split:
    """Sorted, disjoint indices into Pictures."""

    train: np.ndarray
    held_out: np.ndarray


def load_pictures(root: Path, config: DataConfig, *, cache: Path = Path(".cache"), download: bool = False) -> Pictures:
    """All pictures below `root`: EuroSAT as torchvision lays it out (root/eurosat/2750), else one folder a class.

    Larger ones are cut to their central square and reduced. Decoded once and cached under `cache`, by the content of every
    file. Raises DataError naming the folder or file that cannot be used.
    """
    if download:
        from torchvision.datasets import EuroSAT

        try:
            EuroSAT(str(root), download=True)
        except Exception as error:  # no network, no room, another file than expected: each of another type
            raise DataError(f"{root}: EuroSAT could not be fetched ({error}); fetch it by hand, or try again") from None
    folder = list_pictures(root)
    files = [file_digest(path) for path in folder.paths]
    cached = Path(cache) / f"pictures-{digest(READER, config.picture_size, files)[:16]}.npy"
    pixels = _cached(cached, (len(files), config.picture_size, config.picture_size, 3))
    if pixels is None:
        pixels = _decode_all(folder, config.picture_size)
        try:
            cached.parent.mkdir(parents=True, exist_ok=True)
            save_array(cached, pixels, several=True)  # trainings that start together fill the same cache
        except OSError as error:
            print(f"{cached}: not kept ({error}); the pictures will be decoded again next time", file=sys.stderr)
    held_out = read_split(folder)
    content = content_of_pictures(folder, files, held_out, config.picture_size)
    return Pictures(pixels, folder.labels, folder.classes, held_out, content, short_digests(files))


def content_of_pictures(folder: PictureFolder, files: list[str], held_out: np.ndarray | None, size: int) -> str:
    """Pictures.content of a folder whose files have the digests `files`, and which holds out `held_out` by itself."""
    split = () if held_out is None else (held_out.tolist(),)
    return digest(READER, size, files, folder.labels.tolist(), folder.classes, *split)


def split_pictures(labels: np.ndarray, config: DataConfig, held_out: np.ndarray | None = None,
                   classes: tuple[str, ...] = ()) -> Split:
    """Hold out what the folder says, else the same number of pictures of every class, chosen by `split_seed`.

    classes: their names, for words. Raises DataError if a class has too few.
    """
    if held_out is not None:
        return Split(np.setdiff1d(np.arange(len(labels)), held_out), held_out)
    if config.held_out_per_class < 1:
        raise DataError("data.held_out_per_class is 0; nothing could be measured without a held-out picture of every class")
    rng = np.random.default_rng(config.split_seed)
    chosen = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        if len(members) <= config.held_out_per_class:
            name = classes[label] if classes else label
            raise DataError(
                f"class {name} has {len(members)} pictures, not more than data.held_out_per_class = "
                f"{config.held_out_per_class}: lower that number or add pictures"
            )
        chosen.append(rng.permutation(members)[: config.held_out_per_class])
    held_out = np.sort(np.concatenate(chosen))
    return Split(np.setdiff1d(np.arange(len(labels)), held_out), held_out)


def symmetry(pictures: np.ndarray, which: int) -> np.ndarray:
    """One of the eight symmetries of the square, applied to [..., S, S, C]: `which` = 4 * mirrored + quarter turns."""
    if which >= 4:
        pictures = np.flip(pictures, axis=-2)
    return np.rot90(pictures, which % 4, axes=(-3, -2))


def _cached(path: Path, shape: tuple[int, ...]) -> np.ndarray | None:
    """What is stored at `path`, or None where there is nothing, or nothing whole."""
    try:
        pixels = np.load(path, mmap_mode="r")
    except (OSError, ValueError, EOFError):
        return None
    return pixels if pixels.shape == shape and pixels.dtype == np.uint8 else None


def _decode_all(folder: PictureFolder, size: int) -> np.ndarray:
    pixels = np.empty((len(folder.paths), size, size, 3), np.uint8)
    for i, path in enumerate(tqdm(folder.paths, desc="decoding", unit="picture")):
        picture = read_picture(path)
        if min(picture.size) < size:
            raise DataError(f"{path}: is {picture.width} x {picture.height} pixels, less than data.picture_size = {size}: "
                            "lower that, or take the picture out")
        pixels[i] = crops(picture, size, "centre", 1.0)[0]
    return pixels
