"""Forward mode, reverse mode and SymPy agree on the cases of all rules that are small enough for symbols."""

import numpy as np
import pytest

from autodiff import symbolic, tree
from autodiff.errors import CheckError, UnsupportedError
from autodiff.tracer import dtype_of, shape_of
from tests.families import FAMILIES

SMALL = 9  # numbers in the arguments, and in the result

WITHOUT_COUNTERPART = {"eig", "eigh", "eigvalsh", "lstsq", "pinv", "qr", "svd", "svdvals"}
"""Decompositions, whose expressions SymPy has for small integers only."""

SINGULAR_IN_SYMPY = {"special-sinc", "special-sinc-second-derivative"}
"""sin(x) / x is not simplified at 0; the derivatives there are those of tests/test_conventions.py."""


def is_small(f, args):
    leaves = tree.leaves((args, f(*args)))
    sizes = [sum(int(np.prod(shape_of(leaf))) for leaf in tree.leaves(x)) for x in (args, f(*args))]
    return max(sizes) <= SMALL and not any(dtype_of(leaf).kind == "c" for leaf in leaves)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("family", FAMILIES)
def test_both_modes_agree_with_sympy(family):
    checked = 0
    for name, f, args in FAMILIES[family]:
        if not is_small(f, args):
            continue
        try:
            symbolic.check(f, *args)
            checked += 1
        except UnsupportedError as error:
            assert str(error).split()[0] in WITHOUT_COUNTERPART, f"{name}: {error}"
        except CheckError as error:
            assert name in SINGULAR_IN_SYMPY and "cannot be checked" in str(error), f"{name}: {error}"
    assert checked, "no case of this family is small enough"
