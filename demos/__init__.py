"""The deck, run: one module for each figure, algorithm and architecture, a runner and a gallery."""
