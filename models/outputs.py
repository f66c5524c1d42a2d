"""Outputs are checked before work starts, and written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from models.errors import UserError

try:
    import fcntl
except ImportError:  # not on Windows: there a killed command's folder stays
    fcntl = None

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
def scratch(folder: Path, name: str = "") -> Iterator[Path]:
    """A new hidden folder in `folder`, removed at the end however that comes. name: what it is for.

    A process that was killed leaves its own; the next scratch of that name in `folder` removes it. A lock shows which are in use.
    """
    folder.mkdir(parents=True, exist_ok=True)
    prefix = f".partial-{name}-" if name else ".partial-"
    for path in folder.iterdir():
        if re.fullmatch(re.escape(prefix) + r"\w{8}", path.name) and path.is_dir():
            with _locked(path) as free:
                if free:
                    shutil.rmtree(path, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
    with _locked(made):
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)


def put_in_place(made: Path, folder: Path) -> None:
    """Rename the folder `made` to `folder`. What was there before goes last, and is back after an error or a signal."""
    aside = _aside(folder)
    bring_back(folder)
    shutil.rmtree(aside, ignore_errors=True)
    try:
        if folder.exists():
            folder.rename(aside)
        made.rename(folder)
    except BaseException:
        bring_back(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def bring_back(folder: Path) -> None:
    """Where put_in_place was killed between its two renames, the folder of before has its name again."""
    if not folder.exists() and _aside(folder).exists():
        _aside(folder).rename(folder)


def _aside(folder: Path) -> Path:
    return folder.with_name(f".before-{folder.name}")


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Whether this process has the folder's lock now: the system gives it back when a process ends."""
    try:
        file = os.open(folder, os.O_RDONLY) if fcntl else None
    except OSError:
        file = None
    if file is None:
        yield False
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        free = True
    except OSError:  # another process holds it, or the file system has no locks
        free = False
    try:
        yield free
    finally:
        os.close(file)


@contextlib.contextmanager
def staged(folder: Path, last: str) -> Iterator[Path]:
    """A new folder to write into, whose files move into `folder` when all are there; the file named `last` moves last.

    After an error `folder` is as it was.
    """
    with scratch(folder) as stage:
        yield stage
        files = [path for path in stage.rglob("*") if path.is_file()]
        for path in sorted(files, key=lambda path: path.relative_to(stage) == Path(last)):
            place = folder / path.relative_to(stage)
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, place)
