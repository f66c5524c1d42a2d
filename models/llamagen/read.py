"""Read the weights of a public checkpoint: .pt or .safetensors, nothing in it is executed."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from models.errors import CheckpointError

PLACES = ("model", "module", "state_dict", "ema")
"""Where a checkpoint keeps its weights beside other things; the average ("ema") only where there is nothing else."""
FLOATS = (torch.float32, torch.float16, torch.bfloat16)
PART = re.compile(r"-(\d{5})-of-(\d{5})\.")
GLOBAL = re.compile(r"GLOBAL ([\w.]+)")


def read_weights(path: Path) -> dict[str, Tensor]:
    """The state dictionary of `path`, tensors of 32 or 16 bits as they are (.pt by memory map: a copy is made when used).

    Raises CheckpointError that says what the file is and what to do.
    """
    path = Path(path)
    _refuse_what_is_no_checkpoint(path)
    content = _safetensors(path) if path.suffix == ".safetensors" else _pickled(path)
    state = _state(content, path)
    for name, value in state.items():
        if value.dtype not in FLOATS and value.is_floating_point():
            raise CheckpointError(f"{path}: {name} is {value.dtype}; float32, float16 or bfloat16 can be read")
    return state


def _refuse_what_is_no_checkpoint(path: Path) -> None:
    if path.is_dir():
        raise CheckpointError(f"{path}: is a folder, as sharded checkpoints are; join it into one .pt or .safetensors file first")
    try:
        with path.open("rb") as file:
            start = file.read(512)
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be opened ({error.strerror}); pass the downloaded file") from None
    part = PART.search(path.name)
    if part:
        raise CheckpointError(f"{path}: is part {int(part[1])} of {int(part[2])} of a sharded checkpoint; join them first")
    text = start.lstrip().lower()
    if text.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise CheckpointError(f"{path}: is a web page, not weights; download the file itself, not the page about it")
    if text.startswith(b"version https://git-lfs"):
        raise CheckpointError(f"{path}: is a pointer of Git LFS, not weights; run `git lfs pull`, or download the file itself")


def _safetensors(path: Path) -> dict[str, Tensor]:
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path}: is damaged or cut short ({error}); download it again") from None


def _pickled(path: Path):
    """torch.load of tensors and plain values alone; the arguments of a training are allowed beside them."""
    try:
        with torch.serialization.safe_globals([argparse.Namespace]):
            try:
                return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
            except RuntimeError as error:
                if "mmap" not in str(error):
                    raise
                return torch.load(path, map_location="cpu", weights_only=True)  # the format before torch 1.6
    except Exception as error:  # a damaged file fails in many ways
        wanted = GLOBAL.search(str(error))
        if wanted:
            raise CheckpointError(f"{path}: wants to run code ({wanted[1]}) when it is read, so it is not; get the weights from "
                                  "where LlamaGen publishes them, or as .safetensors") from None
        raise CheckpointError(f"{path}: is damaged or cut short ({path.stat().st_size:,} bytes); download it again") from None


def _state(content, path: Path) -> dict[str, Tensor]:
    """The weights in what was read: the dictionary itself, or what it holds in one of PLACES."""
    for _ in range(3):  # {"state_dict": {"model": ...}} has been seen elsewhere
        if not isinstance(content, dict) or not content:
            break
        if all(isinstance(value, Tensor) for value in content.values()):
            return {name.removeprefix("module.").removeprefix("_orig_mod."): value for name, value in content.items()}
        place = next((name for name in PLACES if isinstance(content.get(name), dict)), None)
        if place is None:
            break
        if place == "ema":
            print(f"{path}: holds the average of its training (ema) alone, so that is taken", file=sys.stderr)
        content = content[place]
    kind = f"holds {', '.join(map(str, list(content)[:5]))}" if isinstance(content, dict) else f"is a {type(content).__name__}"
    raise CheckpointError(f"{path}: no weights in it (it {kind}); they may be under {', '.join(PLACES)}, or be the file itself")


def check_names(path: Path, there: dict[str, Tensor], wanted: dict[str, tuple[int, ...]]) -> None:
    """Every name and shape as wanted, nothing else. Raises CheckpointError naming the first that differs."""
    unknown, missing = sorted(there.keys() - wanted.keys()), sorted(wanted.keys() - there.keys())
    for what, names in (("unknown", unknown), ("missing", missing)):
        if names:
            more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
            raise CheckpointError(f"{path}: {what} weight {names[0]}{more}; this is no checkpoint of the kind that is read here")
    for name, shape in wanted.items():
        if tuple(there[name].shape) != tuple(shape):
            raise CheckpointError(f"{path}: {name} is {tuple(there[name].shape)}, expected {tuple(shape)}")
