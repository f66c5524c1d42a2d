"""Arrays that are filled over several starts."""

import errno
import json
import os

import numpy as np
import pytest

from models.partial import PartialArray, batches, count_images
from models.tests.full_disk import no_space


def fill(path, stop=None, made_of="these", shape=(2, 5, 3)):
    """Fills each image with its number; raises at part `stop`. Returns the numbers of the parts that it filled."""
    parts, filled = batches(shape[0], shape[1], 2), []
    with PartialArray(path, shape, np.int16, made_of) as stored:
        for part in stored.left(parts):
            number = parts.index(part)
            if number == stop:
                raise KeyboardInterrupt
            stored.array[part] = number + 1
            filled.append(number)
        stored.finish()
    return filled


def test_a_stopped_array_goes_on_where_it_was(tmp_path):
    path = tmp_path / "x.npy"
    with pytest.raises(KeyboardInterrupt):
        fill(path, stop=4)
    assert not path.exists()
    assert fill(path) == [4, 5]
    assert np.load(path)[..., 0].tolist() == [[1, 1, 2, 2, 3], [4, 4, 5, 5, 6]]
    assert [one.name for one in tmp_path.iterdir()] == ["x.npy"]


def test_what_was_filled_under_other_settings_or_is_damaged_is_dropped(tmp_path):
    path = tmp_path / "x.npy"

    def stopped():
        with pytest.raises(KeyboardInterrupt):
            fill(path, stop=4)

    stopped()
    assert len(fill(path, made_of="others")) == 6
    stopped()
    assert len(fill(path, shape=(2, 5, 4))) == 6
    for damage in ("{", "[]", json.dumps({"made_of": "these"})):
        stopped()
        (tmp_path / "x.partial.json").write_text(damage)
        assert len(fill(path)) == 6
    stopped()
    (tmp_path / "x.partial.npy").write_bytes(b"short")
    assert len(fill(path)) == 6


def test_a_start_of_other_settings_that_is_killed_at_once_is_taken_for_no_filled_array(tmp_path, monkeypatch):
    path, own = tmp_path / "x.npy", np.lib.format.open_memmap
    with pytest.raises(KeyboardInterrupt):
        fill(path, stop=4)

    def killed(path, mode="r+", *more, **named):
        array = own(path, mode, *more, **named)
        if mode == "w+":
            raise SystemExit
        return array

    with monkeypatch.context() as patch:
        patch.setattr(np.lib.format, "open_memmap", killed)
        with pytest.raises(SystemExit):
            fill(path, made_of="others")
    assert len(fill(path)) == 6  # none of which is there any more


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="this system has no such call")
def test_the_disk_has_room_for_the_whole_before_anything_is_filled(tmp_path):
    shape = (8, 1000, 256)
    with PartialArray(tmp_path / "x.npy", shape, np.int16, "these"):
        there = (tmp_path / "x.partial.npy").stat()
        assert there.st_blocks * 512 >= there.st_size > np.prod(shape) * 2


def test_a_disk_without_room_is_named_and_what_was_filled_stays(tmp_path, monkeypatch):
    path = tmp_path / "x.npy"
    monkeypatch.setattr(os, "posix_fallocate", no_space, raising=False)
    with pytest.raises(OSError, match=r"No space left on device: '.*x\.partial\.npy'"):
        fill(path)
    assert list(tmp_path.iterdir()) == []
    with monkeypatch.context() as patch:
        patch.setattr(os, "posix_fallocate", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            fill(path, stop=4)
    with pytest.raises(OSError, match="No space left"):
        fill(path)
    monkeypatch.undo()
    assert fill(path) == [4, 5]


def test_a_file_system_that_cannot_tell_is_no_mistake(tmp_path, monkeypatch):
    def unknown(*_):
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "posix_fallocate", unknown, raising=False)
    assert len(fill(tmp_path / "x.npy")) == 6


def test_parts_are_counted_in_images():
    parts = batches(2, 5, 2)
    assert count_images(parts) == 10 and count_images(parts[:4]) == 7
