import io

import numpy as np
from PIL import Image

from models.data import Pictures
from models.export.files import MOST_BYTES
from models.export.gallery import PER_CLASS, Gallery, band, gallery_entries, gallery_of, with_room
from models.export.nano import nano_content
from models.export.pictures import fitting


def some_pictures(count: int, classes: int, size: int) -> Pictures:
    rng = np.random.default_rng(0)
    pixels = rng.integers(256, size=(count, size, size, 3), dtype=np.uint8)
    return Pictures(pixels=pixels, labels=np.arange(count) % classes, classes=[f"c{k}" for k in range(classes)])


def test_held_out_pictures_of_every_class_and_no_others():
    pictures = some_pictures(60, 3, 32)
    held_out = np.arange(20, 60)
    gallery = gallery_of(pictures, held_out, nano_content().tokenizer)
    assert gallery.classes == sorted(gallery.classes) and np.bincount(gallery.classes).tolist() == [PER_CLASS] * 3
    shown = {p.tobytes() for p in gallery.pictures}
    assert shown <= {pictures.pixels[i].tobytes() for i in held_out}
    assert len(gallery.psnr) == 40 and np.isfinite(gallery.psnr).all()


def test_entries_name_a_sheet_with_the_pictures_in_order(tmp_path):
    pictures = np.random.default_rng(1).integers(256, size=(8, 4, 4, 3), dtype=np.uint8)
    entropies = np.full((100, 16), np.inf, np.float32)
    entropies[:, 1:] = np.linspace(1, 2, 100)[:, None]
    entries = gallery_entries(tmp_path, Gallery(pictures, [0] * 5 + [1] * 3, np.linspace(20, 40, 100)), entropies)
    gallery, held_out = entries["gallery"], entries["heldOut"]
    sheet = np.asarray(Image.open(io.BytesIO((tmp_path / gallery["file"]["path"]).read_bytes())))
    row, column = divmod(7, gallery["columns"])
    assert (sheet[4 * row : 4 * row + 4, 4 * column : 4 * column + 4] == pictures[7]).all()
    assert gallery["classes"] == [0, 0, 0, 0, 0, 1, 1, 1]
    assert held_out == {"psnr": {"low": 20.2, "high": 39.8}, "entropy": {"low": 1.01, "high": 1.99}}


def test_a_gallery_of_many_photographs_stays_below_what_a_file_may_have(tmp_path):
    pictures = np.random.default_rng(0).integers(256, size=(102 * PER_CLASS, 128, 128, 3), dtype=np.uint8)
    gallery = Gallery(pictures, [k for k in range(102) for _ in range(PER_CLASS)], np.ones(9))
    found = gallery_entries(tmp_path, gallery, np.ones((9, 16), np.float32))["gallery"]
    assert np.bincount(found["classes"]).tolist() == [3] * 102
    assert 14_000_000 < found["file"]["bytes"] < 0.97 * MOST_BYTES
    sheet = np.asarray(Image.open(tmp_path / "gallery.png"))
    assert (sheet[128:256, :128] == pictures[12]).all()  # the seventh that is shown: the first of the third class


def test_where_not_even_one_of_each_class_has_room_some_classes_are_shown(monkeypatch):
    monkeypatch.setattr("models.export.pictures.SHEET_BYTES", 40 * 3 * 8 * 8)
    gallery = Gallery(np.zeros((200, 8, 8, 3), np.uint8), [k for k in range(100) for _ in range(2)], np.ones(9))
    assert len(shown := with_room(gallery)) == 40 and len({gallery.classes[i] for i in shown}) == 40 and shown.max() > 190
    assert len(fitting(gallery.pictures)) == 200 and fitting(gallery.pictures).shape[1] == 2  # thumbnails are made smaller
    assert (fitting(gallery.pictures[:40]) == gallery.pictures[:40]).all()


def test_the_band_leaves_out_a_hundredth_at_either_end():
    assert band(np.arange(101.0)) == {"low": 1.0, "high": 99.0}
