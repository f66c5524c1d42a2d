import pytest

from models.config import Config
from models.dpar import DPARConfig
from models.entropy_model import EntropyModelConfig
from models.errors import ConfigError
from models.gpt import GPTConfig
from models.stages import TokenizerRun
from models.training import TrainConfig


class Inner(Config):
    width: int = 1


class Outer(Config):
    inner: Inner = Inner()
    name: str = "a"


def test_an_unknown_key_is_named_with_the_known_ones():
    with pytest.raises(ConfigError, match=r"unknown key 'inner.widht' \(known here: width\)"):
        Outer.parse({"inner": {"widht": 3}})


def test_overrides_are_typed_and_nested(tmp_path):
    file = tmp_path / "c.toml"
    file.write_text('name = "file"\n[inner]\nwidth = 2\n')
    config = Outer.load(file, ["inner.width=5", "name=plain text"])
    assert config == Outer(inner=Inner(width=5), name="plain text")


@pytest.mark.parametrize("kind", [EntropyModelConfig, GPTConfig, DPARConfig])
def test_heads_that_no_graph_of_a_pack_takes_are_refused(kind):
    assert kind.parse({"dim": 192, "heads": 12}).heads == 12
    for heads in (8, 16, 24, 48, 5):  # of 24, 12, 8, 4 dimensions, and none that is whole
        with pytest.raises(ConfigError, match=f"dim = 192 over heads = {heads} is .* it has to be a multiple of 16"):
            kind.parse({"dim": 192, "heads": heads})


def test_a_wrong_type_names_the_key():
    with pytest.raises(ConfigError, match="inner.width"):
        Outer.load(None, ["inner.width=wide"])


def test_a_wrong_key_is_said_to_be_of_the_file_or_of_set(tmp_path):
    file = tmp_path / "c.toml"
    file.write_text('name = 3\n[inner]\nwidht = 2\n')
    with pytest.raises(ConfigError) as raised:
        Outer.load(file, ["inner.width=wide", "inner.wide=1"])
    of_file, of_set = str(raised.value).split("; --set: ")
    assert of_file.startswith(f"{file}: ") and "name: " in of_file and "'inner.widht'" in of_file
    assert "inner.width: " in of_set and "unknown key 'inner.wide'" in of_set
    with pytest.raises(ConfigError, match=r"^--set: inner\.width"):
        Outer.load(None, ["inner={width='x'}"])


@pytest.mark.parametrize("override", ["inner", "=3", "name=x", "name.deeper=3"])
def test_malformed_overrides(override):
    if override == "name=x":
        assert Outer.load(None, [override]).name == "x"
    else:
        with pytest.raises(ConfigError):
            Outer.load(None, [override])


def test_missing_and_broken_files(tmp_path):
    with pytest.raises(ConfigError, match="no such"):
        Outer.load(tmp_path / "absent.toml")
    (tmp_path / "broken.toml").write_text("= 3")
    with pytest.raises(ConfigError, match="not valid TOML"):
        Outer.load(tmp_path / "broken.toml")


def test_frozen():
    with pytest.raises(Exception, match="frozen"):
        Outer().name = "b"


def test_command_configurations_need_their_steps():
    with pytest.raises(ConfigError, match="train"):
        TokenizerRun.load(None)
    assert TrainConfig(steps=1, batch_size=1, lr=1).betas == (0.9, 0.95)
