"""Outputs are checked before work starts, and written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from models.errors import UserError

PROBE = 1 << 16
"""Bytes that have to fit: a full disk often takes an empty file."""


def check_folder(folder: Path, option: str = "--out") -> None:
    """Refuse a folder that is a file or that nothing can be written to; nothing is left there. Raises UserError."""
    there = folder.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise UserError(f"{option} {folder}: {there} is a file, and a folder is needed; choose another name")
    try:
        with tempfile.TemporaryFile(dir=there) as probe:
            probe.write(bytes(PROBE))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        raise UserError(f"{option} {folder}: cannot be written to ({error.strerror}); choose another folder") from None


@contextlib.contextmanager
def staged(folder: Path, last: str) -> Iterator[Path]:
    """A new folder to write into, whose files move into `folder` when all are there; the file named `last` moves last.

    After an error `folder` is as it was.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder))
    try:
        yield stage
        files = [path for path in stage.rglob("*") if path.is_file()]
        for path in sorted(files, key=lambda path: path.relative_to(stage) == Path(last)):
            place = folder / path.relative_to(stage)
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, place)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
