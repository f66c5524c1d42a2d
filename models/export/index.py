"""index.json beside the packs: what the studio's list of packs shows, made from the manifests that are there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from models.checkpoint import save_text
from models.errors import UserError
from models.export.files import read_manifest
from models.export.kinds import visit_bytes


def _holds_pack(path: Path) -> bool:
    """Whether a folder holds a pack. Raises UserError where it may not be entered."""
    try:
        (path / "manifest.json").stat()
    except PermissionError as error:
        raise UserError(f"{path}: cannot be entered ({error.strerror})") from None
    except OSError:
        return False
    return True


def write_index(folder: Path) -> list[str]:
    """Write `folder`/index.json over all packs in `folder`, by name; returns the names. bytes: of one visit."""
    entries = []
    for path in sorted(folder.glob("[!.]*")):  # not of a pack that is being written
        try:
            if not _holds_pack(path):
                continue
            manifest = read_manifest(path)
        except UserError as error:
            print(f"{error}; left out of {folder / 'index.json'}", file=sys.stderr)
            continue
        variant = manifest["variants"][manifest["defaultVariant"]["wasm"]]
        entries.append({"name": path.name, "title": manifest["title"], "kind": manifest["kind"],
                        "bytes": visit_bytes(variant, manifest["kind"])})
    text = json.dumps({"packs": entries}, indent=1, ensure_ascii=False) + "\n"
    save_text(folder / "index.json", text)
    return [entry["name"] for entry in entries]
