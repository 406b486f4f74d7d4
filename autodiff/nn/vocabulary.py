"""Names that one looks for out of habit with other libraries, and what is there in their place."""

from __future__ import annotations

__all__ = ["OF_FUNCTIONAL", "OF_MODULES", "OF_NN", "absent"]

OF_MODULES = {
    "parameters": "named_parameters() has the arrays by path, ad.tree.leaves(model) as a list; an optimizer takes the "
    "model itself: state = opt.init(model)",
    "buffers": "named_buffers() has them by path",
    "modules": "named_modules() has them by path",
    "children": "named_modules() has all modules by path",
    "zero_grad": "nothing is accumulated: loss, grads = ad.value_and_grad(loss_of)(model) gives fresh gradients",
    "backward": "loss, grads = ad.value_and_grad(loss_of)(model) differentiates a function of the model",
    "requires_grad_": "model.freeze(pattern) and model.unfreeze(pattern)",
    "to": "model.astype(dtype) is a copy in another precision; there are no other devices",
    "half": "model.astype(np.float16)",
    "float": "model.astype(np.float32)",
    "double": "model.astype(np.float64)",
    "cuda": "all computation is NumPy's, on the CPU",
    "cpu": "all computation is NumPy's, on the CPU",
    "apply": "for name, module in model.named_modules(): ...; nn.initialize sets parameters by pattern",
    "register_buffer": "self.name = nn.Buffer(array)",
    "register_parameter": "self.name = array: attributes that are arrays of floats are parameters",
    "register_forward_hook": "nn.watched(model, watch) and nn.capture(model, x)",
    "add_module": "self.name = module, or a list or dict of modules",
    "fit": "nn.fit(model, loss, data, optimizer=...)",
    "compile": "nn.fit(model, loss, data, optimizer=...) takes all at once",
    "predict": "with model.eval_mode(): model(x)",
    "summary": "nn.summary(model, shape)",
    "save": "nn.save(path, model)",
    "load": "nn.load(path, model)",
}

OF_NN = {
    "Parameter": "an attribute that is an array of floats is a parameter; nn.Buffer(array) marks those that are not",
    "ParameterList": "a list of arrays is one",
    "ParameterDict": "a dict of arrays is one",
    "DataLoader": "nn.data.DataLoader",
    "Adam": "optim.adam(1e-3), of the package optim",
    "SGD": "optim.sgd(0.1), of the package optim",
    "utils": "gradients are clipped by nn.fit(..., clip_norm=1.0); nn.WeightNorm and nn.SpectralNorm are layers",
}

OF_FUNCTIONAL = {
    "mse_loss": "nn.losses.mse",
    "l1_loss": "nn.losses.l1",
    "smooth_l1_loss": "nn.losses.smooth_l1",
    "huber_loss": "nn.losses.huber",
    "gaussian_nll_loss": "nn.losses.gaussian_nll",
    "poisson_nll_loss": "nn.losses.poisson_nll",
    "cross_entropy": "nn.losses.cross_entropy",
    "nll_loss": "nn.losses.nll_loss",
    "ctc_loss": "nn.losses.ctc_loss",
    "kl_div": "nn.losses.kl_div",
    "binary_cross_entropy": "nn.losses.bce",
    "binary_cross_entropy_with_logits": "nn.losses.bce_with_logits",
    "normalize": "x / np.linalg.norm(x, axis=1, keepdims=True)",
}


def absent(owner: str, name: str, table: dict[str, str]) -> AttributeError:
    """The error for an attribute that is not there, with what is in its place.

    >>> str(absent("nn", "Parameter", OF_NN)).partition(":")[0]
    'nn has no Parameter'
    """
    hint = f": {table[name]}" if name in table else ""
    return AttributeError(f"{owner} has no {name}{hint}")
