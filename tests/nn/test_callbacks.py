"""Callbacks: when they are called, what they may stop, and what each of them does."""

import csv

import numpy as np
import pytest

import autodiff as ad
import optim
from autodiff import nn
from tests.nn.training_models import cross_entropy, data_of, flat, mse, network


def train(model, *callbacks, optimizer=None, **options):
    given = {"epochs": 2, "batch_size": 16, "seed": 7, "progress": False, "validation": data_of(40, 1)} | options
    optimizer = optim.sgd(0.1) if optimizer is None else optimizer
    return nn.fit(model, cross_entropy, data_of(48), optimizer=optimizer, callbacks=callbacks, **given)


class Told(nn.Callback):
    """Writes down what it is told, and raises what it shall."""

    def __init__(self, name="", log=None, order=0, **raising):
        self.name, self.log, self.order, self.raising = name, [] if log is None else log, order, raising

    def _told(self, event):
        self.log.append(f"{event}{self.name}")
        if event in self.raising:
            raise self.raising.pop(event)

    def fit_started(self, run):
        self._told("fit_started")

    def epoch_started(self, run):
        self._told("epoch_started")

    def batch_started(self, run):
        self._told("batch_started")

    def gradient_found(self, run):
        self._told("gradient_found")

    def batch_ended(self, run):
        self._told("batch_ended")

    def epoch_ended(self, run):
        self._told("epoch_ended")

    def fit_ended(self, run):
        self._told("fit_ended")


BATCH = ["batch_started", "gradient_found", "batch_ended"]


def test_events_come_in_their_order():
    told = Told()
    train(network(0), told)
    epoch = ["epoch_started", *BATCH, *BATCH, *BATCH, "epoch_ended"]
    assert told.log == ["fit_started", *epoch, *epoch, "fit_ended"]


def test_callbacks_are_called_by_their_order_and_then_as_given():
    log = []
    train(network(0), Told("c", log, order=5), Told("a", log), Told("b", log), epochs=1, steps=1)
    assert [entry[-1] for entry in log] == list("abc") * (len(log) // 3)


def test_all_are_told_before_a_cancellation_takes_effect():
    log = []
    train(network(0), Told("a", log, epoch_ended=nn.CancelFit()), Told("b", log))
    assert log[-4:] == ["epoch_endeda", "epoch_endedb", "fit_endeda", "fit_endedb"]


@pytest.mark.parametrize("event", ["batch_started", "gradient_found"])
def test_a_cancelled_batch_makes_no_step(event):
    told = Told(**{event: nn.CancelBatch()})
    history = train(network(0), told, epochs=1)
    assert len(history.steps) == 2 and told.log.count("batch_ended") == 3


def test_a_cancelled_epoch_is_evaluated():
    history = train(network(0), Told(batch_ended=nn.CancelEpoch()))
    assert len(history.steps) == 1 + 3 and np.isfinite(history["validation_loss"]).all()
    assert history["step"].tolist() == [1, 4]


def test_cancelled_training_says_why():
    history = train(network(0), Told(gradient_found=nn.CancelFit("enough is enough")))
    assert history.stopped == "enough is enough" and len(history.steps) == 0


def test_an_error_reaches_the_caller_after_the_callbacks_were_told():
    told = Told(batch_ended=RuntimeError("broken"))
    model = network(0).eval()
    with pytest.raises(RuntimeError, match="broken"):
        train(model, told)
    assert told.log[-1] == "fit_ended" and not model.training


# -- stopping, averaging, rates ----------------------------------------------------------------------------------------


class Scripted(nn.Callback):
    """Puts a value in place of an epoch's validation loss."""

    order = -10

    def __init__(self, values):
        self.values = list(values)

    def epoch_ended(self, run):
        run.history.epochs._columns["validation_loss"][-1] = self.values[run.epoch - 1]


def test_early_stopping_waits_for_its_patience():
    stop = nn.EarlyStopping(patience=2, min_delta=0.1)
    history = train(network(0), Scripted([1.0, 0.8, 0.75, 0.85, 0.1]), stop, epochs=5)
    assert len(history) == 4 and stop.best_epoch == 2
    assert history.stopped.startswith("validation_loss was best, 0.8, in epoch 2")


def test_early_stopping_for_what_should_be_large():
    history = train(network(0), Scripted([1.0, 2.0, 1.5, 1.5]), nn.EarlyStopping(patience=1, largest=True), epochs=4)
    assert len(history) == 3


def test_early_stopping_puts_parameters_and_buffers_of_the_best_epoch_back():
    model, twin = network(0, random=True), network(0, random=True)
    train(model, Scripted([1.0, 0.5, 0.6, 0.7]), nn.EarlyStopping(patience=2), epochs=9)
    train(twin, epochs=2)
    np.testing.assert_array_equal(flat(model), flat(twin))
    np.testing.assert_array_equal(model[1].mean, twin[1].mean)


def test_early_stopping_may_leave_the_last_model():
    model, twin = network(0), network(0)
    train(model, Scripted([1.0, 2.0, 3.0]), nn.EarlyStopping(patience=2, restore=False), epochs=9)
    train(twin, epochs=3)
    np.testing.assert_array_equal(flat(model), flat(twin))


def test_a_column_to_monitor_that_is_missing_is_named():
    with pytest.raises(nn.ModelError, match="no column 'validation_loss'.*give fit a `validation`"):
        train(network(0), nn.EarlyStopping(), validation=None)


def test_ema_is_the_recursion():
    model, path = network(0), []

    class Keep(nn.Callback):
        def batch_ended(self, run):
            path.append(flat(run.model))

    ema = nn.EMA(0.75)
    history = train(model, Keep(), ema)
    mean = path[0]
    for x in path[1:]:
        mean = 0.75 * mean + 0.25 * x
    np.testing.assert_allclose(flat(model), mean, atol=1e-6)
    assert history["validation_loss"][-1] == nn.evaluate(model, cross_entropy, data_of(40, 1))["loss"]


def test_ema_may_leave_the_model_as_it_was_trained():
    model, twin, ema = network(0), network(0), nn.EMA(0.5, finish=False)
    train(model, ema)
    train(twin)
    np.testing.assert_array_equal(flat(model), flat(twin))
    assert (flat(ema.model) != flat(model)).any()


def test_the_rate_falls_on_a_plateau():
    values = [1.0, 0.9, 0.95, 0.95, 0.95, 0.95, 0.95]
    plateau = nn.ReduceOnPlateau(factor=0.5, patience=1, cooldown=1)
    history = train(network(0), Scripted(values), plateau, epochs=7)
    rates = history.steps["learning_rate"][::3]
    # best in epoch 2; bad in 3, 4: falls; 5 cools down; bad in 6, 7
    np.testing.assert_allclose(rates, [0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05])


def test_the_rate_of_a_plateau_has_a_floor():
    plateau = nn.ReduceOnPlateau(factor=0.1, patience=0, smallest=0.5)
    history = train(network(0), Scripted([1.0, 2.0, 2.0, 2.0]), plateau, epochs=4)
    assert history.steps["learning_rate"][-1] == pytest.approx(0.05)


def test_the_rate_finder_finds_where_a_quadratic_diverges():
    x = np.eye(4, dtype=np.float32)
    model = nn.Linear(4, 4, bias=False, rng=0)
    before = model.weight.copy()
    # loss = ‖W - 0‖² / 16, hessian 1/8: gradient descent diverges beyond a rate of 16
    curve = nn.find_learning_rate(
        model, mse, (x, np.zeros((4, 4), np.float32)), optim.sgd, low=1e-3, high=1e4, steps=80, smoothing=0.0
    )
    np.testing.assert_array_equal(model.weight, before)
    smallest = curve.rates[np.argmin(curve.losses)]
    assert 8 < smallest < 32 and curve.suggested == pytest.approx(smallest / 10)
    assert curve.rates[-1] < 1e4  # it ended when the loss went up
    assert curve.plot().get_xscale() == "log"
    import matplotlib.pyplot as plt

    plt.close("all")


def test_a_rate_that_diverges_at_once_is_refused():
    x = np.ones((4, 4), np.float32)
    with pytest.raises(nn.ModelError, match="smaller `low`"), np.errstate(all="ignore"):
        nn.find_learning_rate(nn.Linear(4, 1, rng=0), mse, (x, x[:, :1]), optim.sgd, low=1e30, high=1e38)


# -- nan ---------------------------------------------------------------------------------------------------------------


class Faulty(nn.Module):
    """A layer with a weight whose result, or gradient, may be no number."""

    def __init__(self, function):
        self.weight, self.function = np.ones(3, np.float32), function

    def forward(self, x):
        return self.function(x * self.weight)


def watched(function, x=None):
    model = nn.Sequential(
        nn.Linear(4, 3, rng=0), nn.Sequential(nn.Identity(), Faulty(function)), nn.Linear(3, 3, rng=1)
    )
    data = data_of(8) if x is None else (x, np.zeros(len(x), int))
    with pytest.raises(nn.NonFiniteError) as caught, np.errstate(all="ignore"):
        nn.fit(model, cross_entropy, data, optimizer=optim.sgd(0.1), callbacks=[nn.NaNWatchdog()], progress=False)
    return caught.value


@pytest.mark.parametrize(
    "function, operation",
    [
        (lambda x: np.log(-np.abs(x)), "log"),
        (lambda x: np.sqrt(x - 100), "sqrt"),
        (lambda x: np.exp(x + 1000) * 0, "exp"),
        (lambda x: x / (x - x), "divide"),
    ],
)
def test_the_layer_and_the_operation_of_the_first_nan_are_named(function, operation):
    error = watched(function)
    assert (error.path, error.operation, error.backward) == ("1.1", operation, False)
    assert f"{operation} gives" in str(error) and "1.1 = Faulty(" in str(error)


def test_a_nan_in_the_gradient_is_told_from_one_in_the_result():
    error = watched(lambda x: np.sqrt(x - ad.stop_gradient(x)))
    assert (error.path, error.operation, error.backward) == ("1.1", "sqrt", True)
    assert "the gradient of sqrt" in str(error)


def test_the_layer_in_the_middle_of_which_others_are_called_is_named():
    class Around(nn.Module):
        def __init__(self):
            self.first, self.second = nn.Linear(4, 3, rng=0), nn.Linear(3, 3, rng=1)

        def forward(self, x):
            return self.second(np.log(self.first(x) * 0 - 1))

    with pytest.raises(nn.NonFiniteError) as caught, np.errstate(all="ignore"):
        nn.fit(
            nn.Sequential(Around()), cross_entropy, data_of(8), optimizer=optim.sgd(0.1),
            callbacks=[nn.NaNWatchdog()], progress=False,
        )  # fmt: skip
    assert (caught.value.path, caught.value.operation) == ("0", "log")


def test_nan_in_the_data_is_found_there():
    x = data_of(8)[0].copy()
    x[3, 2] = np.nan
    assert "array 0 of the batch holds nan" in str(watched(lambda x: x, x))


def test_a_parameter_that_a_step_made_infinite_is_named():
    class Break(nn.Callback):
        def batch_ended(self, run):
            run.model[1].bias[0] = np.inf if run.step == 2 else 0.0

    model = nn.Sequential(nn.Linear(4, 3, rng=0), nn.Linear(3, 3, rng=0))
    with pytest.raises(nn.NonFiniteError, match="1.bias holds an infinity") as caught, np.errstate(all="ignore"):
        train(model, nn.NaNWatchdog(), Break())
    assert caught.value.path == "1.bias" and "batch 2 of epoch 1" in str(caught.value)


def test_the_batch_is_computed_again_with_the_same_random_numbers():
    rng = np.random.default_rng(1)

    class Sometimes(nn.Module):
        def __init__(self):
            self.rng = rng

        def forward(self, x):
            return np.log(x * x) if self.rng.random() > 0.7 else x * 1.0

    x = np.zeros((64, 4), np.float32)
    model = nn.Sequential(Sometimes(), nn.Linear(4, 3, rng=0))
    with pytest.raises(nn.NonFiniteError) as caught, np.errstate(all="ignore"):
        nn.fit(nn.Sequential(nn.Linear(4, 4, bias=False, rng=0), model), cross_entropy, (x, np.zeros(64, int)),
               optimizer=optim.sgd(0.1), batch_size=1, callbacks=[nn.NaNWatchdog()], progress=False)  # fmt: skip
    assert (caught.value.path, caught.value.operation) == ("1.0", "log")


def test_the_watchdog_changes_nothing_where_all_is_finite():
    model, twin = network(0, random=True), network(0, random=True)
    train(model, nn.NaNWatchdog())
    train(twin)
    np.testing.assert_array_equal(flat(model), flat(twin))


# -- logs and pictures -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["epochs", "steps"])
def test_a_csv_has_the_rows_of_the_history(table, tmp_path):
    path = tmp_path / "logs" / "training.csv"
    history = train(network(0), nn.CSVLog(path, table), metrics={"n": lambda p, y: len(y)})
    with open(path) as file:
        rows = list(csv.DictReader(file))
    expected = getattr(history, table)
    assert tuple(rows[0]) == expected.columns
    for column in expected.columns:
        assert [float(row[column]) for row in rows] == expected[column].tolist()


def test_a_csv_goes_on_where_training_is_resumed(tmp_path):
    path = tmp_path / "training.csv"
    train(network(0), nn.CSVLog(path), nn.Checkpoint(tmp_path / "state"), epochs=1)
    train(network(0), nn.CSVLog(path), epochs=3, resume=tmp_path / "state")
    assert [line.split(",")[0] for line in path.read_text().splitlines()] == ["epoch", "1.0", "2.0", "3.0"]


def test_tensorboard_reads_what_is_logged(tmp_path):
    pytest.importorskip("tensorboard", reason="tensorboard is not installed")
    history = train(network(0), nn.TensorBoardLog(tmp_path))
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    (path,) = tmp_path.iterdir()
    found = {}
    for event in EventFileLoader(str(path)).Load():
        for value in event.summary.value:
            number = value.tensor.float_val[0] if value.HasField("tensor") else value.simple_value
            found.setdefault(value.tag, []).append((event.step, number))
    assert [step for step, _ in found["step/loss"]] == [1, 2, 3, 4, 5, 6]
    np.testing.assert_allclose([v for _, v in found["step/loss"]], history.steps["loss"], rtol=1e-6)  # float32
    np.testing.assert_allclose([v for _, v in found["epoch/validation_loss"]], history["validation_loss"], rtol=1e-6)


def test_a_missing_tensorboard_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "tensorboard.compat.proto.event_pb2", None)
    with pytest.raises(ImportError, match="pip install tensorboard"):
        nn.TensorBoardLog("runs")


def test_a_picture_is_written(tmp_path):
    path = tmp_path / "losses.png"
    train(network(0), nn.LivePlot(path))
    assert path.read_bytes()[:4] == b"\x89PNG"


def test_axes_are_drawn_on_again_and_again():
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    train(network(0), nn.LivePlot(ax, every=2, log=True), epochs=3)
    assert len(ax.get_lines()) == 3 and ax.get_yscale() == "log"


def test_times_add_up():
    timing = nn.Timing()
    history = train(network(0), timing)
    assert all(seconds > 0 for seconds in timing.seconds.values())
    assert sum(timing.seconds.values()) <= history["time"][-1] + 1e-3
    assert "gradient" in repr(timing)


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: nn.EarlyStopping(patience=0), "patience"),
        (lambda: nn.EarlyStopping(min_delta=-1), "min_delta"),
        (lambda: nn.EMA(1.0), "decay"),
        (lambda: nn.ReduceOnPlateau(factor=1.0), "factor"),
        (lambda: nn.ReduceOnPlateau(patience=-1), "patience"),
        (lambda: nn.Checkpoint("x", every=0), "every"),
        (lambda: nn.Checkpoint("x", every_steps=2, best="loss"), "every_steps"),
        (lambda: nn.CSVLog("x", "rows"), "'rows'"),
        (lambda: nn.LivePlot(3), "not to 3"),
        (lambda: nn.LivePlot("x", every=0), "every"),
        (lambda: nn.LearningRateFinder(1.0, 0.1), "low is below high"),
        (lambda: nn.LearningRateFinder(steps=1), "steps"),
        (lambda: nn.LearningRateFinder(smoothing=1.0), "smoothing"),
    ],
)
def test_bad_input_is_refused(make, words):
    with pytest.raises(nn.ModelError, match=words):
        make()
