"""Models as a whole, made of the layers."""

from .gpt import *
from .lenet import *
from .resnet import *
from .sampling import *
from .transformer import *
from .vgg import *
