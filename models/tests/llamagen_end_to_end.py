"""The Python side of e2e/llamagen.spec.ts: a small random LlamaGen as files, and what PyTorch says of tokens.

python -m models.tests.llamagen_end_to_end make DIR
python -m models.tests.llamagen_end_to_end entropies DIR < tokens.json
"""

import json
import sys
from pathlib import Path

import torch

from models.llamagen.gpt import gpt_config, load_gpt
from models.llamagen.read import read_weights
from models.null_class import NullClass
from models.tests.llamagen_files import save_gpt, save_vq

GRID, HEADS = 8, 2


def make(folder: Path) -> None:
    """8 x 8 tokens of 64 codes, pictures of 32 pixels, three classes."""
    save_vq(folder / "vq.pt", multipliers=(1, 2, 2))
    save_gpt(folder / "gpt.pt")
    (folder / "names.txt").write_text("apple\npear\nplum\n")


def entropies(folder: Path) -> None:
    """Of lists of tokens on standard input, in nats; null for the first token of each."""
    tokens = torch.tensor(json.load(sys.stdin))
    state = read_weights(folder / "gpt.pt")
    rows = NullClass(load_gpt(folder / "gpt.pt", state, gpt_config(folder / "gpt.pt", state, GRID, HEADS))).entropies(tokens)
    print(json.dumps([[None, *row[1:]] for row in rows.tolist()]))


if __name__ == "__main__":
    {"make": make, "entropies": entropies}[sys.argv[1]](Path(sys.argv[2]))
