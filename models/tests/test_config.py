import pytest

from models.config import Config
from models.errors import ConfigError
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


def test_a_wrong_type_names_the_key():
    with pytest.raises(ConfigError, match="inner.width"):
        Outer.load(None, ["inner.width=wide"])


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
