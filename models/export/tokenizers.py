"""The two kinds of tokenizer a pack may have: ours (models/tokenizer.py) and LlamaGen's VQGAN (models/vqgan.py)."""

from __future__ import annotations

from typing import Any

from models.export.builder import Graph, WeightFile
from models.export.kinds import parameters
from models.export.storage import Storage
from models.export.tokenizer_graphs import tokenizer_decoder_graph, tokenizer_encoder_graph
from models.export.vqgan_graphs import vqgan_decoder_graph, vqgan_encoder_graph
from models.tokenizer import Tokenizer
from models.vqgan import VQGAN

AnyTokenizer = Tokenizer | VQGAN


def tokenizer_graphs(model: AnyTokenizer, storage: Storage, size: int) -> list[tuple[Graph, str]]:
    """Encoder and decoder for pictures of `size`, each with the name of its weight file."""
    encode, decode = ((vqgan_encoder_graph, vqgan_decoder_graph) if isinstance(model, VQGAN)
                      else (tokenizer_encoder_graph, tokenizer_decoder_graph))
    return [(make(model, WeightFile(f"{name}.bin", storage), size), name)
            for make, name in ((encode, "tokenizer_encoder"), (decode, "tokenizer_decoder"))]


def tokenizer_entry(model: AnyTokenizer, size: int) -> dict[str, Any]:
    """`tokenizer` of the manifest. The norms of a VQGAN see the whole picture: a token reaches everywhere, without strips."""
    whole = isinstance(model, VQGAN)
    return {"factor": model.factor, "codeDim": model.config.code_dim, "reach": size if whole else model.reach,
            "parameters": parameters(model)} | ({} if whole else {"strips": True})
