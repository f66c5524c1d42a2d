"""The nano packs: random weights, real graphs, small enough for end-to-end tests on a software GPU."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from models.dpar import DPAR, DPARConfig
from models.entropy_model import EntropyModel, EntropyModelConfig
from models.export.pack import PackContent
from models.export.threshold import threshold_for
from models.gpt import GPT, GPTConfig
from models.null_class import NullClass
from models.patchify import PatchRules
from models.sampling import SamplingConfig
from models.streams import to_pixels
from models.tokenizer import Tokenizer, TokenizerConfig
from models.vqgan import VQGAN, VQGANConfig

WIDTH, VOCAB, CLASSES = 8, 64, 3
GRID = {"vocab": VOCAB, "width": WIDTH, "tokens": WIDTH * WIDTH, "dim": 64, "heads": 2}
NAMES = {"dpar": ("nano", "Nano"), "gpt": ("nano-gpt", "Nano baseline"), "pico": ("pico", "Pico"),
         "llamagen": ("nano-llamagen", "Nano LlamaGen")}
PASSES_IMAGES = 4
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


def nano_vqgan(seed: int = 0) -> VQGAN:
    """As LlamaGen's tokenizer, of 2 x 2 pixels a token."""
    torch.manual_seed(seed)
    return VQGAN(VQGANConfig(vocab=VOCAB, channels=32, multipliers=(1, 1), blocks=1, latent=32)).eval()


@torch.no_grad()
def nano_llamagen() -> PackContent:
    """The baseline on a VQGAN, its entropies those of its null class: what import-llamagen makes, without pictures at hand."""
    model, tokenizer, rules = nano_gpt(), nano_vqgan(), PatchRules(entropy_threshold=0)
    name, title = NAMES["llamagen"]
    tokens = np.random.default_rng(0).integers(VOCAB, size=(8, model.config.tokens))
    entropies = NullClass(model).entropies(torch.from_numpy(tokens)).numpy()
    threshold = threshold_for(entropies, WIDTH, rules)
    return PackContent(
        name=name, title=title, description="Random weights on a small grid, for tests.", license="MIT",
        data={"name": "none", "credit": "random weights", "license": "MIT"},
        classes=[{"id": f"n{i}", "label": label, "synonyms": [f"{label.lower()} particle"]}
                 for i, label in enumerate(("Alpha", "Beta", "Gamma"))],
        model=model, entropy=NullClass(model), tokenizer=tokenizer, rules=PatchRules(entropy_threshold=threshold),
        sampling=SamplingConfig(), thumbnails=to_pixels(tokenizer.decode(torch.from_numpy(tokens[:2]))), thumbnail_classes=[0, 2],
        golden=tokens[0], golden_label=1, judged=tokens[:2], judged_labels=[1, 2], variants=("w16",),
        held_out_entropies=entropies, samples=True, split={"seed": 0, "train": 0, "heldOut": 0}, passes_images=PASSES_IMAGES,
    )


@torch.no_grad()
def nano_content(kind: str = "dpar") -> PackContent:
    if kind == "llamagen":
        return nano_llamagen()
    dpar, entropy, tokenizer = pico_models() if kind == "pico" else nano_models()
    name, title = NAMES[kind]
    tokens = np.random.default_rng(0).integers(VOCAB, size=(8, dpar.config.tokens))
    entropies = entropy.entropies(torch.from_numpy(tokens)).numpy()
    threshold = round(float(np.quantile(entropies[:, 1:], 0.6)), 2)
    return PackContent(
        name=name, title=title,
        description="Random weights on a small grid, for tests.", license="MIT",
        data={"name": "none", "credit": "random weights", "license": "MIT"},
        classes=[{"id": name, "label": name} for name in ("Alpha", "Beta", "Gamma")],
        model=nano_gpt() if kind == "gpt" else dpar, entropy=entropy, tokenizer=tokenizer,
        rules=PatchRules(entropy_threshold=threshold),
        sampling=SamplingConfig(), thumbnails=to_pixels(tokenizer.decode(torch.from_numpy(tokens[:CLASSES]))),
        golden=tokens[0], golden_label=1, judged=tokens[:2], judged_labels=[1, 2],
        variants=("fp32", "w8") if kind == "dpar" else ("fp32",), held_out_entropies=entropies,
        split={"seed": 0, "train": 0, "heldOut": 0}, passes_images=PASSES_IMAGES,
    )
