"""Which classes a classifier tells apart, by name: as many others would be counted under their numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from models.checkpoint import save_text
from models.errors import DataError

CLASSES = "classes.json"
"""In a folder of train-classifier: the names in order."""


def note_classes(out: Path, classes: Sequence[str]) -> None:
    """Write into `out` the names of the classes by number."""
    save_text(out / CLASSES, json.dumps(list(classes), ensure_ascii=False) + "\n")


def classes_of(folder: Path) -> list[str] | None:
    """The names in `folder`, or None where they are not known, as of classifiers of before this note."""
    try:
        value = json.loads((folder / CLASSES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, list) else None


def check_classes(folder: Path, classes: Sequence[str]) -> bool:
    """Whether the classifier of `folder` is known to tell these classes apart. Raises DataError where it tells others apart."""
    own = classes_of(folder)
    if own is not None and own != list(classes):
        other = next((name for name in own if name not in classes), own[0])
        raise DataError(f"{folder}: tells {len(own)} classes apart, among them {other}, and the pictures are of "
                        f"{', '.join(classes)[:200]}; train a judge on these pictures")
    return own is not None
