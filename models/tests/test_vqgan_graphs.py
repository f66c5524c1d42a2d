"""The VQGAN's ONNX graphs against PyTorch."""

import numpy as np
import pytest
import torch

from models.export.builder import WeightFile
from models.export.vqgan_graphs import vqgan_decoder_graph, vqgan_encoder_graph
from models.tests.graph_sessions import session_of
from models.vqgan import VQGAN, VQGANConfig

SMALL = {"vocab": 64, "channels": 32, "latent": 32}


def random_vqgan(**sizes):
    torch.manual_seed(0)
    model = VQGAN(VQGANConfig(**sizes)).eval()
    with torch.no_grad():
        for parameter in model.parameters():  # norms, too, so that each weight is in the right place
            parameter.add_(torch.randn_like(parameter) * 0.05)
    return model


@torch.no_grad()
@pytest.mark.parametrize(("multipliers", "width"), [((1, 1, 2, 2, 4), 4), ((1, 2, 2, 4), 4), ((1, 1, 2, 2, 4), 6)])
def test_graphs_are_the_model(multipliers, width):
    model = random_vqgan(multipliers=multipliers, **SMALL)
    size = width * model.factor
    picture = torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(1)) * 2 - 1
    expected = model.encode(picture)
    encoder = session_of(vqgan_encoder_graph(model, WeightFile("e.bin"), size))
    decoder = session_of(vqgan_decoder_graph(model, WeightFile("d.bin"), size))
    assert (encoder.run(None, {"picture": picture.numpy()})[0] == expected.numpy()).all()
    tokens = torch.randint(64, (2, width * width), generator=torch.Generator().manual_seed(2))
    painted = decoder.run(None, {"tokens": tokens.numpy().astype(np.int32)})[0]
    assert np.ptp(painted) > 0.1
    assert np.abs(painted - model.decode(tokens).numpy()).max() <= 1e-4
