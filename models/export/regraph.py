"""The graphs of a pack built anew by today's exporter; its weights stay as they are, byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.errors import UserError
from models.export.builder import Graph
from models.export.card import rewrite_card
from models.export.files import leftovers_removed, read_manifest
from models.export.kinds import LOOKS, visit_bytes
from models.export.pack import build_graphs, default_reason, save_manifest, write_models
from models.export.read_back import PackModels, read_back
from models.export.runtime import PackRuntime
from models.export.storage import storage_of
from models.export.tokenizers import tokenizer_entry
from models.outputs import staged

Built = dict[str, list[tuple[Graph, str]]]
"""By variant: graphs, each with the name of its weight file."""


def graphs_on(root: Path, models: PackModels, manifest: dict[str, Any]) -> Built:
    """The graphs of every variant. Raises UserError where a weight file would not stay as it is."""
    built = {name: build_graphs(models, storage_of(name)) for name in manifest["variants"]}
    for variant, graphs in built.items():
        runtime = PackRuntime(root, variant)
        for file, content in {file: bytes(graph.weights.content) for graph, file in graphs}.items():
            if content != runtime.weights(file):
                raise UserError(f"{root}: {variant}/{file}.bin would not stay as it is; export the pack from the trained models")
    return built


def replace_graphs(stage: Path, manifest: dict[str, Any], models: PackModels, built: Built) -> dict[tuple[str, str], bool]:
    """Write all of `built` into `stage` and the manifest; returns what differs, by variant and graph, and whether it is new."""
    changed = {}
    manifest["tokenizer"] = tokenizer_entry(models.tokenizer, manifest["image"]["size"])
    for variant, graphs in built.items():
        entries = manifest["variants"][variant]["graphs"]
        for graph, file in graphs:
            entry = {**write_models(stage, variant, graph), "weights": file}
            if entry != entries.get(graph.name):
                changed[variant, graph.name] = graph.name not in entries
                entries[graph.name] = entry
    return changed


def in_words(changed: dict[tuple[str, str], bool]) -> list[str]:
    return [f"{variant}/{graph} {'is new' if new else 'changed'}" for (variant, graph), new in changed.items()]


def regraph(root: Path) -> list[str]:
    """Write the graphs of every variant and their hashes in the manifest; returns what is new and what changed, in words.

    Recordings name the pack by its hash, so they are left out of the manifest where that changes: not for graphs in LOOKS.
    Raises UserError before anything is written where a weight would change.
    """
    models, manifest = read_back(root), read_manifest(root)
    built = graphs_on(root, models, manifest)
    with leftovers_removed(root), staged(root, last="manifest.json") as stage:
        changed = replace_graphs(stage, manifest, models, built)
        sizes = []
        for name, variant in manifest["variants"].items():
            size = visit_bytes(variant, manifest["kind"])
            if "figures" in variant and variant["figures"]["bytes"] != size:
                variant["figures"]["bytes"] = size
                sizes.append(f"{name}: {size / 1e6:.2f} MB a visit")
        if changed or sizes:
            if sizes or any(graph not in LOOKS for _, graph in changed):
                manifest["recordings"] = []
            manifest["defaultVariant"] |= default_reason(manifest)
            save_manifest(stage, manifest)
            rewrite_card(stage, manifest, root)
    return in_words(changed) + sizes
