"""Tokens of a folder too large for memory, shard by shard, by one process or several."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader
from tqdm import tqdm

from models import distributed
from models.checkpoint import save_array, write_atomically
from models.data import DataConfig, split_pictures
from models.errors import UserError
from models.lineage import encoder_digest
from models.picture_folder import CropDataset, list_pictures, view_count
from models.picture_notes import PictureNotes
from models.picture_split import read_split
from models.reconstruction import perplexity
from models.shards import Shards, shard_bounds, shard_path, write_shard
from models.token_data import content_of
from models.tokenizer import Tokenizer
from models.vqgan import VQGAN


@torch.inference_mode()
def tokenize_shards(args: argparse.Namespace, data: DataConfig, device: torch.device, model: Tokenizer | VQGAN) -> None:
    """Writes the folder that load_tokens reads. Raises DataError (folder, picture), UserError (other settings there)."""
    pictures = list_pictures(args.data)
    split = split_pictures(pictures.labels, data, read_split(pictures))
    model = model.to(device, memory_format=torch.channels_last)
    if model.config.vocab > np.iinfo(np.int16).max + 1:
        raise UserError(f"tokens are stored in 16 bits, and a vocabulary of {model.config.vocab} does not fit")
    views, grid = view_count(args.views), data.picture_size // model.factor
    meta = {"data": data.model_dump(), "classes": list(pictures.classes), "vocab": model.config.vocab, "grid": grid,
            "symmetries": views, "views": args.views, "crop_range": args.crop_range, "shard_size": args.shard_size,
            "tokenizer": encoder_digest(model)}
    if distributed.is_main():
        _claim(args.out, meta)
    distributed.wait()
    bounds = shard_bounds(len(pictures.paths), args.shard_size)
    made_of = PictureNotes(args.data, pictures.paths)
    mine = [n for n in range(distributed.rank(), len(bounds), distributed.size())
            if not made_of.unchanged(shard_path(args.out / "tokens", n), *bounds[n])]
    bar = tqdm(total=sum(bounds[n][1] - bounds[n][0] for n in mine), unit="picture", dynamic_ncols=True, mininterval=1.0,
               disable=not distributed.is_main())
    for number in mine:
        first, end = bounds[number]
        crops = CropDataset(pictures.paths[first:end], data.picture_size, args.views, args.crop_range)
        loader = DataLoader(crops, batch_size=max(1, args.batch_size // views), num_workers=args.workers)
        tokens = []
        for pixels in loader:
            tokens.append(_encode(model, pixels.flatten(0, 1), device, args.float32 == "none").unflatten(0, (-1, views)))
            bar.update(len(pixels))
        shard_path(args.out / "tokens", number).unlink(missing_ok=True)
        made_of.write(shard_path(args.out / "tokens", number), first, end)
        write_shard(args.out / "tokens", number, torch.cat(tokens).transpose(0, 1).numpy())
    bar.close()
    distributed.wait()
    if distributed.is_main():
        number = len(bounds)
        while (left := shard_path(args.out / "tokens", number)).exists():  # of pictures that are no longer there
            left.unlink()
            number += 1
        for name, array in {"labels": pictures.labels, "train": split.train, "held_out": split.held_out}.items():
            save_array(args.out / f"{name}.npy", array)
        shards = Shards(args.out / "tokens")
        counts = sum(np.bincount(part[0].ravel(), minlength=meta["vocab"]) for part in shards.parts)
        meta |= {"train": len(split.train), "held_out": len(split.held_out), "perplexity": perplexity(counts),
                 "dead": int((counts == 0).sum()), "content": content_of(shards)}
        _write_meta(args.out, meta)
        print(f"{args.out}: {len(pictures.paths)} pictures x {views} views x {grid * grid} tokens in {len(bounds)} shards, "
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
        different = [key for key in meta if there.get(key) != meta[key]]
        if different:
            raise UserError(f"{out}: holds tokens made with another {', '.join(different)}; use another --out")
    (out / "tokens").mkdir(parents=True, exist_ok=True)
    _write_meta(out, meta)


def _write_meta(out: Path, meta: dict) -> None:
    write_atomically(out / "meta.json", lambda path: path.write_text(json.dumps(meta, indent=2) + "\n", encoding="utf-8"))
