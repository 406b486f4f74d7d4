"""Equations F(x) = 0 and x = f(x): methods that run on the one loop, with the residual where minimisers have ∇f."""

from .solve import FIXED_POINT_METHODS, ROOT_METHODS, RootResult, fixed_point, root

__all__ = ["FIXED_POINT_METHODS", "ROOT_METHODS", "RootResult", "fixed_point", "root"]
