"""Which pictures a folder holds out by itself: split.json, {"held_out": ["class/name.png", ...]}, beside the classes' folders.

For data in which pictures are near copies of each other: a split by what they share, which a random one would not respect.
"""

from __future__ import annotations

import json
import os

import numpy as np

from models.errors import DataError
from models.picture_folder import PictureFolder

NAME = "split.json"


def read_split(folder: PictureFolder) -> np.ndarray | None:
    """Sorted indices of the pictures that are held out; None where the folder has no split.json.

    Raises DataError where the file is damaged, names a picture that is not there, or leaves a class without pictures on
    either side.
    """
    path = folder.root / NAME
    try:
        names = json.loads(path.read_text(encoding="utf-8"))["held_out"]
        if not isinstance(names, list):
            raise TypeError("held_out is no list")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: is not of the form {{\"held_out\": [\"class/name.png\", ...]}} ({error})") from None
    index = {os.path.relpath(file, folder.root).replace(os.sep, "/"): i for i, file in enumerate(folder.paths)}
    missing = next((name for name in names if name not in index), None)
    if missing is not None:
        raise DataError(f"{path}: names {missing!r}, which is not there; make the pictures whole first, or correct the file")
    held_out = np.unique(np.array([index[name] for name in names], dtype=np.int64))
    of = np.bincount(folder.labels[held_out], minlength=len(folder.classes)) if len(held_out) else np.zeros(len(folder.classes))
    for name, count, out in zip(folder.classes, np.bincount(folder.labels, minlength=len(folder.classes)), of, strict=True):
        if not 0 < out < count:
            raise DataError(f"{path}: holds out {int(out)} of {count} pictures of {name}; both sides need some")
    return held_out
