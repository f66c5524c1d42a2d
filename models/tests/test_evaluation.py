"""The figures of `evaluate` against known answers."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from models.classifier import Classifier, ClassifierConfig
from models.errors import DataError
from models.evaluation.bootstrap import centred, mean_interval, resamples
from models.evaluation.counts_model import CountsModel
from models.evaluation.features import Judge, Seen
from models.evaluation.frechet import Moments, frechet_distance, moments, square_root
from models.evaluation.generate import Generator, SampledTokens, Samples, generate
from models.evaluation.manifold import manifold
from models.evaluation.memorisation import by_features, by_pixels, compare, shrink
from models.evaluation.neighbours import nearest, radii
from models.evaluation.picture_files import class_names, label_of, read_samples
from models.evaluation.picture_runs import made_otherwise
from models.evaluation.report import training_curves
from models.evaluation.samples import measure_samples
from models.evaluation.ssim import ssim
from models.evaluation.store import reuse
from models.export.defaults import defaults
from models.patchify import TOKEN_BY_TOKEN, PatchRules
from models.sampling import SamplingConfig
from models.token_data import every


def test_frechet_of_known_gaussians():
    a = Moments(np.array([1.0, 2]), np.diag([4.0, 9]))
    b = Moments(np.array([3.0, 2]), np.diag([1.0, 1]))
    assert frechet_distance(a, b) == pytest.approx(4 + (2 - 1) ** 2 + (3 - 1) ** 2)  # diagonal: roots apart, squared
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    turned = [Moments(turn @ m.mean, turn @ m.covariance @ turn.T) for m in (a, b)]
    assert frechet_distance(*turned) == pytest.approx(frechet_distance(a, b))


def test_frechet_of_covariances_that_do_not_commute():
    rng = np.random.default_rng(0)
    a, b = (moments(rng.normal(size=(50, 4)) @ rng.normal(size=(4, 4))) for _ in range(2))
    roots = np.linalg.eigvals(a.covariance @ b.covariance)  # real and positive, as the product of two such matrices
    expected = np.square(a.mean - b.mean).sum() + np.trace(a.covariance + b.covariance) - 2 * np.sqrt(roots.real).sum()
    assert frechet_distance(a, b) == pytest.approx(expected)
    assert frechet_distance(a, b, square_root(b.covariance)) == pytest.approx(frechet_distance(b, a))


def test_weighted_moments_are_those_of_repeated_rows():
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(20, 3)), rng.integers(0, 4, size=20)
    ours, theirs = moments(x, w), x.repeat(w, axis=0)
    np.testing.assert_allclose(ours.mean, theirs.mean(0))
    np.testing.assert_allclose(ours.covariance, np.cov(theirs, rowvar=False))


def test_identical_and_disjoint_sets():
    x = np.random.default_rng(2).normal(size=(200, 5)).astype(np.float32)
    same, apart = manifold(x, x).figures(), manifold(x, x + 1000).figures()
    assert same["precision"] == same["recall"] == same["coverage"] == 1
    assert same["density"] >= 1  # every ball holds its own centre and k others, over k
    assert set(apart.values()) == {0}


def test_half_the_samples_far_away():
    x = np.random.default_rng(3).normal(size=(200, 5)).astype(np.float32)
    mixed = np.concatenate([x[:100], x[:100] + 1000])
    figures = manifold(x, mixed).figures()
    assert figures["precision"] == 0.5 and figures["coverage"] >= 0.5
    weights = np.repeat([2, 0], 100)
    assert manifold(x, mixed).figures(weights)["precision"] == 1


def test_radii_and_nearest_by_hand():
    line = np.array([[0.0], [1], [3], [7]], dtype=np.float32)
    np.testing.assert_allclose(radii(line, 1), [1, 1, 4, 16], atol=1e-4)
    index, distance = nearest(np.array([[2.5], [6.0]]), line)
    assert index.tolist() == [2, 3] and distance == pytest.approx([0.5, 1])


def test_ssim_of_flat_and_equal_pictures():
    noise = torch.randint(0, 256, (2, 3, 24, 24), generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(ssim(noise, noise), torch.ones(2))
    a, b = torch.full((1, 3, 16, 16), 100), torch.full((1, 3, 16, 16), 150)  # no variance: luminance alone
    c1 = 2.55**2
    expected = (2 * 100 * 150 + c1) / (100**2 + 150**2 + c1)
    assert ssim(a, b).item() == pytest.approx(expected, rel=1e-4)


def test_ssim_by_the_definition_at_one_window():
    rng = np.random.default_rng(4)
    a, b = rng.integers(0, 256, size=(2, 11, 11)).astype(np.float64)
    line = np.exp(-np.square(np.arange(-5, 6)) / 4.5)
    w = np.outer(line, line) / line.sum() ** 2
    mean_a, mean_b = (w * a).sum(), (w * b).sum()
    var_a, var_b = (w * (a - mean_a) ** 2).sum(), (w * (b - mean_b) ** 2).sum()
    both, c1, c2 = (w * (a - mean_a) * (b - mean_b)).sum(), 2.55**2, 7.65**2
    expected = (2 * mean_a * mean_b + c1) * (2 * both + c2) / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))
    assert ssim(*(torch.from_numpy(x)[None, None] for x in (a, b))).item() == pytest.approx(expected, abs=1e-5)


def test_bootstrap_intervals_cover_the_mean():
    rng = np.random.default_rng(5)
    drawn = resamples(100)
    assert (drawn.sum(1) == 100).all() and (drawn == resamples(100)).all()
    inside = 0
    for _ in range(200):
        low, high = mean_interval(rng.normal(3, 1, size=100), drawn)
        inside += low <= 3 <= high
    assert 180 <= inside <= 199  # 95 % of 200, and not by being endlessly wide
    assert high - low == pytest.approx(2 * 1.96 / 10, rel=0.3)
    assert centred(np.array([1.0, 2, 3]), 10) == pytest.approx((9.05, 10.95))


def test_bootstrap_of_a_subset():
    values = np.where(np.arange(60) % 3 == 0, 1.0, np.nan)
    assert mean_interval(values, resamples(60)) == (1, 1)


def markov_grids(count, rng):
    """8 x 8 grids of 6 tokens: mostly (left + upper) mod 6."""
    grids = np.zeros((count, 8, 8), dtype=np.int16)
    for row in range(8):
        for column in range(8):
            left = grids[:, row, column - 1] if column else 5
            upper = grids[:, row - 1, column] if row else 5
            noise = rng.integers(6, size=count)
            grids[:, row, column] = np.where(rng.random(count) < 0.8, (left + upper) % 6, noise)
    return grids.reshape(count, 64)


def test_counts_model():
    rng = np.random.default_rng(6)
    train, test = markov_grids(400, rng), markov_grids(100, rng)
    model = CountsModel(train, 8, 6)
    for left, upper in ((0, 0), (2, 5), (6, 3), (6, 6)):  # 6: beyond the edge
        assert model.probability(*(np.full(6, x) for x in (left, upper)), np.arange(6)).sum() == pytest.approx(1)
    few = CountsModel(np.zeros((1, 64), dtype=np.int16), 8, 6)
    assert few.probability(np.full(6, 3), np.full(6, 4), np.arange(6)).sum() == pytest.approx(1)  # a context never seen
    unigram = -np.log(model.unigram[test.ravel()]).mean()
    truth = -(0.8 + 0.2 / 6) * np.log(0.8 + 0.2 / 6) - 5 * (0.2 / 6) * np.log(0.2 / 6)
    assert truth - 0.05 < model.nats(test) < truth + 0.05 < unigram - 0.5


def test_a_planted_copy_is_found():
    rng = np.random.default_rng(7)
    training = rng.integers(0, 256, size=(40, 32, 32, 3)).astype(np.uint8)
    samples = rng.integers(0, 256, size=(10, 32, 32, 3)).astype(np.uint8)
    held_out = rng.integers(0, 256, size=(10, 32, 32, 3)).astype(np.uint8)
    samples[3] = np.rot90(training[17])  # a copy under a symmetry
    found = by_pixels(samples, shrink(training))
    assert found.index[3] == 17 and found.which[3] == 1 and found.distance[3] == pytest.approx(0, abs=1e-3)
    assert found.distance[[0, 1, 2, 4, 5, 6, 7, 8, 9]].min() > 1
    figures = compare(found.distance, by_pixels(held_out, shrink(training)).distance)
    assert figures["nearer_share"] >= 0.1 and figures["ratio_01"] < 0.5 < figures["ratio_50"]
    features = rng.normal(size=(40, 6)).astype(np.float32)
    assert by_features(features[[5, 9]], features).index.tolist() == [5, 9]


def test_sample_figures_have_intervals_around_them():
    rng = np.random.default_rng(8)
    labels = np.arange(90) % 3
    seen = Seen(rng.normal(size=(90, 4)).astype(np.float32), np.where(np.arange(90) < 60, labels, (labels + 1) % 3))
    samples = Samples(np.zeros((90, 16, 16, 3), np.uint8), labels, rng.integers(10, 20, size=90).astype(float))
    real = rng.normal(size=(2, 120, 4)).astype(np.float32)
    figures, intervals = measure_samples(samples, seen, real[0], real[1], 64, ["a", "b", "c"])
    assert figures["class_agreement"] == pytest.approx(2 / 3)
    for name, (low, high) in intervals.items():
        outer, _, inner = name.partition(".")
        value = figures[outer][inner] if inner else figures[outer]
        assert low <= value <= high and low < high
    assert {"fid_lite", "precision", "recall", "density", "coverage", "samples_p_avg"} <= intervals.keys()
    with pytest.raises(DataError, match="at least 6"):
        few = Samples(samples.pixels[:5], labels[:5], samples.steps[:5])
        measure_samples(few, Seen(seen.features[:5], seen.classes[:5]), real[0], real[1], 64, ["a", "b", "c"])


def test_samples_are_made_once(tmp_path, nano):
    dpar, entropy, tokenizer = nano
    maker = Generator(dpar, entropy, PatchRules(entropy_threshold=3.2), SamplingConfig(), bf16=False)
    first = generate(maker, 5, 2, tmp_path, "a")
    assert first.labels.tolist() == [0, 1, 2, 0, 1] and (first.steps > 1).all()
    assert first.tokens.shape == (5, dpar.config.tokens)
    again = generate(Generator(dpar, None, None, None, False), 5, 2, tmp_path, "a")  # could not make any
    assert (again.tokens == first.tokens).all() and (again.steps == first.steps).all()
    alone = generate(maker, 5, 5, tmp_path / "other", "b")
    assert (alone.tokens == first.tokens).all()


def test_another_number_of_samples_keeps_classes_and_seeds(tmp_path, nano):
    dpar, entropy, _ = nano
    maker = Generator(dpar, entropy, PatchRules(entropy_threshold=3.2), SamplingConfig(), bf16=False)
    first = generate(maker, 5, 2, tmp_path, "a")
    more = generate(maker, 8, 2, tmp_path, "a")  # other pictures in batches of the same name
    assert (more.tokens[:5] == first.tokens).all() and (more.steps[:5] == first.steps).all()


def test_tokens_are_painted_by_the_tokenizer_at_hand(nano, monkeypatch):
    tokenizer = nano[2]
    tokens = np.arange(5 * 64).reshape(5, 64) % tokenizer.config.vocab
    sampled = SampledTokens(tokens, np.arange(5), np.full(5, 30.0))
    whole = sampled.painted(tokenizer, torch.device("cpu"))
    assert whole.pixels.shape == (5, 32, 32, 3) and whole.pixels.dtype == np.uint8 and whole.labels.tolist() == [0, 1, 2, 3, 4]
    monkeypatch.setattr("models.evaluation.generate.PAINTED_AT_ONCE", 2)
    assert (sampled.painted(tokenizer, torch.device("cpu")).pixels == whole.pixels).all()


def test_stored_arrays_of_another_key_are_made_again(tmp_path):
    path = tmp_path / "x.npz"
    assert reuse(path, "a", lambda: {"x": np.arange(3)})["x"].tolist() == [0, 1, 2]
    assert reuse(path, "a", lambda: pytest.fail("made twice"))["x"].tolist() == [0, 1, 2]
    assert reuse(path, "b", lambda: {"x": np.arange(2)})["x"].tolist() == [0, 1]


def test_pngs_of_generate(tmp_path):
    for name in ("pack-Sea_lake-7", "pack-Sea_lake-8", "pack-River-1"):
        Image.fromarray(np.zeros((16, 16, 3), np.uint8)).save(tmp_path / f"{name}.png")
    run = {"complete": True, "events": [{"opens": ["first"]}, {"opens": ["second"]}, {"opens": []}]}
    (tmp_path / "pack-River-1.run.json").write_text(json.dumps(run))
    samples = read_samples(tmp_path, ["River", "Sea lake"], 16)
    assert samples.labels.tolist() == [0, 1, 1]
    np.testing.assert_array_equal(samples.steps, [2, np.nan, np.nan])
    with pytest.raises(DataError, match="16 x 16"):
        read_samples(tmp_path, ["River", "Sea lake"], 32)
    with pytest.raises(DataError, match="Forest"):
        read_samples(tmp_path, ["River", "Forest"], 16)
    (tmp_path / "pack-River-1.run.json").write_text(json.dumps(run | {"complete": False}))
    with pytest.raises(DataError, match="stopped before"):
        read_samples(tmp_path, ["River", "Sea lake"], 16)
    with pytest.raises(DataError, match="no PNGs"):
        read_samples(tmp_path / "none", ["River"], 16)


def test_pngs_of_several_packs_or_too_few_are_refused(tmp_path):
    classes = ["River", "Sea lake"]
    for name in ("my-pack-Sea_lake-7", "my-pack-River-1", "other-River-2"):
        Image.fromarray(np.zeros((16, 16, 3), np.uint8)).save(tmp_path / f"{name}.png")
    with pytest.raises(DataError, match=r"several packs, my-pack \(my-pack-River-1\.png\), other \(other-River-2\.png\)"):
        read_samples(tmp_path, classes, 16)
    (tmp_path / "other-River-2.png").unlink()
    assert len(read_samples(tmp_path, classes, 16).labels) == 2
    with pytest.raises(DataError, match="2 PNGs; at least 6"):
        read_samples(tmp_path, classes, 16, fewest=6)
    run = {"complete": True, "events": [], "header": {"pack": {"name": "renamed"}}}
    (tmp_path / "my-pack-River-1.run.json").write_text(json.dumps(run))  # a run knows better than a file's name
    with pytest.raises(DataError, match="several packs, my-pack .*, renamed"):
        read_samples(tmp_path, classes, 16)


def test_pictures_are_a_pack_s_only_where_their_runs_say_so(tmp_path):
    rules, sampling = PatchRules(entropy_threshold=3.2), SamplingConfig(guidance=1.5)
    header = {"pack": {"name": "tiny"}, "settings": defaults(rules, sampling) | {"window": 8}}

    def words(change=None, settings=None, sampled=sampling):
        content = header | (change or {}) | {"settings": header["settings"] | (settings or {})}
        (tmp_path / "tiny-a-1.run.json").write_text(json.dumps({"header": content}))
        return made_otherwise(tmp_path, "tiny", rules, sampled)

    for name in ("tiny-a-1", "tiny-a-2"):
        (tmp_path / f"{name}.png").touch()
    assert "1 of 2 pictures have no run" in words()
    (tmp_path / "tiny-a-2.png").unlink()
    assert words() is None  # a window decides no token
    assert "is of the pack 'other'" in words({"pack": {"name": "other"}})
    assert "made with temperature = 0.5, and the configuration has 1.0" in words(settings={"temperature": 0.5})
    assert "made with entropyThreshold = 9" in words(settings={"entropyThreshold": 9})
    assert "made with against = 2" in words(settings={"against": 2})
    assert "guidance = 1.5, and the configuration has 3.0" in words(sampled=SamplingConfig(guidance=3.0))
    assert "tokens of another picture" in words({"given": [1, 2]})
    (tmp_path / "tiny-a-1.run.json").write_text("{}")
    assert "does not say how" in made_otherwise(tmp_path, "tiny", rules, sampling)
    (tmp_path / "tiny-a-1.run.json").write_text(json.dumps(
        {"header": {"pack": {"name": "tiny"}, "settings": defaults(TOKEN_BY_TOKEN, sampling) | {"entropyThreshold": 1}}}))
    assert made_otherwise(tmp_path, "tiny", TOKEN_BY_TOKEN, sampling) is None  # no gate of a GPT looks at E_th


def test_the_class_of_a_png_is_the_one_that_generate_wrote():
    classes = ["frog", "tree-frog", "Éléphant", "a b", "A_B", "..", "ナマケモノ"]
    names = class_names(classes)
    assert names == ["frog", "tree-frog", "Éléphant", "a_b-3", "A_B-4", "..", "ナマケモノ"]
    indexed = ["a b", "a_b", "a_b-1", "A_b-2", "tree-2", "no-class-6"]
    assert class_names(indexed) == ["a_b-0", "a_b-1", "a_b-1-2", "A_b-2", "tree-2", "no-class-6-5"]
    for label, name in enumerate(names):
        assert label_of(Path(f"my-pack-{name}-7.png"), classes) == label
    with pytest.raises(DataError, match="one of the classes frog"):
        label_of(Path("my-pack-toad-7.png"), classes)


def test_some_of_many_are_spread_over_all_of_them():
    assert every(np.arange(900), 500)[[0, -1]].tolist() == [0, 898] and len(every(np.arange(900), 500)) == 500
    assert every(np.arange(6000), 1000).tolist() == list(range(0, 6000, 6))
    assert every(np.arange(3), 5).tolist() == [0, 1, 2] and len(every(np.arange(0), 5)) == 0


def test_a_judge_sees_pictures_at_its_own_size():
    torch.manual_seed(0)
    judge = Judge(Classifier(ClassifierConfig(classes=3, width=4)).eval(), 32, "weights")
    grey = np.full((1, 1, 1, 3), (90, 120, 200), dtype=np.uint8)
    small, large = (judge.look(np.broadcast_to(grey, (2, side, side, 3)), torch.device("cpu"), "") for side in (32, 48))
    np.testing.assert_allclose(large.features, small.features, rtol=1e-4, atol=1e-6)
    assert large.classes.tolist() == small.classes.tolist() and np.ptp(small.features[0]) > 1e-4
    assert "resized to 32 pixels" in judge.describe(48) and "resized" not in judge.describe(32)


def test_a_damaged_result_is_made_again(tmp_path):
    path, made = tmp_path / "x.npz", []

    def make():
        made.append(1)
        return {"a": np.arange(3)}

    reuse(path, "key", make)
    for damage in (path.read_bytes()[:40], b"", b"no archive"):
        path.write_bytes(damage)
        assert reuse(path, "key", make)["a"].tolist() == [0, 1, 2]
    assert reuse(path, "key", make) and len(made) == 4


def test_a_log_cut_off_gives_its_whole_lines(tmp_path):
    (tmp_path / "log.jsonl").write_text('{"step": 1, "loss": 2.0}\n{"step": 2, "lo')
    assert training_curves(tmp_path / "log.jsonl")["training"][0].tolist() == [1]
    assert training_curves(tmp_path / "absent.jsonl") == {}
