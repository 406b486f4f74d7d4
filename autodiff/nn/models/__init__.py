"""Models as a whole, made of the layers."""

from .gpt import *
from .sampling import *
