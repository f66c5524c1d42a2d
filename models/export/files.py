"""Files of a pack: hashes, shards, canonical JSON."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from models.checkpoint import write_atomically
from models.errors import UserError

FORMAT_VERSION = 1
SCHEMAS = Path(__file__).parents[2] / "engine" / "schema"  # generated from the TypeScript schema: npm run schemas
SHARD = 16 << 20  # bytes
MOST_BYTES = 17_000_000  # of a file; common static hosts refuse files over 25 MiB
MOST_MANIFEST_BYTES = 16_000_000  # as the studio reads (packs/small-file.ts)


def read_json(path: Path, hint: str, most: int | None = None) -> Any:
    """The value of a JSON file. Raises UserError with `hint`, the next step, where it is missing, damaged or too large."""
    try:
        if most is not None and path.stat().st_size > most:
            raise UserError(f"{path}: is larger than {most / 1e6:.1f} MB; {hint}")
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); {hint}") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: not valid JSON ({error}); {hint}") from None


def read_manifest(root: Path) -> dict[str, Any]:
    """The manifest of a pack, checked against the schema, and what it says against itself. Raises UserError naming the field."""
    if not (Path(root) / "manifest.json").is_file():
        raise UserError(f"{root}: no manifest.json there; `python -m models export` makes a pack")
    manifest = read_json(Path(root) / "manifest.json", "export the pack again, or fetch it anew", MOST_MANIFEST_BYTES)
    if not isinstance(manifest, dict):
        raise UserError(f"{root}/manifest.json: not a manifest, but a {type(manifest).__name__}")
    if manifest.get("formatVersion") != FORMAT_VERSION:
        raise UserError(f"{root}/manifest.json: formatVersion is {manifest.get('formatVersion')!r}, this exporter reads "
                        f"{FORMAT_VERSION}")
    validate(manifest, "manifest")
    for entry in file_entries(manifest):
        path = entry["path"]
        if "\\" in path or ":" in path or {"", ".", ".."} & set(path.split("/")):
            raise UserError(f"{root}/manifest.json: the path {path!r} leads out of the pack")
    for backend in ("webgpu", "wasm"):
        if manifest["defaultVariant"][backend] not in manifest["variants"]:
            raise UserError(f"{root}/manifest.json: defaultVariant.{backend} is {manifest['defaultVariant'][backend]!r}; "
                            f"there are {', '.join(manifest['variants'])}")
    for name, variant in manifest["variants"].items():
        for graph, entry in variant["graphs"].items():
            if entry.get("weights", graph) not in variant["weights"] and "weights" in entry:
                raise UserError(f"{root}/manifest.json: variants.{name}.graphs.{graph} names the weights {entry['weights']!r}, "
                                "which are not there")
    return manifest


def file_entries(value: Any) -> Iterator[dict[str, Any]]:
    """Every file that a manifest names."""
    if isinstance(value, dict):
        if {"path", "bytes", "sha256"} <= value.keys():
            yield value
        for child in value.values():
            yield from file_entries(child)
    elif isinstance(value, list):
        for child in value:
            yield from file_entries(child)


def named_files(root: Path) -> set[str]:
    """Paths of all files that the manifest of `root` names; none where there is no manifest, or one that is no pack's."""
    try:
        return {entry["path"] for entry in file_entries(read_manifest(root))}
    except UserError:
        return set()


@contextlib.contextmanager
def leftovers_removed(root: Path) -> Iterator[None]:
    """What the manifest of `root` names before and no longer at the end goes then; after an error everything stays."""
    before = named_files(root)
    yield
    remove_files(root, before - named_files(root))


def remove_files(root: Path, names: Iterable[str]) -> None:
    """Files of a pack that it has no more, and the folders that are empty then. Others that a person put there stay."""
    for name in names:
        path = root / name
        if not path.resolve().is_relative_to(root.resolve()):
            continue  # by a link
        path.unlink(missing_ok=True)
        for folder in path.parents[: len(Path(name).parents) - 1]:
            with contextlib.suppress(OSError):  # not empty, or gone
                folder.rmdir()


def read_file(root: Path, path: str) -> bytes:
    """A file of a pack. Raises UserError where it is missing."""
    try:
        return (root / path).read_bytes()
    except OSError as error:
        raise UserError(f"{root / path}: cannot be read ({error.strerror}); export the pack again, or fetch it anew") from None


def describe(root: Path, path: Path) -> dict[str, Any]:
    """The manifest's entry of one file."""
    content = path.read_bytes()
    return {"path": path.relative_to(root).as_posix(), "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def write_file(root: Path, name: str, content: bytes | memoryview) -> dict[str, Any]:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, lambda temporary: temporary.write_bytes(content))
    return describe(root, path)


def write_shards(root: Path, name: str, content: bytes | memoryview) -> dict[str, Any]:
    """name: path of the joined file. Shards are name.0, name.1, ... of at most 16 MiB."""
    parts = [content[start : start + SHARD] for start in range(0, len(content), SHARD)]
    return {"path": name, "shards": [write_file(root, f"{name}.{i}", part) for i, part in enumerate(parts)]}


def write_json(root: Path, name: str, value: Any) -> dict[str, Any]:
    return write_file(root, name, (json.dumps(value, separators=(",", ":")) + "\n").encode())


def validate(value: Any, schema: str, part: str | None = None) -> None:
    """Check a manifest, a run or a part of one against the other side's schema. Raises UserError naming the first wrong field."""
    content = json.loads((SCHEMAS / f"{schema}.schema.json").read_text(encoding="utf-8"))
    kinds = {branch["properties"]["kind"]["const"]: branch for branch in content.get("oneOf", [])}
    if part is not None:
        content = next(iter(kinds.values()), content)["properties"][part]
    elif isinstance(value, dict):
        content = kinds.get(value.get("kind"), content)  # the branch names the field that is wrong
    for error in Draft202012Validator(content).iter_errors(value):
        words = error.message  # the value first, the mistake last
        words = words if len(words) <= 200 else f"{words[:100]} ... {words[-90:]}"
        raise UserError(f"{part or schema}: {error.json_path}: {words}")
