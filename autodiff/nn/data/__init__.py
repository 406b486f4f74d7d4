"""Data: datasets and their parts, the batches that training takes, and loaders of what ships inside packages.

Nothing is fetched from a network unless `download_mnist` is asked to. A loader whose package is missing says what to
install.
"""

from .augmentation import *
from .cifar_files import *
from .dataset import *
from .generators import *
from .graphs import *
from .idx import *
from .images import *
from .loader import *
from .mnist_files import *
from .record import *
from .series import *
from .splits import *
from .tables import *
from .text import *
from .tokenizers import *
