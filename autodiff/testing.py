"""Derivatives checked against differences, for the tests of those who write functions and rules of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import tree
from .arguments import differentiable
from .differences import along, direction_at, finest, jump_of_slope, normal_like, precision, vector
from .entries import name_of, restricted, size_of
from .errors import CheckError, InputError
from .transforms import jvp, vjp

__all__ = ["check_grads"]

CERTAIN = 10  # an error estimate is an estimate: this many times it is taken to be certain


def check_grads(f, args, order=2, modes=("forward", "reverse"), rtol=None, atol=None, eps=None, rng=None):
    """Raises CheckError unless the derivatives of f at args agree with differences, in each mode and up to `order`.

        forward   J v  ~  (f(x + h v) - f(x - h v)) / 2h         reverse   <Jᵀ w, v>  ~  <w, the same difference>

    f      a function of arguments that are trees of floats and arrays, real or complex; returns such a tree
    args   the tuple of its arguments; all of them are differentiated
    order  of the highest derivative. That of order 2 is the derivative of J v, or of Jᵀ w, in each mode again, and so
           on: every nesting of the modes is checked
    modes  "forward", "reverse" or both
    rtol   relative tolerance; by default 1e-6 in double precision and 1e-3 in single: a wrong rule is wrong in its
           leading digits, rounding in the trailing ones
    atol   absolute tolerance; by default rtol / 1000 of the largest number in the leaf of the result
    eps    the first step h, in units of the entries of args; it is halved, and the differences extrapolated, until
           they are certain (by default from 1/8). Both tolerances are widened by the error that is left
    rng    a numpy.random.Generator for the directions v and w; by default the same ones in each call

    There is one random direction for each check, so the cost does not depend on the number of entries: some 10 to 50
    evaluations of f for order 1. Where a check fails, bisection finds an entry that is wrong, and the message gives
    mode, order, argument, entry, and the expected and found derivative. Where the differences do not converge, because
    of a kink, a jump, noise or the end of the domain, the message says so.

    Source: Griewank and Walther 2008, "Evaluating Derivatives", section 3.

    >>> check_grads(lambda x, y: np.sin(x) * y**2, (np.array([0.5, 1.0]), 3.0))
    """
    if not isinstance(args, tuple | list):
        raise InputError(f"check_grads takes the arguments of f as a tuple, not as a {type(args).__name__}")
    modes = (modes,) if isinstance(modes, str) else tuple(modes)
    if not modes or not set(modes) <= {"forward", "reverse"}:
        raise InputError(f'modes={modes!r}: give "forward", "reverse" or both')
    if not isinstance(order, int) or order < 1:
        raise InputError(f"order={order!r}: give the order of the highest derivative to check, 1 or more")
    x = tuple([_differentiable_tree(k, arg) for k, arg in enumerate(args)])
    rng = np.random.default_rng(0) if rng is None else rng
    step = {} if eps is None else {"step": eps}
    functions = [(f, ())]
    for _ in range(order):
        derived = []
        for function, taken in functions:
            comparison = _Comparison(function, x, taken, modes, rtol, atol, step, rng)
            derived += comparison.check()
        functions = derived


def _differentiable_tree(position, arg):
    leaves, structure = tree.flatten(arg)
    paths = [path for path, _ in tree.leaves_with_path(arg)]
    named = zip(paths, leaves, strict=True)
    return tree.unflatten(structure, [differentiable(leaf, f"argument {position}{path}") for path, leaf in named])


@dataclass(frozen=True, slots=True)
class _Verdict:
    """The numbers that were compared along one direction, and which of them are wrong."""

    expected: np.ndarray
    found: np.ndarray
    error: np.ndarray
    certain: np.ndarray
    wrong: np.ndarray

    @property
    def bad(self):
        return self.wrong | ~self.certain


class _Comparison:
    """The derivative of one function, which may be a derivative itself, with its differences."""

    def __init__(self, f, x, taken, modes, rtol, atol, step, rng):
        self.f, self.x, self.taken, self.modes, self.step, self.rng = f, x, taken, modes, step, rng
        with np.errstate(all="ignore"):  # what is not finite is reported below
            self.value = f(*x)
        unit = precision(x, self.value)
        self.rtol = (1e-6 if unit < 1e-12 else 1e-3) if rtol is None else rtol
        self.atol = atol
        self.order = len(taken) + 1

    def check(self):
        """Raises CheckError, or returns the derivatives, each with the modes that have been taken."""
        self._require_finite()
        v = direction_at(self.x, self.rng)
        difference = self._difference(v)
        w = tree.map(lambda drawn, scale: drawn / scale, normal_like(self.value, self.rng), self._scales(difference))
        derived = []
        for mode in self.modes:
            derivative = _Forward(self, v) if mode == "forward" else _Reverse(self, w)
            self._require_value(derivative.value, mode)
            if np.any(derivative.verdict(v, difference).bad):
                self._report(derivative, mode, v)
            derived.append((derivative.function, (*self.taken, mode)))
        return derived

    def _difference(self, v):
        return along(self.f, finest(self.x), finest(v), **self.step)

    def _scales(self, difference):
        """For each leaf of the result, how large its derivative is, so that a cotangent weighs the leaves equally."""
        leaves, structure = tree.flatten(self.value)
        scales, start = [], 0
        for leaf in leaves:
            size = size_of(leaf)
            scale = difference.scale[start] if size else 0.0
            scales.append(float(scale) if np.isfinite(scale) and scale > 0 else 1.0)
            start += size
        return tree.unflatten(structure, scales)

    def judge(self, difference, found):
        """The verdict on derivatives found for each number of the result."""
        atol = self.rtol / 1000 * difference.scale if self.atol is None else self.atol
        allowed = self.rtol * np.abs(difference.derivative) + atol + CERTAIN * difference.error
        wrong = ~(np.abs(found - difference.derivative) <= allowed)
        return _Verdict(difference.derivative, found, difference.error, difference.converges, wrong)

    # -- what is said

    def _require_finite(self):
        bad = ~np.isfinite(vector(self.value))
        if bad.any():
            where = name_of(self.value, int(np.flatnonzero(bad)[0]), "the result")
            what = "f" if not self.taken else f"the derivative of order {len(self.taken)} ({self._modes(self.taken)})"
            raise CheckError(
                f"{what} is not finite at the arguments given: {where} is {vector(self.value)[bad][0]}. "
                "Check at arguments where f is smooth."
            )

    def _require_value(self, value, mode):
        found, expected = vector(value), vector(self.value)
        close = np.isclose(found, expected, rtol=self.rtol, atol=self.rtol * np.max(np.abs(expected), initial=0.0))
        if found.shape != expected.shape or not close.all():
            raise CheckError(
                f"{self._where(mode)}: f itself changes when it is differentiated. "
                f"Untraced it returns {self.value!r:.200}, traced {value!r:.200}."
            )

    def _report(self, derivative, mode, v):
        start, stop = 0, vector(self.x).size
        verdict = self._along_part(derivative, v, start, stop)
        while stop - start > 1:
            middle = (start + stop) // 2
            for half in ((start, middle), (middle, stop)):
                tried = self._along_part(derivative, v, *half)
                if np.any(tried.bad):
                    (start, stop), verdict = half, tried
                    break
            else:
                break  # only together do they exceed the tolerance
        self._raise(verdict, mode, v, start, stop)

    def _along_part(self, derivative, v, start, stop):
        part = restricted(v, start, stop)
        return derivative.verdict(part, self._difference(part))

    def _raise(self, verdict, mode, v, start, stop):
        if stop - start == 1:
            step = complex(vector(v)[start])
            along, unit = ("", step.real) if step.imag == 0 else (f" along {step / abs(step):.3g}", abs(step))
        else:
            along, unit = f" and the {stop - start - 1} numbers after it, along a random direction", 1.0
        judged = verdict.wrong & verdict.certain
        where = int(np.argmax(np.where(judged, _distance(verdict), -1) if judged.any() else verdict.error))
        expected, found = _number(verdict.expected[where] / unit), _number(verdict.found[where] / unit)
        error = f"error about {abs(verdict.error[where] / unit):.0e}"
        what = (
            f"{self._where(mode)}: the derivative with respect to {_argument(self.x, start)}{along}"
            f"{self._result(mode, where)}"
        )
        if judged.any():
            advice = "Look for a wrong rule, or for a derivative stopped on the way."
            if self._has_kink(restricted(v, start, stop)):
                advice = "But f has a kink there, whose two slopes differ: check at other arguments."
            raise CheckError(f"{what} should be {expected} by differences ({error}), but {found} was found. {advice}")
        raise CheckError(
            f"{what} cannot be checked: differences do not converge there ({expected}, {error}; found was {found}). "
            "A kink, a jump, noise, or the end of the domain is near: check at other arguments, or with a smaller step "
            "`eps`."
        )

    def _has_kink(self, v):
        x, v = finest(self.x), finest(v)
        return np.any(jump_of_slope(self.f, x, v) > 1e-3 * along(self.f, x, v, **self.step).scale)

    def _result(self, mode, index):
        if mode == "reverse":
            return " of the result, summed with random weights,"
        return f" of {name_of(self.value, index, 'the result')}"

    def _where(self, mode):
        of = "" if not self.taken else f", {self._modes((*self.taken, mode))}"
        return f"{mode} mode, order {self.order}{of}"

    @staticmethod
    def _modes(taken):
        return " over ".join(reversed(taken))


class _Forward:
    """J v, and the function x -> J(x) v."""

    def __init__(self, comparison, v):
        self._comparison = comparison
        f, x = comparison.f, comparison.x
        self.value, _ = jvp(f, x, v)
        self.function = lambda *x: jvp(f, x, v)[1]

    def verdict(self, v, difference):
        found = jvp(self._comparison.f, self._comparison.x, v)[1]
        return self._comparison.judge(difference, vector(found))


class _Reverse:
    """Jᵀ w, and the function x -> J(x)ᵀ w."""

    def __init__(self, comparison, w):
        self._comparison, self._w = comparison, w
        f, x = comparison.f, comparison.x
        self.value, pullback = vjp(f, *x)
        self._pulled = pullback(w)
        self.function = lambda *x: vjp(f, *x)[1](w)

    def verdict(self, v, difference):
        """<Jᵀ w, v> beside <w, J v>, whose error is that of the difference with the same weights."""
        w, rtol, atol = vector(self._w), self._comparison.rtol, self._comparison.atol
        expected = np.real(np.sum(w * difference.derivative))
        error = np.sum(np.abs(w) * difference.error)
        scale = np.sum(np.abs(w) * np.abs(difference.derivative))
        found = np.real(np.sum(vector(self._pulled) * vector(v)))
        allowed = rtol * abs(expected) + (rtol / 1000 * scale if atol is None else atol) + CERTAIN * error
        certain = np.all(difference.converges)
        return _Verdict(*np.atleast_1d(expected, found, error, certain, not abs(found - expected) <= allowed))


def _distance(verdict):
    distance = np.abs(verdict.found - verdict.expected)
    return np.where(np.isnan(distance), np.inf, distance)


def _argument(x, index):
    for position, arg in enumerate(x):
        size = sum(map(size_of, tree.leaves(arg)))
        if index < size:
            return name_of(arg, index, f"argument {position}")
        index -= size
    raise IndexError(index)


def _number(x):
    x = complex(x)
    return f"{x.real:.10g}" if x.imag == 0 or np.isnan(x.imag) else f"{x:.10g}"
