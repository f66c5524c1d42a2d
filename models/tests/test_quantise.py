import subprocess
import sys

import numpy as np
import pytest
import torch

from models.export.builder import Graph, WeightFile
from models.export.quantise import BLOCK, dequantise, packed, quantise
from models.export.runtime import SETTINGS
from models.export.storage import STORAGES
from models.tests import w8_matrix


@pytest.fixture
def matrix():
    """[96, 64] with blocks of very different sizes, one of them all zero."""
    rng = np.random.default_rng(0)
    weight = rng.normal(size=(96, 64)).astype(np.float32) * np.exp(rng.normal(size=(96, 1), scale=3)).astype(np.float32)
    weight[5, :BLOCK] = 0
    return weight


@pytest.mark.parametrize("bits", [4, 8])
def test_no_error_exceeds_half_a_step_of_its_block(matrix, bits):
    integers, scales = quantise(matrix, bits)
    assert integers.dtype == np.int8 and scales.shape == (96, 2)
    error = np.abs(dequantise(integers, scales) - matrix)
    assert (error <= np.repeat(scales, BLOCK, axis=1) * 0.5 * (1 + 1e-5)).all()
    assert np.abs(integers).max() == 2 ** (bits - 1) - 1
    assert (dequantise(integers, scales)[5, :BLOCK] == 0).all()


@pytest.mark.parametrize("bits", [4, 8])
def test_what_is_quantised_already_stays_as_it_is(matrix, bits):
    integers, scales = quantise(matrix, bits)
    again, _ = quantise(dequantise(integers, scales), bits)
    np.testing.assert_array_equal(again, integers)


def test_packing_is_undone_by_masks():
    integers = np.random.default_rng(1).integers(-7, 8, size=(3, 64)).astype(np.int8)
    low, high = (packed(integers, 4).reshape(3, 32) & 15, packed(integers, 4).reshape(3, 32) >> 4)
    np.testing.assert_array_equal(np.stack([low, high], axis=2).reshape(3, 64).astype(int) - 8, integers)
    np.testing.assert_array_equal(packed(integers, 8).reshape(3, 64).astype(int) - 128, integers)


@pytest.mark.parametrize("variant", STORAGES)
def test_onnxruntime_multiplies_by_the_values_that_quantise_says(variant, matrix, tmp_path):
    import onnxruntime as ort

    storage = STORAGES[variant]
    file = WeightFile("w.bin", storage)
    g = Graph("product", file)
    x = g.input("x", "float32", [2, 64])
    g.output(g.linear(x, "w", torch.from_numpy(matrix)), "y", "float32", [2, 96])
    options = ort.SessionOptions()
    for setting, value in SETTINGS.items():
        options.add_session_config_entry(setting, value)
    content = bytes(file.content)  # onnxruntime reads it when the session opens
    options.add_external_initializers_from_files_in_memory(["w.bin"], [content], [len(content)])
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    session = ort.InferenceSession(g.model().SerializeToString(), options, providers=["CPUExecutionProvider"])
    rows = np.random.default_rng(2).normal(size=(2, 64)).astype(np.float32)
    expected = matrix.astype(np.float16).astype(np.float32) if storage.half else matrix
    if storage.bits:
        expected = dequantise(*quantise(matrix, storage.bits))
    np.testing.assert_allclose(session.run(None, {"x": rows})[0], rows @ expected.T, rtol=1e-4, atol=1e-4)
    # What widens weights is done once, when the session opens.
    import onnx

    kinds = [node.op_type for node in onnx.load(tmp_path / "optimised.onnx", load_external_data=False).graph.node]
    assert kinds == ["MatMulNBits" if storage.packed else "MatMul"]


def test_a_weight_of_two_graphs_is_stored_once():
    file = WeightFile("w.bin", STORAGES["w8"])
    weight = torch.randn(64, 64)
    for name in ("a", "b"):
        g = Graph(name, file)
        g.output(g.linear(g.input("x", "float32", [1, 64]), "w", weight), "y", "float32", [1, 64])
    assert len(file.content) == 64 * 64 + 4 * 64 * 2


def test_the_other_side_opens_the_matrix_that_is_written():
    for name, content in w8_matrix.files().items():
        assert (w8_matrix.FOLDER / name).read_bytes() == content, "python -m models.tests.w8_matrix"


OPEN = """
import sys
import torch
from models.export.builder import Graph, WeightFile
from models.export.files import write_file, write_shards
from models.export.runtime import PackRuntime
from models.export.storage import STORAGES
from pathlib import Path

root, variant, count, side = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
file = WeightFile("w.bin", STORAGES[variant])
g = Graph("product", file)
x = g.input("x", "float32", [1, side])
for i in range(count):
    x = g.linear(x, f"w{i}", torch.randn(side, side))
g.output(x, "y", "float32", [1, side])
runtime = object.__new__(PackRuntime)  # of files without a manifest
runtime.root, runtime.variant, runtime.sessions = root, variant, {}
runtime.files = {"graphs": {"product": {"model": write_file(root, "p.onnx", g.model().SerializeToString()), "weights": "w"}},
                 "weights": {"w": write_shards(root, "w.bin", memoryview(file.content))}}
del g, file, x


def resident(what):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))


Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
before = resident("VmRSS")
runtime.session("product")
print(resident("VmHWM") - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of a process from /proc")
@pytest.mark.parametrize("variant", STORAGES)
def test_a_session_opens_in_little_more_than_its_weights_in_float32(variant, tmp_path):
    count, side = 16, 1024
    given = [sys.executable, "-c", OPEN, str(tmp_path), variant, str(count), str(side)]
    grown = int(subprocess.run(given, check=True, capture_output=True, text=True).stdout)
    assert grown < 3.4 * 4 * count * side**2  # the file, the matrices and what is made of them for products
