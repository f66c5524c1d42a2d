"""The other way round: PyTorch weights from an exported pack.

The graphs' own builders name every parameter they store; walking a fresh model with a weight file that answers from
the pack fills those parameters in place, so there is no second list of names.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnx import helper
from torch import Tensor, nn

from models.data import DataConfig
from models.dpar import DPAR, DPARConfig
from models.entropy_model import EntropyModel, EntropyModelConfig
from models.errors import UserError
from models.export.builder import WeightFile
from models.export.dpar_graphs import decoder_graph, encoder_graph, patch_transformer_graph
from models.export.entropy_graph import entropy_graph
from models.export.gpt_graph import gpt_graph
from models.export.quantise import dequantise, unpacked
from models.export.runtime import PackRuntime, read_graph
from models.export.tokenizer_graphs import tokenizer_decoder_graph, tokenizer_encoder_graph
from models.export.tokenizers import AnyTokenizer
from models.export.vqgan_graphs import vqgan_decoder_graph, vqgan_encoder_graph
from models.gpt import GPT, GPTConfig
from models.llamagen.tokenizer import CODES, vqgan_config
from models.null_class import NullClass
from models.tokenizer import Tokenizer, TokenizerConfig
from models.vqgan import VQGAN


class StoredWeights(WeightFile):
    """The weights of one graph of a pack. `take` copies them into the tensors it is given, as the graph computes with them."""

    def __init__(self, runtime: PackRuntime, graph: str) -> None:
        super().__init__(f"{graph}.bin")
        files = runtime.files["graphs"][graph]
        content = runtime.weights(files["weights"])
        arrays: dict[str, np.ndarray] = {}
        for tensor in read_graph(runtime.root, files["model"]["path"]).initializer:
            at = {entry.key: entry.value for entry in tensor.external_data}
            if at:
                kind, start = helper.tensor_dtype_to_np_dtype(tensor.data_type), int(at["offset"])
                flat = np.frombuffer(content[start : start + int(at["length"])], kind)
                arrays[tensor.name] = flat.reshape(tuple(tensor.dims))
        self.arrays = widened(arrays)

    def take(self, name: str, value: Tensor | np.ndarray) -> Tensor | np.ndarray:
        """Raises UserError where the pack holds no such weight, or one of another shape."""
        stored = self.arrays.get(name)
        if stored is None or stored.shape != tuple(value.shape):
            there = "none" if stored is None else f"{stored.shape}"
            raise UserError(f"{self.location}: weight {name!r} of {tuple(value.shape)} is asked for, there is {there}")
        if isinstance(value, Tensor):
            value.copy_(torch.from_numpy(stored))
        return value

    def count(self, prefix: str) -> int:
        """How many blocks `prefix`0, `prefix`1, ... there are."""
        return sum(name.startswith(prefix) and name.endswith(".spread.weight") for name in self.arrays)


def widened(stored: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """float32 weights by name from what a graph keeps of them: itself, float16, or integers and their scales (builder.py)."""
    result = {}
    for key, array in stored.items():
        name, _, kind = key.rpartition(".")
        if kind == "int8":  # [in, out]
            result[name] = dequantise(array.T, stored[f"{name}.scale"].T).T
        elif kind in ("q8", "q4"):  # rows [out, in]; a linear layer asks for [in, out]
            result[name] = dequantise(unpacked(array, int(kind[1:])), stored[f"{name}.scale"]).T
        elif kind == "half":
            result[name] = array.astype(np.float32)
        else:
            result[key] = array
    return result


@dataclass
class PackModels:
    model: DPAR | GPT
    entropy: EntropyModel | NullClass
    tokenizer: AnyTokenizer


def data_of(manifest: dict[str, Any]) -> DataConfig:
    """How the pictures of a pack were cut and split."""
    return DataConfig(picture_size=manifest["image"]["size"], split_seed=manifest["split"]["seed"],
                      held_out_per_class=manifest["split"]["heldOut"] // len(manifest["classes"]))


@torch.no_grad()
def read_back(pack: Path) -> PackModels:
    """The three models of a pack's default variant for processors, in eval mode. Raises UserError.

    They compute what the pack's graphs compute: 8-bit and 4-bit matrices come back as they are there, not as trained. Gains
    that the exporter folds into matrices (the decoder's conditioning) come back as ones, codes with unit length.
    """
    runtime = PackRuntime(pack)
    m = runtime.manifest
    common = {"vocab": m["vocab"], **m["grid"]}
    tokenizer = _tokenizer(runtime)
    shape = {**common, "classes": len(m["classes"]), "dim": m["model"]["dim"], "heads": m["model"]["heads"]}
    model = _gpt(runtime, shape) if m["kind"] == "gpt" else _dpar(runtime, shape)
    if m.get("entropySource") == "null-class":
        entropy: EntropyModel | NullClass = NullClass(model)
    else:
        e = m["entropyModel"]
        entropy = EntropyModel(EntropyModelConfig(**common, dim=e["dim"], heads=e["heads"], blocks=e["blocks"]))
        _forget(entropy)
        entropy_graph(entropy, StoredWeights(runtime, "entropy"), "step")
        entropy.eval()
    for part in (model, tokenizer, *([entropy] if isinstance(entropy, EntropyModel) else [])):
        if any(parameter.isnan().any() for parameter in part.parameters()):
            raise UserError(f"{pack}: some weights of {type(part).__name__} are not in the pack")
    return PackModels(model.eval(), entropy, tokenizer.eval())


def _forget(model: nn.Module) -> None:
    """So that a parameter that nobody fills shows."""
    for parameter in model.parameters():
        parameter.fill_(float("nan"))


def _tokenizer_config(vocab: int, tokenizer: dict, encoder: StoredWeights, decoder: StoredWeights) -> TokenizerConfig:
    """Widths and depths of the tokenizer, which no manifest names, from what its graphs hold."""
    return TokenizerConfig(
        vocab=vocab, factor=tokenizer["factor"], code_dim=tokenizer["codeDim"],
        fine=len(encoder.arrays["enter.bias"]), coarse=len(encoder.arrays["down.bias"]),
        encoder_fine_blocks=encoder.count("fine_"), encoder_coarse_blocks=encoder.count("coarse_"),
        decoder_coarse_blocks=decoder.count("coarse_"), decoder_fine_blocks=decoder.count("fine_"))


def _tokenizer(runtime: PackRuntime) -> AnyTokenizer:
    m, size = runtime.manifest, runtime.manifest["image"]["size"]
    encoder, decoder = StoredWeights(runtime, "tokenizer_encoder"), StoredWeights(runtime, "tokenizer_decoder")
    if "encoder.conv_in.weight" in encoder.arrays:
        codes = torch.from_numpy(decoder.arrays["codes"])
        shapes = {name: torch.from_numpy(array) for name, array in encoder.arrays.items()} | {CODES: codes}
        vqgan = VQGAN(vqgan_config(runtime.root, shapes))
        _forget(vqgan)
        vqgan.quantize.embedding.weight.copy_(codes)
        vqgan_decoder_graph(vqgan, decoder, size)
        vqgan_encoder_graph(vqgan, encoder, size)
        return vqgan
    tokenizer = Tokenizer(_tokenizer_config(m["vocab"], m["tokenizer"], encoder, decoder))
    _forget(tokenizer)
    tokenizer.quantizer.codebook.copy_(torch.from_numpy(decoder.arrays["codes"]))
    tokenizer_decoder_graph(tokenizer, decoder, size)
    tokenizer_encoder_graph(tokenizer, encoder, size)
    return tokenizer


def _gpt(runtime: PackRuntime, shape: dict[str, int]) -> GPT:
    model = GPT(GPTConfig(**shape, blocks=runtime.manifest["model"]["blocks"]))
    _forget(model)
    gpt_graph(model, StoredWeights(runtime, "gpt"), "step")
    return model


def _dpar(runtime: PackRuntime, shape: dict[str, int]) -> DPAR:
    m = runtime.manifest["model"]
    model = DPAR(DPARConfig(**shape, encoder_blocks=m["encoderBlocks"], patch_transformer_blocks=m["patchTransformerBlocks"],
                            decoder_blocks=m["decoderBlocks"]))
    _forget(model)
    patches = StoredWeights(runtime, "patch_transformer")
    encoder_graph(model, StoredWeights(runtime, "encoder"), "step")
    patch_transformer_graph(model, patches, m["window"])
    decoder_graph(model, StoredWeights(runtime, "decoder"))
    folded = torch.from_numpy(patches.arrays["cond_wo"].T.copy()).chunk(m["decoderBlocks"])
    for gain, wo, rows in zip(model.decoder.cond_norms, model.decoder.cond_wo, folded, strict=True):
        gain.weight.fill_(1.0)
        wo.weight.copy_(rows)
    return model
