"""Checkpoints that survive a power cut: written beside, flushed to disk, then renamed over the previous one."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from models.config import Config
from models.errors import CheckpointError

CHECKPOINT = "checkpoint.pt"
CONFIG = "config.json"
WEIGHTS = "model.safetensors"


def write_atomically(path: Path, write: Callable[[Path], None], several: bool = False) -> None:
    """Run `write(temporary)`, flush, rename to `path`. On any failure (disk full, say) the old file is untouched.

    several: processes may write the same thing at the same time; each then has a temporary file of its own.
    """
    temporary = path.with_name(path.name + (f".{os.getpid()}.partial" if several else ".partial"))
    try:
        write(temporary)
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def save_text(path: Path, text: str, several: bool = False) -> None:
    """A text in UTF-8, written as write_atomically does."""
    def write(temporary: Path) -> None:
        temporary.write_text(text, encoding="utf-8")

    write_atomically(path, write, several)


def save_array(path: Path, array: np.ndarray, several: bool = False) -> None:
    """An .npy file, written as write_atomically does."""
    def write(temporary: Path) -> None:
        with temporary.open("wb") as file:  # np.save would add .npy to the temporary's name
            np.save(file, array)

    write_atomically(path, write, several)


def save_checkpoint(folder: Path, config: Config, state: dict[str, Any]) -> None:
    """Write `state` (tensors and plain values only) with all RNG states, and config.json beside it.

    Raises CheckpointError if it cannot be written; the previous checkpoint is then still whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content = {"config": config.to_json(), "rng": rng_state(), **state}
    try:
        save_text(folder / CONFIG, config.to_json())
        write_atomically(folder / CHECKPOINT, lambda path: torch.save(content, path))
    except (OSError, RuntimeError) as error:  # torch.save turns a full disk into RuntimeError
        raise CheckpointError(f"{folder / CHECKPOINT}: not written ({error}); the previous one is intact") from error


def load_checkpoint(folder: Path, config: Config, device: str | torch.device = "cpu") -> dict[str, Any] | None:
    """The state in `folder`, or None where there is none. CheckpointError if damaged or of another configuration."""
    path = folder / CHECKPOINT
    if not path.exists():
        return None
    try:
        content = torch.load(path, map_location=device, weights_only=True)
    except Exception as error:  # a truncated file fails in many ways; all mean the same to the reader
        old = f" and {WEIGHTS} beside it" if (folder / WEIGHTS).exists() else ""
        raise CheckpointError(f"{path}: cannot be read ({error}); remove it{old} to start again") from error
    saved = type(config).parse(json.loads(content["config"]), str(path))  # keys added since take their defaults
    if saved != config:
        raise CheckpointError(f"{path}: is of another configuration ({first_change(saved, config)}); use "
                              "another --out, or the configuration in config.json beside it")
    return content


def check_untrained(folder: Path) -> None:
    """Raises CheckpointError where `folder` holds weights or a checkpoint, which what is to come would replace."""
    for name in (CHECKPOINT, WEIGHTS):
        if (folder / name).exists():
            raise CheckpointError(f"{folder / name}: is there already, and would be lost; use another --out, or remove it")


def rng_state() -> dict[str, Any]:
    """States of the torch (CPU and CUDA), numpy and python generators, as values torch.load(weights_only) accepts."""
    _, keys, position, has_gauss, gauss = np.random.get_state()
    state = {
        "torch": torch.get_rng_state(),
        "numpy": [torch.from_numpy(keys.astype(np.int64)), int(position), int(has_gauss), float(gauss)],
        "python": random.getstate(),
    }
    if torch.cuda.is_available():
        state["cuda"] = [s.cpu() for s in torch.cuda.get_rng_state_all()]
    return state


def restore_rng(state: dict[str, Any]) -> None:
    torch.set_rng_state(state["torch"].cpu())
    keys, position, has_gauss, gauss = state["numpy"]
    np.random.set_state(("MT19937", keys.cpu().numpy().astype(np.uint32), position, has_gauss, gauss))
    version, internal, gauss_next = state["python"]
    random.setstate((version, tuple(internal), gauss_next))
    if "cuda" in state and torch.cuda.is_available():
        for number, one in enumerate(state["cuda"][: torch.cuda.device_count()]):  # there may be fewer GPUs than before
            torch.cuda.set_rng_state(one.cpu(), number)


def save_safetensors(path: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str] | None = None) -> None:
    """Publish weights, atomically. `tensors` as from state_dict(). Raises CheckpointError where they cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    contiguous = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    try:
        write_atomically(path, lambda temporary: save_file(contiguous, temporary, metadata))
    except (SafetensorError, OSError) as error:  # safetensors turns a full disk into an error of its own
        raise CheckpointError(f"{path}: not written ({error}); make room, then run the same command again") from error


def load_safetensors(path: Path) -> dict[str, torch.Tensor]:
    """State dictionary of a published file. Raises CheckpointError if missing or damaged."""
    if not Path(path).exists():
        raise CheckpointError(f"{path}: no such weights; train that model first, or pass its folder")
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path}: cannot be read ({error})") from error


def first_change(saved: Config, config: Config) -> str:
    """The first dotted key in which two different configurations differ."""
    old, new = (_flatten(json.loads(c.to_json())) for c in (saved, config))
    key = min(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    return f"{key}: {old.get(key)} there, {new.get(key)} here"


def _flatten(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= _flatten(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return flat


def _sync_folder(folder: Path) -> None:
    """Flush the rename itself, where the platform lets a folder be opened."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
