"""Tokens (and entropies) on disk, as written by `tokenize` and `score`, and a stream of batches of them."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from models.checkpoint import save_text
from models.errors import DataError
from models.lineage import digest
from models.seen import PICTURES
from models.shards import Shards, shard_path
from models.streams import IndexStream

PRECISION = "upright"
"""The default of `score --float32`."""


@dataclass(frozen=True)
class TokenSet:
    """tokens int16 [A, N, T] (A symmetries or crops), labels int64 [N], train and held_out indices into N."""

    tokens: np.ndarray | Shards
    labels: np.ndarray
    train: np.ndarray
    held_out: np.ndarray
    meta: dict
    entropies: np.ndarray | Shards | None = None
    """float [A, N, T], index i = entropy of token i (index 0 is +inf), if scored."""
    entropies_of: str = ""
    """What they depend on besides the tokens, if known: digest of the entropy model, and a precision other than the default."""
    files: np.ndarray | None = None
    """uint64 [N], a short digest of each picture's file, if known (models/seen.py)."""

    @cached_property
    def content(self) -> str:
        """Digest of tokens, labels and split."""
        return digest(content_of(self.tokens), self.labels, self.train, self.held_out)

    @property
    def entropy_model(self) -> str:
        """Digest of the entropy model's weights, if known."""
        return self.entropies_of.partition(" ")[0]

    @property
    def tokenizer(self) -> str | None:
        """Digest of the tokenizer that made them (models/lineage.py), if known."""
        return self.meta.get("tokenizer")

    @property
    def sizes(self) -> dict[str, int]:
        """What a model on these tokens has to have, by the names of its configuration; what is not known is left out."""
        tokens = self.tokens.shape[2]
        known = {"tokens": tokens, "width": self.meta.get("grid", math.isqrt(tokens))}
        if "vocab" in self.meta:
            known["vocab"] = self.meta["vocab"]
        if "classes" in self.meta:
            known["classes"] = len(self.meta["classes"])
        return known


def load_tokens(folder: Path, entropies: Path | None = None) -> TokenSet:
    """Memory-mapped arrays of `folder`, each one file or a folder of shards (models/shards.py).

    entropies: written by score (a .npy, or the folder of that name without the ending). DataError names what is missing.
    """
    folder = Path(folder)
    try:
        parts = {name: np.load(folder / f"{name}.npy") for name in ("labels", "train", "held_out")}
        tokens = _open(folder / "tokens.npy")
        files = np.load(folder / PICTURES) if (folder / PICTURES).exists() else None
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        scores = _open(entropies) if entropies else None
    except FileNotFoundError as error:
        raise DataError(f"{error.filename}: missing; run the tokenize (and score) command first") from None
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{folder}: cannot be read ({error}); run the tokenize (and score) command again") from None
    if not isinstance(meta, dict):
        raise DataError(f"{folder / 'meta.json'}: is not the one that tokenize writes; run tokenize again")
    if "shard_size" in meta and "train" not in meta:  # which it notes when all shards are there
        raise DataError(f"{folder}: tokenize is not finished; run the same command again, it goes on from there")
    if tokens.shape[1] != len(parts["labels"]):
        raise DataError(f"{folder}: {tokens.shape[1]} images of tokens, but {len(parts['labels'])} labels; run tokenize again")
    if files is not None and len(files) != len(parts["labels"]):
        raise DataError(f"{folder / PICTURES}: is of other pictures than the tokens; run tokenize again")
    if "content" in meta and meta["content"] != content_of(tokens):
        raise DataError(f"{folder}: holds other tokens than meta.json was written with; run tokenize again")
    model = _check_entropies(folder, meta, tokens, entropies, scores) if scores is not None else ""
    return TokenSet(tokens, meta=meta, entropies=scores, entropies_of=model, files=files, **parts)


def content_of(tokens: np.ndarray | Shards) -> str:
    """Digest of the tokens alone."""
    return digest([digest(part) for part in tokens.parts]) if isinstance(tokens, Shards) else digest(tokens)


def note_entropies(path: Path, tokens: np.ndarray, model: str, **made: bool | str) -> None:
    """Write beside entropies (`path`, one file) which tokens they are of, and which model's. model: digest of its weights;
    made: how else they were made, `float32` as score's option."""
    save_text(path.with_suffix(".json"), json.dumps({"tokens": digest(tokens), "model": model, **made}) + "\n")


def noted(path: Path) -> dict[str, Any] | None:
    """What note_entropies wrote beside the entropies `path`, or None."""
    try:
        note = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        return note if isinstance(note, dict) else None
    except (OSError, ValueError):
        return None


def _check_entropies(folder: Path, meta: dict, tokens: np.ndarray | Shards, path: Path, scores: np.ndarray | Shards) -> str:
    """TokenSet.entropies_of. Raises DataError where entropies are of other tokens, or of several models."""
    if scores.shape != tokens.shape:
        raise DataError(f"{path}: has shape {scores.shape}, the tokens {tokens.shape}; run score again")
    files = [path] if isinstance(scores, np.ndarray) else [shard_path(path.with_suffix(""), n) for n in range(len(scores.parts))]
    parts = [tokens] if isinstance(tokens, np.ndarray) else tokens.parts
    notes = [noted(file) for file in files]
    if None in notes:
        if "content" in meta:  # so these tokens are newer than notes are
            raise DataError(f"{files[notes.index(None)]}: nothing says which tokens these entropies are of; run score again")
        print(f"{path}: written before entropies had a note of their tokens; run score again if the tokens are newer",
              file=sys.stderr)
        return ""
    for file, part, note in zip(files, parts, notes, strict=True):
        if note.get("tokens") != digest(part):
            raise DataError(f"{file}: holds entropies of other tokens than those in {folder}; run score again")
        if note.get("model") != notes[0].get("model"):
            raise DataError(f"{file}: is of another entropy model than {files[0]}; remove that folder, then score again")
    precision = notes[0].get("float32", PRECISION)  # older notes do not say: what was made of their entropies stays theirs
    return str(notes[0].get("model", "")) + ("" if precision == PRECISION else f" {precision}")


def check_no_shards(path: Path) -> None:
    """Raises DataError where a folder of shards would be read in place of the one file `path` (.npy)."""
    folder = path.with_suffix("")
    if folder.is_dir():
        raise DataError(f"{folder}: a folder of shards, which is read in place of {path.name}; remove it, or use another folder")


def _open(path: Path) -> np.ndarray | Shards:
    folder = Path(path).with_suffix("")
    return Shards(folder) if folder.is_dir() else np.load(path, mmap_mode="r")


class TokenBatch(NamedTuple):
    """tokens int64 [B, T], labels int64 [B], entropies float32 [B, T] or None, chance [B] uniform in [0, 1) or None."""

    tokens: Tensor
    labels: Tensor
    entropies: Tensor | None = None
    chance: Tensor | None = None
    """Decides class dropout: drawn with the batch, so that it does not depend on how many processes share it."""

    @property
    def steps(self) -> int:
        """Transformer positions: one for every token."""
        return self.tokens.numel()

    @property
    def padding(self) -> float:
        """Share of positions that are padding."""
        return 0.0

    def to(self, device: torch.device) -> TokenBatch:
        return TokenBatch(*(None if x is None else x.to(device) for x in self))


class TokenStream(IndexStream):
    """TokenBatches, each picture under a random symmetry of those stored."""

    def __init__(self, data: TokenSet, indices: np.ndarray, batch_size: int, seed: int, content: str = "") -> None:
        """content: digest of what batches are made of, where that is more than the tokens."""
        super().__init__(indices, batch_size, seed, content or data.content)
        self.data = data

    def __next__(self) -> TokenBatch:
        indices, rng = self.next_indices()
        which = self.share(rng.integers(len(self.data.tokens), size=len(indices)))
        chance = torch.from_numpy(self.share(rng.random(len(indices), dtype=np.float32)))
        indices = self.share(indices)
        tokens = torch.from_numpy(self.data.tokens[which, indices].astype(np.int64))
        labels = torch.from_numpy(self.data.labels[indices])
        if self.data.entropies is None:
            return TokenBatch(tokens, labels, chance=chance)
        entropies = torch.from_numpy(self.data.entropies[which, indices].astype(np.float32))
        return TokenBatch(tokens, labels, entropies, chance)


def every(indices: np.ndarray, count: int) -> np.ndarray:
    """`count` of `indices`, evenly; all of them where there are no more."""
    count = min(count, len(indices))
    return indices[np.arange(count) * len(indices) // max(1, count)]


def held_out_tokens(data: TokenSet, size: int, limit: int | None = None) -> Iterator[TokenBatch]:
    """TokenBatches of the upright held-out images; `limit` takes every n-th of them."""
    indices = every(data.held_out, limit) if limit else data.held_out
    for start in range(0, len(indices), size):
        part = indices[start : start + size]
        yield TokenBatch(torch.from_numpy(data.tokens[0][part].astype(np.int64)), torch.from_numpy(data.labels[part]))
