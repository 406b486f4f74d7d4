"""Why a run stopped: one enumeration for all methods, a sentence for each member."""

from enum import Enum

__all__ = ["Status"]


class Status(Enum):
    """Why a run stopped. `status.success` says whether that is what was asked for.

    >>> Status.CONVERGED.success, Status.ITERATION_LIMIT.success
    (True, False)
    """

    RUNNING = "The run goes on.", False
    CONVERGED = "The optimality measure is within its tolerance.", True
    PRECISION_LIMIT = "No further decrease of the objective is representable in floating point.", True
    TARGET_REACHED = "The objective is at or below the target.", True
    SMALL_STEP = "The last step is no longer than its tolerance.", True
    SMALL_CHANGE = "The last change of the objective is within its tolerance.", True
    ITERATION_LIMIT = "The limit on iterations is reached.", False
    EVALUATION_LIMIT = "The limit on evaluations of the objective is reached.", False
    TIME_LIMIT = "The limit on time is reached.", False
    STOPPED_BY_CALLBACK = "The callback asked to stop.", False
    INTERRUPTED = "The run was interrupted from the keyboard; this is the best point until then.", False
    LINE_SEARCH_FAILED = (
        "No lower point was found along a direction that should descend; check that the derivatives belong to the "
        "objective and that it is continuous.",
        False,
    )
    VALLEY = (
        "The optimality measure is within its tolerance, but the objective falls on, along a valley too narrow to "
        "follow; scale the variables to like sizes, or choose a method that does, such as lm for sums of squares.",
        False,
    )
    STAGNATED = "The search has stopped finding anything lower, before its points came within its tolerance.", False
    INFEASIBLE = (
        "No nearby point violates the constraints less, and this one does violate them; start elsewhere, or check that "
        "the constraints do not contradict each other.",
        False,
    )
    NOT_FINITE = "The objective or its gradient is not finite any more; this is the best point before.", False
    UNBOUNDED = "The objective fell to minus infinity; this is the best finite point before.", False

    def __init__(self, sentence: str, success: bool):
        self.sentence = sentence
        self.success = success

    def __repr__(self):
        return f"Status.{self.name}"

    def __str__(self):
        return self.name.lower().replace("_", " ")
