"""Graphs of the VQGAN tokenizer (models/vqgan.py). Weights keep the names that they have in the checkpoint."""

from __future__ import annotations

import numpy as np
from torch import nn

from models.export.builder import Graph, WeightFile
from models.export.tokenizer_graphs import silu, unit_codes
from models.vqgan import VQGAN, Level, Residual, SpatialAttention


def conv(g: Graph, x: str, name: str, module: nn.Conv2d, pads: tuple[int, int, int, int] | None = None) -> str:
    """pads: left and top, then right and bottom; None: the module's own on every side."""
    weights = g.weight(f"{name}.weight", module.weight), g.weight(f"{name}.bias", module.bias)
    return g.add("Conv", x, *weights, kernel_shape=module.kernel_size, strides=module.stride, pads=pads or [*module.padding] * 2)


def group_norm(g: Graph, x: str, name: str, module: nn.GroupNorm) -> str:
    """As instances of channel groups: every runtime has a kernel for InstanceNormalization, none for GroupNormalization."""
    groups, channels = module.num_groups, module.num_channels
    scale, bias = g.constant(np.ones(groups)), g.constant(np.zeros(groups))
    flat = g.add("Reshape", x, g.shape(0, groups, -1))
    normed = g.add("Reshape", g.add("InstanceNormalization", flat, scale, bias, epsilon=module.eps), g.add("Shape", x))
    gain = g.weight(f"{name}.weight", module.weight), g.weight(f"{name}.bias", module.bias)
    gain, offset = (g.add("Reshape", value, g.shape(1, channels, 1, 1)) for value in gain)
    return g.add("Add", g.add("Mul", normed, gain), offset)


def residual(g: Graph, x: str, name: str, block: Residual) -> str:
    y = conv(g, silu(g, group_norm(g, x, f"{name}.norm1", block.norm1)), f"{name}.conv1", block.conv1)
    y = conv(g, silu(g, group_norm(g, y, f"{name}.norm2", block.norm2)), f"{name}.conv2", block.conv2)
    straight = isinstance(block.nin_shortcut, nn.Identity)
    return g.add("Add", x if straight else conv(g, x, f"{name}.nin_shortcut", block.nin_shortcut), y)


def attention(g: Graph, x: str, name: str, block: SpatialAttention) -> str:
    channels = block.norm.num_channels
    y = group_norm(g, x, f"{name}.norm", block.norm)
    q, k, v = (g.add("Reshape", conv(g, y, f"{name}.{one}", getattr(block, one)), g.shape(0, channels, -1)) for one in "qkv")
    scores = g.add("MatMul", g.add("Transpose", g.add("Mul", q, g.constant(np.float32(channels**-0.5))), perm=[0, 2, 1]), k)
    out = g.add("MatMul", v, g.add("Transpose", g.add("Softmax", scores, axis=-1), perm=[0, 2, 1]))
    out = g.add("Reshape", out, g.add("Shape", x))
    return g.add("Add", x, conv(g, out, f"{name}.proj_out", block.proj_out))


def level(g: Graph, x: str, name: str, block: Level) -> str:
    for number, one in enumerate(block.res):
        x = residual(g, x, f"{name}.res.{number}", one)
        if len(block.attn):
            x = attention(g, x, f"{name}.attn.{number}", block.attn[number])
    if block.resample == "downsample":
        return conv(g, x, f"{name}.downsample.conv", block.downsample.conv, (0, 0, 1, 1))
    if block.resample == "upsample":
        scales = g.constant(np.array([1, 1, 2, 2]))
        x = g.add("Resize", x, "", scales, mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
        return conv(g, x, f"{name}.upsample.conv", block.upsample.conv)
    return x


def middle(g: Graph, x: str, name: str, blocks: nn.Sequential) -> str:
    x = attention(g, residual(g, x, f"{name}.0", blocks[0]), f"{name}.1", blocks[1])
    return residual(g, x, f"{name}.2", blocks[2])


def leave(g: Graph, x: str, half: str, module: nn.Module) -> str:
    return conv(g, silu(g, group_norm(g, x, f"{half}.norm_out", module.norm_out)), f"{half}.conv_out", module.conv_out)


def vqgan_encoder_graph(model: VQGAN, weights: WeightFile, size: int) -> Graph:
    """picture [N, 3, size, size] -> tokens [N, T]."""
    g, side = Graph("tokenizer_encoder", weights), size // model.factor
    x = conv(g, g.input("picture", "float32", ["N", 3, size, size]), "encoder.conv_in", model.encoder.conv_in)
    for number, block in enumerate(model.encoder.conv_blocks):
        x = level(g, x, f"encoder.conv_blocks.{number}", block)
    x = leave(g, middle(g, x, "encoder.mid", model.encoder.mid), "encoder", model.encoder)
    x = conv(g, x, "quant_conv", model.quant_conv)
    vectors = g.add("Reshape", g.add("Transpose", x, perm=[0, 2, 3, 1]), g.shape(-1, side * side, model.config.code_dim))
    codes = g.table("codes", unit_codes(model.quantize.embedding.weight).t())
    g.output(g.add("Cast", g.add("ArgMax", g.add("MatMul", vectors, codes), axis=-1, keepdims=0), to=6), "tokens", "int32",
             ["N", side * side])
    return g


def vqgan_decoder_graph(model: VQGAN, weights: WeightFile, size: int) -> Graph:
    """tokens [N, T] -> picture [N, 3, size, size]."""
    g, side = Graph("tokenizer_decoder", weights), size // model.factor
    tokens = g.input("tokens", "int32", ["N", side * side])
    x = g.add("Gather", g.table("codes", unit_codes(model.quantize.embedding.weight)), tokens)
    x = g.add("Reshape", g.add("Transpose", x, perm=[0, 2, 1]), g.shape(-1, model.config.code_dim, side, side))
    x = conv(g, conv(g, x, "post_quant_conv", model.post_quant_conv), "decoder.conv_in", model.decoder.conv_in)
    x = middle(g, x, "decoder.mid", model.decoder.mid)
    for number, block in enumerate(model.decoder.conv_blocks):
        x = level(g, x, f"decoder.conv_blocks.{number}", block)
    g.output(leave(g, x, "decoder", model.decoder), "picture", "float32", ["N", 3, size, size])
    return g
