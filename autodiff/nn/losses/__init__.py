"""Losses: functions (prediction, target, ..., reduction="mean") → a number to minimise.

>>> from autodiff import nn
>>> import numpy as np
>>> nn.losses.mse(np.array([1.0, 2.0]), np.array([1.0, 4.0]), reduction="none").tolist()
[0.0, 4.0]
"""

from .adversarial import *
from .binary import *
from .categorical import *
from .ctc import *
from .embedding import *
from .margin import *
from .overlap import *
from .regression import *
