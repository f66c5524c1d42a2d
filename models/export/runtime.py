"""Run a pack's graphs on onnxruntime, as the other side does: static step graphs, caches fed back by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from google.protobuf.message import DecodeError

from models.errors import UserError
from models.export.files import read_file, read_manifest
from models.rope import patch_angles, rotation

SETTINGS = {"session.disable_quant_qdq": "1"}
"""Of every session of a pack (packs/session-settings.ts has the same): matrices of w8 are widened while the session opens.
Without it onnxruntime keeps them in 8 bits and rounds what they are multiplied with to 8 bits, too."""


def read_graph(root: Path, path: str) -> onnx.GraphProto:
    """A graph of a pack without its weights. Raises UserError where it is missing or damaged."""
    try:
        return onnx.load_model_from_string(read_file(root, path)).graph
    except (DecodeError, ValueError) as error:
        raise UserError(f"{root / path}: cannot be opened ({error}); export the pack again, or fetch it anew") from None


class PackRuntime:
    """Sessions of one variant of a pack on onnxruntime's CPU provider, made when first used.

    Each widens its weights for itself, so a weight file has one session at a time: another graph on the same file closes it.
    """

    def __init__(self, root: Path, variant: str | None = None) -> None:
        """variant: default the manifest's for CPUs."""
        self.root = Path(root)
        self.manifest = read_manifest(self.root)
        self.variant = variant or self.manifest["defaultVariant"]["wasm"]
        if self.variant not in self.manifest["variants"]:
            raise UserError(f"{self.root}: no variant {self.variant!r}; there are {', '.join(self.manifest['variants'])}")
        self.files = self.manifest["variants"][self.variant]
        self.sessions: dict[str, ort.InferenceSession] = {}

    def weights(self, name: str) -> bytearray:
        """An external data file, its shards joined; in memory once, and one shard beside it."""
        shards = self.files["weights"][name]["shards"]
        joined, at = bytearray(sum(shard["bytes"] for shard in shards)), 0
        for shard in shards:
            content = read_file(self.root, shard["path"])
            if len(content) != shard["bytes"]:
                raise UserError(f"{self.root / shard['path']}: has {len(content)} bytes, the manifest says {shard['bytes']}; "
                                "export the pack again, or fetch it anew")
            joined[at : at + len(content)] = content
            at += len(content)
        return joined

    def session(self, name: str, new_slots: bool = False) -> ort.InferenceSession:
        """new_slots: the graph that answers the new slots of its caches only (docs/packs.md "New-slot graphs")."""
        key = f"{name}/{new_slots}"
        if key not in self.sessions:
            graph = self.files["graphs"].get(name)
            if graph is None:
                raise UserError(f"{self.root}: the variant {self.variant} has no graph {name!r}")
            self._close_others(graph.get("weights"))
            options = ort.SessionOptions()
            for setting, value in SETTINGS.items():
                options.add_session_config_entry(setting, value)
            options.log_severity_level = 4  # what is wrong is reported once, by the exception
            options.intra_op_num_threads = 1  # a step multiplies a row or two: waking threads costs more than it saves
            if "weights" in graph:
                weights, joined = self.files["weights"][graph["weights"]], self.weights(graph["weights"])
                options.add_external_initializers_from_files_in_memory([Path(weights["path"]).name], [joined], [len(joined)])
            path = graph["byRow" if new_slots else "model"]["path"]
            try:
                self.sessions[key] = ort.InferenceSession(read_file(self.root, path), options, providers=["CPUExecutionProvider"])
            except UserError:
                raise
            except Exception as error:  # onnxruntime has a type for each kind of damage
                raise UserError(f"{self.root / path}: cannot be opened ({str(error).splitlines()[0][:200]}); export the pack "
                                "again, or fetch it anew") from None
        return self.sessions[key]

    def _close_others(self, weights: str | None) -> None:
        """Every session on these weights."""
        for key in list(self.sessions):
            if weights and self.files["graphs"][key.split("/")[0]].get("weights") == weights:
                del self.sessions[key]

    def run(self, name: str, feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        session = self.session(name)
        return dict(zip([o.name for o in session.get_outputs()], session.run(None, feeds), strict=True))


def dynamic_rope(start: int, end: int, width: int, head_dim: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """cos and sin [rows, 1, d/2] of the patch from token `start` to token `end`."""
    cos, sin = rotation(patch_angles(torch.tensor(start), torch.tensor(end), width, head_dim))
    return tuple(np.tile(y.numpy().reshape(1, 1, -1), (rows, 1, 1)) for y in (cos, sin))


class Stepper:
    """One decode graph with its cache: feeds seqlens, total and pasts, keeps the presents."""

    def __init__(self, runtime: PackRuntime, name: str, rows: int) -> None:
        self.runtime, self.name, self.rows, self.slot = runtime, name, rows, 0
        shapes = {i.name: [rows if isinstance(d, str) else d for d in i.shape] for i in runtime.session(name).get_inputs()}
        self.cache = {key: np.zeros(shape, np.float32) for key, shape in shapes.items() if key.startswith("past_")}

    def step(self, size: int = 1, /, **feeds: np.ndarray) -> dict[str, np.ndarray]:
        """size: new slots, more than one only for a graph of windows."""
        last = self.slot + size - 1
        slot = {"seqlens_k": np.full(self.rows, last, np.int32), "total": np.array([last + 1], np.int32)}
        out = self.runtime.run(self.name, {**feeds, **slot, **self.cache})
        self.cache = {key: out[key.replace("past_", "present_")] for key in self.cache}
        self.slot += size
        return out
