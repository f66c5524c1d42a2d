"""The configurations of the paper's sizes: they load, have its parameter counts, and train a step at a tiny width."""

from pathlib import Path

import pytest
import torch

from models.commands.train_entropy import next_token_loss
from models.dpar import DPAR
from models.entropy_model import EntropyModel
from models.gpt import GPT
from models.patch_data import PatchStream
from models.runs import GPTRun, load_run, token_loss
from models.stages import EntropyRun, ImportedTokenizer
from models.token_data import TokenSet, TokenStream
from models.training import train

CONFIGS = Path(__file__).parents[1] / "configs/imagenet"
MILLIONS = {"dpar-b": 115.0, "dpar-l": 351.2, "dpar-xl": 789.4, "dpar-xxl": 1434, "gpt-b": 110.9, "gpt-l": 342.9, "gpt-xl": 774.6}
SIZES = {"256": (16, 256, 7.8), "384": (24, 576, 7.9)}


@pytest.mark.parametrize("pixels", SIZES)
@pytest.mark.parametrize("name", MILLIONS)
def test_parameter_counts_and_training_are_the_paper_s(name, pixels):
    run = load_run(CONFIGS / f"{name}-{pixels}.toml")
    with torch.device("meta"):
        model = (GPT if run.kind == "gpt" else DPAR)(run.model)
    assert sum(p.numel() for p in model.parameters()) / 1e6 == pytest.approx(MILLIONS[name], rel=1e-3)
    assert (run.model.vocab, run.model.classes, run.model.head_dim, run.model.dropout) == (16384, 1000, 64, 0.1)
    assert (run.model.width, run.model.tokens) == SIZES[pixels][:2]
    assert run.kind == "gpt" or run.patchify.entropy_threshold == SIZES[pixels][2]
    t = run.train
    assert (t.batch_size, t.lr, t.schedule, t.betas, t.weight_decay, t.clip) == (256, 1e-4, "constant", (0.9, 0.95), 0.05, 1.0)
    assert run.class_dropout == 0.1


@pytest.mark.parametrize("pixels", SIZES)
def test_the_entropy_model_and_the_tokenizer(pixels):
    run = EntropyRun.load(CONFIGS / f"entropy-{pixels}.toml")
    with torch.device("meta"):
        model = EntropyModel(run.model)
    assert sum(p.numel() for p in model.parameters()) / 1e6 == pytest.approx(110.1, abs=0.1)  # LlamaGen-B without classes
    tokenizer = ImportedTokenizer.load(CONFIGS / f"tokenizer-{pixels}.toml")
    assert tokenizer.data.picture_size == int(pixels) == tokenizer.tokenizer.factor * run.model.width


@pytest.mark.parametrize("name", [*MILLIONS, "entropy"])
def test_one_step_at_a_tiny_width(tmp_path, token_set, name):
    tiny = ["model.vocab=64", "model.width=8", "model.tokens=64", "model.dim=32", "model.heads=1", "train.steps=1",
            "train.batch_size=4", "train.accumulate=2", "train.bf16=false", "train.compile=false"]
    path = CONFIGS / f"{name}-256.toml"
    if name == "entropy":
        run = EntropyRun.load(path, tiny)
        model, stream = EntropyModel(run.model), TokenStream(token_set, token_set.train, 4, 0)
        outcome = train(run.train, model, stream, lambda m, b, _: (next_token_loss(m, b.tokens), {}), tmp_path, identity=run)
    else:
        run = load_run(path, [*tiny, "model.classes=3"])
        model, stream = _task(run, token_set)
        outcome = train(run.train, model, stream, lambda m, b, _: (token_loss(m, b, b.labels), {}), tmp_path, identity=run)
    assert outcome.finished and (tmp_path / "model.safetensors").exists()


def _task(run, token_set: TokenSet):
    if isinstance(run, GPTRun):
        return GPT(run.model), TokenStream(token_set, token_set.train, 4, 0)
    return DPAR(run.model), PatchStream(token_set, 4, 0, run.model.width, run.patchify)
