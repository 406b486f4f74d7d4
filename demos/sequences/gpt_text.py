"""A small GPT, character by character, on the help texts of Python.

    p(c₁ ... c_T) = Π p(c_t | c₁ ... c_{t−1}),    p(· | c₁ ... c_t) = softmax(E norm(x_t^L))

A transformer of decoders alone reads 64 characters, and tells at each of them the next. It is trained on the first nine
tenths of the text, in windows that are shifted anew in each epoch, by ADAM with decoupled weight decay, whose rate
warms up and then falls along a cosine. On the last tenth it must be less surprised than by counting: the best n-gram
knows three characters of context, as longer ones have not been seen often enough. Then it writes, by itself.
"""

import numpy as np

import optim
from autodiff import nn
from demos.character_text import REFERENCE, CharacterText, draw_curves, draw_samples
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.picture import figure

CONTEXT, BATCH, EPOCHS, SEED = 64, 16, 5, 0
SIZES = {"layers": 4, "heads": 4, "width": 128}
RATE, WARMUP = 2e-3, 100
START = "\nThe "


def loss(model, windows):
    """Mean −log p of each character of the windows (N, context + 1) but the first, in nats."""
    return nn.losses.cross_entropy(model(windows[:, :-1]), windows[:, 1:], axis=-1)


def train(text, context=CONTEXT, epochs=EPOCHS, seed=SEED, sizes=SIZES, rate=RATE):
    """The model, and the course of its training."""
    windows = np.lib.stride_tricks.sliding_window_view(text.tokens, context + 1)

    def shifted(starts, rng):
        return (windows[starts + rng.integers(context, size=len(starts))],)

    starts = np.arange(0, text.cut - 2 * context, context)
    training = nn.data.DataLoader((starts,), BATCH, seed=seed, drop_last=True, transform=shifted)
    config = nn.models.GPTConfig(vocabulary=len(text.tokenizer), context=context, **sizes)
    model = nn.models.GPT(config, rng=np.random.default_rng(seed))
    steps = epochs * len(training)
    warmup = min(WARMUP, steps // 4)
    schedule = optim.schedules.warmup(optim.schedules.cosine(rate, steps - warmup, end=rate / 20), warmup)
    optimizer = optim.adamw(schedule, beta2=0.99, weight_decay=0.1, where="*weight")
    held_out = (windows[text.cut - 1 :: context],)
    return model, nn.fit(model, loss, training, held_out, optimizer=optimizer, epochs=epochs, clip_norm=1.0)


def nats_per_character(model, text, context=CONTEXT, stride=32):
    """−log p of each held-out character, with at least context − stride characters before it; their mean."""
    windows = np.lib.stride_tricks.sliding_window_view(text.tokens, context + 1)
    ends = np.append(np.arange(text.cut + stride - 1, len(text.tokens) - 1, stride), len(text.tokens) - 1)
    nats = np.full(len(text.tokens), np.nan)
    for some in np.array_split(ends, -(-len(ends) // 64)):
        found = windows[some - context]  # (N, context + 1), the last of which stands at `some`
        logits = model(found[:, :-1])
        each = nn.losses.cross_entropy(logits, found[:, 1:], axis=-1, reduction="none")
        nats[some[:, None] + np.arange(1 - stride, 1)] = each[:, -stride:]
    return float(nats[text.cut :].mean())


def write(model, text, length, seed=SEED, **options):
    """What the model writes after START; keys and values are kept while it is within its context."""
    tokens = model.generate(text.tokenizer.encode(START), length, rng=np.random.default_rng(seed), **options)
    return text.tokenizer.decode(tokens)


@demo(
    slide="Current Deep Learning",
    data="the help texts that ship with Python, about 465,000 characters; the last tenth held out",
    asserts="fewer nats per character on the held-out tenth than the best n-gram; sampling with a cache as without",
    default=False,
)
def gpt_text():
    text = CharacterText(nn.data.python_help())
    ngrams = [text.ngram(order) for order in range(5)]
    interpolated = min(text.interpolated(order) for order in range(7))
    model, history = train(text)
    found = nats_per_character(model, text)
    warm = "temperature 0.8, of the likeliest 95 % (top-p)"
    samples = {
        "temperature 1": write(model, text, 420),
        warm: write(model, text, 420, temperature=0.8, top_p=0.95),
        "temperature 0: always the likeliest": write(model, text, 420, temperature=0),
    }
    plain = [write(model, text, 50, temperature=0.8, top_p=0.95, use_cache=cached) for cached in (True, False)]
    checks = [
        Check.at_most("nats per held-out character, against the best n-gram", min(ngrams), found,
                      reason="the least of the orders 0 to 4 on this text; 1.508 where it is that of Python 3.11"),
        Check.at_most("nats per held-out character, against the best with fall-back", interpolated, found,
                      reason="the least of the orders 0 to 6 by Witten and Bell, which is stricter"),
        Check.exact("50 characters written with keys and values kept = written without", plain[1], plain[0],
                    reason="the same computation, and the same random numbers"),
        Check.at_least("share of the words written at temperature 0.8 that the text has", 0.6,
                       text.known_words(samples[warm]),
                       reason="it spells by characters, and makes up the rest; six samples had 0.81 to 0.93"),
    ]  # fmt: skip
    if len(text.tokens) in REFERENCE:
        known, digits = REFERENCE[len(text.tokens)], "three decimals of the reference"
        checks.append(Check.close("nats of n-grams, orders 0 to 4", known, ngrams, tolerance=6e-4, reason=digits))
    caption = (
        f"{model.num_parameters:,} parameters, {len(history.steps):,} steps: {found:.3f} nats per held-out character, "
        f"where the best n-gram (order {int(np.argmin(ngrams))}) has {min(ngrams):.3f}, and one that falls back on "
        f"shorter contexts {interpolated:.3f}. The dots are higher: there some characters have little before them."
    )
    curves, written = figure(9, 4.8), figure(8, 5.2)
    draw_curves(curves.subplots(), history, ngrams, interpolated)
    draw_samples(written.subplots(), samples)
    return Outcome([Picture(curves, caption), Picture(written, f"What it writes after {START!r}.")], checks)
