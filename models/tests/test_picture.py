"""Pictures as one sees them: the same files and pixels as on the page (fixtures/as-seen)."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.data import DataConfig, load_pictures
from models.errors import DataError
from models.picture import read_picture
from models.picture_folder import list_pictures
from models.tests.test_data import make_folder

FOLDER = Path(__file__).parents[2] / "fixtures/as-seen"
EXPECTED = json.loads((FOLDER / "expected.json").read_text())
SMALL = DataConfig(picture_size=8, held_out_per_class=2)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_picture_is_read_as_one_sees_it(name):
    picture = read_picture(FOLDER / name)
    assert picture.mode == "RGB" and list(picture.size) == EXPECTED[name]["size"]
    for x, y, *colour in EXPECTED[name]["pixels"]:
        assert np.abs(np.subtract(picture.getpixel((x, y)), colour)).max() <= 2, (x, y)


def test_every_file_has_its_expected_pixels():
    assert sorted(EXPECTED) == sorted(path.name for path in FOLDER.iterdir() if path.suffix not in (".py", ".json"))


def test_what_names_no_white_is_refused(tmp_path):
    Image.fromarray(np.ones((4, 4), np.float32)).save(tmp_path / "x.tiff")
    with pytest.raises(DataError, match=r"x\.tiff: .*32-bit values"):
        read_picture(tmp_path / "x.tiff")


def test_other_pictures_of_the_same_names_and_sizes_are_read_anew(tmp_path):
    root, cache = make_folder(tmp_path / "data"), tmp_path / "cache"
    for path in root.glob("*/*.png"):
        Image.fromarray(np.full((8, 8, 3), 10, np.uint8)).save(path.with_suffix(".bmp"))
        path.unlink()
    first = load_pictures(root, SMALL, cache=cache)
    for path in root.glob("*/*.bmp"):  # as long as before, byte for byte
        Image.fromarray(np.full((8, 8, 3), 200, np.uint8)).save(path)
    second = load_pictures(root, SMALL, cache=cache)
    assert (first.pixels == 10).all() and (second.pixels == 200).all() and first.content != second.content
    assert load_pictures(root, SMALL, cache=cache).content == second.content


def test_a_damaged_cache_is_made_again_and_one_that_cannot_be_written_is_done_without(tmp_path, capsys):
    root, cache = make_folder(tmp_path / "data"), tmp_path / "cache"
    pixels = load_pictures(root, SMALL, cache=cache).pixels.copy()
    (stored,) = cache.iterdir()
    stored.write_bytes(stored.read_bytes()[:300])
    assert np.array_equal(load_pictures(root, SMALL, cache=cache).pixels, pixels)
    (tmp_path / "file").write_text("")
    assert np.array_equal(load_pictures(root, SMALL, cache=tmp_path / "file").pixels, pixels)
    assert "not kept" in capsys.readouterr().err


def test_hidden_files_and_folders_are_no_pictures_and_no_classes(tmp_path, capsys):
    root = make_folder(tmp_path)
    before = list_pictures(root)
    for folder in (root / ".ipynb_checkpoints", root / "a" / ".ipynb_checkpoints", root / "__MACOSX", root / "a" / "@eaDir"):
        folder.mkdir()
        (folder / "0.png").write_bytes((root / "a" / "0.png").read_bytes())
    for name in ("._0.png", ".DS_Store"):
        (root / "a" / name).write_bytes(b"of macOS")
    (root / ".DS_Store").write_bytes(b"")
    after = list_pictures(root)
    assert (after.paths, after.classes) == (before.paths, before.classes) and capsys.readouterr().err == ""
    (root / "b" / "x.heic").write_bytes(b"")
    list_pictures(root)
    assert "not read as pictures: 1 .heic" in capsys.readouterr().err
