"""Pictures of networks. Each takes `ax=`, returns the Axes, and never shows anything by itself."""

from .attention import *
from .boundary import *
from .curves import *
from .deconvolution import *
from .embeddings import *
from .histograms import *
from .images import *
from .importance import *
