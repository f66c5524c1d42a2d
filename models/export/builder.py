"""Build ONNX graphs by hand, with weights in external files that several graphs may share."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from models.export.quantise import BLOCK, packed, quantise
from models.export.storage import SMALL, STORAGES, Storage

OPSET, CONTRIB, IR_VERSION = 23, "com.microsoft", 11
ALIGNMENT = 64
TYPES = {"float32": TensorProto.FLOAT, "int32": TensorProto.INT32, "int64": TensorProto.INT64}


def floats(value: Tensor | np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(value.detach().cpu().numpy() if isinstance(value, Tensor) else value, dtype=np.float32)


class WeightFile:
    """One external data file; a weight asked for twice under one name is stored once."""

    def __init__(self, location: str, storage: Storage = STORAGES["fp32"]) -> None:
        self.location, self.content, self.storage = location, bytearray(), storage
        self.places: dict[str, tuple[int, int]] = {}

    def take(self, name: str, value: Tensor | np.ndarray) -> Tensor | np.ndarray:
        """What is kept of the weight `name`: the value itself (models/export/read_back.py goes the other way)."""
        return value

    def place(self, name: str, array: np.ndarray) -> tuple[int, int]:
        """Offset and length in bytes."""
        if name not in self.places:
            self.content += bytes(-len(self.content) % ALIGNMENT)
            data = array.tobytes()
            self.places[name] = len(self.content), len(data)
            self.content += data
        return self.places[name]


class Graph:
    """Nodes are added in order; every method returns the name of what it made."""

    def __init__(self, name: str, weights: WeightFile) -> None:
        self.name, self.weights = name, weights
        self.nodes: list[onnx.NodeProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []
        self.initializers: dict[str, onnx.TensorProto] = {}
        self.made: dict[str, str] = {}
        self.count = 0
        self.positions: tuple[str, int] | None = None
        """The input and its axis whose size is how many positions a step takes, where it may be several."""

    def input(self, name: str, kind: str, shape: list[int | str]) -> str:
        self.inputs.append(helper.make_tensor_value_info(name, TYPES[kind], shape))
        return name

    def output(self, value: str, name: str, kind: str, shape: list[int | str]) -> None:
        if value != name:  # rename the value where it is made
            for node in self.nodes:
                node.output[:] = [name if output == value else output for output in node.output]
                node.input[:] = [name if given == value else given for given in node.input]
        self.outputs.append(helper.make_tensor_value_info(name, TYPES[kind], shape))

    def add(self, op: str, *inputs: str, outputs: int | list[str] = 1, domain: str = "", **attributes) -> str | list[str]:
        """Append a node. outputs: how many, or their names ('' leaves one out)."""
        self.count += 1
        names = outputs if isinstance(outputs, list) else [f"{op}_{self.count}_{i}" for i in range(outputs)]
        node = helper.make_node(op, list(inputs), names, name=f"{op}_{self.count}", domain=domain, **attributes)
        self.nodes.append(node)
        return names[0] if len(names) == 1 else names

    def stored(self, name: str, array: np.ndarray) -> str:
        """An initializer in the external file, in the array's own type."""
        if name not in self.initializers:
            offset, length = self.weights.place(name, array)
            tensor = TensorProto(name=name, data_type=helper.np_dtype_to_tensor_dtype(array.dtype), dims=array.shape,
                                 data_location=TensorProto.EXTERNAL)
            for key, text in (("location", self.weights.location), ("offset", offset), ("length", length)):
                tensor.external_data.add(key=key, value=str(text))
            self.initializers[name] = tensor
        return name

    def table(self, name: str, value: Tensor | np.ndarray) -> str:
        """A float32 weight in the external file, kept exactly in every variant."""
        return self.stored(name, floats(self.weights.take(name, value)))

    def weight(self, name: str, value: Tensor | np.ndarray) -> str:
        """A float32 weight in the external file. Kept as float16 where the variant says so: onnxruntime folds the Cast
        when it opens a session, so every backend computes with the same float32 values."""
        array = floats(self.weights.take(name, value))
        if not self.weights.storage.half or array.size < SMALL:
            return self.stored(name, array)
        return self.folded(name, lambda: self.add("Cast", self.stored(f"{name}.half", array.astype(np.float16)), to=1))

    def folded(self, name: str, make) -> str:
        """The value of nodes that read constants only, made once for each name."""
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]

    def constant(self, value, dtype=np.float32) -> str:
        """A small constant, kept inside the graph."""
        array = np.asarray(value, dtype=dtype)
        name = f"const_{array.dtype}_{'x'.join(map(str, array.shape))}_{zlib.crc32(array.tobytes()):08x}"
        self.initializers.setdefault(name, numpy_helper.from_array(array, name))
        return name

    def shape(self, *dims: int) -> str:
        return self.constant(dims, np.int64)

    def linear(self, x: str, name: str, weight: Tensor) -> str:
        """x @ weight.T, weight [out, in] as PyTorch keeps it."""
        storage, (rows, columns) = self.weights.storage, weight.shape
        if storage.bits is None or columns % BLOCK:
            return self.add("MatMul", x, self.weight(name, weight.t()))
        integers, scales = quantise(floats(weight), storage.bits)
        if storage.packed:
            content = self.stored(f"{name}.q{storage.bits}", packed(integers, storage.bits))
            return self.add("MatMulNBits", x, content, self.stored(f"{name}.scale", scales), domain=CONTRIB, K=columns, N=rows,
                            bits=storage.bits, block_size=BLOCK)
        return self.add("MatMul", x, self.folded(name, lambda: self.widened(name, integers, scales)))

    def widened(self, name: str, integers: np.ndarray, scales: np.ndarray) -> str:
        """float32 [in, out] of quantised rows [out, in] and their scales, by one node that onnxruntime folds when it opens a
        session (models/export/runtime.py SETTINGS). One, because every node it folds leaves a whole matrix in memory until all
        are folded."""
        content, scale = (self.stored(f"{name}.{kind}", np.ascontiguousarray(array.T))
                          for kind, array in (("int8", integers), ("scale", scales)))
        return self.add("DequantizeLinear", content, scale, axis=0, block_size=BLOCK)

    def trimmed(self) -> Graph:
        """Itself, without nodes and values that no output needs."""
        needed = {one.name for one in self.outputs}
        kept = []
        for node in reversed(self.nodes):
            if needed.intersection(filter(None, node.output)):
                needed.update(node.input)
                kept.append(node)
        self.nodes = kept[::-1]
        self.initializers = {name: value for name, value in self.initializers.items() if name in needed}
        return self

    def model(self) -> onnx.ModelProto:
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, list(self.initializers.values()))
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="dpar-studio")

    def save(self, path: Path) -> None:
        path.write_bytes(self.model().SerializeToString(deterministic=True))
