"""The idx format of the MNIST files: a magic number, the extents, then the entries, all big-endian.

bytes 0-1   zero
byte  2     type of the entries, a key of `ENTRY_TYPES`
byte  3     number of dimensions d
4 d bytes   the extents, unsigned 32-bit each
the rest    the entries, last index fastest
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib

import numpy as np

__all__ = ["IdxError", "parse_idx", "unzip"]

ENTRY_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}

_GZIP_MAGIC = b"\x1f\x8b"


class IdxError(ValueError):
    """Bytes that are not a whole idx file."""


def unzip(content: bytes, name: str) -> bytes:
    """The content, decompressed if it is gzip. Raises IdxError, naming `name`, where the compression is damaged."""
    if not content.startswith(_GZIP_MAGIC):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise IdxError(f"{name} is a damaged gzip file ({error}); fetch it again") from error


def parse_idx(content: bytes, name: str = "idx data") -> np.ndarray:
    """The array that the bytes of an idx file hold, raw or gzipped, in the machine's byte order.

    content   the whole file
    name      what to call it in errors

    Raises IdxError where the magic number, the type of the entries or the length is wrong.
    Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", file format section.

    >>> parse_idx(bytes([0, 0, 0x08, 1, 0, 0, 0, 3, 7, 8, 9]))
    array([7, 8, 9], dtype=uint8)
    """
    content = unzip(content, name)
    if len(content) < 4 or content[:2] != b"\x00\x00":
        raise IdxError(f"{name} is no idx file: it starts with {content[:4].hex(' ') or 'nothing'}, not with 00 00")
    entry_type, dimensions = content[2], content[3]
    if entry_type not in ENTRY_TYPES:
        known = ", ".join(f"{code:#04x} ({np.dtype(kind).name})" for code, kind in ENTRY_TYPES.items())
        raise IdxError(f"{name} has entries of unknown type {entry_type:#04x}; idx knows {known}")
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise IdxError(f"{name} ends inside its header: {dimensions} extents need {start} bytes, it has {len(content)}")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    dtype = np.dtype(ENTRY_TYPES[entry_type])
    needed = start + math.prod(shape) * dtype.itemsize
    if len(content) != needed:
        state = "truncated" if len(content) < needed else "longer than its header says"
        raise IdxError(f"{name} is {state}: shape {shape} of {dtype.name} needs {needed} bytes, it has {len(content)}")
    return np.frombuffer(content, dtype, offset=start).reshape(shape).astype(dtype.newbyteorder("="))
