"""Recurrent networks, attention and transformers on sequences."""
