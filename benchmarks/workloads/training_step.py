"""One training step of six networks beside PyTorch in eager mode: forward, backward, Adam in place, in float32.

Both start from the same parameters, which are passed as a state dict by name, and see the same batch. Losses and all
gradients are compared first. A step is what a training loop does with a batch at hand: `value_and_grad` and `step_`
here; `zero_grad`, `backward` and `torch.optim.Adam.step` there. Batch normalisation runs in training mode.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks import stopwatch
from benchmarks.comparison import THIS
from benchmarks.report import Goal, Report, Row
from benchmarks.workload import Workload

TITLE = "a training step with Adam, float32"
PEER = "PyTorch"
TOLERANCE = 2e-4  # of gradients relative to their largest entry: float32 sums of some 10,000 terms, in another order


@dataclass(frozen=True)
class Network:
    """A model here and there.

    label  what it is called
    bound  the goal: at most so many times PyTorch's time
    ours   rng -> (model, loss of the model), the batch in the closure
    theirs (torch, model of ours, the batch) -> (module, loss without arguments)
    """

    label: str
    bound: float
    ours: Callable[[np.random.Generator], tuple[Any, Callable[[Any], Any], dict]]
    theirs: Callable[[Any, Any, dict], tuple[Any, Callable[[], Any]]]


def classified(label: str, bound: float, batch: tuple[int, ...], make: Callable, twin: Callable) -> Network:
    """A network whose results are the logits of ten classes."""

    def ours(rng):
        from autodiff import nn

        model = make(nn, rng)
        x = rng.standard_normal(batch).astype(np.float32)
        y = rng.integers(0, 10, batch[0])
        return model, lambda model: nn.losses.cross_entropy(model(x), y), {"x": x, "y": y}

    def theirs(torch, model, given):
        module = twin(torch)
        load(torch, module, model.state_dict())
        x, y = torch.tensor(given["x"]), torch.tensor(given["y"])
        return module, lambda: torch.nn.functional.cross_entropy(module(x), y)

    return Network(label, bound, ours, theirs)


def load(torch: Any, module: Any, state: dict) -> None:
    module.load_state_dict({name: torch.tensor(array) for name, array in state.items()}, strict=False)
    module.train()


# -- feed-forward and convolutional ------------------------------------------------------------------------------------


def mlp(nn, rng):
    layers = [
        nn.Linear(784, 256, rng=rng),
        nn.ReLU(),
        nn.Linear(256, 128, rng=rng),
        nn.ReLU(),
        nn.Linear(128, 10, rng=rng),
    ]
    return nn.Sequential(*layers)


def torch_mlp(torch):
    nn = torch.nn
    return nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))


def lenet(nn, rng):
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2, rng=rng),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5, rng=rng),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120, rng=rng),
        nn.ReLU(),
        nn.Linear(120, 84, rng=rng),
        nn.ReLU(),
        nn.Linear(84, 10, rng=rng),
    )


def torch_lenet(torch):
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


def residual_ours(rng):
    from autodiff import nn

    model = nn.models.residual_block(32, rng=rng)
    x = rng.standard_normal((32, 32, 32, 32)).astype(np.float32)
    w = rng.standard_normal(x.shape).astype(np.float32)
    # Its input comes from a layer before it, so that a gradient with respect to it is wanted as well.
    model.before = np.ones((1, 32, 1, 1), np.float32)
    return model, lambda model: (model(x * model.before) * w).mean(), {"x": x, "w": w}


def residual_theirs(torch, model, given):
    class Block(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = torch.nn.Conv2d(32, 32, 3, padding=1, bias=False)
            self.bn1 = torch.nn.BatchNorm2d(32)
            self.conv2 = torch.nn.Conv2d(32, 32, 3, padding=1, bias=False)
            self.bn2 = torch.nn.BatchNorm2d(32)
            self.before = torch.nn.Parameter(torch.ones(1, 32, 1, 1))

        def forward(self, x):
            x = x * self.before
            y = torch.relu(self.bn1(self.conv1(x)))
            return torch.relu(self.bn2(self.conv2(y)) + x)

    module = Block()
    load(torch, module, model.state_dict())
    x, w = torch.tensor(given["x"]), torch.tensor(given["w"])
    return module, lambda: (module(x) * w).mean()


# -- recurrent ---------------------------------------------------------------------------------------------------------

STEPS, BATCH, INPUTS, HIDDEN = 64, 32, 64, 128


def lstm_ours(rng):
    from autodiff import nn

    model = nn.LSTM(INPUTS, HIDDEN, rng=rng)
    x = rng.standard_normal((BATCH, STEPS, INPUTS)).astype(np.float32)
    w = rng.standard_normal((BATCH, STEPS, HIDDEN)).astype(np.float32)
    return model, lambda model: (model(x)[0] * w).mean(), {"x": x, "w": w}


def lstm_theirs(torch, model, given):
    module = torch.nn.LSTM(INPUTS, HIDDEN, batch_first=True)
    load(torch, module, model.state_dict())
    x, w = torch.tensor(given["x"]), torch.tensor(given["w"])
    return module, lambda: (module(x)[0] * w).mean()


def loop_ours(rng):
    """The cell as the deck writes it, step by step, on plain arrays."""
    from autodiff import nn
    from autodiff.nn import functional as F

    class Cell(nn.Module):
        def __init__(self):
            self.wx = (rng.standard_normal((INPUTS, 4 * HIDDEN)) * 0.1).astype(np.float32)
            self.wh = (rng.standard_normal((HIDDEN, 4 * HIDDEN)) * 0.1).astype(np.float32)
            self.b = np.zeros(4 * HIDDEN, np.float32)

        def forward(self, x):
            h = c = np.zeros((BATCH, HIDDEN), np.float32)
            for t in range(STEPS):
                i, f, g, o = np.split(x[:, t] @ self.wx + h @ self.wh + self.b, 4, axis=1)
                c = F.sigmoid(f) * c + F.sigmoid(i) * np.tanh(g)
                h = F.sigmoid(o) * np.tanh(c)
            return h

    x = rng.standard_normal((BATCH, STEPS, INPUTS)).astype(np.float32)
    w = rng.standard_normal((BATCH, HIDDEN)).astype(np.float32)
    return Cell(), lambda model: (model(x) * w).mean(), {"x": x, "w": w}


def loop_theirs(torch, model, given):
    class Cell(torch.nn.Module):
        def __init__(self):
            super().__init__()
            for name, array in model.state_dict().items():
                setattr(self, name, torch.nn.Parameter(torch.tensor(array)))

        def forward(self, x):
            h = c = torch.zeros(BATCH, HIDDEN)
            for t in range(STEPS):
                i, f, g, o = (x[:, t] @ self.wx + h @ self.wh + self.b).chunk(4, dim=1)
                c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                h = torch.sigmoid(o) * torch.tanh(c)
            return h

    module = Cell()
    x, w = torch.tensor(given["x"]), torch.tensor(given["w"])
    return module, lambda: (module(x) * w).mean()


# -- attention ---------------------------------------------------------------------------------------------------------

VOCABULARY, CONTEXT, LAYERS, HEADS, WIDTH = 100, 64, 4, 4, 128


def gpt_ours(rng):
    from autodiff import nn

    config = nn.models.GPTConfig(VOCABULARY, CONTEXT, LAYERS, HEADS, WIDTH)
    model = nn.models.GPT(config, rng=rng)
    tokens = rng.integers(0, VOCABULARY, (16, CONTEXT + 1))
    x, y = tokens[:, :-1], tokens[:, 1:].ravel()

    def loss(model):
        return nn.losses.cross_entropy(model(x).reshape(-1, VOCABULARY), y)

    return model, loss, {"x": x, "y": y}


def gpt_theirs(torch, model, given):
    F = torch.nn.functional

    class Block(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.ln_1, self.ln_2 = torch.nn.LayerNorm(WIDTH), torch.nn.LayerNorm(WIDTH)
            self.attn = torch.nn.ModuleDict(
                {"c_attn": torch.nn.Linear(WIDTH, 3 * WIDTH), "c_proj": torch.nn.Linear(WIDTH, WIDTH)}
            )
            self.mlp = torch.nn.ModuleDict(
                {"c_fc": torch.nn.Linear(WIDTH, 4 * WIDTH), "c_proj": torch.nn.Linear(4 * WIDTH, WIDTH)}
            )

        def forward(self, x):
            n, t, d = x.shape
            q, k, v = self.attn["c_attn"](self.ln_1(x)).split(d, dim=2)
            q, k, v = (part.view(n, t, HEADS, d // HEADS).transpose(1, 2) for part in (q, k, v))
            u = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(n, t, d)
            x = x + self.attn["c_proj"](u)
            return x + self.mlp["c_proj"](F.gelu(self.mlp["c_fc"](self.ln_2(x)), approximate="tanh"))

    class GPT(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.wte, self.wpe = torch.nn.Embedding(VOCABULARY, WIDTH), torch.nn.Embedding(CONTEXT, WIDTH)
            self.h = torch.nn.ModuleList(Block() for _ in range(LAYERS))
            self.ln_f = torch.nn.LayerNorm(WIDTH)

        def forward(self, tokens):
            x = self.wte(tokens) + self.wpe(torch.arange(tokens.shape[1]))
            for block in self.h:
                x = block(x)
            return self.ln_f(x) @ self.wte.weight.T

    module = GPT()
    load(torch, module, {name: as_linear(name, array) for name, array in model.state_dict().items()})
    x, y = torch.tensor(given["x"]), torch.tensor(given["y"])
    return module, lambda: F.cross_entropy(module(x).reshape(-1, VOCABULARY), y)


def as_linear(name: str, array: Any) -> Any:
    """GPT-2's files keep the matrices of its linear maps transposed."""
    return array.T.copy() if ".c_" in name and name.endswith("weight") else array


NETWORKS = (
    classified("MLP 784-256-128-10, batch 128", 1.3, (128, 784), mlp, torch_mlp),
    classified("LeNet, batch 64", 1.5, (64, 1, 28, 28), lenet, torch_lenet),
    Network("residual block, 32 channels 32x32, batch 32", 2.0, residual_ours, residual_theirs),
    Network("LSTM 64->128, T=64, batch 32", 1.3, lstm_ours, lstm_theirs),
    Network("LSTM cell loop by hand, the same sizes", 1.0, loop_ours, loop_theirs),
    Network("GPT 4 layers d=128, T=64, batch 16", 1.8, gpt_ours, gpt_theirs),
)


# -- comparing and timing ----------------------------------------------------------------------------------------------


def problem(loss: Any, grads: Any, module: Any, their_loss: Callable[[], Any]) -> str:
    """How losses or gradients differ; empty where they do not."""
    value = their_loss()
    value.backward()
    theirs = value.item()
    if not abs(float(loss) - theirs) <= TOLERANCE * max(1.0, abs(theirs)):
        return f"the loss is {float(loss):.7g}, PyTorch's {theirs:.7g}"
    ours = {name: as_linear(name, array) for name, array in grads.state_dict().items()}
    for name, parameter in module.named_parameters():
        expected = parameter.grad.numpy()
        distance = np.abs(ours[name] - expected).max() / max(1e-6, np.abs(expected).max())
        if not distance <= TOLERANCE:
            return f"the gradient of {name} differs from PyTorch's by {distance:.1e} of its largest entry"
    return ""


def our_step(model: Any, loss: Callable) -> Callable[[], Any]:
    import autodiff as ad
    import optim

    optimizer = optim.adam(1e-3)
    state = optimizer.init(model)
    value_and_grad = ad.value_and_grad(loss)

    def step():
        value, grads = value_and_grad(model)
        optimizer.step_(grads, state, model)
        return value

    return step


def their_step(torch: Any, module: Any, loss: Callable) -> Callable[[], Any]:
    optimizer = torch.optim.Adam(module.parameters(), 1e-3)

    def step():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        optimizer.step()
        return value

    return step


def run(contestants, rounds, progress):
    import autodiff as ad

    report = Report("training", TITLE)
    torch = next((c.library for c in contestants if c.name == PEER), None)
    for network in NETWORKS:
        progress(f"training {network.label}")
        model, loss, given = network.ours(np.random.default_rng(31337))
        steps = {THIS: our_step(model, loss)}
        if torch is not None:
            torch.manual_seed(0)
            module, their_loss = network.theirs(torch, model, given)
            wrong = problem(*ad.value_and_grad(loss)(model), module, their_loss)
            if wrong:
                report.errors.append(f"{network.label}: {wrong}; nobody is timed")
                continue
            steps[PEER] = their_step(torch, module, their_loss)
        for _ in range(3):
            for step in steps.values():
                step()
        seconds = stopwatch.medians(steps, rounds, sample_seconds=0.2)
        report.rows.append(Row(network.label, "s", seconds))
        if torch is None:
            report.notes.append(f"{network.label}: {PEER} is absent, so the goal is not measured")
        else:
            report.goals.append(
                Goal(f"{network.label}: autodiff / {PEER}", seconds[THIS] / seconds[PEER], network.bound)
            )
    return report


WORKLOAD = Workload(
    id="training",
    title=TITLE,
    goal="at most 1.3 (MLP), 1.5 (LeNet), 2 (residual), 1.3 (LSTM), 1 (its cell by hand), 1.8 (GPT) times PyTorch",
    run=run,
)
