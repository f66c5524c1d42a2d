"""Run a pack's graphs on onnxruntime, as the other side does: static step graphs, caches fed back by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime as ort

from models.errors import UserError


class PackRuntime:
    """Sessions of one variant of a pack on onnxruntime's CPU provider, made when first used."""

    def __init__(self, root: Path, variant: str | None = None) -> None:
        """variant: default the manifest's for CPUs."""
        self.root = Path(root)
        try:
            self.manifest = json.loads((self.root / "manifest.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise UserError(f"{self.root}: no manifest.json there; `python -m models export` makes a pack") from None
        self.variant = variant or self.manifest["defaultVariant"]["wasm"]
        if self.variant not in self.manifest["variants"]:
            raise UserError(f"{self.root}: no variant {self.variant!r}; there are {', '.join(self.manifest['variants'])}")
        self.files = self.manifest["variants"][self.variant]
        self.sessions: dict[str, ort.InferenceSession] = {}

    def weights(self, name: str) -> bytes:
        """An external data file, its shards joined."""
        return b"".join((self.root / shard["path"]).read_bytes() for shard in self.files["weights"][name]["shards"])

    def session(self, name: str, by_row: bool = False) -> ort.InferenceSession:
        """by_row: the graph that answers the new slots of its caches only (docs/packs.md "Graphs by row")."""
        key = f"{name}/{by_row}"
        if key not in self.sessions:
            graph = self.files["graphs"][name]
            weights, joined = self.files["weights"][graph["weights"]], self.weights(graph["weights"])
            options = ort.SessionOptions()
            options.intra_op_num_threads = 1  # a step multiplies a row or two: waking threads costs more than it saves
            options.add_external_initializers_from_files_in_memory([Path(weights["path"]).name], [joined], [len(joined)])
            model = (self.root / graph["byRow" if by_row else "model"]["path"]).read_bytes()
            self.sessions[key] = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        return self.sessions[key]

    def run(self, name: str, feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        session = self.session(name)
        return dict(zip([o.name for o in session.get_outputs()], session.run(None, feeds), strict=True))


class Stepper:
    """One decode graph with its cache: feeds seqlens, total and pasts, keeps the presents."""

    def __init__(self, runtime: PackRuntime, name: str, rows: int) -> None:
        self.runtime, self.name, self.rows, self.slot = runtime, name, rows, 0
        shapes = {i.name: [rows if isinstance(d, str) else d for d in i.shape] for i in runtime.session(name).get_inputs()}
        self.cache = {key: np.zeros(shape, np.float32) for key, shape in shapes.items() if key.startswith("past_")}

    def step(self, **feeds: np.ndarray) -> dict[str, np.ndarray]:
        slot = {"seqlens_k": np.full(self.rows, self.slot, np.int32), "total": np.array([self.slot + 1], np.int32)}
        out = self.runtime.run(self.name, {**feeds, **slot, **self.cache})
        self.cache = {key: out[key.replace("past_", "present_")] for key in self.cache}
        self.slot += 1
        return out
