"""A transformer learns to copy.

    u_t = Σ_τ α_tτ v_τ,    α_t· = softmax over τ of qₜᵀ k_τ / √d

The Annotated Transformer's first task: sequences of ten symbols out of ten, to be told again. The encoder looks at all
of a sequence; the decoder looks at what the encoder made of it, and at the symbols that it has told itself. The rate
of ADAM is that of "Attention is all you need",

    α_n = ½ d^(−1/2) min(n^(−1/2), n w^(−3/2)),

up for w steps and then down (the ½ is the tutorial's), here to nought in the last quarter, so that training ends at
rest. Of each target a tenth is spread evenly over all symbols (label smoothing), and a tenth of all activations is
dropped. To tell symbol t + 1 the decoder must find it in the source: its attention is a diagonal, though nobody told it
where to look.
"""

import numpy as np

import optim
from autodiff import nn
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.picture import COLOURS, figure

VOCABULARY, LENGTH, BATCH, STEPS, SEED = 11, 10, 64, 800, 0
SIZES = {"d_model": 64, "nhead": 4, "num_encoder_layers": 2, "num_decoder_layers": 2, "dim_feedforward": 128}
WARMUP, SMOOTHING = 400, 0.1
# The least that label smoothing allows: the entropy of a target that has 1 − ε + ε/V at its symbol, ε/V at the others.
ENTROPY = -sum(p * np.log(p) for p in [1 - SMOOTHING + SMOOTHING / VOCABULARY] + [SMOOTHING / VOCABULARY] * 10)


def loss(model, sequences):
    """The decoder is told the symbols up to t, and has to tell the next one, for all t at once."""
    logits = model(sequences, sequences[:, :-1])
    return nn.losses.cross_entropy(logits, sequences[:, 1:], label_smoothing=SMOOTHING, axis=-1)


def train(rng, steps=STEPS, sizes=SIZES):
    """The model, and the course of its training, in which no sequence comes twice but by chance."""
    model = nn.models.Seq2SeqTransformer(VOCABULARY, VOCABULARY, **sizes, dropout=0.1, rng=rng)
    rate = optim.schedules.inverse_square_root(0.5 * (sizes["d_model"] * WARMUP) ** -0.5, WARMUP)
    fall = optim.schedules.linear(1.0, 0.0, steps=steps // 4, begin=steps - steps // 4)
    optimizer = optim.adam(optim.schedules.product(rate, fall), beta2=0.98, epsilon=1e-9)
    training = nn.data.copy_task(rng, steps * BATCH, LENGTH, VOCABULARY)
    history = nn.fit(model, loss, (training,), optimizer=optimizer, batch_size=BATCH)
    return model.eval(), history


def copied(model, sequences):
    """What the model tells after the first symbol, each time the likeliest, (N, 9). Symbol 0, padding, would end it."""
    told = model.generate(sequences, start=1, stop=0, length=sequences.shape[1] - 1)
    return np.pad(told, ((0, 0), (0, sequences.shape[1] - 1 - told.shape[1])))


class SelfAttention(nn.Watch):
    """Keeps the weights with which the decoder's layers look at what was told before, (N, heads, T, T), by path."""

    def __init__(self):
        self.weights = {}

    def after(self, path, module, args, out):
        if path.startswith("transformer.decoder") and path.endswith("self_attn"):
            self.weights[path] = module.forward(*args, causal=True, return_weights=True)[1]
        return out


@demo(
    slide="Transformer architectures",
    data="generated: sequences of ten symbols, the first of them always 1",
    asserts="200 held-out sequences and 1 ... 10 are copied without a fault; where attention looks, and cannot",
    erratum=(
        "The last line of the decoder's unrolling must end in the symbol T − 1, and the first symbol given is one for "
        "the start. In causal attention the softmax goes over τ ≤ t only; else weights do not sum to 1."
    ),
)
def transformer_copy():
    rng = np.random.default_rng(SEED)
    held_out, counting = nn.data.copy_task(rng, 200, LENGTH, VOCABULARY), np.arange(1, 11)[None]
    model, history = train(rng)
    told = held_out[:, :-1]
    own = SelfAttention()
    logits, cross = nn.watched(model, own)(held_out, told, return_weights=True)
    t = np.arange(LENGTH - 1)
    on_source = np.array([layer[:, :, t, t + 1].mean(axis=(0, 2)) for layer in cross])  # (layers, heads)
    layer, head = np.unravel_index(on_source.argmax(), on_source.shape)
    found = cross[layer][:, head]  # (200, 9, 10)
    changed = told.copy()
    changed[:, 5:] = 1 + changed[:, 5:] % 10
    future = np.triu(np.ones((LENGTH - 1, LENGTH - 1), bool), 1)
    checks = [
        Check.exact("held-out sequences copied without a fault, of 200", 200,
                    int((copied(model, held_out) == held_out[:, 1:]).all(axis=1).sum()), reason="all of them"),
        Check.exact("1 2 ... 10, copied", counting[0, 1:], copied(model, counting)[0], reason="the tutorial's example"),
        Check.close("loss on the 200: the least that smoothed targets allow", ENTROPY, float(loss(model, held_out)),
                    tolerance=0.02, reason="0.517 with four seeds"),
        Check.at_least(f"share of attention on the symbol to be told (layer {layer + 1}, head {head + 1})", 0.8,
                       on_source.max(), reason="evenly spread it would be 0.1"),
        Check.at_least("how often that symbol has the most attention", 0.95,
                       (found.argmax(axis=-1) == t + 1).mean(), reason="chance is 0.1"),
        Check.close("sum of the weights on the source, for each symbol", np.ones(cross[0].shape[:-1]),
                    cross[0].sum(axis=-1), tolerance=1e-5, reason="round-off of ten float32 numbers"),
        Check.exact("weights on symbols that come later, all layers and heads", 0.0,
                    max(float(np.abs(w[..., future]).max()) for w in own.weights.values()), reason="exp(−∞) is 0"),
        Check.exact("change of the first logits when later symbols are changed", 0.0,
                    float(np.abs((model(held_out, changed) - logits)[:, :5]).max()), reason="to the last bit"),
    ]  # fmt: skip
    caption = (
        f"(a) Symbols of a held-out sequence, and how much head {head + 1} of layer {layer + 1} looks at each of them "
        "when the symbol on the left is to be told next: the diagonal. (b) The decoder's look at itself, mean over the "
        "heads of its first layer: nothing above the diagonal. (c) The loss comes near the entropy of the targets."
    )
    own_first = next(iter(own.weights.values()))[0].mean(axis=0)
    return Outcome([Picture(draw(held_out[0], found[0], own_first, history), caption)], checks)


def draw(sequence, cross, own, history):
    drawn = figure(13, 4)
    to_source, to_itself, course = drawn.subplots(1, 3)
    drawn.get_layout_engine().set(wspace=0.06)
    nn.viz.attention(cross, sequence[1:], sequence, ax=to_source)
    nn.viz.attention(own, sequence[:-1], sequence[:-1], ax=to_itself)
    to_source.set(title="(a) Attention to the source", xlabel="symbol of the source", ylabel="symbol to be told")
    to_itself.set(title="(b) Attention to what was told", xlabel="symbol told", ylabel="symbol told last")
    course.plot(history.steps["step"], history.steps["loss"], color=COLOURS[0], linewidth=1.2)
    course.axhline(ENTROPY, color="black", linewidth=1, linestyle=":", label=f"entropy of the targets, {ENTROPY:.3f}")
    course.set(title="(c) Loss", xlabel="step", ylabel="nats per symbol, smoothed targets", ylim=(0, None))
    course.legend()
    return drawn
