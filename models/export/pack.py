"""Write a pack folder: graphs, shards, golden vectors, pictures, manifest (docs/packs.md)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from models.blocks import ffn_width
from models.checkpoint import save_text
from models.dpar import DPAR
from models.entropy_model import EntropyModel
from models.export.builder import Graph, WeightFile
from models.export.defaults import defaults
from models.export.entropy_graph import entropy_graph
from models.export.figures import references, variant_figures
from models.export.files import FORMAT_VERSION, validate, write_file, write_json, write_shards
from models.export.gallery import Gallery, gallery_entries
from models.export.golden import golden_vectors
from models.export.gpt_graph import null_entropy_graph
from models.export.kinds import kind_of, model_entry, model_graphs, pack_rules, parameters
from models.export.layers import FORMS
from models.export.limits import check_limits
from models.export.new_slot_graphs import new_slot_graph
from models.export.passes import count_passes, images_for
from models.export.pictures import codebook_tiles, fitting, grid, png
from models.export.read_back import PackModels
from models.export.runtime import PackRuntime
from models.export.storage import DEFAULT_VARIANTS, STORAGES, Storage, VariantName
from models.export.tokenizers import AnyTokenizer, tokenizer_entry, tokenizer_graphs
from models.gpt import GPT
from models.null_class import NullClass
from models.patchify import PatchRules, opens
from models.sampling import SamplingConfig
from models.stage_lines import stage

COLUMNS = 32
THUMBNAIL_COLUMNS = 25
BATCH = 16
"""Images that the step graphs take at once: their rows are symbolic, so this is what the engine is tested with."""


@dataclass
class PackContent:
    """Everything a pack is made of. thumbnails uint8 [N, S, S, 3]; golden int64 [T] tokens of class golden_label."""

    name: str
    title: str
    description: str
    license: str
    data: dict[str, str]
    classes: list[dict[str, Any]]
    model: DPAR | GPT
    entropy: EntropyModel | NullClass
    """NullClass: a GPT's own null class, without weights beside it."""
    tokenizer: AnyTokenizer
    rules: PatchRules
    sampling: SamplingConfig
    thumbnails: np.ndarray
    golden: np.ndarray
    golden_label: int
    held_out_entropies: np.ndarray
    """float32 [N, T], for the curve E_th -> P_avg."""
    judged: np.ndarray
    """int64 [N, T]: held-out tokens that the variants are measured on, the golden ones among them."""
    judged_labels: list[int]
    variants: tuple[VariantName, ...] = DEFAULT_VARIANTS
    """The first is the default of both backends: one visit fetches one variant, which has to run on both."""
    gallery: Gallery | None = None
    evaluation: dict[str, Any] = field(default_factory=dict)
    split: dict[str, int] = field(default_factory=dict)
    thumbnail_classes: list[int] | None = None
    """The class of each thumbnail; None: one for every class, in order."""
    passes_images: int | None = None
    """Images that passes by window are counted on; None: as many as its size allows, 0: they are not counted."""
    samples: bool = False
    """No pictures were at hand: thumbnails, curve and golden vectors are of the model's own samples."""


def decode_graphs(content: PackContent | PackModels, storage: Storage) -> list[tuple[Graph, str]]:
    """The graphs of entropy model and model, each with the name of its weight file; the two forms of a model share one."""
    graphs = model_graphs(content.model, storage)
    if isinstance(content.entropy, NullClass):
        step, file = graphs[0]
        return [*graphs, (null_entropy_graph(content.model, step.weights), file)]
    entropy = WeightFile("entropy.bin", storage)
    return [*((entropy_graph(content.entropy, entropy, form), "entropy") for form in FORMS), *graphs]


def build_graphs(content: PackContent | PackModels, storage: Storage) -> list[tuple[Graph, str]]:
    """Every graph with the name of the weight file it reads."""
    size = content.model.config.width * content.tokenizer.factor
    return [*decode_graphs(content, storage), *tokenizer_graphs(content.tokenizer, storage, size)]


def threshold_curve(entropies: np.ndarray, width: int, rules: PatchRules) -> list[dict[str, float]]:
    """P_avg = mean of T/M and steps_mean = mean of M on the given images, E_th in steps of 0.2 nats."""
    finite = entropies[:, 1:]
    low, high = np.floor(np.quantile(finite, 0.02) * 5) / 5, np.ceil(np.quantile(finite, 0.995) * 5) / 5
    curve = []
    for threshold in np.arange(low, high + 0.1, 0.2):
        steps = opens(entropies, width, rules.model_copy(update={"entropy_threshold": float(threshold)})).sum(1)
        p_avg = float((entropies.shape[1] / steps).mean())
        curve.append({"entropyThreshold": round(float(threshold), 2), "pAvg": round(p_avg, 4),
                      "stepsMean": round(float(steps.mean()), 3)})
    return curve


def write_models(root: Path, variant: str, graph: Graph) -> dict[str, Any]:
    """The files of a graph for the manifest: `model`, and `byRow` where it is a step with caches."""
    models = {"model": (f"{variant}/{graph.name}.onnx", graph),
              "byRow": (f"{variant}/{graph.name}_rows.onnx", new_slot_graph(graph))}
    return {key: write_file(root, path, one.model().SerializeToString(deterministic=True))
            for key, (path, one) in models.items() if one}


def write_variant(root: Path, content: PackContent | PackModels, variant: VariantName) -> dict[str, Any]:
    stage(f"{variant}: graphs and weights")
    graphs, weights = {}, {}
    for graph, file in build_graphs(content, STORAGES[variant]):
        graphs[graph.name] = {**write_models(root, variant, graph), "weights": file}
        weights[file] = graph.weights  # complete once the last graph that shares it is built
    shards = {name: write_shards(root, f"{variant}/{name}.bin", memoryview(file.content)) for name, file in weights.items()}
    return {"weights": shards, "graphs": graphs}


def write_pack(root: Path, content: PackContent) -> dict[str, Any]:
    """Write everything but recordings into `root`; returns the manifest. Raises UserError, before any work, for what makes no
    pack.
    """
    d, size = content.model.config, content.model.config.width * content.tokenizer.factor
    rules, dynamic = pack_rules(content.model, content.rules), isinstance(content.model, DPAR)
    null_class = isinstance(content.entropy, NullClass)
    manifest = {
        "formatVersion": FORMAT_VERSION, "kind": kind_of(content.model), "name": content.name, "title": content.title,
        "description": content.description, "license": content.license, "data": content.data, "classes": content.classes,
        "grid": {"width": d.width, "tokens": d.tokens}, "image": {"size": size}, "vocab": d.vocab, "batch": BATCH,
        "model": model_entry(content.model),
        **entropy_entries(content.entropy),
        "tokenizer": tokenizer_entry(content.tokenizer, size),
        "defaults": defaults(rules, content.sampling),
    }
    check_limits(manifest)  # now, and not when all graphs are written
    root.mkdir(parents=True, exist_ok=True)
    stage("tiles of the codebook")
    tiles, tile = codebook_tiles(content.tokenizer, COLUMNS)
    stage("golden vectors")
    golden = golden_vectors(content.model, content.entropy, content.tokenizer, content.golden, content.golden_label,
                            rules, content.sampling.guidance)
    images = images_for(content.model) if content.passes_images is None else content.passes_images
    manifest |= {
        "curve": threshold_curve(content.held_out_entropies, d.width, content.rules) if dynamic or null_class else [],
        **({"passes": count_passes(content.model, content.entropy, rules, content.sampling, images).entry} if images else {}),
        "evaluation": content.evaluation, "split": content.split, **({"pictures": "samples"} if content.samples else {}),
        "variants": {name: write_variant(root, content, name) for name in content.variants},
        "defaultVariant": {"webgpu": content.variants[0], "wasm": content.variants[0]},
        "golden": write_json(root, "golden.json", golden),
        "codebook": {"tiles": write_file(root, "codebook.png", tiles), "columns": COLUMNS, "tile": tile},
        "thumbnails": thumbnail_entry(root, content),
        "recordings": [],
    }
    save_manifest(root, manifest)
    add_figures(root, content, manifest)
    if content.gallery:
        manifest |= gallery_entries(root, content.gallery, content.held_out_entropies)
    save_manifest(root, manifest)
    return manifest


def add_figures(root: Path, content: PackContent, manifest: dict[str, Any]) -> None:
    """Run every variant that was written, note what it costs and changes, and why the default is the default."""
    stage(f"what PyTorch makes of {len(content.judged)} images")
    pictures = references(content.model, content.entropy, content.tokenizer, content.rules, content.judged, content.judged_labels)
    for name, variant in manifest["variants"].items():
        stage(f"{name}: the same on onnxruntime")
        variant["figures"] = variant_figures(PackRuntime(root, name), pictures, content.rules.entropy_threshold)
    manifest["defaultVariant"] |= default_reason(manifest)


def default_reason(manifest: dict[str, Any]) -> dict[str, str]:
    """`reason` of the default variant, in words, where its figures are known."""
    first = manifest["defaultVariant"]["wasm"]
    figures = manifest["variants"][first].get("figures")
    if figures is None:
        return {}
    return {"reason": f"{figures['bytes'] / 1e6:.1f} MB a visit, {figures['klMean']:.1g} nats a token from the trained weights; "
                      f"{STORAGES[first].words}"}


def entropy_entries(entropy: EntropyModel | NullClass) -> dict[str, Any]:
    """Where entropies come from, and the entropy model's sizes where there is one."""
    if isinstance(entropy, NullClass):
        return {"entropySource": "null-class"}
    e = entropy.config
    sizes = {"dim": e.dim, "heads": e.heads, "ffn": ffn_width(e.dim), "blocks": e.blocks, "parameters": parameters(entropy)}
    return {"entropySource": "entropy-model", "entropyModel": sizes}


def thumbnail_entry(root: Path, content: PackContent) -> dict[str, Any]:
    pictures, columns = fitting(content.thumbnails), min(len(content.thumbnails), THUMBNAIL_COLUMNS)
    entry = {"file": write_file(root, "thumbnails.png", png(grid(pictures, columns))), "columns": columns,
             "size": pictures.shape[1]}
    return entry | ({} if content.thumbnail_classes is None else {"classes": content.thumbnail_classes})


def save_manifest(root: Path, manifest: dict[str, Any]) -> None:
    validate(manifest, "manifest")
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    save_text(root / "manifest.json", text)
