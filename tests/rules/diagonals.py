"""Cases of np.diagonal and its kin: (id, function, arguments that are all differentiated)."""

import numpy as np

from tests.rules.draws import C, F, normal_from

normal = normal_from(13)


def of(function, *arguments, **keywords):
    return lambda x: function(x, *arguments, **keywords)


CASES = [
    ("diagonal", np.diagonal, (normal(3, 3),)),
    ("diagonal-above", of(np.diagonal, 1), (normal(3, 4),)),
    ("diagonal-below", of(np.diagonal, -2), (normal(4, 3),)),
    ("diagonal-outside", of(np.diagonal, 5), (normal(3, 4),)),
    ("diagonal-axes", of(np.diagonal, 1, 2, 0), (normal(3, 2, 4),)),
    ("diagonal-negative-axes", of(np.diagonal, axis1=-1, axis2=-2), (normal(2, 3, 4),)),
    ("diagonal-of-a-stack", of(np.diagonal, -1, 1, 2), (normal(2, 3, 4),)),
    ("diagonal-first-axes-of-a-stack", np.diagonal, (normal(3, 3, 2, 2),)),
    ("diagonal-method", lambda x: x.diagonal(1), (normal(3, 3),)),
    ("linalg.diagonal", of(np.linalg.diagonal, offset=1), (normal(2, 3, 4),)),
    ("diag-of-a-matrix", of(np.diag, 1), (normal(3, 4),)),
    ("diag-of-a-vector", np.diag, (normal(3),)),
    ("diag-above", of(np.diag, k=2), (normal(3),)),
    ("diag-below", of(np.diag, -1), (normal(3),)),
    ("diag-of-nothing", np.diag, (normal(0),)),
    ("diag-float32", np.diag, (normal(3, dtype=F),)),
    ("diag-complex", np.diag, (normal(3, dtype=C),)),
    ("diagflat", of(np.diagflat, 1), (normal(2, 2),)),
    ("trace", np.trace, (normal(3, 3),)),
    ("trace-offset", of(np.trace, 1), (normal(3, 4),)),
    ("trace-axes", of(np.trace, -1, 2, 0), (normal(3, 2, 4),)),
    ("trace-dtype", of(np.trace, dtype=np.float64), (normal(3, 3, dtype=F),)),
    ("trace-complex", np.trace, (normal(3, 3, dtype=C),)),
    ("trace-method", lambda x: x.trace(offset=1), (normal(3, 3),)),
    ("linalg.trace", of(np.linalg.trace, offset=-1), (normal(2, 3, 3),)),
    ("diagonal-of-a-square", lambda x: np.diagonal(x @ x), (normal(3, 3),)),
]
