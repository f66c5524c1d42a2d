import numpy as np
import pytest
import torch

from models.adversary import AdversaryConfig, Discriminator, discriminator_loss, fool, recoloured
from models.checkpoint import save_safetensors
from models.cli import main
from models.commands.train_tokenizer import Objective, contested
from models.data import Pictures
from models.errors import CheckpointError, ConfigError
from models.quantizer import Quantizer
from models.reconstruction import perplexity, restored_figures
from models.stages import LossConfig, TokenizerRun
from models.tokenizer import Tokenizer, TokenizerConfig
from models.trained import start_from

SMALL = TokenizerConfig(vocab=32, code_dim=4, fine=8, coarse=8)


@pytest.fixture(params=[4, 8])
def tokenizer(request):
    torch.manual_seed(0)
    return Tokenizer(SMALL.model_copy(update={"factor": request.param})).eval()


def test_shapes(tokenizer):
    tokens = tokenizer.encode(torch.rand(2, 3, 16, 16) * 2 - 1)
    assert tokens.shape == (2, (16 // tokenizer.factor) ** 2) and tokens.dtype == torch.int64 and tokens.max() < 32
    assert tokenizer.decode(tokens).shape == (2, 3, 16, 16)


@pytest.mark.parametrize("factor", [4, 8])
@pytest.mark.parametrize("blocks", [(3, 2), (1, 0)])
def test_one_token_changes_nothing_beyond_reach_and_something_at_it(blocks, factor):
    torch.manual_seed(0)
    config = SMALL.model_copy(update={"factor": factor, "decoder_coarse_blocks": blocks[0], "decoder_fine_blocks": blocks[1]})
    tokenizer = Tokenizer(config).double().eval()
    side, row, column = 16, 7, 8
    tokens = torch.randint(32, (1, side * side))
    changed = tokens.clone()
    changed[0, row * side + column] = (tokens[0, row * side + column] + 5) % 32
    with torch.no_grad():
        codes = [tokenizer.quantizer.lookup(t.view(1, side, side)).double() for t in (tokens, changed)]
        difference = (tokenizer.decoder(codes[0]) - tokenizer.decoder(codes[1])).abs().sum((0, 1))
    rows, columns = (difference > 0).nonzero(as_tuple=True)
    reach = tokenizer.reach
    assert rows.min() == factor * row - reach and rows.max() == factor * row + factor - 1 + reach
    assert columns.min() == factor * column - reach and columns.max() == factor * column + factor - 1 + reach


def test_the_nearest_code_is_the_one_of_largest_cosine():
    quantizer = Quantizer(16, 4)
    z = torch.randn(2, 4, 3, 3)
    cosine = torch.einsum("nchw,vc->nhwv", z / z.norm(dim=1, keepdim=True), quantizer.codebook.detach())
    ids = quantizer.nearest(z)
    assert torch.equal(ids, cosine.argmax(-1))
    assert torch.allclose(quantizer.lookup(ids).norm(dim=1), torch.ones(2, 3, 3))


def test_codes_encode_to_themselves():
    quantizer = Quantizer(16, 4)
    ids = torch.arange(16).view(1, 4, 4)
    assert torch.equal(quantizer.nearest(quantizer.lookup(ids) * 3), ids)


def test_only_idle_codes_are_reseeded_and_by_data():
    torch.manual_seed(0)
    quantizer = Quantizer(8, 4)
    before = quantizer.codebook.detach().clone()
    for _ in range(5):
        quantizer.note_use(torch.tensor([0, 1, 2]))
    z = torch.randn(1, 4, 4, 4)
    assert quantizer.reseed(z, patience=5) == 5
    after = quantizer.codebook.detach()
    assert torch.equal(after[:3], before[:3])
    unit = (z / z.norm(dim=1, keepdim=True)).permute(0, 2, 3, 1).reshape(-1, 4)
    assert all(torch.isclose(unit, code, atol=1e-6).all(1).any() for code in after[3:])
    assert quantizer.reseed(z, patience=5) == 0


def test_training_improves_pictures_and_all_parts_receive_gradients():
    torch.manual_seed(0)
    tokenizer = Tokenizer(SMALL)
    objective = Objective(tokenizer, None, LossConfig())
    pictures = torch.rand(4, 3, 16, 16) * 2 - 1
    optimizer = torch.optim.AdamW(tokenizer.parameters(), 3e-3)
    losses = []
    for _ in range(25):
        loss, ids, parts = objective(pictures)
        optimizer.zero_grad()
        loss.backward()
        assert all(p.grad is not None for p in tokenizer.parameters())
        optimizer.step()
        losses.append(parts["l2"].item())
    assert losses[-1] < 0.9 * losses[0]


def test_squared_error_weighs_what_the_setting_says():
    pictures, restored = torch.zeros(2, 3, 8, 8), torch.full((2, 3, 8, 8), 0.5)
    for weight in (1.0, 6.0):
        loss, _ = Objective(Tokenizer(SMALL), None, LossConfig(squared=weight)).compare(restored, pictures)
        assert loss.item() == pytest.approx(0.5 + weight * 0.25)


def test_measures(tokenizer):
    assert perplexity(np.array([5, 5, 5, 5, 0])) == pytest.approx(4)
    pixels = np.random.default_rng(0).integers(0, 256, (4, 16, 16, 3), dtype=np.uint8)
    result = restored_figures(tokenizer, Pictures(pixels, np.array([0, 0, 1, 1]), ("a", "b")), np.arange(4), torch.device("cpu"))
    assert 0 < result["psnr"] < 20 and set(result["psnr_by_class"]) == {"a", "b"}
    assert result["perplexity"] + result["dead"] <= 32


def _discriminator():
    torch.manual_seed(1)
    return Discriminator(8)


def test_a_logit_of_the_discriminator_sees_28_pixels():
    discriminator = _discriminator().double()
    pictures = torch.rand(1, 3, 64, 64, dtype=torch.double, requires_grad=True)
    logits = discriminator(pictures)
    assert logits.shape == (1, 1, 16, 16)
    (gradient,) = torch.autograd.grad(logits[0, 0, 8, 8], pictures)
    rows, columns = gradient.abs().sum((0, 1)).nonzero(as_tuple=True)
    assert int(rows.max() - rows.min()) + 1 == 28 and int(columns.max() - columns.min()) + 1 == 28


def test_the_discriminator_is_shown_texture_and_not_colour():
    real = torch.rand(2, 3, 32, 32)
    shifted = recoloured(real + torch.tensor([0.3, -0.2, 0.1]).view(1, 3, 1, 1), real)
    assert torch.allclose(shifted, real, atol=1e-5)
    noise = torch.randn(2, 3, 32, 32)
    assert (recoloured(real + noise, real) - real).std() > 0.9


def test_each_side_of_the_contest_learns_its_own_part_only():
    tokenizer, discriminator = Tokenizer(SMALL), _discriminator()
    pictures = torch.rand(4, 3, 16, 16) * 2 - 1
    penalized, relative = discriminator_loss(discriminator, pictures, tokenizer(pictures)[0], penalty=1.0)
    penalized.backward()
    assert penalized > relative > 0 and all(p.grad is None for p in tokenizer.parameters())
    assert all(p.grad is not None for p in discriminator.parameters())
    alone = [p.grad.clone() for p in discriminator.parameters()]
    discriminator.zero_grad()
    loss, _, parts = contested(Objective(tokenizer, None, LossConfig()), discriminator, pictures, penalty=1.0, weight=0.5)
    loss.backward()
    assert all(torch.allclose(p.grad, other, atol=1e-6) for p, other in zip(discriminator.parameters(), alone, strict=True))
    assert all(p.grad is not None for p in tokenizer.decoder.parameters()) and parts["pull"] > 0


def test_the_decoder_can_follow_the_discriminator():
    tokenizer, discriminator = Tokenizer(SMALL), _discriminator()
    pictures = torch.rand(4, 3, 16, 16) * 2 - 1
    optimizer = torch.optim.Adam(tokenizer.decoder.parameters(), 1e-3)
    losses = []
    for _ in range(20):
        loss = fool(discriminator, pictures, tokenizer(pictures)[0])
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert losses[-1] < losses[0]


def test_the_adversary_grows_after_its_warm_up():
    adversary = AdversaryConfig(weight=2, warmup=10)
    assert [adversary.weight_at(step) for step in (0, 10, 15, 20, 90)] == [0, 0, 1, 2, 2]
    assert AdversaryConfig(weight=2, warmup=0).weight_at(0) == 2


def test_a_size_that_does_not_fit_is_refused_before_training(tmp_path, capsys):
    run = {"data": {"picture_size": 100}, "tokenizer": {"factor": 8}, "train": {"steps": 1, "batch_size": 1, "lr": 1e-3}}
    with pytest.raises(ConfigError, match=r"picture_size = 100 is not a multiple of tokenizer.factor = 8"):
        TokenizerRun.parse(run)
    save_tokenizer(tmp_path, SMALL)
    assert main(["tokenize", "--data", "data", "--tokenizer", str(tmp_path), "--out", str(tmp_path / "out"),
                 "--picture-size", "130"]) == 2
    assert "pictures of 130 pixels cannot be cut into tokens of 4 pixels" in capsys.readouterr().err


@pytest.mark.parametrize("other", [{"factor": 8}, {"coarse": 16}, {"vocab": 16}])
def test_weights_of_another_factor_or_shape_are_no_start(tmp_path, other):
    save_tokenizer(tmp_path, SMALL)
    with pytest.raises(CheckpointError, match="this configuration"):
        start_from(Tokenizer(SMALL.model_copy(update=other)), tmp_path, tmp_path / "none")


def save_tokenizer(folder, settings):
    run = TokenizerRun.parse({"tokenizer": settings.model_dump(), "train": {"steps": 1, "batch_size": 1, "lr": 1e-3}})
    (folder / "config.json").write_text(run.to_json())
    save_safetensors(folder / "model.safetensors", Tokenizer(settings).state_dict())


def test_decoder_only_needs_a_tokenizer_to_start_from():
    with pytest.raises(ConfigError, match="decoder_only needs init"):
        TokenizerRun.parse({"decoder_only": True, "train": {"steps": 1, "batch_size": 1, "lr": 1e-3}})


def test_a_decoder_that_grew_paints_as_before_until_it_learns():
    torch.manual_seed(0)
    small = Tokenizer(SMALL)
    grown = Tokenizer(SMALL.model_copy(update={"decoder_coarse_blocks": SMALL.decoder_coarse_blocks + 1,
                                               "decoder_fine_blocks": SMALL.decoder_fine_blocks + 2}))
    grown.start_from(small.state_dict())
    pictures = torch.rand(2, 3, 16, 16) * 2 - 1
    tokens = small.encode(pictures)
    assert torch.equal(grown.encode(pictures), tokens)
    assert torch.equal(grown.decode(tokens), small.decode(tokens))
    assert grown.reach == small.reach + 4 + 2 * 2
    grown.decode(tokens).square().mean().backward()
    assert grown.decoder.fine[-1].merge.weight.grad.abs().sum() > 0


def test_a_tokenizer_of_another_shape_is_no_start():
    with pytest.raises(RuntimeError, match="size mismatch"):
        Tokenizer(SMALL).start_from(Tokenizer(SMALL.model_copy(update={"coarse": 2 * SMALL.coarse})).state_dict())
