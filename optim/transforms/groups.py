"""Different leaves, different methods: masks and groups of parameters, by the paths of leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..layout import Layout
from .composite import Composite, Wrapper
from .loss import Loss
from .paths import Where, chosen_leaves, leaf_paths
from .saved import plain, put_back
from .transform import Transform, Workspace

__all__ = ["Freeze", "Groups", "Masked", "Part", "apply_parts", "freeze", "groups", "masked", "report_rates"]


class Part:
    """Some of the leaves as vectors of their own, on which a transform works with its own workspace and state."""

    def __init__(self, transform: Transform, workspace: Workspace, chosen: list[bool]):
        layout = workspace.layout
        paths = leaf_paths(layout)
        one = np.zeros((), workspace.dtype)
        # a tree that is a dict has its leaves in the order of the keys
        indices = sorted((k for k in range(len(paths)) if chosen[k]), key=paths.__getitem__)
        self.transform = transform
        self.places = [layout.slices[k] for k in indices]
        self.workspace = Workspace(
            Layout({paths[k]: np.broadcast_to(one, layout.shapes[k]) for k in indices}), workspace.dtype
        )
        self.inner = transform.start(self.workspace)
        self.u, self.x = self.workspace.zeros(), self.workspace.zeros()

    def apply(self, u: np.ndarray, outer: Workspace) -> None:
        self._prepare(outer)
        self.take(u, self.u)
        self.transform.apply(self.u, self.inner, self.workspace)
        self.put(self.u, u)

    def evaluation(self, x: np.ndarray) -> np.ndarray:
        own = self.take(x, self.workspace.zeros())
        found = self.transform.evaluation(self.inner, own, self.workspace)
        return x if found is own else self.put(found, x.copy())

    def export(self) -> dict[str, Any]:
        return {"inner": plain(self.inner), "learning_rate": self.workspace.learning_rate}

    def restore(self, saved: dict[str, Any]) -> None:
        self.inner = put_back(self.inner, saved["inner"])
        self.workspace.learning_rate = saved["learning_rate"]

    def take(self, vector: np.ndarray, out: np.ndarray) -> np.ndarray:
        for place, own in zip(self.places, self.workspace.layout.slices, strict=True):
            out[own] = vector[place]
        return out

    def put(self, part: np.ndarray, out: np.ndarray) -> np.ndarray:
        for place, own in zip(self.places, self.workspace.layout.slices, strict=True):
            out[place] = part[own]
        return out

    def _prepare(self, outer):
        workspace = self.workspace
        if outer.x is not None:
            workspace.x = self.take(outer.x, self.x)
        workspace.value = outer.value
        if self.transform.needs_loss:
            workspace.loss = self._loss(outer.loss, outer.x)

    def _loss(self, loss, x):
        """The loss as a function of these leaves, the others being what they are."""

        def product(part, v):
            return own(loss.product(whole(part), self.put(v, np.zeros_like(x))))

        def whole(part):
            return self.put(part, x.copy())

        def own(vector):
            return self.take(vector, self.workspace.zeros())

        return Loss(lambda part: loss.value(whole(part)), lambda part: own(loss.gradient(whole(part))), product)


def apply_parts(parts: dict[str, Part], u: np.ndarray, workspace: Workspace) -> None:
    """Every part's step on its own leaves."""
    for part in parts.values():
        part.apply(u, workspace)
    report_rates(parts, workspace)


def report_rates(parts: dict[str, Part], workspace: Workspace) -> None:
    workspace.groups = {name: part.workspace.learning_rate for name, part in parts.items()}
    workspace.learning_rate = next(iter(workspace.groups.values()))


@dataclass(frozen=True)
class Masked(Wrapper):
    """The transform `inner` on the chosen leaves; see `masked`."""

    inner: Transform
    where: Where

    def start(self, workspace: Workspace):
        chosen = chosen_leaves(self.where, workspace.layout)
        if not any(chosen):
            return {"part": None}
        part = Part(self.inner, workspace, chosen)
        workspace.learning_rate = part.workspace.learning_rate
        return {"part": part}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        if (part := state["part"]) is not None:
            part.apply(u, workspace)
            if part.workspace.learning_rate == part.workspace.learning_rate:  # not nan: it has one
                workspace.learning_rate = part.workspace.learning_rate

    def evaluation(self, state: Any, x: np.ndarray, workspace: Workspace) -> np.ndarray:
        return x if state["part"] is None else state["part"].evaluation(x)


@dataclass(frozen=True)
class Groups(Composite):
    """Each leaf goes to the transform of the first group that it belongs to; see `groups`."""

    members: tuple[tuple[str, Transform], ...]
    default: Transform | None = None
    name = "groups"

    @property
    def parts(self) -> tuple[Transform, ...]:  # type: ignore[override]
        return tuple(transform for _, transform in self._all())

    def start(self, workspace: Workspace):
        layout = workspace.layout
        free = [True] * len(layout.shapes)
        parts = {}
        for pattern, transform in self.members:
            chosen = [a and b for a, b in zip(free, chosen_leaves(pattern, layout), strict=True)]
            if not any(chosen):
                raise ValueError(f"all leaves that match {pattern!r} are in groups before it; give it an earlier place")
            free = [a and not b for a, b in zip(free, chosen, strict=True)]
            parts[pattern] = Part(transform, workspace, chosen)
        if any(free):
            if self.default is None:
                left = ", ".join(repr(p) for p, is_free in zip(leaf_paths(layout), free, strict=True) if is_free)
                raise ValueError(f"no group has the parameters {left}; give a default, such as freeze()")
            parts["default"] = Part(self.default, workspace, free)
        report_rates(parts, workspace)
        return {"parts": parts}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        apply_parts(state["parts"], u, workspace)

    def evaluation(self, state: Any, x: np.ndarray, workspace: Workspace) -> np.ndarray:
        for part in state["parts"].values():
            x = part.evaluation(x)
        return x

    def _all(self):
        return self.members if self.default is None else (*self.members, ("default", self.default))


@dataclass(frozen=True)
class Freeze(Transform):
    """u ← 0."""

    name = "freeze"

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        u[:] = 0


def masked(transform: Transform, where: Where) -> Transform:
    """The transform on some leaves only; what goes in for the others comes out unchanged.

    where  a pattern of paths with the wildcards of a shell, such as "*.weight"; a function of a leaf's path and shape;
           or a tree of booleans like the parameters. Paths are written with dots: layers.0.weight

    Unchanged means: a gradient stays a gradient. For leaves that shall not move, see `groups` and `freeze`.

    Raises ValueError, when `init` is called, where a pattern matches nothing.

    >>> import optim
    >>> opt = optim.chain(masked(optim.add_decayed_weights(0.5), "w*"), optim.sgd(1.0))
    >>> params = {"w1": np.array([2.0]), "b1": np.array([2.0])}
    >>> opt.step({"w1": np.array([1.0]), "b1": np.array([1.0])}, opt.init(params), params)[0]
    {'b1': array([1.]), 'w1': array([0.])}
    """
    return Masked(transform, where)


def groups(by_pattern: Mapping[str, Transform], default: Transform | None = None) -> Transform:
    """Groups of parameters, each with its method: a leaf goes to the first pattern that its path matches.

    by_pattern  {pattern of paths: transform}; paths are written with dots, patterns with the wildcards of a shell
    default     for leaves that match none

    `state.learning_rates` gives the rate of each group; `state.learning_rate` is that of the first.

    Raises ValueError, when `init` is called, where a pattern matches nothing, or a leaf has no group and there is no
    default.

    >>> import optim
    >>> opt = groups({"*bias": optim.sgd(1.0), "head.*": optim.sgd(0.1)}, default=freeze())
    >>> params = {"body": {"bias": 0.0, "weight": 0.0}, "head": {"weight": 0.0}}
    >>> grads = {"body": {"bias": 1.0, "weight": 1.0}, "head": {"weight": 1.0}}
    >>> params, state = opt.step(grads, opt.init(params), params)
    >>> params
    {'body': {'bias': -1.0, 'weight': 0.0}, 'head': {'weight': -0.1}}
    >>> state.learning_rates
    {'*bias': 1.0, 'head.*': 0.1, 'default': nan}
    """
    for pattern, transform in by_pattern.items():
        if not isinstance(transform, Transform):
            raise TypeError(f"the group {pattern!r} must have a transform, not a {type(transform).__name__}")
    if not by_pattern:
        raise ValueError("give at least one group: {pattern: transform}")
    return Groups(tuple(by_pattern.items()), default)


def freeze() -> Transform:
    """Parameters that stay as they are:  u ← 0.

    >>> opt = freeze()
    >>> opt.step(np.array([1.0]), opt.init(np.array([3.0])), np.array([3.0]))[0]
    array([3.])
    """
    return Freeze()
