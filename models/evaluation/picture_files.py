"""Samples made elsewhere: PNGs as `npm run generate` writes them, <pack>-<class>-<seed>.png with the run's JSON beside."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import numpy as np

from models.errors import DataError
from models.evaluation.generate import Samples
from models.picture import read_picture


def read_samples(folder: Path, classes: list[str], size: int) -> Samples:
    """All PNGs of `folder`, sorted by name. The class is the file name's; patches are counted in <name>.run.json if it is there.

    Raises DataError naming a file whose class or size does not fit.
    """
    paths = sorted(Path(folder).glob("*.png"))
    if not paths:
        raise DataError(f"{folder}: no PNGs there; write some with: npm run generate -- --out {folder}")
    pixels, labels, steps = [], [], []
    for path in paths:
        labels.append(label_of(path, classes))
        pixels.append(np.asarray(read_picture(path)))
        if pixels[-1].shape != (size, size, 3):
            height, width, _ = pixels[-1].shape
            raise DataError(f"{path}: is {width} x {height} pixels, but the pictures of this data are {size} x {size}")
        steps.append(patches_of_run(path.with_suffix(".run.json")))
    return Samples(np.stack(pixels), np.array(labels), np.array(steps))


def label_of(path: Path, classes: list[str]) -> int:
    """Index of the class in <pack>-<class>-<seed>.png: of several that a name may end with, the longest."""
    stem = unicodedata.normalize("NFC", path.stem)
    fitting = {name: label for label, name in enumerate(class_names(classes)) if re.search(rf"-{re.escape(name)}-\d+$", stem)}
    if not fitting:
        raise DataError(f"{path}: expected <pack>-<class>-<seed>.png with one of the classes {', '.join(classes)}")
    return fitting[max(fitting, key=len)]


def class_names(classes: list[str]) -> list[str]:
    """What stands for each class in a file name, as node/output.ts has it: letters, digits, "." and "-", 60 characters at most,
    and the index behind those that are alike, or are what another is with its index."""
    cleaned = [re.sub("\0+", "_", "".join(c if unicodedata.category(c)[0] in "LMN" or c in ".-" else "\0"
                                          for c in unicodedata.normalize("NFC", name)))[:60] for name in classes]
    folded = [name.lower() for name in (*cleaned, "no-class")]
    indexed = {f"{name}-{i}" for i, name in enumerate(folded)}
    return [f"{name}-{i}" if folded.count(name.lower()) > 1 or name.lower() in indexed or not name.strip("_") else name
            for i, name in enumerate(cleaned)]


def patches_of_run(path: Path) -> float:
    """How many patches the run opened; NaN without a run. Raises DataError if it is damaged or unfinished."""
    if not path.exists():
        return float("nan")
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
        opened, complete = sum(bool(event["opens"]) for event in run["events"]), run["complete"]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: is not a run that generate wrote ({error}); remove it to leave its patches out") from None
    if not complete:
        raise DataError(f"{path}: stopped before its last token; generate it again, or remove it and its picture")
    return float(opened)
