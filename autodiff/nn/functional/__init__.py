"""The functional core: every layer's formula as a function of arrays, traced ones included."""

from .activations import *
from .adaptive_pooling import *
from .attention import *
from .convolution import *
from .dropout import *
from .embedding import *
from .filtering import *
from .gelu import *
from .general_linear import *
from .linear import *
from .masks import *
from .normalization import *
from .padding import *
from .pooling import *
from .positions import *
from .recurrence import *
from .recurrence_cells import *
from .resizing import *
from .softmax import *
from .unfolding import *
from .unpooling import *


def __getattr__(name: str):
    from ..vocabulary import OF_FUNCTIONAL, absent

    raise absent("autodiff.nn.functional", name, OF_FUNCTIONAL)
