"""Layers: modules that hold arrays and call `nn.functional`."""
