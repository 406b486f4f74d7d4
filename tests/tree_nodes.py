"""Classes that are nodes of trees, one of each kind."""

from collections import OrderedDict, namedtuple
from dataclasses import dataclass, field
from typing import Any

from autodiff import tree

Point = namedtuple("Point", ["x", "y"])


class CheckedPoint(Point):
    def __new__(cls, x, y):
        if not isinstance(x, float):
            raise TypeError("x must be a float")
        return super().__new__(cls, x, y)


@dataclass
class Layer:
    weight: Any
    bias: Any
    activation: Any = field(default="tanh", metadata={"static": True})


@dataclass(frozen=True, slots=True)
class Frozen:
    low: Any
    high: Any

    def __post_init__(self):
        if self.low > self.high:
            raise ValueError("low exceeds high")


class Params(list):
    pass


class Options(dict):
    pass


class KeywordsOnly(dict):
    def __init__(self, **items):
        super().__init__(items)


class Interval:
    def __init__(self, low, high, label):
        self.low, self.high, self.label = low, high, label


tree.register(Interval, lambda i: ((i.low, i.high), i.label), lambda label, ends: Interval(*ends, label))

NODES = [
    None,
    (),
    (1.0,),
    [1.0, (2.0, [])],
    {"b": 1.0, "a": {"c": 2.0}},
    {1: 1.0, "a": 2.0},
    OrderedDict(b=1.0, a=2.0),
    Point(1.0, (2.0, None)),
    CheckedPoint(1.0, 2.0),
    Layer([1.0], None, "relu"),
    Frozen(1.0, 2.0),
    Params([1.0, 2.0]),
    Options(a=1.0),
]
