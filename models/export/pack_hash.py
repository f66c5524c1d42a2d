"""The hash that a run names its pack by (docs/packs.md "manifest.json"), as packHash in engine/manifest.ts computes it."""

from __future__ import annotations

import hashlib
import json
import re
from decimal import Decimal
from typing import Any

from models.export.kinds import LOOKS


def pack_hash(manifest: dict[str, Any]) -> str:
    """Hex sha256 of the canonical JSON of all that runs depend on: without recordings, mirrors and graphs of LOOKS."""
    content = {key: value for key, value in manifest.items() if key != "mirrors"} | {"recordings": []}
    content["variants"] = {name: variant | {"graphs": _without_looks(variant["graphs"])}
                           for name, variant in manifest["variants"].items()}
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def _without_looks(graphs: dict[str, Any]) -> dict[str, Any]:
    return {name: entry for name, entry in graphs.items() if name not in LOOKS}


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces; numbers as ECMAScript writes them (RFC 8785)."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))  # as strings are compared there
        return "{" + ",".join(f"{_text(key)}:{canonical_json(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical_json, value)) + "]"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(float(value))  # it has no other
    return _text(value)


def _text(value: str | bool | None) -> str:
    """Halves of a pair that are alone are escaped."""
    return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", json.dumps(value, ensure_ascii=False))


def _number(value: float) -> str:
    """repr has the same digits, and exponents elsewhere."""
    if value == 0:
        return "0"  # -0, too
    if 1e-6 <= abs(value) < 1e21:
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    digits, _, exponent = repr(value).partition("e")
    return f"{digits}e{int(exponent):+d}"
