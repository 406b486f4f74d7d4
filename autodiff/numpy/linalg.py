"""numpy.linalg, for `import autodiff.numpy.linalg`: its functions are differentiated as they are."""

from numpy.linalg import *  # noqa: F403
