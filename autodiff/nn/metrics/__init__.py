"""Metrics: how good predictions are. Functions (prediction, target) → number, and accumulators of batches.

    accuracy(model(x), y)                                       of a whole set
    metric = Accuracy(); metric.update(model(x), y); metric.result()    of a set in batches: exactly the same number

Predictions come first, as in the losses; scikit-learn has them second. Nothing here is differentiated.
"""

from .classification import *
from .ranking import *
from .regression import *
from .running import *
