"""Small models and data that several tests share."""

import numpy as np
import pytest

from models.export import nano as nano_pack
from models.token_data import TokenSet


@pytest.fixture(scope="session")
def nano():
    """(DPAR, EntropyModel, Tokenizer) of the nano pack: random weights, an 8 x 8 grid, 64 codes, 3 classes."""
    return nano_pack.nano_models()


@pytest.fixture(scope="session")
def nano_gpt():
    """The baseline on the same grid."""
    return nano_pack.nano_gpt()


@pytest.fixture
def token_set():
    """80 images of 64 tokens whose entropies make patch counts differ widely, as sea and city do."""
    rng = np.random.default_rng(0)
    tokens = rng.integers(64, size=(2, 80, 64)).astype(np.int16)
    entropies = (rng.normal(size=(2, 80, 64)) + rng.uniform(-3, 3, size=(2, 80, 1))).astype(np.float32)
    return TokenSet(tokens, rng.integers(3, size=80), np.arange(64), np.arange(64, 80), {}, entropies)
