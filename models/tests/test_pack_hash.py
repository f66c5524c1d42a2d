"""The hash that runs name their pack by: what the other side computed, and numbers and strings as it writes them."""

import json
from pathlib import Path

import pytest

from models.export.pack_hash import canonical_json, pack_hash

PACKS = sorted((Path(__file__).parents[2] / "public/models").glob("*/manifest.json"))


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.parent.name)
def test_recorded_runs_name_the_hash_of_their_pack(path):
    manifest = json.loads(path.read_text())
    runs = [json.loads((path.parent / one["run"]["path"]).read_text()) for one in manifest["recordings"]]
    assert {run["header"]["pack"]["hash"] for run in runs} <= {pack_hash(manifest)}


def test_recordings_mirrors_and_graphs_of_attention_leave_it_as_it_is():
    manifest = {"name": "x", "variants": {"fp32": {"graphs": {"decoder": 1}}}, "recordings": []}
    graphs = {"decoder": 1, "decoder_attention": 2}
    more = {"name": "x", "variants": {"fp32": {"graphs": graphs}}, "recordings": [1], "mirrors": [2]}
    assert pack_hash(more) == pack_hash(manifest) != pack_hash(manifest | {"name": "y"})


@pytest.mark.parametrize(("value", "text"), [
    (1e-7, "1e-7"), (1.5e-7, "1.5e-7"), (1e-6, "0.000001"), (2.63e-06, "0.00000263"), (1e20, "100000000000000000000"),
    (1e21, "1e+21"), (5e-324, "5e-324"), (-0.0, "0"), (100, "100"), (2.0, "2"), (-1.25, "-1.25"), (2**53 + 1, "9007199254740992"),
    (True, "true"), (None, "null"), ("é\n\x01\x7f\u2028", '"é\\n\\u0001\x7f\u2028"'), ("\ud83d", '"\\ud83d"'),
    ({"\U0001f600": 1, "\uff00": [2, {}]}, '{"\U0001f600":1,"\uff00":[2,{}]}'),
])
def test_values_are_written_as_javascript_does(value, text):
    assert canonical_json(value) == text
