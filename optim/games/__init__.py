"""Games of two players, min over x and max over y of f(x, y): methods that run on the one loop, for both at once."""

from .minimax import MINIMAX_METHODS, MinimaxResult, minimax

__all__ = ["MINIMAX_METHODS", "MinimaxResult", "minimax"]
