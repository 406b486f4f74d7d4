"""Initialisers: what parameters are before the first step.

Each is a function (rng, shape, dtype=np.float32, ...) → array. `rng` is a np.random.Generator, a seed, or
`nn.SHAPES_ONLY`, which draws nothing. `initialize` applies one to a model, `lsuv` looks at its activations.

>>> from autodiff import nn
>>> round(float(nn.init.he_normal(0, (1000, 500)).std()), 3)  # √(2/500)
0.063
"""

from .distributions import *
from .rules import *
from .structured import *
from .variance import *
