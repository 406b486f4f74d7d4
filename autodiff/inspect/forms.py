"""How a record is written: as an operator, as an index, as a call of NumPy, or as a call of what is given beside it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..dispatch import Primitive
from ..elementwise import Elementwise
from ..tape import Reference
from ..tracer import unwrap
from .notation import Short, public_name
from .reading import is_variable, position

__all__ = ["equation", "is_python_number", "operands_of", "statements"]

OPERATORS = {
    np.add: "+",
    np.subtract: "-",
    np.multiply: "*",
    np.divide: "/",
    np.remainder: "%",
    np.power: "**",
    np.matmul: "@",
}  # fmt: skip
SIGNS = {np.negative: "-", np.positive: "+"}
_PYTHON_NUMBERS = (float, int, complex)
_ARITHMETIC = (np.ndarray, np.generic, *_PYTHON_NUMBERS)


class Operand(NamedTuple):
    """An operand as text, with what the choice of a form may depend on."""

    text: str
    value: object
    is_constant: bool
    is_python_number: bool  # where the text is evaluated, which is not to say that the value on the tape is one


# -- forms of their own: statements that give the target its value, or None for the form of all others -----------------


def _getitem(notation, target, operands, params):
    return [f"{target} = {operands[0].text}[{notation.index(params['index'])}]"]


def _index_update(notation, target, operands, params):
    x, v = operands
    return [
        f"{target} = {notation.numpy}array({x.text})",
        f"{target}[{notation.index(params['index'])}] = {v.text}",
    ]


def _index_add(notation, target, operands, params):
    x, v = operands
    index = notation.value(params["index"])
    return [f"{target} = {notation.numpy}array({x.text})", f"{notation.numpy}add.at({target}, {index}, {v.text})"]


def _astype(notation, target, operands, params):
    (x,) = operands
    dtype = notation.dtype(np.dtype(params["dtype"]))
    return [f"{target} = {dtype}({x.text})" if x.is_python_number else f"{target} = {x.text}.astype({dtype})"]


def _joined(name):
    def form(notation, target, operands, params):
        arrays = ", ".join([operand.text for operand in operands])
        return [f"{target} = {notation.numpy}{name}([{arrays}]{_keywords(notation, params)})"]

    return form


def _sum(notation, target, operands, params):
    """np.add.reduce, which takes the first axis where np.sum takes all."""
    params = {"axis": 0} | params
    if params["axis"] is None:
        del params["axis"]
    return [f"{target} = {notation.numpy}sum({_arguments(notation, operands, params)})"]


def _einsum(notation, target, operands, params):
    params = dict(params)
    first = Operand(notation.value(params.pop("subscripts")), None, True, False)
    if params.get("optimize") is False:
        del params["optimize"]
    return [f"{target} = {notation.numpy}einsum({_arguments(notation, [first, *operands], params)})"]


def _order_statistics(notation, target, operands, params):
    rows, ranks = operands[0].text, notation.value(params["ranks"])
    in_order = f"{notation.numpy}sort({rows}, axis=-1)"
    if params["ranks"].ndim == 1:
        return [f"{target} = {in_order}[..., {ranks}]"]
    return [f"{target} = {notation.numpy}take_along_axis({in_order}, {ranks}, axis=-1)"]


def _embed_diagonal(notation, target, operands, params):
    """np.diag makes square matrices; NumPy has nothing that puts diagonals into other arrays."""
    diagonal, shape, offset, axis1, axis2 = operands
    if len(shape.value) == 2 and (axis1.value, axis2.value) == (0, 1) and len(set(shape.value)) == 1:
        return [f"{target} = {notation.numpy}diag({diagonal.text}, {offset.text})"]
    return None


def _norm(notation, target, operands, params):
    x, axis, keepdims, *order = operands
    of_two_axes = axis.value.__class__ is not tuple or len(axis.value) <= 2
    name = "norm" if of_two_axes and not order else "vector_norm"
    params = {"ord": order[0].value} if order else {}
    params |= {"axis": axis.value} if axis.value is not None else {}
    params |= {"keepdims": True} if keepdims.value else {}
    return [f"{target} = {notation.linalg}{name}({_arguments(notation, [x], params)})"]


def _lstsq(notation, target, operands, params):
    return [f"{target} = {notation.linalg}lstsq({_arguments(notation, operands, params)})[0]"]


def _svd(notation, target, operands, params):
    params = {"full_matrices": False} | ({"hermitian": True} if operands[1].value else {})
    return [f"{target} = {notation.linalg}svd({_arguments(notation, operands[:1], params)})"]


def _from_triangle(notation, target, operands, params):
    """The Hermitian matrix of which NumPy reads only a triangle."""
    if not notation.is_exact:
        return None
    x, triangle = operands
    np_, part = notation.numpy, "tril" if triangle.value == "L" else "triu"
    return [
        f"{target} = {np_}{part}({x.text}) * (1 - {np_}eye({x.text}.shape[-1], dtype={x.text}.dtype) / 2)",
        f"{target} = {target} + {np_}conj({np_}swapaxes({target}, -1, -2))",
    ]


def _one_minus_square(notation, target, operands, params):
    (x,) = operands
    return [f"{target} = (1 - {x.text}) * (1 + {x.text})"]


def _modf(notation, target, operands, params):
    return [f"{target} = {notation.numpy}modf({operands[0].text})[0]"]


def _called(name):
    def form(notation, target, operands, params):
        return [f"{target} = {notation.numpy}{name}({_arguments(notation, operands, params)})"]

    return form


FORMS = {
    "astype": _astype,
    "broadcast_to": _called("broadcast_to"),
    "clip": _called("clip"),
    "concatenate": _joined("concatenate"),
    "einsum": _einsum,
    "embed_diagonal": _embed_diagonal,
    "from_triangle": _from_triangle,
    "getitem": _getitem,
    "imag": _called("imag"),
    "index_add": _index_add,
    "index_update": _index_update,
    "lstsq": _lstsq,
    "modf": _modf,
    "norm": _norm,
    "one_minus_square": _one_minus_square,
    "order_statistics": _order_statistics,
    "pad": _called("pad"),
    "real": _called("real"),
    "stack": _joined("stack"),
    "sum": _sum,
    "svd": _svd,
}
"""By the names of the primitives of this package that are written in a way of their own; None is: as all others."""


# -- the forms in general ----------------------------------------------------------------------------------------------


def operands_of(entry, called, notation, python_numbers=()):
    """The operands of an entry, given the names of all values, and the indices of those that are Python numbers."""
    return [
        Operand(called[a.index], None, False, a.index in python_numbers)
        if isinstance(a, Reference)
        else Operand(notation.value(a), a, True, a.__class__ in _PYTHON_NUMBERS)
        for a in map(unwrap, entry.operands)  # to the tape, values of other transformations are constants
    ]


def statements(entry, target, notation, operands):
    """The lines that give the target, or the targets, the value of an entry."""
    primitive, params = entry.primitive, entry.params
    function, public = primitive.function, public_name(primitive.function)
    if primitive.name in FORMS and (public or _is_ours(function) or isinstance(function, np.ufunc)):
        lines = FORMS[primitive.name](notation, target, operands, params)
        if lines is not None:
            return lines
    operator = _operator(function, operands) if not params else None
    if operator is not None:
        return [f"{target} = {operator}"]
    if public is None or type(primitive).evaluate not in (Primitive.evaluate, Elementwise.evaluate):
        function = primitive.evaluate
    call = notation.function(function, primitive.name)
    return [f"{target} = {call}({_arguments(notation, operands, params)})"]


def equation(tape, index, called):
    """What a record says, for people: `v3 = sin(v2)`, or the name alone for a variable."""
    entry, target = tape.entries[index], called[index]
    if is_variable(entry):
        return target
    place = position(tape, index)
    if place is not None:
        entry = tape.entries[place[0]]
    notation = Short()
    lines = statements(entry, target, notation, operands_of(entry, called, notation))
    return "; ".join(lines) + (f"[{place[1]}]" if place else "")


def _is_ours(function):
    return (getattr(function, "__module__", None) or "").startswith(f"{__name__.partition('.')[0]}.")


def _operator(function, operands):
    if function in SIGNS:
        return f"{SIGNS[function]}{operands[0].text}"
    if function not in OPERATORS or not _behaves_like_numpy(function, *operands):
        return None
    left, right = (operand.text for operand in operands)
    if function is np.power and left.startswith("-"):
        left = f"({left})"
    return f"{left} {OPERATORS[function]} {right}"


def _behaves_like_numpy(function, left, right):
    """Whether Python's operator does: on two Python numbers, (-8.0) ** 0.5 is complex, and 0.0 ** -1 an error."""
    if not all(isinstance(x.value, _ARITHMETIC) for x in (left, right) if x.is_constant):
        return False
    if function is np.power and left.is_python_number and right.is_python_number:
        return right.is_constant and right.value.__class__ is int and right.value >= 0
    return True


def is_python_number(entry, operands=()):
    """Whether the source computes an entry in Python numbers, when it is given what the tape was given."""
    if entry.primitive is None:
        return not entry.operands and entry.value.__class__ in _PYTHON_NUMBERS
    operator = None if entry.params else _operator(entry.primitive.function, operands)
    return operator is not None and all(operand.is_python_number for operand in operands)


def _arguments(notation, operands, params):
    return ", ".join([operand.text for operand in operands]) + _keywords(notation, params)


def _keywords(notation, params):
    return "".join([f", {name}={notation.value(value)}" for name, value in params.items()])
