"""Samples made elsewhere: PNGs as `npm run generate` writes them, <pack>-<class>-<seed>.png with the run's JSON beside."""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from pathlib import Path

import numpy as np

from models.errors import DataError
from models.evaluation.generate import Samples
from models.picture import read_picture


def read_samples(folder: Path, classes: list[str], size: int, fewest: int = 1) -> Samples:
    """All PNGs of `folder`, sorted by name. The class is the file name's; patches are counted in <name>.run.json if it is there.

    Raises DataError naming a file whose class or size does not fit, where there are fewer than `fewest`, or of several packs.
    """
    paths = sorted(Path(folder).glob("*.png"))
    if not paths:
        raise DataError(f"{folder}: no PNGs there; write some with: npm run generate -- --out {folder}")
    if len(paths) < fewest:
        raise DataError(f"{folder}: {len(paths)} PNGs; at least {fewest} are needed to compare them with their neighbours")
    packs = {pack_of(path, classes): path for path in reversed(paths)}
    if len(packs) > 1:
        shown = ", ".join(f"{name} ({path.name})" for name, path in sorted(packs.items()))
        raise DataError(f"{folder}: holds pictures of several packs, {shown}; keep those of one")
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
    return class_names(classes).index(_class_name(path, classes))


def pack_of(path: Path, classes: list[str]) -> str:
    """The pack of a picture: as the run beside it says, else what its file name has before the class."""
    try:
        return str(json.loads(path.with_suffix(".run.json").read_text(encoding="utf-8"))["header"]["pack"]["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return _stem(path).removesuffix(re.search(r"-\d+$", _stem(path))[0]).removesuffix(f"-{_class_name(path, classes)}")


def _stem(path: Path) -> str:
    return unicodedata.normalize("NFC", path.stem)


def _class_name(path: Path, classes: list[str]) -> str:
    """Of class_names the longest that the file name ends with. Raises DataError without any."""
    fitting = [name for name in class_names(classes) if re.search(rf"-{re.escape(name)}-\d+$", _stem(path))]
    if not fitting:
        raise DataError(f"{path}: expected <pack>-<class>-<seed>.png with one of the classes {', '.join(classes)}")
    return max(fitting, key=len)


def class_names(classes: list[str]) -> list[str]:
    """What stands for each class in a file name, as node/output.ts has it: letters, digits, "." and "-", 60 characters at most,
    and the index behind those that are alike, or are what another is with its index."""
    return list(_class_names(tuple(classes)))


@functools.lru_cache(maxsize=8)
def _class_names(classes: tuple[str, ...]) -> tuple[str, ...]:
    """Each name is compared with every other: once for all pictures of a folder."""
    cleaned = [re.sub("\0+", "_", "".join(c if unicodedata.category(c)[0] in "LMN" or c in ".-" else "\0"
                                          for c in unicodedata.normalize("NFC", name)))[:60] for name in classes]
    folded = [name.lower() for name in (*cleaned, "no-class")]
    indexed = {f"{name}-{i}" for i, name in enumerate(folded)}
    return tuple(f"{name}-{i}" if folded.count(name.lower()) > 1 or name.lower() in indexed or not name.strip("_") else name
                 for i, name in enumerate(cleaned))


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
