"""Writes bbob.json: values of the BBOB functions from the COCO platform (pip install coco-experiment), for the tests.

python tests/golden/make_bbob.py
"""

import json
from pathlib import Path

import cocoex
import numpy as np

DIMENSIONS, INSTANCES = (2, 5), (1, 3)


def points(n):
    """Inside the box, on both sides of most minima, and outside of it."""
    return [np.zeros(n), np.linspace(-4.5, 3.7, n), np.linspace(1.0, -6.2, n)]


if __name__ == "__main__":
    values = {}
    for n in DIMENSIONS:
        for instance in INSTANCES:
            suite = cocoex.Suite("bbob", "", f"dimensions:{n} instance_indices:{instance}")
            for number in range(1, 25):
                problem = suite.get_problem_by_function_dimension_instance(number, n, instance)
                values[f"{number} {n} {instance}"] = [float(problem(x)) for x in points(n)]
    lines = ",\n".join(f'"{key}": {json.dumps(row)}' for key, row in values.items())
    Path(__file__).with_name("bbob.json").write_text("{\n" + lines + "\n}\n")
