"""Typed configuration: TOML file plus `--set key=value` overrides, validated by pydantic, unknown keys refused."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from models.errors import ConfigError


class Config(BaseModel):
    """Base of every configuration: frozen, and a key it does not know is an error rather than a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @classmethod
    def load(cls, path: Path | None = None, overrides: list[str] | tuple[str, ...] = ()) -> Self:
        """Read `path` (TOML; None: defaults only), apply overrides such as `train.lr=3e-4`. Raises ConfigError."""
        return cls.parse(read_values(path, overrides), source_of(path), overrides)

    @classmethod
    def parse(cls, values: dict[str, Any], source: str = "configuration",
              overrides: list[str] | tuple[str, ...] = ()) -> Self:
        """Validate a dictionary; ConfigError lists every wrong key as `section.key`: of `source`, or of --set where `overrides`
        gave it."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise ConfigError(_explain(error, cls, source, [key_of(override) for override in overrides])) from None

    def to_json(self) -> str:
        """Canonical JSON (sorted keys): equal configurations give equal text."""
        return json.dumps(self.model_dump(mode="json"), indent=2, sort_keys=True) + "\n"


C = TypeVar("C", bound=Config)


def fitted(section: C, prefix: str, sizes: dict[str, int], source: Path | str) -> C:
    """`section` with the sizes that the data of `source` has. Raises ConfigError naming a key that states another."""
    sizes = {key: value for key, value in sizes.items() if key in type(section).model_fields}
    for key, value in sizes.items():
        if key in section.model_fields_set and getattr(section, key) != value:
            raise ConfigError(f"{prefix}.{key} is {getattr(section, key)}, but {source} has {value}: leave the key out, "
                              "and its value comes from there")
    return section.model_copy(update=sizes)


def source_of(path: Path | None) -> str:
    """What a configuration read from `path` is called in messages."""
    return str(path) if path else "configuration"


def read_values(path: Path | None, overrides: list[str] | tuple[str, ...] = ()) -> dict[str, Any]:
    """The dictionary of a TOML file (None: empty) with overrides applied. Raises ConfigError."""
    values: dict[str, Any] = {}
    if path is not None:
        try:
            values = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))  # some editors put a mark at the start
        except FileNotFoundError:
            raise ConfigError(f"{path}: no such configuration file") from None
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read ({error.strerror}); --config wants a TOML file") from None
        except UnicodeDecodeError:
            raise ConfigError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{path}: not valid TOML: {error}") from None
    for override in overrides:
        _apply(values, override)
    return values


def read_config_json(path: Path) -> dict[str, Any]:
    """The dictionary of a config.json written beside a checkpoint. Raises ConfigError if missing or damaged."""
    try:
        values = json.loads(Path(path).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigError(f"{path}: missing, though it is beside every checkpoint: is this the right folder?") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid JSON: {error}") from None
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: not a configuration, but a {type(values).__name__}: is this the right folder?")
    return values


def key_of(override: str) -> str:
    """The dotted key of a `key=value`."""
    return override.partition("=")[0].strip()


def _apply(values: dict[str, Any], override: str) -> None:
    """Set one dotted key. The value is read as TOML where it parses as such, and as a plain string otherwise."""
    key, (_, separator, text) = key_of(override), override.partition("=")
    if not separator or not key:
        raise ConfigError(f"--set {override!r}: write it as key=value, for example train.lr=3e-4")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        value = text.strip()
    *sections, name = key.split(".")
    for section in sections:
        values = values.setdefault(section, {})
        if not isinstance(values, dict):
            raise ConfigError(f"--set {override!r}: {section!r} is a value, not a section")
    values[name] = value


def _explain(error: ValidationError, cls: type[BaseModel], source: str, set_here: list[str]) -> str:
    wrong: dict[str, list[str]] = {source: [], "--set": []}
    for item in error.errors():
        key = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            known = ", ".join(sorted(_fields_at(cls, item["loc"][:-1])))
            text = f"unknown key {key!r}" + (f" (known here: {known})" if known else "")
        else:
            text = f"{key}: {item['msg']}"
        own = any(f"{key}.".startswith(f"{given}.") for given in set_here)
        wrong["--set" if own else source].append(text)
    return "; ".join(f"{where}: {'; '.join(texts)}" for where, texts in wrong.items() if texts)


def _fields_at(cls: type[BaseModel], path: tuple) -> list[str]:
    """Field names of the section at `path`, or none where the section is not a plain nested model."""
    for part in path:
        field = cls.model_fields.get(str(part))
        if field is None or not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
            return []
        cls = field.annotation
    return list(cls.model_fields)
