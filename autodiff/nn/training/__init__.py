"""Training: the loop, what it can be told to do besides, and what it leaves behind.

`fit` takes steps with the gradients of mini-batches. A model is a tree, so all methods for functions of a tree train it
too, on data that are taken at once:

>>> import numpy as np, optim
>>> from autodiff import nn
>>> x = np.linspace(-2, 2, 30)[:, None]
>>> y = np.sin(x)
>>> rng = np.random.default_rng(0)
>>> layers = nn.Linear(1, 6, rng=rng, dtype=float), nn.Lambda(np.tanh), nn.Linear(6, 1, rng=rng, dtype=float)
>>> model = nn.Sequential(*layers)
>>> result = optim.minimize(lambda m: ((m(x) - y) ** 2).mean(), model, method="lbfgs", max_iter=200)
>>> result.fun < 1e-5, type(result.x).__name__
(True, 'Sequential')
>>> fitted = optim.least_squares(lambda m: (m(x) - y)[:, 0], model, max_iter=30).x
>>> bool(np.abs(fitted(x) - y).max() < 1e-3)
True
"""

from .averaging import *
from .callback import *
from .checkpoints import *
from .evaluation import *
from .fit import *
from .gan import *
from .history import *
from .live_plot import *
from .logs import *
from .objective import *
from .plateau import *
from .progress import *
from .rate_finder import *
from .stopping import *
from .tensorboard import *
from .watchdog import *
from .weight_averaging import *
