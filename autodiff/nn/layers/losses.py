"""Losses as modules, with PyTorch's names: their options are attributes, and calling them calls `nn.losses`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import losses
from ..module import Buffer, Module

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CTCLoss",
    "CosineEmbeddingLoss",
    "CrossEntropyLoss",
    "GaussianNLLLoss",
    "HingeEmbeddingLoss",
    "HuberLoss",
    "KLDivLoss",
    "L1Loss",
    "MSELoss",
    "MarginRankingLoss",
    "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss",
    "MultiMarginLoss",
    "NLLLoss",
    "PoissonNLLLoss",
    "SmoothL1Loss",
    "SoftMarginLoss",
    "TripletMarginLoss",
]


class _Loss(Module):
    """A loss whose keywords are the arguments of its constructor. An array among them is a buffer, not trained."""

    function: Callable

    def _keep(self, options: dict[str, Any]) -> None:
        self._names = tuple(name for name in options if name not in ("self", "__class__"))
        for name in self._names:
            value = options[name]
            if isinstance(value, list | tuple):
                value = np.asarray(value, np.float32)
            setattr(self, name, Buffer(value) if isinstance(value, np.ndarray) else value)

    def forward(self, *arguments: Any) -> Any:
        return type(self).function(*arguments, **{name: getattr(self, name) for name in self._names})

    def options(self) -> str:
        defaults = inspect.signature(type(self).__init__).parameters
        shown = []
        for name in self._names:
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                shown.append(f"{name}=<{value.size} numbers>")
            elif value != defaults[name].default:
                shown.append(f"{name}={value!r}")
        return ", ".join(shown)


class L1Loss(_Loss):
    """|x - y|; see `losses.l1`.

    >>> float(L1Loss()(np.array([1.0]), np.array([3.0])))
    2.0
    """

    function = staticmethod(losses.l1)

    def __init__(self, *, reduction: str = "mean"):
        self._keep(locals())


class MSELoss(_Loss):
    """(x - y)²; see `losses.mse`.

    >>> MSELoss(reduction="sum")
    MSELoss(reduction='sum')
    """

    function = staticmethod(losses.mse)

    def __init__(self, *, reduction: str = "mean"):
        self._keep(locals())


class HuberLoss(_Loss):
    """d²/2 near 0, δ (|d| - δ/2) beyond δ; see `losses.huber`."""

    function = staticmethod(losses.huber)

    def __init__(self, *, reduction: str = "mean", delta: float = 1.0):
        self._keep(locals())


class SmoothL1Loss(_Loss):
    """d²/2β near 0, |d| - β/2 beyond β; see `losses.smooth_l1`."""

    function = staticmethod(losses.smooth_l1)

    def __init__(self, *, reduction: str = "mean", beta: float = 1.0):
        self._keep(locals())


class PoissonNLLLoss(_Loss):
    """eˣ - y x; see `losses.poisson_nll`."""

    function = staticmethod(losses.poisson_nll)

    def __init__(self, log_input: bool = True, full: bool = False, *, eps: float = 1e-8, reduction: str = "mean"):
        self._keep(locals())


class GaussianNLLLoss(_Loss):
    """(log v + (x - y)²/v) / 2, called with (prediction, target, var); see `losses.gaussian_nll`."""

    function = staticmethod(losses.gaussian_nll)

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean"):
        self._keep(locals())


class BCELoss(_Loss):
    """-y log p - (1 - y) log(1 - p); see `losses.bce`."""

    function = staticmethod(losses.bce)

    def __init__(self, weight: Any = None, *, reduction: str = "mean"):
        self._keep(locals())


class BCEWithLogitsLoss(_Loss):
    """The same from logits; see `losses.bce_with_logits`."""

    function = staticmethod(losses.bce_with_logits)

    def __init__(self, weight: Any = None, *, reduction: str = "mean", pos_weight: Any = None):
        self._keep(locals())


class CrossEntropyLoss(_Loss):
    """log Σⱼ exp(xⱼ) - x_y, from logits; see `losses.cross_entropy`.

    >>> CrossEntropyLoss(label_smoothing=0.1)
    CrossEntropyLoss(label_smoothing=0.1)
    """

    function = staticmethod(losses.cross_entropy)

    def __init__(
        self,
        weight: Any = None,
        *,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
        axis: int | None = None,
    ):
        self._keep(locals())


class NLLLoss(_Loss):
    """-x_y, of log-probabilities; see `losses.nll_loss`."""

    function = staticmethod(losses.nll_loss)

    def __init__(
        self, weight: Any = None, *, ignore_index: int = -100, reduction: str = "mean", axis: int | None = None
    ):
        self._keep(locals())


class KLDivLoss(_Loss):
    """q (log q - x), of log-probabilities x; see `losses.kl_div`."""

    function = staticmethod(losses.kl_div)

    def __init__(self, *, reduction: str = "mean", log_target: bool = False):
        self._keep(locals())


class CTCLoss(_Loss):
    """Called with (log_probs, targets, input_lengths, target_lengths); see `losses.ctc_loss`."""

    function = staticmethod(losses.ctc_loss)

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False):
        self._keep(locals())


class HingeEmbeddingLoss(_Loss):
    """x for y = 1, max(0, margin - x) for y = -1; see `losses.hinge_embedding`."""

    function = staticmethod(losses.hinge_embedding)

    def __init__(self, margin: float = 1.0, *, reduction: str = "mean"):
        self._keep(locals())


class SoftMarginLoss(_Loss):
    """log(1 + exp(-y x)); see `losses.soft_margin`."""

    function = staticmethod(losses.soft_margin)

    def __init__(self, *, reduction: str = "mean"):
        self._keep(locals())


class MarginRankingLoss(_Loss):
    """max(0, -y (x₁ - x₂) + margin); see `losses.margin_ranking`."""

    function = staticmethod(losses.margin_ranking)

    def __init__(self, margin: float = 0.0, *, reduction: str = "mean"):
        self._keep(locals())


class MultiMarginLoss(_Loss):
    """Σ max(0, margin - x_y + xⱼ)ᵖ / C; see `losses.multi_margin`."""

    function = staticmethod(losses.multi_margin)

    def __init__(self, p: int = 1, margin: float = 1.0, weight: Any = None, *, reduction: str = "mean"):
        self._keep(locals())


class MultiLabelMarginLoss(_Loss):
    """Σ max(0, 1 - (x_y - xⱼ)) / C, with 0 and 1 as target; see `losses.multilabel_margin`."""

    function = staticmethod(losses.multilabel_margin)

    def __init__(self, *, reduction: str = "mean"):
        self._keep(locals())


class MultiLabelSoftMarginLoss(_Loss):
    """The mean over classes of BCEWithLogitsLoss; see `losses.multilabel_soft_margin`."""

    function = staticmethod(losses.multilabel_soft_margin)

    def __init__(self, weight: Any = None, *, reduction: str = "mean"):
        self._keep(locals())


class CosineEmbeddingLoss(_Loss):
    """1 - cos for y = 1, max(0, cos - margin) for y = -1; see `losses.cosine_embedding`."""

    function = staticmethod(losses.cosine_embedding)

    def __init__(self, margin: float = 0.0, *, reduction: str = "mean"):
        self._keep(locals())


class TripletMarginLoss(_Loss):
    """max(0, d(a, p) - d(a, n) + margin); see `losses.triplet_margin`."""

    function = staticmethod(losses.triplet_margin)

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        *,
        reduction: str = "mean",
    ):
        self._keep(locals())
