import numpy as np
import pytest
import torch

from models.export.builder import Graph, WeightFile
from models.export.quantise import BLOCK, dequantise, packed, quantise
from models.export.storage import STORAGES


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
