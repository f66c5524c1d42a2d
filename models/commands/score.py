"""Score a data set: the entropy model's e_i of every stored token, in nats (float32; column 0 is infinite).

Stopped, it goes on where it was; started again when all is there, it does nothing.
Tokens in shards get entropies in shards, and torchrun's processes take turns at them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from models import distributed
from models.blocks import compile_blocks
from models.checkpoint import WEIGHTS
from models.commands.common import add_device_arguments, at_least, prepare, prepare_alone
from models.entropy_model import EntropyModel
from models.errors import DataError
from models.export.threshold import threshold_for
from models.lineage import digest, file_digest
from models.outputs import check_folder
from models.partial import PartialArray, batches, count_images
from models.patchify import PatchRules
from models.seen import check_unseen
from models.shards import Shards, remove_surplus, shard_path, write_shard
from models.token_data import (
    PRECISION,
    TokenSet,
    check_no_shards,
    content_of,
    every,
    load_tokens,
    note_entropies,
    noted,
)
from models.trained import load_entropy_model
from models.trained_on import check_tokenizer

MEAN_LENGTHS = (1.8, 2.2, 2.6, 3.0)
SAMPLE = 2000  # training images whose patches are counted for the table of thresholds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--entropy", type=Path, required=True, metavar="DIR", help="folder written by train-entropy")
    parser.add_argument("--tokens", type=Path, required=True, metavar="DIR",
                        help="folder written by tokenize; entropies.npy (or a folder of shards) goes there")
    parser.add_argument("--batch", type=at_least(1), default=50, help="images at once (default: %(default)s)")
    parser.add_argument("--float32", choices=("all", "upright", "none"), default=PRECISION,
                        help="which symmetries to score in float32; the rest run in bfloat16 but for the head (quicker; "
                             "entropies differ by hundredths of a nat); upright is all of those in shards (default: %(default)s)")
    parser.add_argument("--no-compile", action="store_true", help="start at once, run slower")
    add_device_arguments(parser)


@torch.no_grad()
def run(args: argparse.Namespace) -> None:
    check_folder(args.tokens, "--tokens")
    data = load_tokens(args.tokens)
    check_tokenizer(args.entropy, data.tokenizer, args.tokens)
    check_unseen(args.entropy, data.files, data.train, data.held_out)
    sharded = isinstance(data.tokens, Shards)
    if not sharded:
        check_no_shards(args.tokens / "entropies.npy")
    device = prepare(args) if sharded else prepare_alone(args, "score of tokens in one file")
    model = load_entropy_model(args.entropy).to(device)
    if not args.no_compile:
        compile_blocks(model)
    if sharded:
        return _score_shards(model, data, args, device)
    path, weights = args.tokens / "entropies.npy", file_digest(args.entropy / WEIGHTS)
    symmetries, images, _ = data.tokens.shape
    made_of = digest(content_of(data.tokens), weights, args.float32, args.batch)
    if (there := made_already(args.tokens, path, made_of)) is not None:
        _print_thresholds(data, there)
        print(f"{path}: the same entropies are there already")
        return
    parts = batches(symmetries, images, args.batch)
    with PartialArray(path, data.tokens.shape, np.float32, made_of) as stored:
        with tqdm(total=symmetries * images, initial=count_images(parts[: stored.done]), unit="image", desc="scoring") as bar:
            for k, where in stored.left(parts):
                quick = args.float32 == "none" or (args.float32 == "upright" and k > 0)
                batch = torch.from_numpy(data.tokens[k, where].astype(np.int64)).to(device)
                with torch.autocast(device.type, torch.bfloat16, enabled=quick):
                    stored.array[k, where] = model.entropies(batch).cpu().numpy()
                bar.update(len(batch))
        alike = symmetries == 1 and args.float32 == "all"  # upright is all there is
        path.unlink(missing_ok=True)  # stopped from here on, the old ones would carry the new note
        note_entropies(path, data.tokens, weights, float32=PRECISION if alike else args.float32, made_of=made_of)
        stored.finish()
    _print_thresholds(data, stored.array)
    print(f"{path}: entropies of {symmetries * images} images")


def made_already(folder: Path, path: Path, made_of: str) -> np.ndarray | Shards | None:
    """The entropies at `path`, where they are whole and of this `made_of`; else None."""
    if (noted(path) or {}).get("made_of") != made_of:
        return None
    try:
        return load_tokens(folder, path).entropies
    except DataError:
        return None


def _print_thresholds(data: TokenSet, entropies: np.ndarray | Shards) -> None:
    few = np.asarray(entropies[0][every(data.train, SAMPLE)])
    lengths = [(wanted, threshold_for(few, data.sizes["width"], PatchRules(), wanted)) for wanted in MEAN_LENGTHS]
    print("patchify.entropy_threshold for so many tokens a patch in the mean: "
          + ", ".join(f"{wanted}: {threshold}" for wanted, threshold in lengths))


def _score_shards(model: EntropyModel, data: TokenSet, args: argparse.Namespace, device: torch.device) -> None:
    tokens, quick = data.tokens, args.float32 == "none"  # as tokenize: crops are of one picture, none of them upright alone
    folder, made_by = args.tokens / "entropies", file_digest(args.entropy / WEIGHTS)
    folder.mkdir(parents=True, exist_ok=True)
    mine = [n for n in range(distributed.rank(), len(tokens.parts), distributed.size())
            if not _scored(shard_path(folder, n), tokens.parts[n], made_by, quick)]
    with tqdm(total=sum(len(tokens) * tokens.parts[n].shape[1] for n in mine), unit="image", desc="scoring",
              disable=not distributed.is_main()) as bar:
        for number in mine:
            part = tokens.parts[number]
            scores = np.empty(part.shape, dtype=np.float32)
            for k in range(len(part)):
                for start in range(0, part.shape[1], args.batch):
                    batch = torch.from_numpy(part[k, start : start + args.batch].astype(np.int64)).to(device)
                    with torch.autocast(device.type, torch.bfloat16, enabled=quick):
                        scores[k, start : start + args.batch] = model.entropies(batch).cpu().numpy()
                    bar.update(len(batch))
            shard_path(folder, number).unlink(missing_ok=True)
            note_entropies(shard_path(folder, number), part, made_by, bfloat16=quick, float32="none" if quick else PRECISION)
            write_shard(folder, number, scores)
    distributed.wait()
    if distributed.is_main():
        remove_surplus(folder, len(tokens.parts))
        _print_thresholds(data, Shards(folder))
        print(f"{folder}: entropies of {len(tokens)} x {tokens.shape[1]} images in {len(tokens.parts)} shards")


def _scored(path: Path, tokens: np.ndarray, model: str, quick: bool) -> bool:
    """Whether the entropies of these tokens are there; those of other tokens are made again. DataError: of another model, or
    another precision; quick: bfloat16."""
    if not path.exists():
        return False
    note = noted(path)
    if note is None or note.get("model") != model:
        raise DataError(f"{path.parent}: holds entropies of another entropy model; remove that folder, then score again")
    if note.get("bfloat16", quick) != quick:  # older notes do not say
        there, other = ("float32", "--float32 all") if quick else ("bfloat16", "--float32 none")
        raise DataError(f"{path.parent}: holds entropies in {there}; score with {other}, or remove that folder")
    return note.get("tokens") == digest(tokens)
