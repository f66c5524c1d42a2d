"""Files of a pack: hashes, shards, canonical JSON."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from models.errors import UserError

SCHEMAS = Path(__file__).parents[2] / "engine" / "schema"  # generated from the TypeScript schema: npm run schemas
SHARD = 16 << 20  # bytes; common static hosts refuse files over 25 MiB


def describe(root: Path, path: Path) -> dict[str, Any]:
    """The manifest's entry of one file."""
    content = path.read_bytes()
    return {"path": path.relative_to(root).as_posix(), "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def write_file(root: Path, name: str, content: bytes | memoryview) -> dict[str, Any]:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return describe(root, path)


def write_shards(root: Path, name: str, content: bytes | memoryview) -> dict[str, Any]:
    """name: path of the joined file. Shards are name.0, name.1, ... of at most 16 MiB."""
    parts = [content[start : start + SHARD] for start in range(0, len(content), SHARD)]
    return {"path": name, "shards": [write_file(root, f"{name}.{i}", part) for i, part in enumerate(parts)]}


def write_json(root: Path, name: str, value: Any) -> dict[str, Any]:
    return write_file(root, name, (json.dumps(value, separators=(",", ":")) + "\n").encode())


def validate(value: Any, schema: str) -> None:
    """Check a manifest or run against the other side's schema. Raises UserError naming the first wrong field."""
    content = json.loads((SCHEMAS / f"{schema}.schema.json").read_text(encoding="utf-8"))
    kinds = {part["properties"]["kind"]["const"]: part for part in content.get("oneOf", [])}
    validator = Draft202012Validator(kinds.get(value.get("kind"), content))  # the branch names the field that is wrong
    for error in validator.iter_errors(value):
        raise UserError(f"{schema}: {error.json_path}: {error.message[:200]}")
