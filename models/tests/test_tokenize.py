"""`tokenize` in one file over tokens that are there: stopped, it leaves none that are of other labels or another split."""

import json

import numpy as np
import pytest

from models.checkpoint import save_array, save_text
from models.cli import main
from models.data import DataConfig
from models.errors import DataError
from models.export.nano import nano_models
from models.partial import PartialArray
from models.tests.test_data import make_folder
from models.tests.test_evaluate_command import write_model
from models.token_data import load_tokens


@pytest.fixture
def tokenize(tmp_path):
    data, tokenizer = make_folder(tmp_path / "data", count=6, size=32), nano_models()[2]
    shape = {"data": DataConfig(picture_size=32, held_out_per_class=2).model_dump(), "tokenizer": tokenizer.config.model_dump()}
    write_model(tmp_path / "tokenizer", tokenizer, json.dumps(shape))
    return ["tokenize", "--data", str(data), "--cache", str(tmp_path / "cache"), "--tokenizer", str(tmp_path / "tokenizer"),
            "--out", str(tmp_path / "tokens"), "--symmetries", "1", "--device", "cpu"]


@pytest.mark.parametrize("at", ["labels.npy", "held_out.npy", "meta.json", "tokens.npy"])
def test_tokens_that_are_being_replaced_are_of_one_start_or_are_not_there(tokenize, tmp_path, monkeypatch, at):
    """The same pictures in another split have the same tokens: their digest alone would not tell."""
    assert main(tokenize) == 0
    before = load_tokens(tmp_path / "tokens")
    (tmp_path / "data/split.json").write_text(json.dumps({"held_out": ["a/0.png", "b/1.png"]}))

    def stopped_at(write):
        def written(path, *content):
            write(path, *content)
            if path.name == at:
                raise KeyboardInterrupt
        return written

    def finish(_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("models.commands.tokenize.save_array", stopped_at(save_array))
        patch.setattr("models.commands.tokenize.save_text", stopped_at(save_text))
        if at == "tokens.npy":
            patch.setattr(PartialArray, "finish", finish)
        assert main(tokenize) == 130
    with pytest.raises(DataError, match=r"tokens\.npy: missing; run the tokenize"):
        load_tokens(tmp_path / "tokens")
    assert main(tokenize) == 0
    after = load_tokens(tmp_path / "tokens")
    assert after.held_out.tolist() == [0, 7] and after.meta["held_out"] == 2
    np.testing.assert_array_equal(after.tokens, before.tokens)
