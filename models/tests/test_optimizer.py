import torch
from torch import nn

from models.optimizer import make_optimizer


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(4, 6)
        self.inner = nn.Linear(6, 8)
        self.head = nn.Linear(8, 4)


def make(kind):
    model = Small()
    return model, make_optimizer(model, kind, 0.1, (0.9, 0.95), 0.05)


def test_weight_decay_spares_vectors():
    _, optimizer = make("adamw")
    groups = optimizer.parts[0].param_groups
    assert [(len(g["params"]), g["weight_decay"]) for g in groups] == [(3, 0.05), (2, 0.0)]


def test_muon_takes_the_inner_matrices_only():
    model, optimizer = make("muon")
    muon, adamw = optimizer.parts
    assert [id(p) for g in muon.param_groups for p in g["params"]] == [id(model.inner.weight)]
    assert sum(len(g["params"]) for g in adamw.param_groups) == 4


def test_muon_moves_a_matrix_along_all_its_directions_alike():
    model, optimizer = make("muon")
    before = model.inner.weight.detach().clone()
    gradient = torch.randn(8, 6) @ torch.diag(torch.tensor([100.0, 10, 1, 1, 0.1, 0.1]))
    for p in model.parameters():
        p.grad = torch.zeros_like(p)
    model.inner.weight.grad = gradient
    optimizer.step()
    moved = torch.linalg.svdvals(model.inner.weight.detach() - before * (1 - 0.1 * 0.05))
    assert moved.max() / moved.min() < 10  # the gradient's own ratio is about 1000
    assert optimizer.parts[0].param_groups[0]["lr"] == 0.1


def test_one_learning_rate_for_all():
    _, optimizer = make("muon")
    optimizer.set_learning_rate(0.3)
    assert {g["lr"] for part in optimizer.parts for g in part.param_groups} == {0.3}
