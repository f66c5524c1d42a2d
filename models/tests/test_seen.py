"""Weights know by content which pictures they were trained on."""

import numpy as np
import pytest

from models.errors import DataError
from models.seen import SEEN, check_unseen, merge_seen, note_seen, short_digests

FILES = short_digests([f"{i:064x}"[::-1] for i in range(1, 11)])
TRAIN, HELD_OUT = np.arange(8), np.arange(8, 10)


def test_weights_that_have_seen_held_out_pictures_are_refused(tmp_path):
    check_unseen(tmp_path, FILES, TRAIN, HELD_OUT)  # nothing is known
    note_seen(tmp_path, FILES, TRAIN)
    check_unseen(tmp_path, FILES, TRAIN, HELD_OUT)
    check_unseen(tmp_path, None, TRAIN, HELD_OUT)
    with pytest.raises(DataError, match="trained on 1 of the 2 pictures"):
        check_unseen(tmp_path, FILES, np.array([0, 1, 2, 3, 4, 5, 6, 8]), np.array([7, 9]))


def test_a_copy_of_a_training_picture_may_be_held_out(tmp_path):
    copies = FILES.copy()
    copies[9] = copies[0]
    note_seen(tmp_path, copies, TRAIN)
    check_unseen(tmp_path, copies, TRAIN, HELD_OUT)


def test_what_the_first_weights_had_seen_counts(tmp_path):
    note_seen(tmp_path / "first", FILES, HELD_OUT)
    note_seen(tmp_path / "second", FILES, TRAIN, [tmp_path / "first", None, tmp_path / "none"])
    assert len(np.load(tmp_path / "second" / SEEN)) == 10
    merge_seen(tmp_path / "mean", [tmp_path / "second", tmp_path / "none"])
    assert len(np.load(tmp_path / "mean" / SEEN)) == 10
    merge_seen(tmp_path / "unknown", [tmp_path / "none"])
    note_seen(tmp_path / "unknown", None, TRAIN)
    assert not (tmp_path / "unknown").exists()
