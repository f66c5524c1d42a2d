"""python -m models.tests.w8_matrix: fixtures/w8-matrix, one matrix of w8 for the other side's runtimes to open."""

from pathlib import Path

import numpy as np
import torch

from models.export.builder import Graph, WeightFile
from models.export.storage import STORAGES

FOLDER = Path(__file__).parents[2] / "fixtures/w8-matrix"


def files() -> dict[str, bytes]:
    """y [1, 32] = x [1, 64] times the matrix."""
    weights = WeightFile("w.bin", STORAGES["w8"])
    g = Graph("product", weights)
    matrix = np.random.default_rng(0).integers(-1000, 1001, size=(32, 64)).astype(np.float32)
    g.output(g.linear(g.input("x", "float32", [1, 64]), "w", torch.from_numpy(matrix)), "y", "float32", [1, 32])
    return {"product.onnx": g.model().SerializeToString(deterministic=True), "w.bin": bytes(weights.content)}


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (FOLDER / name).write_bytes(content)
