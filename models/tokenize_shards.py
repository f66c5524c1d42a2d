"""Tokens of a folder too large for memory, shard by shard, by one process or several."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader
from tqdm import tqdm

from models import distributed
from models.checkpoint import save_array, save_text
from models.data import DataConfig, content_of_pictures, split_pictures
from models.errors import UserError
from models.lineage import encoder_digest
from models.picture_folder import CropDataset, Views, list_pictures, view_count
from models.picture_notes import PictureNotes
from models.picture_split import read_split
from models.reconstruction import perplexity
from models.seen import short_digests
from models.shards import Shards, remove_surplus, shard_bounds, shard_path, write_shard
from models.token_data import content_of
from models.tokenizer import Tokenizer
from models.vqgan import VQGAN


@dataclass(frozen=True)
class ShardSettings:
    """Which tokens are made, and how they are divided into files."""

    shard_size: int
    """Pictures in one file of tokens, at least 1."""
    views: Views = "ten-crop"
    crop_range: float = 1.1
    """Of "ten-crop": shorter side of the picture, in crops."""
    batch_size: int = 100
    """Crops that the tokenizer encodes at once; at least the views of one picture."""
    workers: int = 0
    """Processes that decode pictures; 0: this one."""
    bfloat16: bool = False
    """Quicker than float32; some tokens near a tie of two codes differ."""


@torch.inference_mode()
def tokenize_shards(folder: Path, out: Path, settings: ShardSettings, data: DataConfig, device: torch.device,
                    model: Tokenizer | VQGAN) -> None:
    """Writes into `out` what load_tokens reads, from pictures of any size in `folder`/<class>/.

    The processes of torchrun share the shards; finished ones stay. `model` is moved to `device`. Raises DataError where folder
    or a picture cannot be used, UserError where `out` holds tokens of other settings or the vocabulary does not fit 16 bits.
    """
    pictures = list_pictures(folder)
    held_out = read_split(pictures)
    split = split_pictures(pictures.labels, data, held_out, pictures.classes)
    model = model.to(device, memory_format=torch.channels_last)
    if model.config.vocab > np.iinfo(np.int16).max + 1:
        raise UserError(f"tokens are stored in 16 bits, and a vocabulary of {model.config.vocab} does not fit")
    views, grid = view_count(settings.views), data.picture_size // model.factor
    meta = {"data": data.model_dump(), "classes": list(pictures.classes), "vocab": model.config.vocab, "grid": grid,
            "symmetries": views, "views": settings.views, "crop_range": settings.crop_range, "shard_size": settings.shard_size,
            "tokenizer": encoder_digest(model), "bfloat16": settings.bfloat16}
    if distributed.is_main():
        _claim(out, meta)
    distributed.wait()
    bounds = shard_bounds(len(pictures.paths), settings.shard_size)
    made_of = PictureNotes(folder, pictures.paths)
    mine = [n for n in range(distributed.rank(), len(bounds), distributed.size())
            if not made_of.unchanged(shard_path(out / "tokens", n), *bounds[n])]
    bar = tqdm(total=sum(bounds[n][1] - bounds[n][0] for n in mine), unit="picture", dynamic_ncols=True, mininterval=1.0,
               disable=not distributed.is_main())
    for number in mine:
        first, end = bounds[number]
        crops = CropDataset(pictures.paths[first:end], data.picture_size, settings.views, settings.crop_range)
        loader = DataLoader(crops, batch_size=max(1, settings.batch_size // views), num_workers=settings.workers)
        tokens = []
        for pixels in loader:
            tokens.append(_encode(model, pixels.flatten(0, 1), device, settings.bfloat16).unflatten(0, (-1, views)))
            bar.update(len(pixels))
        shard_path(out / "tokens", number).unlink(missing_ok=True)
        made_of.write(shard_path(out / "tokens", number), first, end)
        write_shard(out / "tokens", number, torch.cat(tokens).transpose(0, 1).numpy())
    bar.close()
    distributed.wait()
    if distributed.is_main():
        remove_surplus(out / "tokens", len(bounds))
        files = made_of.digests([shard_path(out / "tokens", n) for n in range(len(bounds))])
        arrays = {"labels": pictures.labels, "train": split.train, "held_out": split.held_out, "pictures": short_digests(files)}
        for name, array in arrays.items():
            save_array(out / f"{name}.npy", array)
        shards = Shards(out / "tokens")
        counts = sum(np.bincount(part[0].ravel(), minlength=meta["vocab"]) for part in shards.parts)
        meta |= {"train": len(split.train), "held_out": len(split.held_out), "perplexity": perplexity(counts),
                 "dead": int((counts == 0).sum()), "content": content_of(shards),
                 "pictures": content_of_pictures(pictures, files, held_out, data.picture_size)}
        _write_meta(out, meta)
        print(f"{out}: {len(pictures.paths)} pictures x {views} views x {grid * grid} tokens in {len(bounds)} shards, "
              f"perplexity {meta['perplexity']:.0f}, {meta['dead']} codes never used")


def _encode(model: Tokenizer | VQGAN, pixels: Tensor, device: torch.device, quick: bool) -> Tensor:
    """uint8 [N, S, S, 3] -> int16 [N, T]."""
    pictures = pixels.to(device).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
    with torch.autocast(device.type, torch.bfloat16, enabled=quick):
        return model.encode(pictures).to("cpu", torch.int16)


def _claim(out: Path, meta: dict) -> None:
    """Refuse to go on with shards that were made with other settings."""
    if (out / "meta.json").exists():
        try:
            there = json.loads((out / "meta.json").read_text(encoding="utf-8"))
        except ValueError:
            there = meta  # every shard knows its pictures
        unsaid = {"bfloat16": meta["bfloat16"]}  # older folders do not say
        different = [key for key in meta if there.get(key, unsaid.get(key)) != meta[key]]
        if different:
            raise UserError(f"{out}: holds tokens made with another {', '.join(different)}; use another --out")
    (out / "tokens").mkdir(parents=True, exist_ok=True)
    _write_meta(out, meta)


def _write_meta(out: Path, meta: dict) -> None:
    save_text(out / "meta.json", json.dumps(meta, indent=2) + "\n")
