"""Which tokenizer's tokens weights have learned: those of another one number its codes in another way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from models.checkpoint import save_text
from models.errors import DataError

TOKENIZER = "tokenizer.json"
"""In a folder of weights: {"tokenizer": digest}, what models.lineage.encoder_digest says of that tokenizer."""


def note_tokenizer(out: Path, tokenizer: str | None) -> None:
    """Write into `out` that its weights were trained on tokens of `tokenizer`, its digest; nothing where that is not known."""
    if tokenizer is not None:
        out.mkdir(parents=True, exist_ok=True)
        save_text(out / TOKENIZER, json.dumps({"tokenizer": tokenizer}) + "\n")


def tokenizer_of(folder: Path) -> str | None:
    """The digest in `folder`, or None where nothing is known, as of weights of before this note."""
    try:
        value = json.loads((folder / TOKENIZER).read_text(encoding="utf-8"))
        return str(value["tokenizer"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def check_tokenizer(folder: Path, tokenizer: str | None, source: Path | str) -> None:
    """Raises DataError where the weights of `folder` are of another tokenizer's tokens than `source` has; where either side is
    not known, not. tokenizer: the digest of the one that made them."""
    own = tokenizer_of(folder)
    if own is not None and tokenizer is not None and own != tokenizer:
        raise DataError(f"{folder}: was trained on tokens of another tokenizer ({own[:8]}...) than {source} is of "
                        f"({tokenizer[:8]}...); train it on these tokens, or pass what it was trained on")


def common_tokenizer(folders: Sequence[Path]) -> str | None:
    """The digest that all of `folders` have which have one. Raises DataError where there are two."""
    first = next((folder for folder in folders if tokenizer_of(folder) is not None), None)
    if first is None:
        return None
    for folder in folders:
        check_tokenizer(folder, tokenizer_of(first), first)
    return tokenizer_of(first)
