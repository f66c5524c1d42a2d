"""What data was made of, by content: the same count or the same name is not the same data."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from models.errors import DataError

DECODER = ("decoder.", "post_quant")
"""Parts of a tokenizer that its tokens do not depend on."""


def digest(*parts: Any) -> str:
    """Hex sha256 of arrays (type, shape and values) and of values that JSON can hold."""
    made = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            made.update(json.dumps([str(part.dtype), part.shape]).encode())
            made.update(np.ascontiguousarray(part).data)
        else:
            made.update(json.dumps(part, sort_keys=True).encode())
    return made.hexdigest()


def file_digest(path: Path | str) -> str:
    """Hex sha256 of a file's content. Raises DataError naming a file that cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error})") from None


def encoder_digest(tokenizer: nn.Module) -> str:
    """Of all that decides which tokens a picture has: a decoder trained on keeps it."""
    state = tokenizer.state_dict()
    return digest(*(part for name in sorted(state) if not name.startswith(DECODER)
                    for part in (name, state[name].cpu().numpy())))
