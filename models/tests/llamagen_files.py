"""Random weights saved as LlamaGen's public files are: keys, nesting, kinds of numbers, stray entries."""

import argparse
import sys
from pathlib import Path

import torch

from models.blocks import ffn_width
from models.llamagen.gpt import SIZES

GPT = {"vocab": 64, "dim": 64, "layers": 2, "heads": 2, "ffn": 256, "classes": 3}
CHANNELS, LATENT = 32, 32
TRUE_VQ = {"vocab": 16384, "channels": 128, "latent": 256}
"""Of the published tokenizers; their multipliers are (1, 1, 2, 2, 4) with f = 16 and (1, 2, 2, 4) with f = 8."""


def gpt_state(seed=0, dtype=torch.float32, **sizes):
    s, g = GPT | sizes, torch.Generator().manual_seed(seed)

    def normal(*shape, std=0.15):
        return (torch.randn(*shape, generator=g) * std).to(dtype)

    d, f = s["dim"], s["ffn"]
    state = {"cls_embedding.embedding_table.weight": normal(s["classes"] + 1, d, std=1.0),
             "tok_embeddings.weight": normal(s["vocab"], d)}
    for i in range(s["layers"]):
        at = f"layers.{i}."
        state |= {f"{at}attention.wqkv.weight": normal(3 * d, d), f"{at}attention.wo.weight": normal(d, d),
                  f"{at}feed_forward.w1.weight": normal(f, d), f"{at}feed_forward.w3.weight": normal(f, d),
                  f"{at}feed_forward.w2.weight": normal(d, f),
                  f"{at}attention_norm.weight": 1 + normal(d), f"{at}ffn_norm.weight": 1 + normal(d)}
    return state | {"norm.weight": 1 + normal(d), "output.weight": normal(s["vocab"], d)}


def true_gpt_state(layers, dim, heads, ffn):
    """Of a published size. Products of a row keep their size, so that logits are neither flat nor decided by a code."""
    state = gpt_state(vocab=16384, classes=1000, layers=layers, dim=dim, heads=heads, ffn=ffn)
    for name, value in state.items():
        if value.ndim == 2 and "embedding" not in name:
            value *= (3 if name == "output.weight" else 1) * value.shape[1] ** -0.5 / 0.15
    return state


def vq_state(multipliers=(1, 2), vocab=64, seed=1, channels=CHANNELS, latent=LATENT):
    """With `codebook_used`, as published."""
    g, state = torch.Generator().manual_seed(seed), {}

    def conv(name, inside, outside, kernel):
        state[f"{name}.weight"] = torch.randn(outside, inside, kernel, kernel, generator=g) * (inside * kernel**2) ** -0.5
        state[f"{name}.bias"] = torch.randn(outside, generator=g) * 0.1

    def norm(name, n):
        state[f"{name}.weight"], state[f"{name}.bias"] = 1 + torch.randn(n, generator=g) * 0.2, torch.randn(n, generator=g) * 0.1

    def res(name, inside, outside):
        norm(f"{name}.norm1", inside)
        conv(f"{name}.conv1", inside, outside, 3)
        norm(f"{name}.norm2", outside)
        conv(f"{name}.conv2", outside, outside, 3)
        if inside != outside:
            conv(f"{name}.nin_shortcut", inside, outside, 1)

    def attention(name, n):
        norm(f"{name}.norm", n)
        for one in ("q", "k", "v", "proj_out"):
            conv(f"{name}.{one}", n, n, 1)

    widths = [channels * m for m in multipliers]
    last = len(widths) - 1
    for half, order, blocks, change in (("encoder", widths, 2, "downsample"), ("decoder", widths[::-1], 3, "upsample")):
        conv(f"{half}.conv_in", 3 if half == "encoder" else latent, channels if half == "encoder" else order[0], 3)
        inside = channels if half == "encoder" else order[0]
        for i, width in enumerate(order):
            for j in range(blocks):
                res(f"{half}.conv_blocks.{i}.res.{j}", inside, width)
                inside = width
                if i == (last if half == "encoder" else 0):
                    attention(f"{half}.conv_blocks.{i}.attn.{j}", width)
            if i != last:
                conv(f"{half}.conv_blocks.{i}.{change}.conv", width, width, 3)
        middle = widths[-1]
        res(f"{half}.mid.0", middle, middle)
        attention(f"{half}.mid.1", middle)
        res(f"{half}.mid.2", middle, middle)
        norm(f"{half}.norm_out", order[-1])
        conv(f"{half}.conv_out", order[-1], latent if half == "encoder" else 3, 3)
    conv("quant_conv", latent, 8, 1)
    conv("post_quant_conv", 8, latent, 1)
    state["quantize.embedding.weight"] = torch.randn(vocab, 8, generator=g)
    state["quantize.codebook_used"] = torch.zeros(16)
    return state


def save_gpt(path, state=None, **extra):
    """As c2i_B_256.pt is: under "model", beside the arguments of its training."""
    torch.save({"model": state or gpt_state(), "args": argparse.Namespace(gpt_model="GPT-B", lr=1e-4), "steps": 7} | extra, path)
    return path


def save_vq(path, **sizes):
    torch.save({"model": vq_state(**sizes)}, path)
    return path


def main(folder):
    """python -m models.tests.llamagen_files DIR: random weights of the true sizes, named as published."""
    save_vq(folder / "vq_ds16_c2i.pt", multipliers=(1, 1, 2, 2, 4), **TRUE_VQ)
    for name in ("B", "L"):
        layers, dim, heads = SIZES[name]
        save_gpt(folder / f"c2i_{name}_256.pt", true_gpt_state(layers, dim, heads, ffn_width(dim)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
