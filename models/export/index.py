"""index.json beside the packs: what the studio's list of packs shows, made from the manifests that are there."""

from __future__ import annotations

import json
from pathlib import Path

from models.export.kinds import visit_bytes


def write_index(folder: Path) -> list[str]:
    """Write `folder`/index.json over all packs in `folder`, by name; returns the names. bytes: of one visit."""
    entries = []
    for path in sorted(folder.glob("*/manifest.json")):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        variant = manifest["variants"][manifest["defaultVariant"]["wasm"]]
        entries.append({"name": path.parent.name, "title": manifest["title"], "kind": manifest["kind"],
                        "bytes": visit_bytes(variant, manifest["kind"])})
    text = json.dumps({"packs": entries}, indent=1, ensure_ascii=False) + "\n"
    (folder / "index.json").write_text(text, encoding="utf-8")
    return [entry["name"] for entry in entries]
