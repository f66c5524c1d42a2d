import torch

from models.classifier import Classifier, ClassifierConfig, predict
from models.perceptual import PerceptualDistance

SMALL = ClassifierConfig(classes=3, width=4)


def test_shapes_and_probabilities():
    model = Classifier(SMALL).eval()
    pictures = torch.rand(3, 3, 32, 32)
    assert [level.shape[-1] for level in model.features(pictures)] == [32, 16, 8, 4, 2]
    assert torch.allclose(predict(model, pictures).sum(1), torch.ones(3))


def test_averaging_over_symmetries_makes_the_guess_symmetric():
    model = Classifier(SMALL).eval()
    pictures = torch.rand(2, 3, 32, 32)
    turned = predict(model, pictures.rot90(1, (2, 3)).flip(2), symmetries=8)
    assert torch.allclose(predict(model, pictures, symmetries=8), turned, atol=1e-6)


def test_perceptual_distance_is_zero_only_for_equal_pictures_and_leaves_the_classifier_alone():
    distance = PerceptualDistance(Classifier(SMALL))
    distance.train()
    assert not distance.classifier.training
    pictures = torch.rand(2, 3, 32, 32, requires_grad=True)
    assert distance(pictures, pictures.detach()) == 0
    other = distance(pictures, torch.rand(2, 3, 32, 32))
    other.backward()
    assert other > 0 and pictures.grad.abs().sum() > 0
    assert all(p.grad is None for p in distance.parameters())
