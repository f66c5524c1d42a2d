"""Random small models, and their graphs opened in onnxruntime without a pack."""

from __future__ import annotations

import numpy as np
import onnxruntime as ort

from models.dpar import DPAR, DPARConfig
from models.entropy_model import EntropyModel, EntropyModelConfig
from models.export.builder import Graph
from models.export.nano import widen
from models.gpt import GPT, GPTConfig


def session_of(graph: Graph, threads: int = 1) -> ort.InferenceSession:
    """threads: 0 for as many as there are cores."""
    options, content = ort.SessionOptions(), bytes(graph.weights.content)  # kept until the session has read it
    options.intra_op_num_threads = threads
    options.add_external_initializers_from_files_in_memory([graph.weights.location], [content], [len(content)])
    return ort.InferenceSession(graph.model().SerializeToString(), options, providers=["CPUExecutionProvider"])


def run(session: ort.InferenceSession, feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Outputs by name."""
    return dict(zip([one.name for one in session.get_outputs()], session.run(None, feeds), strict=True))


def randomly_sized_models(rng: np.random.Generator) -> tuple[DPAR, GPT, EntropyModel]:
    """Of random sizes on one random grid, with 3 classes."""
    heads, width = int(rng.integers(1, 4)), int(rng.integers(2, 6))
    shape = {"vocab": int(rng.integers(5, 40)), "width": width, "tokens": width * width, "dim": 32 * heads, "heads": heads}
    blocks = {f"{name}_blocks": int(rng.integers(1, 4)) for name in ("patch_transformer", "decoder")}
    models = (DPAR(DPARConfig(**shape, classes=3, **blocks)), GPT(GPTConfig(**shape, classes=3, blocks=2)),
              EntropyModel(EntropyModelConfig(**shape, blocks=int(rng.integers(1, 3)))))
    for one in models:
        widen(one, 0.15)
    return tuple(one.eval() for one in models)
