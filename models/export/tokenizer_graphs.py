"""Graphs of the picture tokenizer."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from models.export.builder import Graph, WeightFile
from models.tokenizer import Block, PixelNorm, Tokenizer

ROUNDING = 1e-6  # of a unit code's length in float32


def unit_codes(codebook: Tensor) -> Tensor:
    """Rows [V, C] at length 1. Those that have it stay as they are: a pack read back is written with the same bytes."""
    lengths = codebook.float().norm(dim=-1, keepdim=True)
    return torch.where((lengths - 1).abs() < ROUNDING, codebook.float(), codebook.float() / lengths)


def conv(g: Graph, x: str, name: str, module: nn.Conv2d) -> str:
    weights = g.weight(f"{name}.weight", module.weight), g.weight(f"{name}.bias", module.bias)
    return g.add("Conv", x, *weights, kernel_shape=module.kernel_size, pads=[*module.padding, *module.padding])


def pixel_norm(g: Graph, x: str, name: str, module: PixelNorm) -> str:
    mean = g.add("ReduceMean", g.add("Mul", x, x), g.shape(1), keepdims=1)
    root = g.add("Sqrt", g.add("Add", mean, g.constant(np.float32(module.eps))))
    return g.add("Mul", g.add("Div", x, root), g.weight(name, module.gain.view(-1, 1, 1)))


def silu(g: Graph, x: str) -> str:
    return g.add("Mul", x, g.add("Sigmoid", x))


def residual_block(g: Graph, x: str, name: str, block: Block) -> str:
    inner = conv(g, silu(g, pixel_norm(g, x, f"{name}.norm", block.norm)), f"{name}.spread", block.spread)
    return g.add("Add", x, conv(g, silu(g, inner), f"{name}.merge", block.merge))


def unshuffle(g: Graph, x: str, channels: int, size: int, by: int) -> str:
    """PyTorch's pixel_unshuffle of [N, channels, size, size]: channel-major, unlike SpaceToDepth."""
    cells = size // by
    cut = g.add("Reshape", x, g.shape(-1, channels, cells, by, cells, by))
    turned = g.add("Transpose", cut, perm=[0, 1, 3, 5, 2, 4])
    return g.add("Reshape", turned, g.shape(-1, by * by * channels, cells, cells))


def shuffle(g: Graph, x: str, by: int) -> str:
    return g.add("DepthToSpace", x, blocksize=by, mode="CRD")


def tokenizer_encoder_graph(model: Tokenizer, weights: WeightFile, size: int) -> Graph:
    c, encoder = model.config, model.encoder
    g = Graph("tokenizer_encoder", weights)
    x = unshuffle(g, g.input("picture", "float32", ["N", 3, size, size]), 3, size, c.unshuffle)
    x = conv(g, x, "enter", encoder.enter)
    for i, block in enumerate(encoder.fine):
        x = residual_block(g, x, f"fine_{i}", block)
    x = conv(g, unshuffle(g, x, c.fine, size // c.unshuffle, 2), "down", encoder.down)
    for i, block in enumerate(encoder.coarse):
        x = residual_block(g, x, f"coarse_{i}", block)
    x = conv(g, silu(g, pixel_norm(g, x, "norm", encoder.norm)), "leave", encoder.leave)
    vectors = g.add("Reshape", g.add("Transpose", x, perm=[0, 2, 3, 1]), g.shape(-1, (size // c.factor) ** 2, c.code_dim))
    codes = unit_codes(model.quantizer.codebook)
    nearest = g.add("ArgMax", g.add("MatMul", vectors, g.table("codes", codes.t())), axis=-1, keepdims=0)
    g.output(g.add("Cast", nearest, to=6), "tokens", "int32", ["N", (size // c.factor) ** 2])
    return g


def tokenizer_decoder_graph(model: Tokenizer, weights: WeightFile, size: int) -> Graph:
    """Of any number of whole rows of tokens: a preview paints only those that changed."""
    decoder, side = model.decoder, size // model.factor
    g = Graph("tokenizer_decoder", weights)
    tokens = g.input("tokens", "int32", ["N", "cells"])
    codes = unit_codes(model.quantizer.codebook)
    x = g.add("Gather", g.table("codes", codes), tokens)
    x = g.add("Reshape", g.add("Transpose", x, perm=[0, 2, 1]), g.shape(0, model.config.code_dim, -1, side))
    x = conv(g, x, "enter", decoder.enter)
    for i, block in enumerate(decoder.coarse):
        x = residual_block(g, x, f"coarse_{i}", block)
    x = shuffle(g, conv(g, x, "up", decoder.up), 2)
    for i, block in enumerate(decoder.fine):
        x = residual_block(g, x, f"fine_{i}", block)
    x = conv(g, silu(g, pixel_norm(g, x, "norm", decoder.norm)), "leave", decoder.leave)
    g.output(shuffle(g, x, model.config.unshuffle), "picture", "float32", ["N", 3, "height", size])
    return g
