"""Turn every picture into tokens, once for each symmetry of the square, so that later training reads tokens only.

Writes tokens.npy (int16 [symmetries, N, T]), labels.npy (int64 [N]), train.npy and held_out.npy (indices), pictures.npy (a
short digest of each), meta.json. Stopped, it goes on where it was; started again when all is there, it does nothing.
With --shard-size, for folders too large for memory: pictures of any size are read as they are needed, cropped, and their
tokens written to tokens/00000.npy and so on; torchrun's processes take turns at the shards, and a second start goes on.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from models.checkpoint import save_array, save_text
from models.classifier import check_size
from models.commands.common import (
    add_data_arguments,
    add_device_arguments,
    at_least,
    prepare,
    prepare_alone,
    ratio,
    read_pictures,
)
from models.data import Split, symmetry
from models.errors import DataError, UserError
from models.lineage import digest, encoder_digest
from models.partial import PartialArray, batches, count_images
from models.reconstruction import perplexity
from models.seen import check_unseen
from models.streams import to_tensor
from models.token_data import check_no_shards, content_of, load_tokens
from models.tokenize_shards import ShardSettings, tokenize_shards
from models.trained import data_of, load_tokenizer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_arguments(parser)
    parser.add_argument("--tokenizer", type=Path, required=True, metavar="DIR", help="folder of train-tokenizer")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="tokens go there; goes on if some are there")
    parser.add_argument("--symmetries", type=int, choices=range(1, 9), metavar="1..8",
                        help="how many of the symmetries of the square (default: 8); with --shard-size there are --views instead")
    parser.add_argument("--batch-size", type=at_least(1), default=100,
                        help="pictures encoded at once (default: %(default)s)")
    parser.add_argument("--float32", choices=("all", "upright", "none"), default="upright",
                        help="which symmetries to encode in float32; the rest run in bfloat16 (quicker; some tokens "
                             "near a tie of two codes differ) (default: %(default)s)")
    parser.add_argument("--picture-size", type=at_least(1), metavar="PIXELS",
                        help="side, other than what the tokenizer was trained on: a multiple of 16 and of the tokenizer's factor "
                             "(default: the same)")
    add_shard_arguments(parser)
    add_device_arguments(parser)


def add_shard_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--shard-size", type=at_least(0), default=0, metavar="N",
                        help="pictures in one file of tokens; 0: all pictures in memory, one file (default: %(default)s)")
    parser.add_argument("--views", choices=("centre", "flip", "ten-crop"),
                        help="with --shard-size: crops of every picture, in place of symmetries (default: ten-crop)")
    parser.add_argument("--crop-range", type=ratio, metavar="R",
                        help="ten-crop: shorter side of the picture, in crops (default: 1.1)")
    parser.add_argument("--workers", type=at_least(0), help="with --shard-size: processes that decode (default: 0, this one)")


def check_options(args: argparse.Namespace) -> None:
    """Raises UserError for an option that would decide nothing."""
    given = {"--symmetries": args.symmetries, "--download": args.download or None, "--views": args.views,
             "--crop-range": args.crop_range, "--workers": args.workers}
    idle = ("--symmetries", "--download") if args.shard_size else ("--views", "--crop-range", "--workers")
    if found := [name for name in idle if given[name] is not None]:
        why = "with --shard-size; --views says which crops are made" if args.shard_size else "without --shard-size"
        raise UserError(f"{', '.join(found)}: would decide nothing {why}")
    if args.crop_range is not None and args.views not in (None, "ten-crop"):
        raise UserError("--crop-range is for --views ten-crop; leave it out")


def run(args: argparse.Namespace) -> None:
    check_options(args)
    data, model = data_of(args.tokenizer), load_tokenizer(args.tokenizer)
    if args.picture_size:
        data = data.model_copy(update={"picture_size": args.picture_size})
    if data.picture_size % model.factor:
        raise UserError(f"pictures of {data.picture_size} pixels cannot be cut into tokens of {model.factor} pixels a side: "
                        "give --picture-size a multiple of it")
    check_size(data.picture_size, "--picture-size" if args.picture_size else "data.picture_size")
    if args.shard_size:
        given = {name: value for name in ("views", "crop_range", "workers") if (value := getattr(args, name)) is not None}
        settings = ShardSettings(shard_size=args.shard_size, batch_size=args.batch_size, bfloat16=args.float32 == "none", **given)
        return tokenize_shards(args.data, args.out, settings, data, prepare(args), model)
    check_no_shards(args.out / "tokens.npy")
    device = prepare_alone(args, "tokenize without --shard-size")
    pictures, split = read_pictures(args, data)
    check_unseen(args.tokenizer, pictures.files, split.train, split.held_out)
    model = model.to(device, memory_format=torch.channels_last)
    if model.config.vocab > np.iinfo(np.int16).max + 1:
        raise UserError(f"tokens are stored in 16 bits, and a vocabulary of {model.config.vocab} does not fit")
    symmetries = args.symmetries or 8
    count, length = len(pictures.labels), (data.picture_size // model.factor) ** 2
    encoder = encoder_digest(model)
    made_of = digest(pictures.content, encoder, args.float32, args.batch_size, symmetries, data.picture_size)
    if (there := made_already(args.out, made_of, split)) is not None:
        print(f"{args.out}: the same {there} tokens are there already")
        return
    args.out.mkdir(parents=True, exist_ok=True)
    parts = batches(symmetries, count, args.batch_size)
    with PartialArray(args.out / "tokens.npy", (symmetries, count, length), np.int16, made_of) as stored:
        before = count_images(parts[: stored.done])
        bar = tqdm(total=symmetries * count, initial=before, unit="picture", dynamic_ncols=True, mininterval=1.0)
        for which, where in stored.left(parts):
            quick = args.float32 == "none" or (args.float32 == "upright" and which > 0)
            with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=quick):
                ids = model.encode(to_tensor(symmetry(pictures.pixels[where], which)).to(device))
            stored.array[which, where] = ids.cpu().numpy()
            bar.update(len(ids))
        bar.close()
        tokens = stored.array
        counts = np.bincount(tokens[0].ravel(), minlength=model.config.vocab)
        meta = {
            "data": data.model_dump(), "classes": list(pictures.classes), "vocab": model.config.vocab,
            "grid": data.picture_size // model.factor, "symmetries": symmetries,
            "train": len(split.train), "held_out": len(split.held_out),
            "perplexity": perplexity(counts), "dead": int((counts == 0).sum()),
            "content": content_of(tokens), "pictures": pictures.content, "tokenizer": encoder, "made_of": made_of,
        }
        (args.out / "tokens.npy").unlink(missing_ok=True)  # the old ones are not of what is written now; the new come last
        arrays = {"labels": pictures.labels, "train": split.train, "held_out": split.held_out, "pictures": pictures.files}
        for name, array in arrays.items():
            save_array(args.out / f"{name}.npy", array)
        save_text(args.out / "meta.json", json.dumps(meta, indent=2) + "\n")
        stored.finish()
    print(f"{args.out}: {tokens.shape} tokens, perplexity {meta['perplexity']:.0f}, {meta['dead']} codes never used")


def made_already(folder: Path, made_of: str, split: Split) -> tuple[int, ...] | None:
    """Shape of the tokens in `folder`, where they are whole and of this `made_of` and split; else None."""
    try:
        found = load_tokens(folder)
    except DataError:
        return None
    same = found.meta.get("made_of") == made_of and all(
        np.array_equal(there, wanted) for there, wanted in ((found.train, split.train), (found.held_out, split.held_out)))
    return found.tokens.shape if same else None
