"""Neural networks on the engine: one functional core, layers that hold arrays and call it, models that are trees.

>>> import numpy as np, autodiff as ad
>>> from autodiff import nn
>>> rng = np.random.default_rng(0)
>>> model = nn.Sequential(nn.Linear(2, 8, rng=rng), nn.ReLU(), nn.Linear(8, 1, rng=rng))
>>> x, y = np.ones((4, 2), np.float32), np.zeros((4, 1), np.float32)
>>> loss, grads = ad.value_and_grad(lambda model: ((model(x) - y) ** 2).mean())(model)
>>> grads[0].weight.shape
(8, 2)

Where things are: `functional` has every formula as a function of arrays; `layers` hold arrays and call it; `init`,
`losses`, `metrics` and `data` are what their names say; `fit` trains; `save`, `load` and `summary` are for models as a
whole. To add a layer: the formula to `functional`, a subclass of `Module` to `layers`, and a case for the harness that
runs every layer to `tests/nn/cases`.
"""

from . import data as data
from . import functional as functional
from . import init as init
from . import losses as losses
from . import metrics as metrics
from . import models as models
from . import regularizers as regularizers
from . import viz as viz
from .errors import *
from .folding import *
from .init.rules import initialize as initialize
from .layers.activations import *
from .layers.adaptive_pooling import *
from .layers.attention import *
from .layers.containers import *
from .layers.convolution import *
from .layers.dropout import *
from .layers.embedding import *
from .layers.general_linear import *
from .layers.linear import *
from .layers.losses import *
from .layers.modulation import *
from .layers.normalization import *
from .layers.padding import *
from .layers.pooling import *
from .layers.positions import *
from .layers.recurrent import *
from .layers.recurrent_cells import *
from .layers.reparametrized import *
from .layers.reshaping import *
from .layers.resizing import *
from .layers.separable_convolution import *
from .layers.softmax import *
from .layers.transformer import *
from .layers.transformer_layers import *
from .module import *
from .onnx import to_onnx as to_onnx
from .random import SHAPES_ONLY as SHAPES_ONLY
from .storage import *
from .summary import summary as summary
from .training import *
from .watching import *


def __getattr__(name: str):
    from .vocabulary import OF_NN, absent

    raise absent("autodiff.nn", name, OF_NN)
