"""Least squares and logistic regression: the deck's linear classifiers."""
