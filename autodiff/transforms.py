"""The verbs: grad, jvp, vjp, jacobian and their kin, on functions of arbitrary trees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import methods, rules, scalars, tree  # noqa: F401  (importing the first three teaches the tracers NumPy)
from .arguments import (
    Arguments,
    apart,
    as_gradients,
    as_tangent,
    differentiable,
    matching,
    named_after,
    one_like,
    plain,
    require_scalar,
    results_of,
    zero_like,
)
from .dual import Dual
from .errors import InputError, NonScalarOutputError
from .held import can_change
from .tape import BareTape, Tape, sweep
from .tracer import Level, Tracer, dtype_of, shape_of

__all__ = [
    "derivative",
    "grad",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "linearize",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]


def value_and_grad(f: Callable, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Callable:
    """(f(x), ∇f(x)) by reverse mode, as a function of the arguments of f.

    f         returns one real number; with has_aux, a pair of that and anything else
    argnums   the position of the argument to differentiate with respect to, or a tuple of positions

    The arguments are trees of floats and arrays. A gradient has the structure, shapes and dtypes of its argument;
    argnums=(0, 2) gives a tuple of two. With has_aux the value is the pair (f(x), aux), untraced. For complex
    z = x + iy the gradient is df/dx - i df/dy. Costs a small multiple of f, whatever the number of its arguments
    (Griewank and Walther 2008, section 3.3).

    Raises NonScalarOutputError where f returns anything but one real number, InputError where an argument is not
    made of floats.

    >>> value_and_grad(lambda x: x**3)(2.0)
    (8.0, 12.0)
    >>> value_and_grad(lambda p: p["a"] * (p["b"] ** 2).sum())({"a": 2.0, "b": np.array([1.0, 3.0])})
    (np.float64(20.0), {'a': 10.0, 'b': array([ 4., 12.])})
    """
    return _value_and_grad(f, argnums, has_aux, "value_and_grad")


def grad(f: Callable, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Callable:
    """∇f by reverse mode, as a function of the arguments of f: the second half of `value_and_grad`.

    With has_aux it returns the pair of gradient and aux.

    >>> grad(np.tanh)(0.0)
    1.0
    >>> grad(grad(lambda x: x**4))(2.0)
    48.0
    >>> grad(lambda x, y: x * y, argnums=(0, 1))(3.0, 5.0)
    (5.0, 3.0)
    """
    both = _value_and_grad(f, argnums, has_aux, "grad")

    @named_after(f)
    def gradient(*args, **kwargs):
        value, found = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def _value_and_grad(f, argnums, has_aux, name):
    @named_after(f)
    def value_and_gradient(*args, **kwargs):
        arguments = Arguments(name, argnums, args, kwargs)
        tape = BareTape()
        try:
            y = arguments.call(f, [tape.variable(leaf) for leaf in arguments.leaves])
            if has_aux:
                y, aux = _pair(y, name)
                aux = tree.map(lambda leaf: _lower(leaf, tape), aux)
            y = plain(y)
            value = _lower(y, tape)
            require_scalar(value, name)
        finally:
            records = tape.close()
        seeds = {y.index: one_like(value)} if y is not value else {}
        tape.check()
        found = sweep(records, seeds, range(len(arguments.leaves)))
        gradient = arguments.rebuild(as_gradients(found, arguments.leaves))
        return ((value, aux) if has_aux else value), gradient

    return value_and_gradient


def vjp(f: Callable, *primals: Any) -> tuple[Any, Callable]:
    """f(*primals), and its pullback: the function v -> vᵀJ, by reverse mode.

    The pullback takes a tree like the result of f and returns a tuple of cotangents, one for each primal. It can be
    called any number of times; f is not run again.

    >>> y, pullback = vjp(lambda x, y: x * np.sin(y), 2.0, 0.0)
    >>> y, pullback(1.0)
    (0.0, (0.0, 2.0))
    """
    arguments = Arguments("vjp", tuple(range(len(primals))), primals, {})
    tape = BareTape()
    try:
        variables = [tape.variable(tape.hold(x) if can_change(x) else x) for x in arguments.leaves]
        results, structure = results_of(arguments.call(f, variables))
        values = [_lower(y, tape) for y in results]
    finally:
        records = tape.close()

    def pullback(cotangents):
        given = matching(cotangents, structure, values, "cotangent", "the result of f")
        seeds = {}
        for y, value, cotangent in zip(results, values, given, strict=True):
            if y is not value:
                seeds[y.index] = seeds[y.index] + cotangent if y.index in seeds else cotangent
        tape.check()
        found = sweep(records, seeds, range(len(arguments.leaves)))
        return arguments.rebuild(as_gradients(found, arguments.leaves, given))

    return tree.unflatten(structure, list(map(apart, values))), pullback


def jvp(f: Callable, primals: Sequence, tangents: Sequence) -> tuple[Any, Any]:
    """f(*primals), and its derivative along the tangents, J·v, by forward mode: in one pass, without a tape.

    primals   a tuple of arguments, trees of floats and arrays
    tangents  a tuple of trees of the same structures and shapes

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    if not isinstance(primals, tuple | list) or not isinstance(tangents, tuple | list):
        raise InputError("jvp takes a tuple of primals and a tuple of tangents, one of each for every argument of f")
    arguments = Arguments("jvp", tuple(range(len(primals))), tuple(primals), {})
    structure = tree.structure(tuple(primals))
    directions = matching(tuple(tangents), structure, arguments.leaves, "tangent", "the primal")
    level = Level()
    try:
        duals = [Dual(x, t, level) for x, t in zip(arguments.leaves, directions, strict=True)]
        results, structure = results_of(arguments.call(f, duals))
    finally:
        level.closed = True
    values = [y.primal if _on(y, level) else y for y in results]
    pushed = [as_tangent(y.tangent, y.primal) if _on(y, level) else zero_like(y) for y in results]
    return tree.unflatten(structure, values), tree.unflatten(structure, pushed)


def derivative(f: Callable) -> Callable:
    """f' by forward mode, for f of one scalar, or of an array to which it is applied elementwise.

    >>> derivative(np.sin)(0.0)
    1.0
    >>> derivative(lambda x: x**2)(np.array([1.0, 2.0]))
    array([2., 4.])
    """

    @named_after(f)
    def derived(x, *args, **kwargs):
        x = differentiable(x, "the argument")
        return jvp(lambda x: f(x, *args, **kwargs), (x,), (one_like(x),))[1]

    return derived


def linearize(f: Callable, *primals: Any) -> tuple[Any, Callable]:
    """f(*primals), and the map v -> J·v at that point; f is run once, and each v costs only the derivative.

    >>> y, push = linearize(lambda x: x**2, 3.0)
    >>> y, push(1.0), push(10.0)
    (9.0, 6.0, 60.0)
    """
    arguments = Arguments("linearize", tuple(range(len(primals))), primals, {})
    taken_apart = tree.structure(tuple(primals))
    tape = Tape()
    try:
        results, structure = results_of(arguments.call(f, [tape.variable(leaf) for leaf in arguments.leaves]))
        values = [_lower(y, tape) for y in results]
    finally:
        tape.close()

    def push(*tangents):
        given = matching(tangents, taken_apart, arguments.leaves, "tangent", "the primal")
        known = tape.push(dict(enumerate(given)))
        return tree.unflatten(structure, [_pushed(known, y, value) for y, value in zip(results, values, strict=True)])

    return tree.unflatten(structure, list(map(apart, values))), push


def _pushed(known, y, value):
    return as_tangent(known[y.index], value) if y is not value and y.index in known else zero_like(value)


def stop_gradient(x: Any) -> Any:
    """x as a constant: the plain values of a tree, whatever transformation is running.

    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """
    return tree.map(lambda leaf: leaf.stopped() if isinstance(leaf, Tracer) else leaf, x)


def hvp(f: Callable, primals: Any, tangents: Any) -> Any:
    """Hessian-vector product, `H(x) v`, by forward over reverse; the Hessian is never formed.

    f        scalar-valued function of a tree
    primals  where to differentiate, a tree
    tangents the direction v, a tree of the same structure and shapes

    Returns a tree like `primals`. Costs about four evaluations of f (Griewank and Walther 2008, section 3.4).
    Raises NonScalarOutputError where f is not scalar, StructureError where the trees differ.

    >>> hvp(lambda x: (x**3).sum(), np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    array([6., 0.])
    """
    return jvp(grad(f), (primals,), (tangents,))[1]


# -- Jacobians ---------------------------------------------------------------------------------------------------------


def jacfwd(f: Callable, argnums: int | tuple[int, ...] = 0) -> Callable:
    """The Jacobian by forward mode, a column at a time: for functions with more results than arguments.

    J[i..., j...] = d f[i...] / d x[j...], so its shape is that of the result followed by that of the argument. For
    trees, a tree like the result with, at each leaf, a tree like the argument. f is run once.

    >>> jacfwd(lambda x: np.stack([x[0] * x[1], x[0]]))(np.array([2.0, 3.0]))
    array([[3., 2.],
           [1., 0.]])
    """
    return _jacobian(f, argnums, lambda rows, columns: False)


def jacrev(f: Callable, argnums: int | tuple[int, ...] = 0) -> Callable:
    """The Jacobian by reverse mode, a row at a time: for functions with more arguments than results.

    The layout is that of `jacfwd`; f is run once.

    >>> jacrev(lambda x: np.stack([x[0] * x[1], x[0]]))(np.array([2.0, 3.0]))
    array([[3., 2.],
           [1., 0.]])
    """
    return _jacobian(f, argnums, lambda rows, columns: True)


def jacobian(f: Callable, argnums: int | tuple[int, ...] = 0) -> Callable:
    """The Jacobian by whichever mode needs fewer passes, once the sizes are known; the layout is that of `jacfwd`.

    >>> jacobian(lambda x: x**2)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    return _jacobian(f, argnums, lambda rows, columns: rows < columns)


def hessian(f: Callable, argnums: int | tuple[int, ...] = 0) -> Callable:
    """The matrix of second derivatives of a scalar-valued f, by forward over reverse.

    H[i..., j...] has the shape of the argument twice; for trees, a tree of trees.

    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 3.0]))
    array([[6., 2.],
           [2., 0.]])
    """
    return jacfwd(grad(f, argnums), argnums)


def _jacobian(f, argnums, by_rows):
    @named_after(f)
    def jacobian_of_f(*args, **kwargs):
        arguments = Arguments("jacobian", argnums, args, kwargs)
        tape = Tape()
        try:
            results, structure = results_of(arguments.call(f, [tape.variable(leaf) for leaf in arguments.leaves]))
        finally:
            records = tape.close()
        rows, columns = sum(map(_size, results)), sum(map(_size, arguments.leaves))
        if by_rows(rows, columns):
            tape.check()
            blocks = [_rows(records, arguments.leaves, y, _lower(y, tape)) for y in results]
        else:
            blocks = _columns(tape, arguments.leaves, results)
        return tree.unflatten(structure, [arguments.rebuild(block) for block in blocks])

    return jacobian_of_f


def _rows(records, variables, y, value):
    """The blocks of one result, by pulling back each of its entries."""
    rows = []
    for unit in _units(value):
        seeds = {y.index: unit} if y is not value else {}
        rows.append(as_gradients(sweep(records, seeds, range(len(variables))), variables))
    return [_stacked([row[k] for row in rows], 0, shape_of(value) + shape_of(x)) for k, x in enumerate(variables)]


def _columns(tape, variables, results):
    """The blocks of all results, by pushing each entry of each variable forward."""
    values = [_lower(y, tape) for y in results]
    blocks = [[] for _ in results]
    for index, x in enumerate(variables):
        columns = [tape.push({index: unit}) for unit in _units(x)]
        for block, y, value in zip(blocks, results, values, strict=True):
            pushed = [_pushed(known, y, value) for known in columns]
            block.append(_stacked(pushed, -1, shape_of(value) + shape_of(x)))
    return blocks


def _units(x):
    """The unit vectors of the space of x."""
    if shape_of(x) == ():
        yield one_like(x)
        return
    for k in range(_size(x)):
        unit = np.zeros(_size(x), dtype_of(x) if dtype_of(x).kind in "fc" else np.float64)
        unit[k] = 1
        yield unit.reshape(shape_of(x))


def _stacked(parts, axis, shape):
    if not parts:
        return np.zeros(shape)
    return parts[0] if shape == () else np.reshape(np.stack(parts, axis=axis), shape)


def _size(x):
    return int(np.prod(shape_of(x), dtype=int))


def _on(x, level):
    return isinstance(x, Tracer) and x.level is level


def _lower(x, level):
    """x as it is outside of the transformation."""
    return plain(x).primal if _on(x, level) else plain(x)


def _pair(y, name):
    if not isinstance(y, tuple) or len(y) != 2:
        raise NonScalarOutputError.of(f"a {type(y).__name__}, though has_aux=True asks for a pair (value, aux)", name)
    return y
