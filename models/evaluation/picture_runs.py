"""What the runs beside PNGs of `npm run generate` say of how they were made, compared with the pack that is measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from models.export.defaults import defaults
from models.patchify import PatchRules
from models.sampling import SamplingConfig


def made_otherwise(folder: Path, pack: str, rules: PatchRules, sampling: SamplingConfig) -> str | None:
    """Why the PNGs of `folder` are not known to be samples of `pack` under these rules and this sampling, in words, or None."""
    paths = sorted(Path(folder).glob("*.png"))
    without = sum(not path.with_suffix(".run.json").exists() for path in paths)
    if without:
        return f"{without} of {len(paths)} pictures have no run beside them"
    wanted = acting(defaults(rules, sampling))
    for path in (path.with_suffix(".run.json") for path in paths):
        try:
            header = json.loads(path.read_text(encoding="utf-8"))["header"]
            name, there = header["pack"]["name"], acting(header["settings"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return f"{path} does not say how its picture was made"
        if name != pack:
            return f"{path} is of the pack {name!r}, and the configuration is of {pack!r}"
        for key in sorted(wanted.keys() | there.keys()):
            if there.get(key) != wanted.get(key):
                return f"{path} was made with {key} = {there.get(key)}, and the configuration has {wanted.get(key)}"
        if header.get("given"):
            return f"{path} was made with tokens of another picture"
    return None


def acting(settings: dict[str, Any]) -> dict[str, Any]:
    """Of a run's settings those that decide its tokens: not a value that no gate asks for, nor how many are decoded at once."""
    idle = {"window"}
    idle |= set() if settings.get("entropyGate") else {"entropyThreshold"}
    idle |= set() if settings.get("lengthGate") else {"maxPatchLength"}
    return {key: value for key, value in settings.items() if key not in idle}
