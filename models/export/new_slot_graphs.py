"""Step graphs for runtimes that copy inputs and outputs at every run: they answer the new slots of the caches only."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper

from models.export.builder import Graph

SLOTS = 2  # axis of [rows, H, C, d]


def new_slot_graph(step: Graph) -> Graph | None:
    """`step` with pasts of any capacity, and in place of its presents one output `kv` [2 * blocks * rows, H, n, d]: what
    the step wrote to them, in the order k_0, v_0, k_1, ... None for a graph that is no step with caches."""
    if not any(one.name.startswith("past_") for one in step.inputs):
        return None
    g = Graph(step.name, step.weights)
    g.nodes, g.count, g.initializers = list(step.nodes), step.count, dict(step.initializers)
    g.inputs = [symbolic(one) if one.name.startswith("past_") else one for one in step.inputs]
    presents = [one for one in step.outputs if one.name.startswith("present_")]
    g.outputs = [one for one in step.outputs if one not in presents]
    _, heads, _, width = (d.dim_value for d in presents[0].type.tensor_type.shape.dim)
    if step.positions:
        end = g.add("Add", g.add("Cast", "seqlens_k", to=7), g.shape(1))
        name, axis = step.positions
        start = g.add("Sub", end, g.add("Shape", name, start=axis, end=axis + 1))
        kv = g.add("Concat", *(g.add("Slice", one.name, start, end, g.shape(SLOTS)) for one in presents), axis=0)
        g.output(kv, "kv", "float32", ["written", heads, "positions", width])
        return g
    # Every row has a slot of its own: presents as [rows * H, C, d], and the slot of each line.
    capacity = g.add("Shape", presents[0].name, start=SLOTS, end=SLOTS + 1)
    lines = g.add("Concat", g.shape(-1), capacity, g.shape(width), axis=0)
    row_slots = g.add("Reshape", g.add("Cast", "seqlens_k", to=7), g.shape(-1, 1))
    slots = g.add("Reshape", g.add("Add", row_slots, g.constant(np.zeros((1, heads)), np.int64)), g.shape(-1, 1))
    written = [g.add("GatherND", g.add("Reshape", one.name, lines), slots, batch_dims=1) for one in presents]
    kv = g.add("Reshape", g.add("Concat", *written, axis=0), g.shape(-1, heads, 1, width))
    g.output(kv, "kv", "float32", ["written", heads, 1, width])
    return g


def symbolic(past: onnx.ValueInfoProto) -> onnx.ValueInfoProto:
    dims = [d.dim_param or d.dim_value for d in past.type.tensor_type.shape.dim]
    dims[SLOTS] = "capacity"
    return helper.make_tensor_value_info(past.name, past.type.tensor_type.elem_type, dims)
