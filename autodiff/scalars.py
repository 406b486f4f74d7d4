"""The fast path of reverse mode: Python's operators and NumPy's functions on single numbers.

Scalar code is made of operations that take NumPy and Python much longer to dispatch than to compute, so `Var` gets
methods that go straight from floats to a record: (i, ∂/∂x) for one traced argument, (i, ∂/∂x, j, ∂/∂y) for two. They
are made from the same declarations as everything else: a template with the calls of the partial derivatives filled
in, because a call saved in each operation is a tenth of its time. Whatever they are not made for goes the general
way: arrays, other levels, points at which Python raises and NumPy has inf or nan. `Recorded`, whose tape keeps what
was computed, has the general way only, which makes it the oracle of this one in the tests.
"""

from __future__ import annotations

import operator
import re
from textwrap import indent
from types import FunctionType

import numpy as np

from .dispatch import Like
from .elementwise import PYTHON_RAISES, Partial
from .matrices import part, product, transposed
from .rules.indexing import getitem_back
from .tape import Recorded, Scatter, Var
from .tracer import Tracer, ufuncs

_FLOAT64 = np.dtype(float)

_BINARY = """
def method(self, other):
    {shortcut}
    x = self.primal
    kind = x.__class__
    if kind is float or kind is float64:
        kind = other.__class__
        tape = self.level
        if kind is Var:
            y = other.primal
            if other.level is tape and (y.__class__ is float or y.__class__ is float64):
                ans = compute(x, y)
                try:
                    record = (self.index, {by_x}, other.index, {by_y})
                except PYTHON_RAISES:
                    return primitive(self, other)
                return RECORDED(record)
        elif kind is float or kind is int or kind is float64:
            y = other
            ans = compute(x, y)
            try:
                record = (self.index, {by_x})
            except PYTHON_RAISES:
                return primitive(self, other)
            return RECORDED(record)
    elif kind is ndarray:
        kind = other.__class__
        tape = self.level
        if kind is Var:
            y = other.primal
            if other.level is tape and y.__class__ is ndarray and x.shape == y.shape and x.dtype is y.dtype:
                ans = compute(x, y)
                return RECORDED(((self.index, other.index), backward_both, ({keeps_both})))
        elif kind is float or kind is int or (kind is ndarray and other.shape == x.shape and other.dtype is x.dtype):
            y = {held} if kind is ndarray else other
            ans = compute(x, y)
            return RECORDED(((self.index,), backward_x, ({keeps_x})))
    return primitive(self, other)
"""

_REFLECTED = """
def method(self, other):
    y = self.primal
    x = other
    kind = x.__class__
    if (kind is float or kind is int or kind is float64) and (y.__class__ is float or y.__class__ is float64):
        ans = compute(x, y)
        try:
            record = (self.index, {by_y})
        except PYTHON_RAISES:
            return primitive(other, self)
        tape = self.level
        return RECORDED(record)
    if y.__class__ is ndarray and (kind is float or kind is int):
        ans = compute(x, y)
        tape = self.level
        return RECORDED(((self.index,), backward_y, ({keeps_y})))
    return primitive(other, self)
"""

_UNARY = """
def method(self):
    x = self.primal
    if x.__class__ is float:
        try:
            ans = compute(x)
            record = (self.index, {by_x})
        except PYTHON_RAISES:
            return primitive(self)
        tape = self.level
        return RECORDED(record)
    if x.__class__ is ndarray:
        ans = ufunc(x)
        tape = self.level
        return RECORDED(((self.index,), backward_x, ({keeps_x})))
    return primitive(self)
"""


_RECORDED = """
records = tape.records
records.append({record})
var = Var()
var.primal = ans
var.level = tape
var.index = len(records) - 1
return var
"""


def _written_out(template):
    """The template with each `return RECORDED(record)` in full: a call there would be felt."""

    def in_full(line):
        return indent(_RECORDED.strip().replace("{record}", line["record"]), line["margin"])

    return re.sub(r"^(?P<margin> *)return RECORDED\((?P<record>.*)\)$", in_full, template, flags=re.MULTILINE)


def _method(template, ufunc, compute):
    """The template with the partial derivatives of a ufunc filled in."""
    primitive = ufuncs[ufunc]
    names = {
        "primitive": primitive,
        "ufunc": ufunc,
        "compute": compute,
        "Var": Var,
        "float64": np.float64,
        "ndarray": np.ndarray,
        "PYTHON_RAISES": PYTHON_RAISES,
    }
    texts = {"shortcut": "pass"}
    if ufunc is np.multiply:  # x * x has one partial derivative, not two
        names["square"] = _method(_UNARY, np.square, ufuncs[np.square].scalar)
        texts["shortcut"] = "if other is self: return square(self)"
    for argument, partial in zip("xy", primitive.partials, strict=False):
        if isinstance(partial, Partial):
            names[f"partial_{argument}"] = _for_floats(partial.function)
            texts[f"by_{argument}"] = partial.written_out(argument)
        else:
            texts[f"by_{argument}"] = repr(float(partial))
    for which, wanted in {"x": (0,), "y": (1,), "both": (0, 1)}.items():
        if max(wanted) < ufunc.nin:
            function, keeps, _ = primitive.backward(wanted)
            names[f"backward_{which}"] = function
            texts["held"] = "tape.hold(other)" if which == "x" and "y" in keeps else texts.get("held", "other")
            texts[f"keeps_{which}"] = "".join(f"{name}, " for name in keeps)
    exec(_written_out(template).format(**texts), names)
    return names["method"]


def _for_floats(rule):
    """The same rule, in which the primitives it names are their functions of Python floats."""
    scalars = {
        name: rule.__globals__[name].scalar
        for name in rule.__code__.co_names
        if getattr(rule.__globals__.get(name), "scalar", None) is not None
    }
    return FunctionType(rule.__code__, rule.__globals__ | scalars, closure=rule.__closure__) if scalars else rule


def _power(x, y):
    """x ** y, and nan where Python goes over to complex numbers: the same in every mode, as NumPy has it."""
    ans = x**y
    return float(np.power(x, y)) if ans.__class__ is complex else ans


_OPERATORS = {
    "add": (np.add, operator.add),
    "sub": (np.subtract, operator.sub),
    "mul": (np.multiply, operator.mul),
    "truediv": (np.divide, operator.truediv),
    "pow": (np.power, _power),
}
for _name, (_ufunc, _compute) in _OPERATORS.items():
    setattr(Var, f"__{_name}__", _method(_BINARY, _ufunc, _compute))
    setattr(Var, f"__r{_name}__", _method(_REFLECTED, _ufunc, _compute))
Var.__neg__ = _method(_UNARY, np.negative, operator.neg)


class _OfOneNumber(dict):
    """ufunc -> its method, written when it is first called; None for one without a function of Python floats."""

    def __missing__(self, ufunc):
        scalar = getattr(ufuncs.get(ufunc), "scalar", None) if ufunc.nin == 1 else None
        method = self[ufunc] = None if scalar is None else _method(_UNARY, ufunc, scalar)
        return method


_of_one_number = _OfOneNumber()


def _array_ufunc(self, ufunc, method, *inputs, **keywords):
    function = _of_one_number[ufunc]
    if function is not None and method == "__call__" and not keywords:
        return function(self)
    if ufunc is np.matmul and method == "__call__" and not keywords:
        return product(*inputs)
    return Tracer.__array_ufunc__(self, ufunc, method, *inputs, **keywords)


Var.__array_ufunc__ = _array_ufunc


def _getitem(self, index):
    """x[i] of a vector of floats is a number, which no view shares; slices are views."""
    x = self.primal
    if index.__class__ is int and x.__class__ is np.ndarray:
        ans = x[index]
        if ans.__class__ is np.float64:
            return self.level.append(ans, ((self.index,), _back_to_its_place, (index, x.shape)))
    view = part(self, index)
    return Tracer.__getitem__(self, index) if view is None else view


def _back_to_its_place(cotangent, kept, times):
    index, shape = kept
    like = Like(shape, _FLOAT64)
    if isinstance(cotangent, Tracer):
        return (getitem_back(cotangent, like, index),)
    return (Scatter(cotangent, index, like, True),)


Var.__getitem__ = _getitem
for _name, _method_of in {
    "__matmul__": product,
    "__rmatmul__": lambda self, other: product(other, self),
    "T": property(transposed),
}.items():
    setattr(Var, _name, _method_of)

for _name in (
    "__array_ufunc__",
    "__getitem__",
    "__matmul__",
    "__neg__",
    "__rmatmul__",
    "T",
    *(f"__{r}{name}__" for name in _OPERATORS for r in ("", "r")),
):
    setattr(Recorded, _name, getattr(Tracer, _name))
