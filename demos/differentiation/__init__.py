"""Automatic differentiation itself."""
