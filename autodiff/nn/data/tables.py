"""Tables of observations that ship with scikit-learn."""

from __future__ import annotations

import numpy as np

from .record import LabelledData, require

__all__ = ["breast_cancer", "diabetes", "iris", "wine"]


def breast_cancer() -> LabelledData:
    """The Wisconsin diagnostic breast-cancer data: 30 measures of cell nuclei of 569 tumours, 1 where malignant.

    The targets are the book's: y = 1 is malignant. (scikit-learn codes malignant as 0.)
    Raises UnavailableError where scikit-learn, which carries it, is not installed.
    Source: Wolberg, Street and Mangasarian 1995, UCI Machine Learning Repository.
    """
    loaded = _loaded("breast_cancer", "the breast-cancer data")
    return LabelledData(
        name="Wisconsin diagnostic breast cancer",
        inputs=loaded.data,
        targets=1 - loaded.target,
        feature_names=tuple(map(str, loaded.feature_names)),
        target_names=("benign", "malignant"),
        source="Wolberg, Street and Mangasarian 1995, UCI; as shipped by scikit-learn",
        licence="CC BY 4.0",
    )


def iris() -> LabelledData:
    """Fisher's iris: 4 measures in cm of 150 flowers, 50 of each of three species.

    Raises UnavailableError where scikit-learn, which carries it, is not installed.
    Source: Fisher 1936, "The use of multiple measurements in taxonomic problems".
    """
    return _classes("iris", "Iris", "Fisher 1936, UCI; as shipped by scikit-learn")


def wine() -> LabelledData:
    """13 chemical measures of 178 wines of three cultivars.

    Raises UnavailableError where scikit-learn, which carries it, is not installed.
    Source: Aeberhard and Forina 1991, UCI Machine Learning Repository.
    """
    return _classes("wine", "Wine", "Aeberhard and Forina 1991, UCI; as shipped by scikit-learn")


def diabetes() -> LabelledData:
    """10 measures of 442 patients, each column centred and of norm 1, and the progression of diabetes after a year.

    Raises UnavailableError where scikit-learn, which carries it, is not installed.
    Source: Efron, Hastie, Johnstone and Tibshirani 2004, "Least angle regression".
    """
    loaded = _loaded("diabetes", "the diabetes data")
    return LabelledData(
        name="Diabetes",
        inputs=loaded.data,
        targets=loaded.target,
        feature_names=tuple(map(str, loaded.feature_names)),
        target_names=(),
        source="Efron, Hastie, Johnstone and Tibshirani 2004; as shipped by scikit-learn",
        licence="none stated; published with the paper",
    )


def _loaded(name, why):
    require("sklearn", "scikit-learn", why)
    import sklearn.datasets

    return getattr(sklearn.datasets, f"load_{name}")()


def _classes(name, title, source):
    loaded = _loaded(name, f"the {title.lower()} data")
    return LabelledData(
        name=title,
        inputs=np.asarray(loaded.data),
        targets=loaded.target.astype(np.intp),
        feature_names=tuple(map(str, loaded.feature_names)),
        target_names=tuple(map(str, loaded.target_names)),
        source=source,
        licence="CC BY 4.0",
    )
