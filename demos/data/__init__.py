"""Real data for the demos: what ships inside packages, and the files a user brings."""

from demos.data.dataset import DataSet, UnavailableError, require
from demos.data.idx import IdxError, parse_idx
from demos.data.mnist_files import download_mnist, mnist
from demos.data.packaged import breast_cancer, mnist_5k

__all__ = [
    "DataSet",
    "IdxError",
    "UnavailableError",
    "breast_cancer",
    "download_mnist",
    "mnist",
    "mnist_5k",
    "parse_idx",
    "require",
]
