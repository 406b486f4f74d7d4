"""numpy.fft, for `import autodiff.numpy.fft`: its functions are differentiated as they are."""

from numpy.fft import *  # noqa: F403
