"""Export of models to ONNX: a model is run once on an input that writes down, as a graph, what is computed with it."""

from .export import to_onnx as to_onnx
