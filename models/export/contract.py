"""Inputs and outputs that every graph of a pack has (docs/packs.md "Graphs")."""

from __future__ import annotations

from typing import Any

import onnx
from onnx import TensorProto

Shape = list[int | str]
Ports = dict[str, tuple[str, Shape]]
"""Name -> type and dimensions. A dimension that is a word is symbolic: any name, or 1 in packs of one image."""
TYPES = {TensorProto.FLOAT: "float32", TensorProto.INT32: "int32"}


def contract(manifest: dict[str, Any]) -> dict[str, tuple[Ports, Ports]]:
    """Inputs and outputs of every graph that a pack of this manifest may have; present_* and past_* of its first form."""
    tokens, vocab, size = manifest["grid"]["tokens"], manifest["vocab"], manifest["image"]["size"]
    dim, heads, strips = manifest["model"]["dim"], manifest["model"]["heads"], manifest["tokenizer"].get("strips", False)
    f, i = (lambda *shape: ("float32", list(shape))), (lambda *shape: ("int32", list(shape)))

    def caches(kind: str, blocks: int, rows: int | str, heads: int, slots: int, each: int) -> Ports:
        return {f"{kind}_{part}_{block}": f(rows, heads, slots, each) for block in range(blocks) for part in "kv"}

    def step(inputs: Ports, outputs: Ports, blocks: int, rows: int | str, heads: int, each: int) -> tuple[Ports, Ports]:
        slot = {"seqlens_k": i(rows), "total": i(1)}
        return (inputs | slot | caches("past", blocks, rows, heads, tokens + 1, each),
                outputs | caches("present", blocks, rows, heads, tokens + 1, each))

    graphs = {
        "tokenizer_encoder": ({"picture": f("N", 3, size, size)}, {"tokens": i("N", tokens)}),
        "tokenizer_decoder": ({"tokens": i("N", "cells")}, {"picture": f("N", 3, "height", size)}) if strips else
                             ({"tokens": i("N", tokens)}, {"picture": f("N", 3, size, size)}),
    }
    if e := manifest.get("entropyModel"):
        shape = e["heads"], e["dim"] // e["heads"]
        graphs["entropy"] = step({"token": i("R", 1)}, {"entropy": f("R")}, e["blocks"], "R", *shape)
        graphs["entropy_window"] = step({"token": i(1, "L")}, {"entropy": f("L")}, e["blocks"], 1, *shape)
        graphs["entropy_all"] = ({"tokens": i(1, tokens)}, {"entropy": f(1, tokens)}
                                 | caches("present", e["blocks"], 1, shape[0], tokens, shape[1]))
    m, shape, both = manifest["model"], (heads, dim // heads), (2 * heads, dim // heads)
    if manifest["kind"] == "gpt":
        graphs["gpt"] = step({"token": i(1, "R"), "class": i("G", "R"), "first": i("R")}, {"logits": f("rows", 1, vocab)},
                             m["blocks"], "rows", *shape)
        graphs["gpt_window"] = step({"token": i(1, "L"), "class": i(1, 2), "first": i("L")}, {"logits": f("L", 2, vocab)},
                                    m["blocks"], 1, *both)
        graphs["gpt_all"] = ({"tokens": i(1, tokens), "class": i(1, 1)}, {"logits": f(1, tokens, vocab)}
                             | caches("present", m["blocks"], 1, heads, tokens, shape[1]))
        graphs["gpt_attention"] = ({"tokens": i(1, tokens), "class": i(1, 1)}, {"attention": f(m["blocks"], tokens, tokens)})
        return graphs
    window, half, blocks = m["window"], shape[1] // 2, m["decoderBlocks"]
    states = {name: f("R", 1, dim) for name in "hkv"}
    graphs["encoder"] = step({"token": i("R", 1)}, states, m["encoderBlocks"], "R", *shape)
    graphs["encoder_window"] = step({"token": i(1, "L")}, {name: f(1, "L", dim) for name in "hkv"}, m["encoderBlocks"], 1, *shape)
    graphs["encoder_all"] = ({"tokens": i(1, tokens)}, {name: f(1, tokens, dim) for name in "hkv"}
                             | caches("present", m["encoderBlocks"], 1, heads, tokens, shape[1]))
    graphs["patch_transformer"] = step(
        {name: f("R", window, dim) for name in "hkv"} | {"length": i("R"), "class": i("G", "R")}
        | {name: f("rows", 1, half) for name in ("cos", "sin")},
        {"cond": f("rows", 1, blocks * dim)}, m["patchTransformerBlocks"], "rows", *shape)
    graphs["decoder"] = step({"h": f(1, "R", dim), "first": i("R"), "cond": f("G", "R", blocks * dim)},
                             {"logits": f("rows", 1, vocab)}, blocks, "rows", *shape)
    graphs["patch_transformer_window"] = step(
        {name: f("P", window, dim) for name in "hkv"} | {"length": i("P"), "class": i(1, 2)}
        | {name: f("P", 1, half) for name in ("cos", "sin")},
        {"cond": f("P", 2, blocks * dim)}, m["patchTransformerBlocks"], 1, *both)
    graphs["decoder_window"] = step(
        {"h": f(1, "L", dim), "first": i("L"), "cond": f("P", 2, blocks * dim), "patch_of": i("L")},
        {"logits": f("L", 2, vocab)}, blocks, 1, *both)
    graphs["patch_transformer_attention"] = (
        {name: f(1, tokens, dim) for name in "hkv"} | {"members": i(tokens, window), "length": i(tokens), "class": i(1, 1)}
        | {name: f(tokens, half) for name in ("cos", "sin")},
        {"attention": f(m["patchTransformerBlocks"], tokens, tokens), "cond": f(1, tokens, blocks * dim)})
    graphs["decoder_attention"] = (
        {"h": f(1, tokens, dim), "cond": f(1, tokens, blocks * dim), "patch_of": i(tokens)},
        {"attention": f(blocks, tokens, tokens)})
    return graphs


def new_slots(ports: tuple[Ports, Ports], positions: int | str) -> tuple[Ports, Ports]:
    """The second form: pasts of any capacity, and the slots just written, `positions` of them, in place of presents."""
    inputs, outputs = ports
    pasts = {name: (kind, [*shape[:2], "capacity", shape[3]]) for name, (kind, shape) in inputs.items()
             if name.startswith("past_")}
    (_, (_, heads, _, each)), *_ = pasts.values()
    kept = {name: port for name, port in outputs.items() if not name.startswith("present_")}
    return inputs | pasts, kept | {"kv": ("float32", ["written", heads, positions, each])}


def ports_of(values: Any) -> Ports:
    """Of a graph's inputs or outputs, as they stand in the file."""
    found = {}
    for value in values:
        tensor = value.type.tensor_type
        kind = TYPES.get(tensor.elem_type, TensorProto.DataType.Name(tensor.elem_type).lower())
        found[value.name] = kind, [dim.dim_param or dim.dim_value for dim in tensor.shape.dim]
    return found


def mismatch(wanted: Ports, there: Ports) -> str | None:
    """What is wrong with `there`, in words."""
    for name, (kind, shape) in wanted.items():
        if name not in there:
            return f"{name} is missing"
        found_kind, found = there[name]
        fits = len(found) == len(shape) and all(
            (isinstance(b, str) or b == 1) if isinstance(a, str) else a == b for a, b in zip(shape, found, strict=True))
        if found_kind != kind or not fits:
            return f"{name} is {found_kind} {found}, expected {kind} {shape}"
    extra = [name for name in there if name not in wanted]
    return f"{extra[0]} is not expected" if extra else None


def initial_inputs(graph: onnx.GraphProto) -> list[onnx.ValueInfoProto]:
    """Inputs that are fed: not those with a value of their own."""
    own = {tensor.name for tensor in graph.initializer}
    return [value for value in graph.input if value.name not in own]
