"""numpy.random, for `import autodiff.numpy.random`: its numbers are constants."""

from numpy.random import *  # noqa: F403
