"""Functions that have no derivative to speak of: questions, types, indices, text. Traced values go in as plain ones.

Those that belong to a family are with it: comparisons and predicates of ufuncs in `arithmetic`, argmax in `reductions`,
argsort in `sorting`, rounding in `rounding`.
"""

import numpy as np

from ..dispatch import Constant
from ..tracer import implements, unwrap
from .indexing import plain_index
from .keywords import into


def _declare(function):
    primitive = Constant(function)

    @implements(function)
    def implementation(*args, **keywords):
        args = [plain_index(arg) if isinstance(arg, tuple | list) else arg for arg in args]
        return primitive(*args, **{name: plain_index(value) for name, value in keywords.items()})


for _function in (
    # questions about values
    np.isclose, np.allclose, np.array_equal, np.array_equiv, np.isreal, np.iscomplex, np.isrealobj, np.iscomplexobj,
    np.may_share_memory, np.shares_memory,
    # types
    np.result_type, np.can_cast, np.common_type, np.min_scalar_type,
    # indices
    np.nonzero, np.flatnonzero, np.argwhere, np.ix_, np.unravel_index, np.ravel_multi_index, np.diag_indices_from,
    np.tril_indices_from, np.triu_indices_from,
    # text
    np.array2string, np.array_repr, np.array_str,
    # bits
    np.packbits,
):  # fmt: skip
    _declare(_function)


@implements(np.isposinf)
def isposinf(x, out=None):
    return into(out, np.isposinf(unwrap(x)))


@implements(np.isneginf)
def isneginf(x, out=None):
    return into(out, np.isneginf(unwrap(x)))
