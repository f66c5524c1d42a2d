"""LlamaGen's public VQ tokenizers (f = 16 and f = 8) as models/vqgan.py; sizes from the shapes of the weights."""

from __future__ import annotations

import re
from pathlib import Path

import torch
from torch import Tensor

from models.errors import CheckpointError
from models.llamagen.read import check_names
from models.vqgan import VQGAN, VQGANConfig

CODES = "quantize.embedding.weight"
UNUSED = "quantize.codebook_used"
"""A record of the training."""
LEVEL = re.compile(r"encoder\.conv_blocks\.(\d+)\.res\.(\d+)\.conv2\.weight")


def vqgan_config(path: Path, state: dict[str, Tensor]) -> VQGANConfig:
    """Raises CheckpointError where these are no weights of such a tokenizer."""
    needed = ("encoder.conv_in.weight", "encoder.conv_out.weight", CODES)
    absent = [name for name in needed if name not in state]
    levels: dict[int, tuple[int, int]] = {}
    for name, value in state.items():
        if found := LEVEL.fullmatch(name):
            level, block = int(found[1]), int(found[2])
            levels[level] = max(levels.get(level, (0, 0))[0], block + 1), value.shape[0]
    if absent or sorted(levels) != list(range(len(levels))) or not levels:
        raise CheckpointError(f"{path}: has no {(absent or ['encoder.conv_blocks'])[0]}, so it is no VQ tokenizer of LlamaGen "
                              "(vq_ds16_c2i.pt, vq_ds8_c2i.pt)")
    channels, (vocab, code_dim) = state[needed[0]].shape[0], state[needed[2]].shape
    if channels % 32:
        raise CheckpointError(f"{path}: encoder.conv_in has {channels} channels, not a multiple of 32")
    return VQGANConfig(vocab=vocab, code_dim=code_dim, channels=channels, blocks=levels[0][0], latent=state[needed[1]].shape[0],
                       multipliers=tuple(levels[i][1] // channels for i in range(len(levels))))


@torch.no_grad()
def load_vqgan(path: Path, state: dict[str, Tensor], config: VQGANConfig | None = None) -> VQGAN:
    """The tokenizer in float32 and eval mode. config: what the weights must be; None: found from them."""
    state.pop(UNUSED, None)
    with torch.device("meta"):
        model = VQGAN(config or vqgan_config(path, state))
    check_names(path, state, {name: tuple(value.shape) for name, value in model.state_dict().items()})
    model.load_state_dict({name: value.float() for name, value in state.items()}, assign=True)
    for part in model.parameters():
        part.requires_grad_(False)
        if not part.isfinite().all():
            raise CheckpointError(f"{path}: holds weights that are not finite; download it again")
    return model.eval()
