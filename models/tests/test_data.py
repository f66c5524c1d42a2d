import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from models.data import DataConfig, Pictures, load_pictures, split_pictures, symmetry
from models.errors import DataError
from models.names import MOST, name_mistake
from models.picture_folder import list_pictures
from models.streams import PictureStream, to_pixels, to_tensor

SMALL = DataConfig(picture_size=8, held_out_per_class=2)


def make_folder(root, classes=("a", "b"), count=5, size=8):
    rng = np.random.default_rng(0)
    for name in classes:
        (root / name).mkdir(parents=True)
        for i in range(count):
            Image.fromarray(rng.integers(0, 256, (size, size, 3), dtype=np.uint8)).save(root / name / f"{i}.png")
    return root


def test_a_folder_is_read_once_and_cached(tmp_path):
    root, cache = make_folder(tmp_path / "data"), tmp_path / "cache"
    first = load_pictures(root, SMALL, cache=cache)
    assert first.pixels.shape == (10, 8, 8, 3) and first.classes == ("a", "b")
    assert list(first.labels) == [0] * 5 + [1] * 5
    assert np.array_equal(first.pixels, load_pictures(root, SMALL, cache=cache).pixels)
    assert len(list(cache.iterdir())) == 1


def test_errors_name_what_is_wrong(tmp_path):
    with pytest.raises(DataError, match="no such folder"):
        load_pictures(tmp_path / "absent", SMALL, cache=tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="one folder of pictures for each class"):
        load_pictures(tmp_path / "empty", SMALL, cache=tmp_path)
    with pytest.raises(DataError, match="only one class"):
        load_pictures(make_folder(tmp_path / "single", classes=("a",)), SMALL, cache=tmp_path)
    make_folder(tmp_path / "above" / "2750")
    with pytest.raises(DataError, match="above/2750 holds the folders of the classes"):
        load_pictures(tmp_path / "above", SMALL, cache=tmp_path)
    with pytest.raises(DataError, match="is 7 x 7 pixels, less than data.picture_size = 8"):
        load_pictures(make_folder(tmp_path / "small", size=7), SMALL, cache=tmp_path)
    broken = make_folder(tmp_path / "broken")
    (broken / "b" / "3.png").write_bytes(b"not a picture")
    with pytest.raises(DataError, match=r"3\.png: cannot be decoded"):
        load_pictures(broken, SMALL, cache=tmp_path)


def test_more_classes_than_a_pack_takes_are_refused(tmp_path):
    assert f"MAX_CLASSES = {MOST};" in (Path(__file__).parents[2] / "engine/names.ts").read_text()
    for number in range(MOST + 1):
        (tmp_path / f"{number:04}").mkdir()
    with pytest.raises(DataError, match="has 4,097 folders of classes, and a pack takes at most 4,096"):
        list_pictures(tmp_path)


def test_classes_whose_names_no_pack_takes_are_refused(tmp_path):
    assert name_mistake(("a", "b c", "Ä")) is None
    assert name_mistake(("a", "b", "B")) == "'B' and 'b' are one name but for capital letters"
    for name in ("", " a", "a ", "a\n", "a" * 257):
        words = f"{name!r} is no name for a class, which has 1 to 256 letters and no space around them"
        assert name_mistake(("b", name)) == words
    assert name_mistake(("Z\udcfcrich", "b")) == "'Z\\udcfcrich' is no name in UTF-8"
    with pytest.raises(DataError, match="' b' is no name .*; rename the folder of one class"):
        load_pictures(make_folder(tmp_path / "spaces", classes=("a", " b")), SMALL, cache=tmp_path)


def test_the_split_is_balanced_disjoint_and_fixed():
    labels = np.repeat(np.arange(4), [30, 40, 50, 60])
    split = split_pictures(labels, DataConfig(held_out_per_class=7))
    assert list(np.bincount(labels[split.held_out])) == [7] * 4
    assert sorted([*split.train, *split.held_out]) == list(range(180))
    again = split_pictures(labels, DataConfig(held_out_per_class=7))
    assert np.array_equal(split.held_out, again.held_out)
    other = split_pictures(labels, DataConfig(held_out_per_class=7, split_seed=1))
    assert not np.array_equal(split.held_out, other.held_out)
    with pytest.raises(DataError, match="held_out_per_class"):
        split_pictures(labels, DataConfig(held_out_per_class=30))


def test_a_class_of_too_few_pictures_is_named(tmp_path):
    pictures = load_pictures(make_folder(tmp_path / "data", ("cat", "dog"), count=2), SMALL, cache=tmp_path / "cache")
    with pytest.raises(DataError, match="class cat has 2 pictures, not more than data.held_out_per_class = 2"):
        split_pictures(pictures.labels, SMALL, pictures.held_out, pictures.classes)


def test_train_is_imagenet_s_layout_only_beside_its_other_folders(tmp_path):
    vehicles = make_folder(tmp_path / "vehicles", ("car", "train"))
    (vehicles / "train" / "steam").mkdir()
    assert list_pictures(vehicles).classes == ("car", "train")
    lone = make_folder(tmp_path / "lone", ("test", "train"))  # without folders of classes in it
    assert list_pictures(lone).classes == ("test", "train")
    for beside in ((), ("val",), ("validation", "test"), (".hidden",)):
        root = tmp_path / "-".join(("layout", *beside))
        make_folder(root / "train")
        for name in beside:
            (root / name / "a").mkdir(parents=True)
        assert list_pictures(root).root == root / "train" and list_pictures(root).classes == ("a", "b")


def test_larger_pictures_are_reduced(tmp_path):
    root = make_folder(tmp_path / "large", size=16)
    with Image.open(root / "b" / "3.png") as large:
        halved = np.asarray(large.convert("RGB").resize((8, 8), Image.Resampling.BICUBIC, reducing_gap=3.0))
    pixels = load_pictures(root, SMALL, cache=tmp_path / "cache").pixels
    assert pixels.shape[1:] == (8, 8, 3)
    assert any(np.array_equal(halved, picture) for picture in pixels)


def test_a_folder_may_say_what_it_holds_out(tmp_path):
    root = make_folder(tmp_path / "data")
    names = [f"{path.parent.name}/{path.name}" for path in sorted(root.glob("*/*.png"))]
    chosen = [name for name in names if name.endswith("3.png")]
    (root / "split.json").write_text(json.dumps({"held_out": chosen}))
    pictures = load_pictures(root, SMALL, cache=tmp_path / "cache")
    split = split_pictures(pictures.labels, SMALL, pictures.held_out)
    assert [names[i] for i in split.held_out] == chosen
    assert sorted([*split.train, *split.held_out]) == list(range(len(names)))
    other = [name for name in names if name.endswith("2.png")]
    (root / "split.json").write_text(json.dumps({"held_out": other}))
    assert load_pictures(root, SMALL, cache=tmp_path / "cache").content != pictures.content


def test_a_split_that_cannot_be_used_is_named(tmp_path):
    root = make_folder(tmp_path / "data")
    names = [f"{path.parent.name}/{path.name}" for path in sorted(root.glob("*/*.png"))]
    for text, words in (("{", "is not of the form"), ("[]", "is not of the form"), ('{"held_out": 3}', "is not of the form"),
                        ('{"held_out": ["b/absent.png"]}', "b/absent.png"), ('{"held_out": []}', "both sides need some"),
                        (json.dumps({"held_out": names}), "both sides need some")):
        (root / "split.json").write_text(text)
        with pytest.raises(DataError, match=words):
            load_pictures(root, SMALL, cache=tmp_path / "cache")


def test_there_are_eight_symmetries():
    picture = np.arange(27).reshape(3, 3, 3)
    assert np.array_equal(symmetry(picture, 0), picture)
    assert len({symmetry(picture, which).tobytes() for which in range(8)}) == 8


def test_pixels_survive_the_way_to_tensors_and_back():
    pixels = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), dtype=np.uint8)
    tensor = to_tensor(pixels)
    assert tensor.shape == (2, 3, 8, 8) and tensor.abs().max() <= 1
    assert np.array_equal(to_pixels(tensor), pixels)


@pytest.mark.parametrize("symmetries", [1, 8])
def test_pictures_with_an_up_stay_upright_in_training(symmetries):
    pixels = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 3), dtype=np.uint8)
    batch, _ = next(PictureStream(Pictures(pixels, np.arange(40), tuple("ab")), np.arange(40), 40, 0, symmetries))
    upright = {one.tobytes() for one in pixels}
    assert (sum(one.tobytes() in upright for one in to_pixels(batch)) == 40) == (symmetries == 1)


def test_a_resumed_stream_gives_the_same_pictures():
    pixels = np.random.default_rng(0).integers(0, 256, (9, 8, 8, 3), dtype=np.uint8)
    pictures = Pictures(pixels, np.arange(9) % 2, ("a", "b"))
    make = lambda: PictureStream(pictures, np.arange(9), 2, seed=3)  # noqa: E731
    one, two = make(), make()
    for _ in range(5):
        next(one)
    two.load_state_dict(one.state_dict())
    for _ in range(5):
        a, b = next(one), next(two)
        assert torch.equal(a[0], b[0]) and torch.equal(a[1], b[1])
