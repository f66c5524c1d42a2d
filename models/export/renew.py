"""A pack whose manifest changed: its card follows, and recordings, which name the pack by its hash, go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.export.card import rewrite_card
from models.export.files import leftovers_removed
from models.export.pack import save_manifest
from models.outputs import staged


def renew(root: Path, manifest: dict[str, Any]) -> None:
    """Write `manifest` and what follows from it; after an error the pack is as it was."""
    manifest = manifest | {"recordings": []}
    with leftovers_removed(root), staged(root, last="manifest.json") as stage:
        save_manifest(stage, manifest)
        rewrite_card(stage, manifest, root)
