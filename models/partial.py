"""An array that takes long to fill: kept on disk with how far it is, so that a stopped command goes on where it was."""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from models.checkpoint import save_text

SECONDS = 10
"""Between two notes of how far it is; a clean stop notes it, too."""

T = TypeVar("T")


def batches(symmetries: int, images: int, size: int) -> list[tuple[int, slice]]:
    """The parts of an array [symmetries, images, ..], so many images at once."""
    return [(k, slice(start, min(start + size, images))) for k in range(symmetries) for start in range(0, images, size)]


def count_images(parts: Iterable[tuple[int, slice]]) -> int:
    return sum(where.stop - where.start for _, where in parts)


def take_room(path: Path) -> None:
    """Give every byte of a file its place on the disk now. Raises OSError, naming the file, where there is no room.

    A file written by memory may have none yet, and a disk that is full then ends the process without a word (SIGBUS).
    """
    if not hasattr(os, "posix_fallocate"):  # macOS and Windows
        return
    try:
        with path.open("rb+") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):  # a file system that cannot tell
            raise OSError(error.errno, error.strerror, str(path)) from None


class PartialArray:
    """array: to be filled part by part, in the same order at every start; `finish` gives it its name `path`.

    made_of: a digest of all that the values depend on. What was filled under another one is dropped. Raises OSError where there
    is no room for the whole.
    """

    def __init__(self, path: Path, shape: tuple[int, ...], dtype: Any, made_of: str) -> None:
        self.path, self.made_of = path, made_of
        self.temporary, self.note = (path.with_name(f"{path.stem}.partial.{ending}") for ending in ("npy", "json"))
        found = self._found(shape, dtype)
        if not found:
            self.note.unlink(missing_ok=True)  # before there is an array of another content that it would be taken for
        self.array, self.done = found or (np.lib.format.open_memmap(self.temporary, "w+", dtype, shape), 0)
        try:
            take_room(self.temporary)
        except OSError:
            if not found:
                self.temporary.unlink()
            raise
        self.noted_at = time.monotonic()

    def __enter__(self) -> PartialArray:
        return self

    def __exit__(self, *_: object) -> None:
        if self.temporary.exists():
            self._save()

    def left(self, parts: Iterable[T]) -> Iterator[T]:
        """Those of `parts` that are not filled yet; one counts as filled when the next is asked for."""
        for number, part in enumerate(parts):
            if number < self.done:
                continue
            yield part
            self.done = number + 1
            if time.monotonic() - self.noted_at > SECONDS:
                self._save()

    def finish(self) -> None:
        self.array.flush()
        os.replace(self.temporary, self.path)
        self.note.unlink(missing_ok=True)

    def _save(self) -> None:
        self.array.flush()
        save_text(self.note, json.dumps({"made_of": self.made_of, "done": self.done}) + "\n")
        self.noted_at = time.monotonic()

    def _found(self, shape: tuple[int, ...], dtype: Any) -> tuple[np.ndarray, int] | None:
        """What another start left, and how many parts of it are filled."""
        try:
            note = json.loads(self.note.read_text(encoding="utf-8"))
            array = np.load(self.temporary, mmap_mode="r+")
        except (OSError, ValueError, EOFError):
            return None
        if not isinstance(note, dict) or note.get("made_of") != self.made_of or not isinstance(note.get("done"), int):
            return None
        return (array, note["done"]) if array.shape == shape and array.dtype == np.dtype(dtype) else None
