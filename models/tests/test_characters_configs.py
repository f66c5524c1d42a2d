"""The configurations of Characters belong together: one network for two sizes, and a fair pair."""

from pathlib import Path

import pytest

from models.config import Config, read_values
from models.dpar import DPAR
from models.export.config import PackConfig
from models.gpt import GPT
from models.runs import load_run
from models.stages import ClassifierRun, EntropyRun, TokenizerRun

FOLDER = Path(__file__).parents[1] / "configs/characters"
CLASSES = ("Adventurer", "BigSmile", "Cat", "FunEmoji", "Lorelei", "Micah", "Monster", "Persona", "PixelArt", "Robot",
           "RobotHead", "Thumbs")


def test_every_file_is_a_configuration():
    kinds: dict[type[Config], tuple[str, ...]] = {
        ClassifierRun: ("classifier", "judge"), TokenizerRun: ("tokenizer",), EntropyRun: ("entropy", "entropy-192"),
        PackConfig: ("pack", "pack-baseline", "pack-192")}
    for kind, names in kinds.items():
        for name in names:
            kind.load(FOLDER / f"{name}.toml")
    assert load_run(FOLDER / "dpar-192.toml").kind == "dpar"
    assert len(list(FOLDER.glob("*.toml"))) == 12


@pytest.mark.parametrize("size", [128, 192])
def test_the_tokenizer_fits_both_sizes(size):
    run = TokenizerRun.load(FOLDER / "tokenizer.toml")
    assert run.tokenizer.factor == 8 and size % run.tokenizer.factor == 0 and run.symmetries == 1


def test_the_decoder_that_learns_on_keeps_the_encoder():
    before, after = (TokenizerRun.load(FOLDER / f"{name}.toml", ["init=tokenizer"]) for name in ("tokenizer", "settle"))
    assert after.decoder_only and after.data == before.data and after.symmetries == before.symmetries
    grown = {"decoder_coarse_blocks", "decoder_fine_blocks"}
    assert after.tokenizer.model_dump(exclude=grown) == before.tokenizer.model_dump(exclude=grown)


def test_the_pair_is_trained_alike():
    dpar, gpt = (load_run(FOLDER / f"{name}.toml") for name in ("dpar", "gpt"))
    assert dpar.train == gpt.train and dpar.class_dropout == gpt.class_dropout
    sizes = {"vocab": 2048, "classes": 12}
    count = [sum(p.numel() for p in kind(run.model.model_copy(update=sizes)).parameters())
             for kind, run in ((DPAR, dpar), (GPT, gpt))]
    assert count[0] / count[1] == pytest.approx(1, abs=0.05)
    assert dpar.train.steps * dpar.train.batch_size >= 400_000


@pytest.mark.parametrize("name", ["pack", "pack-baseline", "pack-192"])
def test_a_pack_names_every_class_and_credits_its_author(name):
    pack = PackConfig.load(FOLDER / f"{name}.toml")
    pack.check_classes(CLASSES, name)
    for author in ("Revoy", "Wischofsky", "Ashley Seo", "Davis Uche", "Micah Lanier", "Draftbit", "Kader", "Novakovic", "Arias"):
        assert author in pack.data.credit
    assert read_values(FOLDER / f"{name}.toml")["labels"].keys() == set(CLASSES)
