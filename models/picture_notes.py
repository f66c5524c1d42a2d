"""Which pictures a shard of tokens was made of, so that a second start makes again what has changed, and nothing else."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from models.checkpoint import save_text
from models.errors import DataError
from models.lineage import file_digest


class PictureNotes:
    """Beside shard 00000.npy lies 00000.json: of every picture its name below `root`, its state on disk and its content."""

    def __init__(self, root: Path, paths: list[str]) -> None:
        self.root, self.paths = root, paths
        self.now = {self._name(path): path for path in paths}

    def write(self, shard: Path, first: int, end: int) -> None:
        notes = [[self._name(path), _state(path), file_digest(path)] for path in self.paths[first:end]]
        save_text(shard.with_suffix(".json"), json.dumps(notes))

    def digests(self, shards: list[Path]) -> list[str]:
        """Of every picture the digest of its file, as it was when its tokens were made."""
        notes = [json.loads(shard.with_suffix(".json").read_text(encoding="utf-8")) for shard in shards]
        return [content for note in notes for _, _, content in note]

    def unchanged(self, shard: Path, first: int, end: int) -> bool:
        """Whether the shard is there, of exactly pictures first..end; if not, it is to be made (again).

        Raises DataError where a picture of the shard now has another content, or none of its pictures is there any more.
        """
        if not shard.exists():
            return False
        try:
            notes = json.loads(shard.with_suffix(".json").read_text(encoding="utf-8"))
            there = {name: (state, content) for name, state, content in notes}
        except (OSError, ValueError, TypeError):
            return False
        kept = [name for name in there if name in self.now]
        if not kept:
            raise DataError(f"{shard}: was made of other pictures than are in {self.root}; use another --out")
        for name in kept:
            if not self._same(name, *there[name]):
                raise DataError(f"{shard}: was made of another {name} than is in {self.root} now; use another --out, or remove "
                                "that shard to have it made again")
        return list(there) == [self._name(path) for path in self.paths[first:end]]

    def _same(self, name: str, state: list[int], content: str) -> bool:
        return _state(self.now[name]) == state or file_digest(self.now[name]) == content

    def _name(self, path: str) -> str:
        return os.path.relpath(path, self.root)


def _state(path: str) -> list[Any]:
    """Differs after every change of a file's content; copies of a file differ in it, too."""
    try:
        found = os.stat(path)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error})") from None
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
