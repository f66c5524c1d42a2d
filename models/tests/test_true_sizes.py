"""LlamaGen's published sizes with random weights: python -m pytest -m slow (some minutes, 4 GB)."""

import numpy as np
import pytest
import torch

from models.blocks import ffn_width
from models.export.builder import WeightFile
from models.export.vqgan_graphs import vqgan_decoder_graph, vqgan_encoder_graph
from models.llamagen.gpt import SIZES, gpt_config, load_gpt
from models.llamagen.tokenizer import load_vqgan
from models.tests.graph_sessions import session_of
from models.tests.llamagen_files import TRUE_VQ, true_gpt_state, vq_state
from models.tests.test_llamagen import ReferenceVQ, reference_gpt

pytestmark = pytest.mark.slow
TOKENIZERS = {16: (1, 1, 2, 2, 4), 8: (1, 2, 2, 4)}


@torch.no_grad()
@pytest.mark.parametrize("size", [256, 384])
@pytest.mark.parametrize("factor", TOKENIZERS)
def test_the_graphs_of_a_tokenizer_are_pytorch(tmp_path, factor, size):
    model = load_vqgan(tmp_path, vq_state(TOKENIZERS[factor], **TRUE_VQ))
    tokens = torch.from_numpy(np.random.default_rng(0).integers(TRUE_VQ["vocab"], size=(1, (size // factor) ** 2)))
    painted = model.decode(tokens)
    graph = session_of(vqgan_decoder_graph(model, WeightFile("decoder.bin"), size), threads=0)
    picture = graph.run(None, {"tokens": tokens.numpy().astype(np.int32)})[0]
    difference = np.abs(picture - painted.numpy()).max()
    del graph
    encoded = model.encode(painted)
    graph = session_of(vqgan_encoder_graph(model, WeightFile("encoder.bin"), size), threads=0)
    same = (graph.run(None, {"picture": painted.numpy()})[0] == encoded.numpy()).mean()
    print(f"VQ-{factor} at {size}: pixels differ by {difference:.1e} of {np.ptp(picture):.1f}, {same:.2%} of tokens are the same")
    assert np.ptp(picture) > 1 and difference <= 1e-4
    assert same > 0.995  # a tie of two codes may fall the other way
    assert len(encoded.unique()) > 10


@torch.no_grad()
def test_the_tokenizer_is_the_formulas(tmp_path):
    state = vq_state(TOKENIZERS[16], **TRUE_VQ)
    model, reference = load_vqgan(tmp_path, dict(state)), ReferenceVQ(state, 5)
    tokens = torch.arange(256)[None] * 64
    difference = (model.decode(tokens) - reference.decode(tokens, 16)).abs().max()
    print(f"VQ-16: pixels differ from the formulas by {difference:.1e}")
    assert difference <= 1e-4


@torch.no_grad()
def test_the_gpt_is_the_formulas(tmp_path):
    layers, dim, heads = SIZES["B"]
    state = true_gpt_state(layers, dim, heads, ffn_width(dim))
    tokens = np.random.default_rng(0).integers(16384, size=256)
    expected = reference_gpt(state, tokens, 1000, 16, heads)
    model = load_gpt(tmp_path, state, gpt_config(tmp_path, state, 16))
    difference = np.abs(model(torch.from_numpy(tokens)[None], torch.tensor([1000]))[0].numpy() - expected).max()
    print(f"GPT-B: logits differ from the formulas by {difference:.1e}")
    assert np.ptp(expected) > 5 and difference <= 1e-4
