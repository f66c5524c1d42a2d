"""The pictures that a pack's curve, ranges and gallery are made of: those of a folder, or the model's own samples."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from models.decode import Request, decode
from models.dpar import DPAR
from models.entropy_model import EntropyModel
from models.errors import DataError
from models.export.gallery import Gallery
from models.export.tokenizers import AnyTokenizer
from models.gpt import GPT
from models.patchify import PatchRules
from models.picture import ENDINGS
from models.picture_folder import crops, files_below, read_picture
from models.reconstruction import psnr_of
from models.sampling import SamplingConfig
from models.streams import to_pixels, to_tensor

AT_ONCE = 4  # pictures that the tokenizer takes: a VQGAN keeps hundreds of MB a picture


@dataclass
class PackPictures:
    """pixels uint8 [N, S, S, 3], tokens int64 [N, T], labels [N]: -1 where the class is not known."""

    pixels: np.ndarray
    tokens: np.ndarray
    labels: list[int]
    samples: bool

    def of_known_class(self) -> list[int]:
        return [i for i, label in enumerate(self.labels) if label >= 0]

    def gallery(self, tokenizer: AnyTokenizer) -> Gallery | None:
        """Of real pictures, those of a known class; the band is of all."""
        known = self.of_known_class()
        if self.samples or not known:
            return None
        psnr = psnr_of(tokenizer, self.pixels, torch.device("cpu"), AT_ONCE)
        return Gallery(self.pixels[known], [self.labels[i] for i in known], psnr)


def far_apart(count: int, chosen: int) -> list[int]:
    """`chosen` indices below `count`, as far apart as they go."""
    return sorted({int(i) for i in np.linspace(0, count - 1, min(chosen, count)).round()})


def find_pictures(folder: Path, classes: list[dict], limit: int) -> list[tuple[Path, int]]:
    """At most `limit` files below `folder`, spread over its subfolders, each with the class whose id or label its folder
    has, or -1. Hidden files and folders are passed over, as elsewhere. Raises DataError if there are none, or none of a known
    class.
    """
    names = {entry[key].lower(): index for index, entry in enumerate(classes) for key in ("label", "id")}
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; pass --pictures DIR, or leave it out: the model then paints its own")
    by_folder: dict[Path, list[Path]] = {}
    try:
        paths = [Path(name) for name in files_below(folder)]
    except OSError as error:
        raise DataError(f"{folder}: cannot be read ({error})") from None
    for path in paths:
        if path.suffix.lower() in ENDINGS:
            by_folder.setdefault(path.parent, []).append(path)
    if not by_folder:
        raise DataError(f"{folder}: no pictures in it ({', '.join(ENDINGS)})")
    rounds = max(map(len, by_folder.values()))
    turns = [(files[i], names.get(parent.name.lower(), -1))
             for i in range(rounds) for parent, files in by_folder.items() if i < len(files)]
    first = turns[: len(by_folder)]
    found = [first[i] for i in far_apart(len(first), limit)] if len(first) > limit else turns[:limit]
    if all(label < 0 for _, label in found):
        example = f"{classes[0]['id']} or {classes[0]['label']}"
        raise DataError(f"{folder}: no folder of the {len(found)} pictures is named by a class's id or label, such as {example}; "
                        "name them so, or leave --pictures out: the model then paints its own")
    return found


@torch.no_grad()
def pictures_of(folder: Path, classes: list[dict], tokenizer: AnyTokenizer, size: int, limit: int) -> PackPictures:
    """Centre crops of the pictures of a folder, and their tokens. Raises DataError naming a picture that cannot be read."""
    found = find_pictures(folder, classes, limit)
    pixels = np.concatenate([crops(read_picture(path), size, "centre", 1.0) for path, _ in found])
    tokens = [tokenizer.encode(to_tensor(pixels[i : i + AT_ONCE])).numpy() for i in range(0, len(pixels), AT_ONCE)]
    return PackPictures(pixels, np.concatenate(tokens), [label for _, label in found], samples=False)


@torch.no_grad()
def sample_pictures(model: DPAR | GPT, entropy: EntropyModel | None, tokenizer: AnyTokenizer, rules: PatchRules,
                    sampling: SamplingConfig, count: int) -> PackPictures:
    """What the model paints of `count` classes spread over all, seeds 0, 1, ..."""
    labels = far_apart(model.config.classes, count)
    request = Request(np.array(labels), np.arange(len(labels)), rules, sampling)
    tokens = decode(model, entropy, request).tokens
    pixels = [to_pixels(tokenizer.decode(part)) for part in torch.from_numpy(tokens).split(AT_ONCE)]
    return PackPictures(np.concatenate(pixels), tokens, labels, samples=True)
