"""The functional core: every layer's formula as a function of arrays, traced ones included."""

from .activations import *
from .linear import *
