"""A pack once more in other variants, from its own weights: what each costs and changes can be measured without the trainings."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from models.export.defaults import default_rules
from models.export.figures import references, variant_figures
from models.export.files import read_manifest, write_json
from models.export.golden import golden_vectors
from models.export.pack import save_manifest, write_variant
from models.export.read_back import read_back
from models.export.runtime import PackRuntime
from models.export.storage import VariantName
from models.streams import to_tensor
from models.tokenizer import Tokenizer


def judged_tokens(root: Path, manifest: dict[str, Any], tokenizer: Tokenizer) -> tuple[np.ndarray, list[int]]:
    """Tokens int64 [N, T] with their classes: the first picture of every class in the gallery, without one the golden picture."""
    gallery = manifest.get("gallery")
    if gallery is None:
        golden = json.loads((root / manifest["golden"]["path"]).read_text(encoding="utf-8"))
        return np.array([golden["tokens"]]), [golden["class"]]
    sheet, size, classes = np.asarray(Image.open(root / gallery["file"]["path"])), gallery["size"], gallery["classes"]
    labels = sorted(set(classes))
    places = [divmod(classes.index(label), gallery["columns"]) for label in labels]
    pixels = np.stack([sheet[y * size : (y + 1) * size, x * size : (x + 1) * size] for y, x in places])
    return tokenizer.encode(to_tensor(pixels)).numpy(), labels


@torch.no_grad()
def write_variants(pack: Path, out: Path, names: Sequence[VariantName]) -> None:
    """The pack with these variants, in `out`: weights are those of its default variant, which `figures` then compare with.

    Recordings and gallery are left out: they are of the other pack.
    """
    models, manifest = read_back(pack), read_manifest(pack)
    tokens, labels = judged_tokens(pack, manifest, models.tokenizer)
    for kept in (manifest["codebook"]["tiles"], manifest["thumbnails"]["file"]):
        (out / kept["path"]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(pack / kept["path"], out / kept["path"])
    manifest |= {"recordings": [], "variants": {name: write_variant(out, models, name) for name in names},
                 "defaultVariant": dict.fromkeys(("webgpu", "wasm"), names[0])}
    manifest.pop("gallery", None)
    rules = default_rules(manifest["defaults"])
    golden = json.loads((pack / manifest["golden"]["path"]).read_text(encoding="utf-8"))  # of the weights as they are here
    manifest["golden"] = write_json(out, "golden.json", golden_vectors(
        models.model, models.entropy, models.tokenizer, np.array(golden["tokens"]), golden["class"], rules,
        manifest["defaults"]["guidance"]))
    save_manifest(out, manifest)
    pictures = references(models.model, models.entropy, models.tokenizer, rules, tokens, labels)
    for name, variant in manifest["variants"].items():
        variant["figures"] = variant_figures(PackRuntime(out, name), pictures, rules.entropy_threshold)
    save_manifest(out, manifest)
