"""Minimisation differentiated through its iterations.

The run is made first, on plain numbers; then its steps are taken again on traced ones, at the price of the memory of
all iterations.

- Where the steps have lengths that are given beforehand (`open_loop`), this gives the derivative of what was computed,
  converged or not: of a method as a function of its start, its learning rate and the data.
- Where they are searched for (`descents`, `proximal`), lengths and learnt matrices are held constant. This is right for
  runs that have converged, and gives what the implicit function theorem gives; others are refused.
"""

from .minimum import unrolled_minimum
from .open_loop import UNROLLED

__all__ = ["UNROLLED", "unrolled_minimum"]
