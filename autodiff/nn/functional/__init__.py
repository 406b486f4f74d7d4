"""The functional core: every layer's formula as a function of arrays, traced ones included."""

from .activations import *
from .attention import *
from .linear import *
from .masks import *
from .positions import *
