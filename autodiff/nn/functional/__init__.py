"""The functional core: every layer's formula as a function of arrays, traced ones included."""

from .activations import *
from .attention import *
from .dropout import *
from .embedding import *
from .gelu import *
from .linear import *
from .masks import *
from .normalization import *
from .positions import *
from .recurrence import *
from .recurrence_cells import *
from .softmax import *
