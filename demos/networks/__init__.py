"""Feedforward and convolutional networks on images."""
