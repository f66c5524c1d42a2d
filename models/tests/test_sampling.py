import json

import numpy as np
import pytest

from models.export import sampling_vectors
from models.gumbel import gumbel
from models.philox import philox
from models.sampling import SamplingConfig, distribution, guide, sample


@pytest.mark.parametrize(("counter", "key", "words"), [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0),
     (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
])
def test_philox_known_answers(counter, key, words):
    assert philox(counter, key) == words


def test_noise_is_fixed_by_seed_position_and_code():
    noise = gumbel(np.array([3, 4, 3]), 5, 10)
    assert (noise[0] == noise[2]).all() and (noise[0] != noise[1]).all()
    np.testing.assert_array_equal(gumbel(np.array([3]), 5, 1000)[0, :10], noise[0])  # whatever the vocabulary
    np.testing.assert_array_equal(gumbel(np.array([3, 4]), np.array([5, 6]), 10)[1], gumbel(np.array([4]), 6, 10)[0])
    words = np.array(philox((5, 1, 1, 0), (3, 0)))
    np.testing.assert_allclose(noise[0, 4:8], -np.log(-np.log((words + 0.5) / 2.0**32)), rtol=0, atol=0)


def test_noise_has_the_moments_of_a_gumbel_distribution():
    noise = gumbel(np.arange(200), 0, 1024)
    assert noise.mean() == pytest.approx(np.euler_gamma, abs=0.01) and noise.var() == pytest.approx(np.pi**2 / 6, abs=0.02)
    assert np.isfinite(noise).all()


RULES = [
    {"guidance": 1.0}, {"guidance": 2.5, "temperature": 0.8}, {"guidance": 2.0, "top_k": 5},
    {"guidance": 1.5, "temperature": 1.4, "top_p": 0.7}, {"guidance": 2.0, "top_k": 9, "top_p": 0.9},
]


@pytest.mark.parametrize("rule", RULES)
def test_samples_follow_the_filtered_softmax(rule):
    """Pearson's chi-square over the codes that the filters keep; one in 10,000 right samplers would fail, seeds are fixed."""
    config, count, vocab = SamplingConfig.parse(rule), 20_000, 12
    rows = np.random.default_rng(4).normal(size=(2, vocab)).astype(np.float32)
    guided = guide(rows[:1], rows[1:], config.guidance)
    p = distribution(guided, config)[0]
    drawn = sample(np.repeat(guided, count, 0), config, gumbel(np.arange(count) * 7919, np.arange(count) % 256, vocab))
    counts = np.bincount(drawn, minlength=vocab)
    assert counts[p == 0].sum() == 0
    kept = p > 0
    statistic = ((counts[kept] - count * p[kept]) ** 2 / (count * p[kept])).sum()
    df = kept.sum() - 1
    assert statistic < df + 3.72 * np.sqrt(2 * df) + 10  # above the 99.99th percentile for every df from 1 to 11


def test_filters_and_temperature_zero():
    logits = np.log(np.array([[0.5, 0.3, 0.2]], np.float32))
    assert distribution(logits, SamplingConfig(top_k=2))[0].round(3).tolist() == [0.625, 0.375, 0]
    assert distribution(logits, SamplingConfig(top_p=0.6))[0].round(3).tolist() == [0.625, 0.375, 0]
    assert distribution(logits, SamplingConfig(temperature=0))[0].tolist() == [1, 0, 0]
    ties = np.array([[1.0, 5.0, 5.0]], np.float32)
    assert sample(ties, SamplingConfig(temperature=0), np.array([[9.0, 0, 5]]))[0] == 1
    assert sample(ties, SamplingConfig(), np.array([[0.0, 2, 2]]))[0] == 1
    assert sample(ties, SamplingConfig(top_k=1), np.array([[99.0, 0, 5]]))[0] == 1


def test_the_golden_vectors_are_those_of_this_sampler():
    golden, made = json.loads(sampling_vectors.PATH.read_text()), sampling_vectors.vectors()
    assert golden["choices"] == made["choices"]
    for one, other in zip(golden["noise"], made["noise"], strict=True):
        assert one["last"] == pytest.approx(other["last"], rel=1e-12)


def test_guidance_moves_away_from_the_null_row():
    class_row, null_row = np.array([[2.0, 0]], np.float32), np.array([[1.0, 1]], np.float32)
    assert guide(class_row, null_row, 2.0).tolist() == [[3, -1]]
    assert guide(class_row, null_row, 1.0).tolist() == class_row.tolist()
