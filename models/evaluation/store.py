"""Results that took long, kept beside the report and used again when everything they depend on is the same."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from models.checkpoint import WEIGHTS, write_atomically
from models.patchify import PatchRules
from models.sampling import SamplingConfig

Arrays = dict[str, np.ndarray]


UNKNOWN = "unknown"
"""measured_of where nobody knows whose the samples are."""


def fingerprint(folders: list[Path], *settings: Any) -> str:
    """16 hex digits of the weights in `folders` and of JSON-able settings."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode())
    for folder in folders:
        digest.update((folder / WEIGHTS).read_bytes())
    return digest.hexdigest()[:16]


def measured_of(folders: list[Path], rules: PatchRules, sampling: SamplingConfig) -> str:
    """What an evaluation is of: weights, gates and sampler. `export` compares it."""
    return fingerprint(folders, rules.model_dump(), sampling.model_dump())


def reuse(path: Path, key: str, make: Callable[[], Arrays]) -> Arrays:
    """The arrays of `path` if they were stored under `key`, else those of make(), stored."""
    try:
        with np.load(path) as stored:
            if str(stored["key"]) == key:
                return {name: stored[name] for name in stored.files if name != "key"}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        pass  # not there, or not whole
    arrays = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, lambda temporary: _save(temporary, key, arrays), several=True)
    return arrays


def _save(path: Path, key: str, arrays: Arrays) -> None:
    with path.open("wb") as file:  # np.savez would add .npz to the temporary's name
        np.savez(file, key=np.array(key), **arrays)
