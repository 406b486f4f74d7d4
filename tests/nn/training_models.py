"""Small models, data and losses that the tests of training share."""

import numpy as np

import autodiff as ad
from autodiff import nn
from autodiff.nn.random import generator


class Noisy(nn.Module):
    """Dropout: entries are zero with a probability, the others larger."""

    def __init__(self, probability, rng=None):
        self.probability, self.rng = probability, generator(rng)

    def forward(self, x):
        if not self.training:
            return x
        return x * ((self.rng.random(x.shape) >= self.probability) / (1 - self.probability)).astype(np.float32)


class Normalised(nn.Module):
    """Batch normalisation, with running statistics."""

    def __init__(self, features):
        self.weight = np.ones(features, np.float32)
        self.mean, self.variance = nn.Buffer(np.zeros(features, np.float32)), nn.Buffer(np.ones(features, np.float32))

    def forward(self, x):
        if self.training:
            mean, variance = x.mean(axis=0), x.var(axis=0)
            self.mean[...] += np.float32(0.1) * (ad.stop_gradient(mean) - self.mean)
            self.variance[...] += np.float32(0.1) * (ad.stop_gradient(variance) - self.variance)
        else:
            mean, variance = self.mean, self.variance
        return self.weight * (x - mean) / np.sqrt(variance + np.float32(1e-5))


def network(seed, random=False):
    """4 features → 3 logits."""
    rng = np.random.default_rng(seed)
    between = [Normalised(8), nn.ReLU(), Noisy(0.25, rng=rng)] if random else [nn.ReLU()]
    return nn.Sequential(nn.Linear(4, 8, rng=rng), *between, nn.Linear(8, 3, rng=rng))


def data_of(size, seed=0):
    """x (n, 4), labels (n,) of three classes that can be told apart."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, size)
    return (np.eye(3, 4)[y] + 0.3 * rng.normal(size=(size, 4))).astype(np.float32), y


def regression(size):
    """x (n, 3), y (n, 1), a smooth function of it; float64 suits what `minimize` does."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(size, 3))
    return x, np.tanh(x @ np.array([[1.0], [-2.0], [0.5]]))


def cross_entropy(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    chosen = shifted[np.arange(len(labels)), labels]
    return (np.log(np.exp(shifted).sum(axis=1)) - chosen).mean()


def mse(prediction, target):
    return ((prediction - target) ** 2).mean()


def flat(model):
    return ad.tree.ravel(model)[0]
