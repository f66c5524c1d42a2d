import numpy as np

from models.patch_data import PatchStream, held_out_batches
from models.patchify import PatchRules, patchify
from models.token_data import TokenSet, TokenStream

RULES = PatchRules(entropy_threshold=0.5)


def test_every_image_once_an_epoch_and_tokens_belong_to_their_patches(token_set):
    stream = PatchStream(token_set, 4, 0, 8, RULES)
    seen = [next(stream) for _ in range(16)]
    where = {token_set.tokens[k, i].tobytes(): (k, i) for k in range(2) for i in range(80)}
    found = [where[row.numpy().astype(np.int16).tobytes()] for batch in seen for row in batch.tokens]
    assert sorted(i for _, i in found) == list(range(64))
    assert {k for k, _ in found} == {0, 1}
    batch, (k, i) = seen[0], found[0]
    patches = patchify(token_set.entropies[k, i], 8, RULES)
    assert batch.patches.counts[0] == len(patches) and batch.labels[0] == token_set.labels[i]
    assert batch.patches.patch_of[0].tolist() == patches.patch_of.tolist()


def of_two_classes():
    """2048 images, patch counts as far apart as those of a calm and of a busy class."""
    rng = np.random.default_rng(0)
    labels = np.arange(2048) % 2
    entropies = (rng.normal(size=(1, 2048, 64)) + 3.0 * labels[None, :, None] - 1).astype(np.float32)
    return TokenSet(np.zeros((1, 2048, 64), np.int16), labels, np.arange(2048), np.arange(1), {}, entropies)


def test_batches_are_of_all_classes():
    """Sorted by patch count they were of one, which cost DPAR a tenth of a nat."""
    stream = PatchStream(of_two_classes(), 32, 0, 8, RULES)
    shares = [float(next(stream).labels.float().mean()) for _ in range(64)]
    assert min(shares) > 0.15 and max(shares) < 0.85


def test_both_kinds_see_the_same_images_in_the_same_order(token_set):
    patches, tokens = PatchStream(token_set, 8, 5, 8, RULES), TokenStream(token_set, token_set.train, 8, 5)
    for _ in range(17):
        one, other = next(patches), next(tokens)
        assert all((getattr(one, name) == getattr(other, name)).all() for name in ("tokens", "labels", "chance"))


def test_padding_stays_below_fifteen_percent():
    """At the batch size of training, with patch counts from one a row to one a token."""
    rng = np.random.default_rng(0)
    entropies = (rng.normal(size=(1, 2048, 64)) + rng.uniform(-3, 3, size=(1, 2048, 1))).astype(np.float32)
    data = TokenSet(np.zeros((1, 2048, 64), np.int16), np.zeros(2048, int), np.arange(2048), np.arange(1), {}, entropies)
    stream = PatchStream(data, 32, 0, 8, RULES)
    assert np.mean([next(stream).padding for _ in range(64)]) < 0.15


def test_a_restored_stream_goes_on_where_it_was(token_set):
    stream = PatchStream(token_set, 8, 5, 8, RULES)
    for _ in range(11):
        next(stream)
    other = PatchStream(token_set, 8, 5, 8, RULES)
    other.load_state_dict(stream.state_dict())
    for _ in range(9):
        assert (next(stream).tokens == next(other).tokens).all()


def test_held_out_images_are_never_trained_on(token_set):
    held_out = np.concatenate([b.tokens.numpy() for b in held_out_batches(token_set, 5, 8, RULES)])
    assert sorted(map(bytes, held_out.astype(np.int16))) == sorted(bytes(token_set.tokens[0, i]) for i in range(64, 80))
    stream = PatchStream(token_set, 8, 5, 8, RULES)
    trained = {bytes(row) for _ in range(8) for row in next(stream).tokens.numpy().astype(np.int16)}
    assert not trained & {bytes(token_set.tokens[k, i]) for k in range(2) for i in range(64, 80)}
