"""CIFAR-10 from the archive of its binary version that a user brings."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from .mnist_files import directory
from .record import LabelledData, UnavailableError

__all__ = ["CifarError", "cifar10"]

ARCHIVE = "cifar-10-binary.tar.gz"
MD5 = "c32a1d4ab5d03f1284b67883e8d87530"  # as its authors publish it
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_RECORD = 1 + 3 * 32 * 32  # a label, then the red, green and blue planes


class CifarError(ValueError):
    """A file that is not the archive of CIFAR-10."""


def cifar10(folder: Path | str | None = None) -> tuple[LabelledData, LabelledData]:
    """(training, test): 50,000 and 10,000 images (N, 3, 32, 32) of uint8 of ten classes.

    folder  holds cifar-10-binary.tar.gz; None: $DUALTAPE_DATA, else ~/.cache/dualtape

    Raises UnavailableError where the archive is missing, CifarError where it is another file.
    Source: Krizhevsky 2009, "Learning multiple layers of features from tiny images".
    """
    path = (directory() if folder is None else Path(folder)) / ARCHIVE
    if not path.is_file():
        raise UnavailableError(
            f"{ARCHIVE} is not in {path.parent}; put the archive of the binary version there, as "
            "www.cs.toronto.edu/~kriz offers it, or set DUALTAPE_DATA to the folder that holds it"
        )
    with open(path, "rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if found != MD5:
        raise CifarError(f"{path} is not {ARCHIVE} of CIFAR-10: its MD5 is {found}, expected {MD5}")
    import tarfile

    with tarfile.open(path) as archive:
        batches = {Path(member.name).name: member for member in archive.getmembers() if member.name.endswith(".bin")}
        names = [f"data_batch_{k}.bin" for k in range(1, 6)]
        training = [_read(archive, batches[name]) for name in names]
        test = _read(archive, batches["test_batch.bin"])
    return (
        _dataset(np.concatenate([x for x, _ in training]), np.concatenate([y for _, y in training])),
        _dataset(*test),
    )


def _read(archive, member):
    content = archive.extractfile(member).read()
    if len(content) % _RECORD:
        raise CifarError(f"{member.name} has {len(content)} bytes, which is no multiple of {_RECORD}")
    records = np.frombuffer(content, np.uint8).reshape(-1, _RECORD)
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0].astype(np.intp)


def _dataset(images, labels):
    return LabelledData(
        name="CIFAR-10",
        inputs=images,
        targets=labels,
        feature_names=(),
        target_names=CLASSES,
        source="Krizhevsky 2009; the user's archive, checksum verified",
        licence="none stated; for research",
    )
