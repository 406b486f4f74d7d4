"""NumPy with arrays that can hold traced values: `import autodiff.numpy as np` in place of `import numpy as np`.

Everything is NumPy's own, which is differentiated under its own name as well, but for the functions that make arrays.
NumPy cannot know that a traced value is going to be assigned to np.zeros(3), or that there is one in a list:

    zeros ones empty full eye identity, zeros_like ...   an array of floats, which becomes traced when it has to
    array asarray asanyarray asfortranarray ...          traced where a number in the nested lists is

>>> import autodiff as ad
>>> import autodiff.numpy as np
>>> def f(x):
...     powers = np.zeros(3)
...     for i in range(3):
...         powers[i] = x**i
...     return np.array([powers.sum(), x]).prod()
>>> ad.grad(f)(2.0)
17.0
"""

from typing import Any

import numpy as _numpy

from ._creation import *  # noqa: F403

__all__ = list(_numpy.__all__)


def __getattr__(name: str) -> Any:
    return getattr(_numpy, name)


def __dir__():
    return dir(_numpy)
