"""The full MNIST and Fashion-MNIST from the four files a user brings; those of MNIST can be fetched."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .idx import IdxError, parse_idx, unzip
from .record import LabelledData, UnavailableError

__all__ = ["directory", "download_mnist", "fashion_mnist", "mnist"]

MIRROR = "https://storage.googleapis.com/cvdf-datasets/mnist/"


@dataclass(frozen=True)
class MnistFile:
    """One of the four files: its name, checksums, and the shape it must have. Those that are not known are empty."""

    name: str
    sha256_zipped: str  # of the .gz file as it is distributed
    md5_unzipped: str  # of the idx file inside, which is what a recompressed copy shares
    shape: tuple[int, ...]
    md5_zipped: str = ""


FILES = (
    MnistFile(
        "train-images-idx3-ubyte",
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "6bbc9ace898e44ae57da46a324031adb",
        (60000, 28, 28),
    ),
    MnistFile(
        "train-labels-idx1-ubyte",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "a25bea736e30d166cdddb491f175f624",
        (60000,),
    ),
    MnistFile(
        "t10k-images-idx3-ubyte",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "2646ac647ad5339dbf082846283269ea",
        (10000, 28, 28),
    ),
    MnistFile(
        "t10k-labels-idx1-ubyte",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        "27ae3e4e09519cfbb04c629615203637",
        (10000,),
    ),
)

FASHION_FILES = tuple(
    MnistFile(file.name, "", "", file.shape, md5)
    for file, md5 in zip(
        FILES,
        (
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
        strict=True,
    )
)  # the sums that its authors publish are of the .gz files
GARMENTS = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)

_HOW_TO_GET_IT = (
    "set DUALTAPE_DATA to the folder that holds train-images-idx3-ubyte, train-labels-idx1-ubyte, "
    "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte (plain or .gz), or run `python -m demos download`"
)


def directory() -> Path:
    """Where the files are looked for: $DUALTAPE_DATA, else ~/.cache/dualtape."""
    chosen = os.environ.get("DUALTAPE_DATA")
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "dualtape"


def mnist(folder: Path | str | None = None) -> tuple[LabelledData, LabelledData]:
    """(training, test): 60,000 and 10,000 images (N, 28, 28) of uint8, 0 paper to 255 ink, and digits 0 to 9.

    folder   holds the four idx files, plain or gzipped; None: see `directory`

    Raises UnavailableError where a file is missing, IdxError where one is damaged or is not the MNIST file.
    Source: LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document recognition".
    """
    folder = directory() if folder is None else Path(folder)
    train_images, train_labels, test_images, test_labels = (_read(folder, file) for file in FILES)
    return _dataset(train_images, train_labels), _dataset(test_images, test_labels)


def fashion_mnist(folder: Path | str | None = None) -> tuple[LabelledData, LabelledData]:
    """(training, test): 60,000 and 10,000 images (N, 28, 28) of uint8 of ten kinds of garment.

    folder   holds the four .gz files, which have the names of MNIST's; None: `fashion` in `directory`

    Raises UnavailableError where a file is missing, IdxError where one is damaged or is not the Fashion-MNIST file.
    Source: Xiao, Rasul and Vollgraf 2017 (arXiv:1708.07747).
    """
    folder = directory() / "fashion" if folder is None else Path(folder)
    arrays = [_read(folder, file) for file in FASHION_FILES]
    return tuple(
        replace(
            _dataset(images, labels),
            name="Fashion-MNIST",
            target_names=GARMENTS,
            source="Xiao, Rasul and Vollgraf 2017; the user's idx files, checksums verified",
            licence="MIT, Zalando SE",
        )
        for images, labels in (arrays[:2], arrays[2:])
    )  # pyright: ignore  (of two)


def download_mnist(folder: Path | str | None = None, mirror: str = MIRROR) -> Path:
    """Fetch the four .gz files from `mirror` into `folder`, verify each by SHA-256, and return the folder.

    A file that is already there and verified is not fetched again; a file that does not verify is not kept.
    Raises UnavailableError where the network or the mirror fails or serves something else.
    """
    from urllib.request import urlopen  # here, because it is slow to import

    folder = directory() if folder is None else Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for file in FILES:
        target = folder / f"{file.name}.gz"
        if target.exists() and _sha256(target.read_bytes()) == file.sha256_zipped:
            continue
        address = f"{mirror}{target.name}"
        try:
            with urlopen(address, timeout=60) as response:
                content = response.read()
        except OSError as error:
            raise UnavailableError(f"cannot fetch {address} ({error}); {_HOW_TO_GET_IT}") from error
        if _sha256(content) != file.sha256_zipped:
            raise UnavailableError(
                f"{address} is not the MNIST file: its SHA-256 is {_sha256(content)}; nothing was kept"
            )
        unfinished = target.with_name(target.name + ".unfinished")
        unfinished.write_bytes(content)
        unfinished.replace(target)
    return folder


def _read(folder: Path, file: MnistFile) -> np.ndarray:
    candidates = (folder / file.name, folder / f"{file.name}.gz")
    path = next((path for path in candidates if path.is_file()), None)
    if path is None:
        raise UnavailableError(f"{file.name} is not in {folder}; {_HOW_TO_GET_IT}")
    raw = path.read_bytes()
    if file.md5_zipped:
        found = hashlib.md5(raw, usedforsecurity=False).hexdigest()
        if found != file.md5_zipped:
            raise IdxError(f"{path} is not Fashion-MNIST's {file.name}.gz: MD5 {found}, expected {file.md5_zipped}")
    content = unzip(raw, str(path))
    array = parse_idx(content, str(path))
    if array.shape != file.shape:
        raise IdxError(f"{path} holds shape {array.shape}; MNIST's {file.name} has {file.shape}")
    checksum = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if file.md5_unzipped and checksum != file.md5_unzipped:
        raise IdxError(f"{path} is not MNIST's {file.name}: MD5 {checksum}, expected {file.md5_unzipped}")
    return array


def _dataset(images: np.ndarray, labels: np.ndarray) -> LabelledData:
    return LabelledData(
        name="MNIST",
        inputs=images,
        targets=labels.astype(np.intp),
        feature_names=(),
        target_names=tuple("0123456789"),
        source="LeCun, Bottou, Bengio and Haffner 1998; the user's idx files, checksums verified",
        licence="CC BY-SA 3.0, Yann LeCun and Corinna Cortes",
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
