"""What no pack may say of itself (engine/manifest.ts has the same): asked before its graphs are made, and when it is there."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from models.errors import UserError
from models.export.defaults import default_rules, defaults
from models.export.files import validate
from models.patchify import PatchRules, longest_patch
from models.rope import HEAD
from models.sampling import SamplingConfig

GATES = ("entropyGate", "lengthGate", "rowReset")
RANGES = ("classes", "grid", "image", "vocab", "defaults")


def check_settings(rules: PatchRules, sampling: SamplingConfig) -> None:
    """Raises UserError for gates or a sampler that are out of a pack's ranges."""
    validate(defaults(rules, sampling), "manifest", "defaults")


def check_limits(m: dict[str, Any]) -> None:
    """m: what a manifest says of sizes, classes and defaults. Raises UserError where that makes no pack."""
    for part in RANGES:
        validate(m[part], "manifest", part)
    if words := contradiction(m):
        raise UserError(f"this makes no pack: {words} (docs/packs.md)")


def contradiction(m: dict[str, Any]) -> str | None:
    """The first two fields that contradict each other, in words."""
    width, grid, model = m["grid"]["width"], m["grid"]["tokens"], m["model"]
    quantum = HEAD * model["heads"]
    entropy, given, count = m.get("entropyModel"), m["defaults"], len(m["classes"])
    curve = m.get("curve", [])
    rules = [
        (grid == width**2, f"grid.tokens is {grid}, width x width is {width**2}"),
        (m["image"]["size"] == width * m["tokenizer"]["factor"],
         f"image.size is {m['image']['size']}, grid.width x tokenizer.factor is {width * m['tokenizer']['factor']}"),
        (model["dim"] % quantum == 0, f"model.dim is {model['dim']}, not a multiple of {quantum}"),
        (not entropy or entropy["dim"] % (HEAD * entropy["heads"]) == 0,
         f"entropyModel.dim is not a multiple of {HEAD} x heads"),
        (m["kind"] == "gpt" or given["maxPatchLength"] <= model["window"], "defaults.maxPatchLength is more than model.window"),
        (given["staticLength"] is not None or any(given[gate] for gate in GATES),
         "defaults.staticLength is needed, since all three switches are off"),
        (m["kind"] == "gpt" or longest_patch(default_rules(given), width, grid) <= model["window"],
         "defaults allow patches that are longer than model.window"),
        (all(a["entropyThreshold"] < b["entropyThreshold"] for a, b in pairwise(curve)), "curve: its thresholds do not grow"),
        (all(max(point["pAvg"], point["stepsMean"]) <= grid for point in curve), f"curve: an image has {grid} tokens"),
        (all(one["class"] < count for one in m.get("recordings", [])), f"recordings: the pack has {count} classes"),
        *((all(k < count for k in m.get(name, {}).get("classes", [])), f"{name}.classes: the pack has {count} classes")
          for name in ("thumbnails", "gallery")),
        *((len({c[key].lower() for c in m["classes"]}) == count, f"classes: two have the same {key}") for key in ("id", "label")),
    ]
    return next((words for right, words in rules if not right), None)
