"""LlamaGen's checkpoints: read, loaded, and compared with the formulas that describe them, written out once more here."""

import argparse
import os

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from models.errors import UserError
from models.gpt import GPT, GPTConfig
from models.llamagen.class_names import class_names
from models.llamagen.gpt import SIZES, gpt_config, load_gpt, size_name, wanted_names
from models.llamagen.read import read_weights
from models.llamagen.tokenizer import load_vqgan, vqgan_config
from models.tests.llamagen_files import GPT as SMALL
from models.tests.llamagen_files import gpt_state, save_gpt, save_vq, vq_state


def reference_gpt(state, tokens, label, width, heads=SMALL["heads"]):
    """Logits float64 [T, V] of one image: RMSNorm, interleaved 2D RoPE with an empty class slot, SwiGLU."""
    w = {name: value.double().numpy() for name, value in state.items()}
    d = w["norm.weight"].size
    h = d // heads

    def rms(x, gain):
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5) * gain

    size = len(tokens)
    angles = np.full((size, h // 2), np.nan)
    for slot in range(1, size):
        row, column = divmod(slot - 1, width)
        for i in range(h // 4):
            omega = 10000.0 ** (-4 * i / h)
            angles[slot, i], angles[slot, h // 4 + i] = row * omega, column * omega
    turn = np.exp(1j * angles)
    turn[0] = 0
    x = np.concatenate([w["cls_embedding.embedding_table.weight"][[label]], w["tok_embeddings.weight"][tokens[:-1]]])
    for layer in range(sum(name.endswith("wqkv.weight") for name in w)):
        at = f"layers.{layer}."
        qkv = rms(x, w[f"{at}attention_norm.weight"]) @ w[f"{at}attention.wqkv.weight"].T
        out = np.zeros_like(x)
        for head in range(heads):
            part = slice(head * h, (head + 1) * h)
            q, k, v = qkv[:, :d][:, part], qkv[:, d : 2 * d][:, part], qkv[:, 2 * d :][:, part]
            q, k = ((y[:, 0::2] + 1j * y[:, 1::2]) * turn for y in (q, k))
            scores = (q @ k.conj().T).real * h**-0.5
            scores[np.triu_indices(size, 1)] = -np.inf
            p = np.exp(scores - scores.max(1, keepdims=True))
            out[:, part] = (p / p.sum(1, keepdims=True)) @ v
        x = x + out @ w[f"{at}attention.wo.weight"].T
        n = rms(x, w[f"{at}ffn_norm.weight"])
        gate = n @ w[f"{at}feed_forward.w1.weight"].T
        up = n @ w[f"{at}feed_forward.w3.weight"].T
        x = x + (gate / (1 + np.exp(-gate)) * up) @ w[f"{at}feed_forward.w2.weight"].T
    return rms(x, w["norm.weight"]) @ w["output.weight"].T


class ReferenceVQ:
    """Encoder and decoder by walking the keys, in float64."""

    def __init__(self, state, levels):
        self.w, self.levels = {name: value.double() for name, value in state.items()}, levels

    def conv(self, x, name, **options):
        return torch.nn.functional.conv2d(x, self.w[f"{name}.weight"], self.w[f"{name}.bias"], **options)

    def norm(self, x, name):
        n, c = x.shape[:2]
        y = x.reshape(n, 32, -1)
        y = (y - y.mean(2, keepdim=True)) / (y.var(2, unbiased=False, keepdim=True) + 1e-6).sqrt()
        return y.reshape(x.shape) * self.w[f"{name}.weight"].view(1, c, 1, 1) + self.w[f"{name}.bias"].view(1, c, 1, 1)

    def active(self, x, name):
        y = self.norm(x, name)
        return y * torch.sigmoid(y)

    def res(self, x, name):
        y = self.conv(self.active(x, f"{name}.norm1"), f"{name}.conv1", padding=1)
        y = self.conv(self.active(y, f"{name}.norm2"), f"{name}.conv2", padding=1)
        return (self.conv(x, f"{name}.nin_shortcut") if f"{name}.nin_shortcut.weight" in self.w else x) + y

    def attention(self, x, name):
        y = self.norm(x, f"{name}.norm")
        q, k, v = (self.conv(y, f"{name}.{one}").flatten(2) for one in "qkv")
        p = torch.einsum("nci,ncj->nij", q, k).mul(x.shape[1] ** -0.5).softmax(-1)
        return x + self.conv(torch.einsum("nij,ncj->nci", p, v).reshape(x.shape), f"{name}.proj_out")

    def middle(self, x, half):
        return self.res(self.attention(self.res(x, f"{half}.mid.0"), f"{half}.mid.1"), f"{half}.mid.2")

    def level(self, x, name, blocks):
        for j in range(blocks):
            x = self.res(x, f"{name}.res.{j}")
            if f"{name}.attn.{j}.q.weight" in self.w:
                x = self.attention(x, f"{name}.attn.{j}")
        return x

    def codes(self):
        c = self.w["quantize.embedding.weight"]
        return c / c.norm(dim=1, keepdim=True)

    def encode(self, picture):
        x = self.conv(picture.double(), "encoder.conv_in", padding=1)
        for i in range(self.levels):
            x = self.level(x, f"encoder.conv_blocks.{i}", 2)
            if i < self.levels - 1:
                x = self.conv(torch.nn.functional.pad(x, (0, 1, 0, 1)), f"encoder.conv_blocks.{i}.downsample.conv", stride=2)
        x = self.conv(self.active(self.middle(x, "encoder"), "encoder.norm_out"), "encoder.conv_out", padding=1)
        z = self.conv(x, "quant_conv").flatten(2).transpose(1, 2)
        return torch.cdist(z / z.norm(dim=2, keepdim=True), self.codes()[None].expand(len(z), -1, -1)).argmin(2)

    def decode(self, tokens, width):
        x = self.codes()[tokens].transpose(1, 2).reshape(len(tokens), 8, width, width)
        x = self.middle(self.conv(self.conv(x, "post_quant_conv"), "decoder.conv_in", padding=1), "decoder")
        for i in range(self.levels):
            x = self.level(x, f"decoder.conv_blocks.{i}", 3)
            if i < self.levels - 1:
                x = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
                x = self.conv(x, f"decoder.conv_blocks.{i}.upsample.conv", padding=1)
        return self.conv(self.active(x, "decoder.norm_out"), "decoder.conv_out", padding=1)


@torch.no_grad()
@pytest.mark.parametrize("label", [0, 3])
def test_the_gpt_is_the_formulas(tmp_path, label):
    state = read_weights(save_gpt(tmp_path / "c2i.pt"))
    model = load_gpt(tmp_path, state, gpt_config(tmp_path, state, 4, heads=2))
    tokens = np.random.default_rng(0).integers(64, size=16)
    ours = model(torch.from_numpy(tokens)[None], torch.tensor([label]))[0].numpy()
    expected = reference_gpt(gpt_state(), tokens, label, 4)
    assert np.ptp(expected) > 1
    assert np.abs(ours - expected).max() <= 1e-5


@torch.no_grad()
@pytest.mark.parametrize("multipliers", [(1, 2), (1, 1, 2)])
def test_the_tokenizer_is_the_formulas(tmp_path, multipliers):
    state = read_weights(save_vq(tmp_path / "vq.pt", multipliers=multipliers))
    model, reference = load_vqgan(tmp_path, state), ReferenceVQ(vq_state(multipliers), len(multipliers))
    assert model.factor == 2 ** (len(multipliers) - 1)
    picture = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(3)) * 2 - 1
    tokens = reference.encode(picture)
    assert torch.equal(model.encode(picture), tokens) and len(tokens.unique()) > 10
    painted = reference.decode(tokens, 16 // model.factor)
    assert (model.decode(tokens) - painted).abs().max() <= 1e-5


NESTINGS = {
    "model": lambda state: {"model": state, "ema": {"wrong": torch.zeros(1)}, "args": argparse.Namespace(a=1),
                            "optimizer": {"state": {}}},
    "ema": lambda state: {"ema": state, "steps": 3}, "module": lambda state: {"module": state},
    "state_dict": lambda state: {"state_dict": state, "epoch": 1}, "bare": lambda state: state,
}


@pytest.mark.parametrize("nesting", NESTINGS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("zipped", [True, False])
def test_every_nesting_and_kind_of_number_is_read(tmp_path, nesting, dtype, zipped):
    state = gpt_state(dtype=dtype)
    path = tmp_path / "c2i.pt"
    torch.save(NESTINGS[nesting](state), path, _use_new_zipfile_serialization=zipped)
    there = read_weights(path)
    model = load_gpt(path, there, gpt_config(path, there, 4, heads=2))
    assert not there and model.head.weight.dtype == torch.float32
    assert torch.equal(model.head.weight, state["output.weight"].float())
    gate_up = torch.cat([state[f"layers.1.feed_forward.{one}.weight"] for one in ("w1", "w3")]).float()
    assert torch.equal(model.blocks[1].ffn.w_gate_up.weight, gate_up)


def test_safetensors_are_read(tmp_path):
    save_file(gpt_state(dtype=torch.bfloat16), tmp_path / "c2i.safetensors")
    state = read_weights(tmp_path / "c2i.safetensors")
    assert state.keys() == gpt_state().keys()
    assert gpt_config(tmp_path, state, 4, heads=2).blocks == SMALL["layers"]


def test_a_published_size_whose_heads_no_graph_takes_is_refused(tmp_path):
    state = {"tok_embeddings.weight": torch.empty(16384, 3200, device="meta"),
             "cls_embedding.embedding_table.weight": torch.empty(1001, 3200, device="meta"), "layers.23.x": torch.empty(0)}
    with pytest.raises(UserError, match="3200 over 32 heads is 100 for each; onnxruntime's attention takes multiples of 16"):
        gpt_config(tmp_path, state, 24)


@pytest.mark.parametrize("name", [name for name in SIZES if name != "3B"])
def test_published_sizes_are_found(tmp_path, name):
    blocks, dim, heads = SIZES[name]
    config = GPTConfig(vocab=16384, width=24, tokens=576, classes=1000, dim=dim, heads=heads, blocks=blocks, dropout=0)
    with torch.device("meta"):
        state = {key: torch.empty(shape) for key, shape in wanted_names(config).items()}
        count = sum(p.numel() for p in GPT(config).parameters())
    assert gpt_config(tmp_path, state, 24) == config and size_name(config) == name
    assert sum(tensor.numel() for tensor in state.values()) == count  # 111M, 343M, 775M, 1.4B
    assert abs(count / 1e6 - {"B": 111, "L": 343, "XL": 775, "XXL": 1411}[name]) < 12


@pytest.mark.parametrize(("multipliers", "factor", "millions"), [((1, 1, 2, 2, 4), 16, 72), ((1, 2, 2, 4), 8, 70)])
def test_published_tokenizers_are_found(tmp_path, multipliers, factor, millions):
    state = vq_state(multipliers, vocab=16384, channels=128, latent=256)
    config = vqgan_config(tmp_path, state)
    assert (config.factor, config.vocab, config.code_dim, config.blocks, config.latent) == (factor, 16384, 8, 2, 256)
    model = load_vqgan(tmp_path, state)
    assert abs(sum(p.numel() for p in model.parameters()) / 1e6 - millions) < 1


def test_stray_buffers_are_left_out_and_their_grid_is_checked(tmp_path):
    strays = {"freqs_cis": torch.zeros(17, 16, 2), "causal_mask": torch.zeros(17, 17, dtype=torch.bool)}
    state = gpt_state() | strays
    config = gpt_config(tmp_path, state, 4)  # heads from the table
    assert config.heads == 2
    load_gpt(tmp_path, state, config)
    with pytest.raises(UserError, match=r"grid of 4 x 4 tokens, not 6 x 6; pass another --image-size"):
        gpt_config(tmp_path, gpt_state() | strays, 6)


@pytest.mark.parametrize(("change", "words"), [
    (lambda s: s.pop("layers.1.attention.wo.weight"), "missing weight layers.1.attention.wo.weight"),
    (lambda s: s.update({"layers.1.attention.bias": torch.zeros(1)}), "unknown weight layers.1.attention.bias"),
    (lambda s: s.update({"norm.weight": torch.zeros(3)}), r"norm.weight is \(3,\), expected \(64,\)"),
    (lambda s: s.update({"norm.weight": torch.full((64,), float("nan"))}), "not finite"),
])
def test_other_weights_are_refused_by_name(tmp_path, change, words):
    state = gpt_state()
    change(state)
    with pytest.raises(UserError, match=words):
        load_gpt(tmp_path, state, gpt_config(tmp_path, state, 4, heads=2))


def test_an_unpublished_size_asks_for_its_heads(tmp_path):
    with pytest.raises(UserError, match="2 layers of 64 are no published size .* pass --heads"):
        gpt_config(tmp_path, gpt_state(), 4)


def test_a_text_model_is_called_one(tmp_path):
    text = dict.fromkeys(("cls_embedding.cap_proj.fc1.weight", "cls_embedding.uncond_embedding"), torch.zeros(2, 2))
    state = gpt_state() | text
    with pytest.raises(UserError, match="text-conditional"):
        gpt_config(tmp_path, state, 4)


class Harmful:
    def __reduce__(self):
        return os.system, ("touch harmed",)


def test_a_file_that_wants_to_run_code_does_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"model": gpt_state(), "extra": Harmful()}, "c2i.pt")
    with pytest.raises(UserError, match=r"c2i.pt: wants to run code \((posix|os)\.system\)"):
        read_weights(tmp_path / "c2i.pt")
    assert not (tmp_path / "harmed").exists()


def test_what_is_no_checkpoint_says_what_it_is(tmp_path):
    def refused(name, content, words):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UserError, match=words) as error:
            read_weights(tmp_path / name)
        assert "\n" not in str(error.value)

    whole = save_gpt(tmp_path / "c2i.pt").read_bytes()
    refused("cut.pt", whole[: len(whole) // 2], "damaged or cut short")
    refused("page.pt", b"\n<!DOCTYPE html><html>", "web page, not weights")
    refused("pointer.pt", b"version https://git-lfs.github.com/spec/v1\n", "pointer of Git LFS")
    refused("model-00001-of-00003.safetensors", b"x", "part 1 of 3 of a sharded checkpoint")
    refused("empty.pt", b"", "damaged or cut short")
    refused("cut.safetensors", b"\x10\0\0\0\0\0\0\0{}", "damaged or cut short")
    with pytest.raises(UserError, match="is a folder, as sharded checkpoints are"):
        read_weights(tmp_path)
    with pytest.raises(UserError, match="cannot be opened"):
        read_weights(tmp_path / "none.pt")
    torch.save({"optimizer": {"state": {}}, "epoch": 3}, tmp_path / "other.pt")
    with pytest.raises(UserError, match="no weights in it .*holds optimizer, epoch"):
        read_weights(tmp_path / "other.pt")
    with pytest.raises(UserError, match="no VQ tokenizer of LlamaGen"):
        vqgan_config(tmp_path, gpt_state())


def test_an_average_alone_is_taken_and_said(tmp_path, capsys):
    torch.save({"ema": gpt_state()}, tmp_path / "average.pt")
    assert torch.equal(read_weights(tmp_path / "average.pt")["norm.weight"], gpt_state()["norm.weight"])
    said = capsys.readouterr().err
    assert said == f"{tmp_path / 'average.pt'}: holds the average of its training (ema) alone, so that is taken\n"
    save_gpt(tmp_path / "both.pt", ema=gpt_state(seed=5))
    assert torch.equal(read_weights(tmp_path / "both.pt")["norm.weight"], gpt_state()["norm.weight"])
    assert capsys.readouterr().err == ""


def test_imagenet_has_a_thousand_names_in_the_order_of_their_ids():
    classes = class_names(1000)
    ids = [entry["id"] for entry in classes]
    assert ids == sorted(ids) and ids[0] == "n01440764" and ids[-1] == "n15075141"
    assert classes[0]["label"] == "tench" and classes[999]["label"] == "toilet tissue"
    assert "Tinca tinca" in classes[0]["synonyms"]
    assert len({entry["label"].lower() for entry in classes}) == 1000


def test_names_agree_with_another_list():
    from torchvision.models._meta import _IMAGENET_CATEGORIES

    differing = 0
    for entry, other in zip(class_names(1000), _IMAGENET_CATEGORIES, strict=True):
        known = " ".join([entry["label"], *entry.get("synonyms", [])]).lower()
        differing += not all(word in known for word in other.lower().split())
    assert differing == 0


def test_class_names_that_do_not_fit_are_refused(tmp_path):
    path = tmp_path / "names.txt"
    for text, words in (("a\nb\n", "2 class names, the model has 3 classes"), ("a\n\nc\n", "line 2 names no class"),
                        ("a\nb\nA\n", "line 3 repeats 'A' of line 1")):
        path.write_text(text)
        with pytest.raises(UserError, match=words):
            class_names(3, path)
    path.write_text("n1\tapple\tpome, fruit\nn2\tpear\nn3\tplum\n")
    assert class_names(3, path)[0] == {"id": "n1", "label": "apple", "synonyms": ["pome", "fruit"]}
    with pytest.raises(UserError, match="cannot be read"):
        class_names(3, tmp_path / "none.txt")
    with pytest.raises(UserError, match="has 3 classes, not ImageNet's 1000: pass --classes"):
        class_names(3)
