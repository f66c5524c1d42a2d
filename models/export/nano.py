"""The nano packs: random weights, real graphs, small enough for end-to-end tests on a software GPU."""

from __future__ import annotations

import torch
from torch import nn

from models.dpar import DPAR, DPARConfig
from models.entropy_model import EntropyModel, EntropyModelConfig
from models.gpt import GPT, GPTConfig
from models.tokenizer import Tokenizer, TokenizerConfig

WIDTH, VOCAB, CLASSES = 8, 64, 3
GRID = {"vocab": VOCAB, "width": WIDTH, "tokens": WIDTH * WIDTH, "dim": 64, "heads": 2}
PICO_WIDTH = 4
PICO_GRID = {"vocab": VOCAB, "width": PICO_WIDTH, "tokens": PICO_WIDTH * PICO_WIDTH, "dim": 32, "heads": 2}


def nano_models(seed: int = 0) -> tuple[DPAR, EntropyModel, Tokenizer]:
    return random_models(GRID, 2, seed)


def pico_models(seed: int = 0) -> tuple[DPAR, EntropyModel, Tokenizer]:
    """Still smaller, for tests that make many whole images on a software GPU, where every kernel launch takes its time."""
    return random_models(PICO_GRID, 1, seed)


def random_models(grid: dict[str, int], blocks: int, seed: int) -> tuple[DPAR, EntropyModel, Tokenizer]:
    """Weights wide enough that logits and entropies vary from token to token, so that tests see every kind of patch."""
    torch.manual_seed(seed)
    dpar = DPAR(DPARConfig(**grid, classes=CLASSES, patch_transformer_blocks=blocks, decoder_blocks=blocks))
    entropy = EntropyModel(EntropyModelConfig(**grid, blocks=blocks))
    tokenizer = Tokenizer(TokenizerConfig(vocab=VOCAB, fine=8, coarse=16, encoder_coarse_blocks=1, decoder_coarse_blocks=1,
                                          decoder_fine_blocks=1))
    scale = (GRID["dim"] / grid["dim"]) ** 0.5
    for model, std in ((dpar, 0.12 * scale), (entropy, 0.18 * scale)):
        widen(model, std)
    return dpar.eval(), entropy.eval(), tokenizer.eval()


def nano_gpt(seed: int = 0) -> GPT:
    """The baseline of the same size."""
    torch.manual_seed(seed)
    model = GPT(GPTConfig(**GRID, classes=CLASSES, blocks=3))
    widen(model, 0.12)
    return model.eval()


def widen(model: nn.Module, std: float) -> None:
    for module in model.modules():
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, std=std)
