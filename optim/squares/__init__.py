"""Sums of squares: objectives that are made of residuals, the methods that use it, and the statistics of a fit."""
