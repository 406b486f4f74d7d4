"""The demos of sequences, on little: what their functions compute, and that they train."""

import numpy as np
import pytest

import autodiff as ad
from autodiff import nn
from demos.character_text import CharacterText, draw_samples
from demos.picture import figure
from demos.sequences import adding_problem, gpt_text, lstm_text, transformer_copy

SENTENCE = "the cat sat on the mat, and the rat sat on the cat; "


@pytest.fixture(autouse=True)
def without_bars(monkeypatch):
    monkeypatch.setitem(nn.fit.__kwdefaults__, "progress", False)


class TestCounting:
    @pytest.mark.parametrize("measure", ["ngram", "interpolated"])
    @pytest.mark.parametrize("order", [0, 1, 2])
    def test_probabilities_of_all_characters_sum_to_one(self, measure, order):
        total = sum(np.exp(-getattr(CharacterText("abcabbcab" + c), measure)(order)) for c in "abc")
        assert abs(total - 1) < 1e-12

    def test_ngram_is_the_formula(self):
        text = CharacterText("abcabbcab" + "b")  # held out: b, after b; in training b is followed by c, b, c
        assert np.isclose(text.ngram(1), -np.log((1 + 0.1) / (3 + 0.3)))
        assert np.isclose(text.ngram(0), -np.log((4 + 0.1) / (9 + 0.3)))

    def test_interpolation_weighs_by_the_kinds_that_follow(self):
        text = CharacterText("abcabbcab" + "b")
        unigram = (4 + 3 * (1 / 3)) / (9 + 3)
        assert np.isclose(text.interpolated(1), -np.log((1 + 2 * unigram) / (3 + 2)))

    def test_an_unseen_context_falls_back(self):
        text = CharacterText("aaaaaaaab" + "a")  # nothing follows b in training
        assert np.isclose(text.interpolated(1), text.interpolated(0))

    def test_contexts_that_do_not_fit_are_an_error(self):
        with pytest.raises(ValueError, match="64 bits; take fewer"):
            CharacterText(SENTENCE).ngram(40)

    def test_known_words_leave_out_the_ends(self):
        assert CharacterText(10 * SENTENCE).known_words("e cat on kat the m") == 0.75


class TestAddingProblem:
    def test_gradient_by_lag_of_the_plain_network_is_the_recursion_by_hand(self):
        inputs, targets = nn.data.adding_problem(1, n=3, length=7).arrays
        model = adding_problem.Adder(nn.RNN, 5, np.random.default_rng(0))
        h, _ = model.recurrent(inputs)
        W = model.recurrent.weight_hh_l0
        delta = 2 * (model(inputs) - targets)[:, None] * model.readout.weight
        sizes = [np.linalg.norm(delta, axis=1).mean()]
        for t in range(6, 0, -1):
            delta = (delta * (1 - h[:, t] ** 2)) @ W
            sizes.append(np.linalg.norm(delta, axis=1).mean())
        found = adding_problem.gradient_by_lag(model, inputs, targets)
        np.testing.assert_allclose(found, sizes, rtol=1e-4)  # float32, seven steps

    @pytest.mark.parametrize("name", ["GRU", "LSTM"])
    def test_gradient_of_the_last_state_is_that_of_the_readout(self, name):
        inputs, targets = nn.data.adding_problem(1, n=3, length=7).arrays
        model = adding_problem.Adder(adding_problem.LAYERS[name], 5, np.random.default_rng(0))
        expected = np.abs(2 * (model(inputs) - targets)).mean() * np.linalg.norm(model.readout.weight)
        found = adding_problem.gradient_by_lag(model, inputs, targets)
        assert found.shape == (7,) and np.isclose(found[0], expected, rtol=1e-4)

    def test_short_sums_are_learnt_and_drawn(self):
        rng = np.random.default_rng(0)
        training, held_out = (nn.data.adding_problem(rng, n, length=4).arrays for n in (250 * 32, 200))
        start, model, course = adding_problem.train(nn.GRU, training, held_out, width=16, every=50)
        assert course.steps == [50, 100, 150, 200, 250]
        assert course.errors[-1] < 0.05 < nn.evaluate(start, nn.losses.mse, held_out)["loss"]
        faded = {"at the start": np.ones(4), "trained": adding_problem.gradient_by_lag(model, *held_out)}
        assert len(adding_problem.draw({"GRU": course}, {"GRU": faded}).axes) == 2


class TestCopying:
    SIZES = transformer_copy.SIZES | {"d_model": 16, "dim_feedforward": 16}

    def test_entropy_is_the_loss_of_the_smoothed_targets_themselves(self):
        target = np.array([3])
        p = np.full((1, 11), transformer_copy.SMOOTHING / 11)
        p[0, 3] += 1 - transformer_copy.SMOOTHING
        found = nn.losses.cross_entropy(np.log(p), target, label_smoothing=transformer_copy.SMOOTHING)
        assert np.isclose(found, transformer_copy.ENTROPY)

    def test_training_lowers_the_loss(self):
        model, history = transformer_copy.train(np.random.default_rng(0), steps=25, sizes=self.SIZES)
        assert history.steps["loss"][-5:].mean() < history.steps["loss"][:5].mean()
        sequences = nn.data.copy_task(np.random.default_rng(1), 4)
        assert transformer_copy.copied(model, sequences).shape == (4, 9)
        assert transformer_copy.draw(sequences[0], np.eye(9, 10), np.eye(9), history).axes

    def test_what_the_decoder_sees_of_itself_is_kept(self):
        model = nn.models.Seq2SeqTransformer(11, 11, **self.SIZES, rng=0)
        sequences, own = nn.data.copy_task(np.random.default_rng(0), 4), transformer_copy.SelfAttention()
        watched = nn.watched(model.eval(), own)(sequences, sequences[:, :-1])
        assert list(own.weights) == [f"transformer.decoder.layers.{k}.self_attn" for k in range(2)]
        for weights in own.weights.values():
            assert weights.shape == (4, 4, 9, 9) and not np.triu(weights, 1).any()
            np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-5)
        np.testing.assert_array_equal(watched, model(sequences, sequences[:, :-1]))


class TestGPT:
    SIZES = {"layers": 1, "heads": 2, "width": 16}

    def test_every_held_out_character_is_told_with_enough_context(self):
        text = CharacterText(9 * SENTENCE)  # 46 held-out characters, no multiple of the stride
        config = nn.models.GPTConfig(vocabulary=len(text.tokenizer), context=8, **self.SIZES)
        model = nn.models.GPT(config, rng=0)
        last, nats = len(text.tokens) - 1, []
        for at in range(text.cut, last + 1):
            whole = at - (at - text.cut) % 5 + 4  # where the window of this stretch of five ends
            end = last if at > last - 5 else whole
            logits = model(text.tokens[end - 8 : end])
            nats.append(nn.losses.cross_entropy(logits[at - end - 1], text.tokens[at]))
        assert np.isclose(gpt_text.nats_per_character(model, text, context=8, stride=5), np.mean(nats), rtol=1e-5)

    def test_it_trains_and_writes(self):
        text = CharacterText(40 * SENTENCE + "\nThe end.\nThe end.")
        model, history = gpt_text.train(text, context=16, epochs=4, sizes=self.SIZES, rate=1e-2)
        assert history["validation_loss"][-1] < text.ngram(0)
        written = gpt_text.write(model, text, 20)
        assert written.startswith(gpt_text.START) and len(written) == len(gpt_text.START) + 20


class TestLSTM:
    def test_a_chunk_begins_where_the_one_before_in_its_stream_ended(self):
        windows = lstm_text.in_streams(np.arange(1, 100), streams=4, chunk=6).reshape(-1, 4, 7)
        assert windows.shape == (4, 4, 7)
        np.testing.assert_array_equal(windows[1:, :, 0], windows[:-1, :, -1])
        np.testing.assert_array_equal(windows[0, :, 0], [1, 25, 49, 73])

    def test_the_gradient_is_that_with_the_state_before_as_a_constant(self):
        rng = np.random.default_rng(0)
        model = lstm_text.CharacterModel(9, 4, 5, 3, rng)
        model.h[...], model.c[...] = rng.standard_normal((2, 1, 3, 5))
        windows, before = rng.integers(0, 9, (3, 8)), (model.h.copy(), model.c.copy())

        def plain(model):
            logits, after = model(windows[:, :-1], before)
            return nn.losses.cross_entropy(logits, windows[:, 1:], axis=-1), after

        (value, after), expected = ad.value_and_grad(plain, has_aux=True)(model)
        found_value, found = ad.value_and_grad(lstm_text.loss)(model, windows)
        assert found_value == value
        for own, other in zip(ad.tree.leaves(found), ad.tree.leaves(expected), strict=True):
            np.testing.assert_array_equal(own, other)
        np.testing.assert_array_equal(model.h, after[0])
        np.testing.assert_array_equal(model.c, after[1])

    def test_evaluation_leaves_the_streams_alone(self):
        model = lstm_text.CharacterModel(9, 4, 5, 3, np.random.default_rng(0)).eval()
        lstm_text.loss(model, np.ones((2, 8), int))
        assert not model.h.any() and not model.c.any()

    def test_it_trains_and_writes(self):
        text = CharacterText(40 * SENTENCE + "\nThe end.\nThe end.")
        model, history = lstm_text.train(text, epochs=2, embedded=8, width=24, chunk=16, streams=4, rate=2e-2)
        assert history["validation_loss"][-1] < text.ngram(0)
        written = lstm_text.write(model, text, 20)
        assert written.startswith(lstm_text.START) and len(written) == len(lstm_text.START) + 20


def test_samples_with_dollars_and_long_lines_are_drawn():
    drawn = figure()
    draw_samples(drawn.subplots(), {"one": "a $ b $ c\n\n" + 200 * "x"})
    drawn.draw_without_rendering()
    assert [text.get_text() for text in drawn.axes[0].texts][:2] == ["one", r"a \$ b \$ c"]
