"""Graphs that run a whole prefix at once, of any length: what Alg. 2 of the paper computes again for every token.

For the bench `recompute` only, not part of a pack: they read the weights of an exported pack. S tokens are known, M
patches are closed; every graph is causal over its whole sequence, without a cache, and answers for the next token.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from models.dpar import DPAR, DPARConfig
from models.entropy_model import EntropyModel, EntropyModelConfig
from models.errors import UserError
from models.export.builder import CONTRIB, Graph, WeightFile
from models.export.dpar_graphs import FAR
from models.export.entropy_graph import entropy_of
from models.export.files import read_manifest
from models.export.layers import blocks, norm, skip_norm
from models.export.runtime import read_graph
from models.export.storage import Storage, storage_of
from models.patch_encoder import PatchPooling


class PackWeights(WeightFile):
    """Places of the weights in a pack's file, read from the step graph that uses it."""

    def __init__(self, location: str, root: Path, step: str, storage: Storage) -> None:
        super().__init__(location, storage)
        for tensor in read_graph(root, step).initializer:
            at = {entry.key: entry.value for entry in tensor.external_data}
            if at:
                self.places[tensor.name] = int(at["offset"]), int(at["length"])

    def place(self, name: str, array: np.ndarray) -> tuple[int, int]:
        if self.places.get(name, (0, -1))[1] != array.nbytes:
            raise UserError(f"{self.location}: the pack holds no weight {name!r} of {array.nbytes} bytes")
        return self.places[name]


class Prefix:
    """Stands in for a cache: attention over the whole sequence, its length an input."""

    def __init__(self, g: Graph, count: int, rows: int | str) -> None:
        self.seqlens = g.input("seqlens_k", "int32", [rows])
        self.total = g.input("total", "int32", [1])
        self.past = [("", "")] * count


def last(g: Graph, x: str) -> str:
    """[rows, n, D] -> [rows, 1, D], the last position."""
    return g.add("Slice", x, g.shape(-1), g.shape(np.iinfo(np.int64).max), g.shape(1))


def rotary_tables(g: Graph, tokens: int, head_dim: int) -> tuple[str, str]:
    """The pack's tables of cos and sin: only their shape is needed here."""
    empty = np.zeros((tokens + 1, head_dim // 2))
    return g.table("cos", empty), g.table("sin", empty)


def names(modules) -> list[str]:
    return [f"block_{i}" for i in range(len(modules))]


def entropy_prefix(model: EntropyModel, weights: WeightFile) -> Graph:
    """tokens [1, S] -> entropy [1] in nats of token S."""
    c, g = model.config, Graph("entropy_prefix", weights)
    tokens = g.input("tokens", "int32", [1, "S"])
    tables = rotary_tables(g, c.tokens, c.dim // c.heads)
    x = g.add("Gather", g.weight("embedding", model.embedding.weight), tokens)
    out, residual = blocks(g, x, list(model.blocks), names(model.blocks), c.heads, Prefix(g, c.blocks, 1), 1, tables)
    n, _ = skip_norm(g, last(g, out), last(g, residual), "norm", model.norm.weight)
    g.output(entropy_of(g, g.linear(n, "head", model.head.weight), c.vocab, -1), "entropy", "float32", [1])
    return g


def encoder_prefix(model: DPAR, weights: WeightFile) -> Graph:
    """tokens [1, S] -> h, k, v [1, S, D]."""
    c, g = model.config, Graph("encoder_prefix", weights)
    tokens = g.input("tokens", "int32", [1, "S"])
    tables = rotary_tables(g, c.tokens, c.head_dim)
    modules, pooling = list(model.encoder.blocks), model.encoder.pooling
    x = g.add("Gather", g.weight("embedding", model.encoder.embedding.weight), tokens)
    out, residual = blocks(g, x, modules, names(modules), c.heads, Prefix(g, len(modules), 1), 1, tables)
    n, h = skip_norm(g, out, residual, "pooling.kv_norm", pooling.kv_norm.weight)
    k, v = g.add("Split", g.linear(n, "pooling.wkv", pooling.wkv.weight), outputs=2, axis=-1, num_outputs=2)
    for value, name in ((h, "h"), (k, "k"), (v, "v")):
        g.output(value, name, "float32", [1, "S", c.dim])
    return g


def pooled_at_once(g: Graph, windows: list[str], length: str, window: int, pooling: PatchPooling) -> str:
    """Patch embeddings p [M, 1, D] of windows h, k, v [M, window, D]; length [M, 1, 1] in tokens, at least 1."""
    h, k, v = windows
    slots = g.constant(np.arange(window, dtype=np.float32).reshape(1, window, 1))
    zero, one = g.constant(np.float32(0)), g.constant(np.float32(1))
    inside = g.add("Clip", g.add("Sub", length, slots), zero, one)
    far = g.add("Mul", g.add("Sub", inside, one), g.constant(np.float32(FAR)))
    q = g.add("ReduceMax", g.add("Add", g.add("Mul", h, inside), far), g.shape(1), keepdims=1)
    query = g.linear(norm(g, q, "pooling.q_norm", pooling.q_norm), "pooling.wq", pooling.wq.weight)
    bias = g.add("Reshape", far, g.shape(-1, 1, 1, window))
    out = g.add("MultiHeadAttention", query, k, v, "", "", bias, domain=CONTRIB, num_heads=pooling.heads)
    return g.add("Add", q, g.linear(out, "pooling.wo", pooling.wo.weight))


def patch_transformer_prefix(model: DPAR, weights: WeightFile, window: int) -> Graph:
    """h, k, v [1, S, D]; index [M, window] tokens of the closed patches; length [M]; class [rows, 1];
    cos, sin [rows, M + 1, d/2] -> cond [rows, M + 1, L_dec, D], row m for patch m."""
    c, g = model.config, Graph("patch_transformer_prefix", weights)
    sequences = [g.input(name, "float32", [1, "S", c.dim]) for name in "hkv"]
    index = g.input("index", "int32", ["M", window])
    length = g.add("Reshape", g.add("Cast", g.input("length", "int32", ["M"]), to=1), g.shape(-1, 1, 1))
    classes = g.input("class", "int32", ["rows", 1])
    cos, sin = (g.input(name, "float32", ["rows", "slots", c.head_dim // 2]) for name in ("cos", "sin"))
    modules, pooling = list(model.patch_transformer.blocks), model.encoder.pooling
    cache = Prefix(g, len(modules), "rows")

    def rotate(qkv: str) -> tuple[str, str, str]:
        qk, value = g.add("Split", qkv, g.shape(2 * c.dim, c.dim), outputs=2, axis=-1)
        turned = g.add("RotaryEmbedding", qk, cos, sin, num_heads=2 * c.heads, interleaved=1)
        return (*g.add("Split", turned, outputs=2, axis=-1, num_outputs=2), value)

    flat = [g.add("Reshape", sequence, g.shape(-1, c.dim)) for sequence in sequences]
    p = pooled_at_once(g, [g.add("Gather", x, index) for x in flat], length, window, pooling)
    slot = g.add("Gather", g.weight("class_embedding", model.patch_transformer.class_embedding.weight), classes)
    every_row = g.add("Mul", slot, g.constant(np.float32(0)))  # [rows, 1, D] of zeros: repeats the patches for every row
    patches = g.add("Add", g.add("Reshape", p, g.shape(1, -1, c.dim)), every_row)
    x = g.add("Concat", slot, patches, axis=1)
    out, residual = blocks(g, x, modules, names(modules), c.heads, cache, 1, rotate=rotate)
    n, _ = skip_norm(g, out, residual, "ones", np.ones(c.dim))
    cond = g.linear(n, "cond_wo", torch.zeros(c.decoder_blocks * c.dim, c.dim))
    g.output(g.add("Reshape", cond, g.shape(0, 0, c.decoder_blocks, c.dim)), "cond", "float32",
             ["rows", "slots", c.decoder_blocks, c.dim])
    return g


def decoder_prefix(model: DPAR, weights: WeightFile) -> Graph:
    """h [1, S, D]; cond [rows, M + 1, L_dec, D]; patch_of [S + 1] -> logits [rows, V] of token S."""
    c, decoder, g = model.config, model.decoder, Graph("decoder_prefix", weights)
    h = g.input("h", "float32", [1, "S", c.dim])
    cond = g.input("cond", "float32", ["rows", "patches", c.decoder_blocks, c.dim])
    patch_of = g.input("patch_of", "int32", ["slots"])
    modules = list(decoder.blocks)
    cache = Prefix(g, len(modules), "rows")
    tables = rotary_tables(g, c.tokens, c.head_dim)
    x = g.add("Concat", g.weight("start", decoder.start.view(1, 1, -1)), h, axis=1)
    copied = g.add("Gather", cond, patch_of, axis=1)  # [rows, S + 1, L_dec, D]
    added = [g.add("Gather", copied, g.constant(block, np.int32), axis=2) for block in range(len(modules))]
    out, residual = blocks(g, x, modules, names(modules), c.heads, cache, 1, tables, added=added)
    n, _ = skip_norm(g, last(g, out), last(g, residual), "norm", decoder.norm.weight)
    logits = g.add("Reshape", g.linear(n, "head", decoder.head.weight), g.shape(-1, c.vocab))
    g.output(logits, "logits", "float32", ["rows", c.vocab])
    return g


def write_whole_graphs(pack: Path, out: Path) -> None:
    """Write the four graphs for the variant that `pack` runs on processors; they name its weight files. Raises UserError."""
    manifest = read_manifest(pack)
    if manifest["kind"] != "dpar":
        raise UserError(f"{pack}: a pack of kind 'dpar' is needed")
    m, e, grid, chosen = manifest["model"], manifest["entropyModel"], manifest["grid"], manifest["defaultVariant"]["wasm"]
    variant = manifest["variants"][chosen]
    common = {"vocab": manifest["vocab"], "width": grid["width"], "tokens": grid["tokens"]}
    # Only the shapes of these models are used: every weight comes from the pack.
    dpar = DPAR(DPARConfig(**common, classes=len(manifest["classes"]), dim=m["dim"], heads=m["heads"],
                           encoder_blocks=m["encoderBlocks"], patch_transformer_blocks=m["patchTransformerBlocks"],
                           decoder_blocks=m["decoderBlocks"]))
    entropy = EntropyModel(EntropyModelConfig(**common, dim=e["dim"], heads=e["heads"], blocks=e["blocks"]))

    def weights(name: str) -> PackWeights:
        graph = variant["graphs"][name]
        return PackWeights(Path(variant["weights"][graph["weights"]]["path"]).name, pack, graph["model"]["path"],
                           storage_of(chosen))

    graphs = [
        entropy_prefix(entropy, weights("entropy")), encoder_prefix(dpar, weights("encoder")),
        patch_transformer_prefix(dpar, weights("patch_transformer"), m["window"]), decoder_prefix(dpar, weights("decoder")),
    ]
    out.mkdir(parents=True, exist_ok=True)
    for graph in graphs:
        graph.save(out / f"{graph.name}.onnx")
