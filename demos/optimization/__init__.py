"""Gradient descent and what makes it work."""
