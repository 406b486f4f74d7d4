"""Which method solves how many problems, and with how many evaluations; with SciPy beside it where it is installed.

python -m optim.benchmark          the score on the Moré-Garbow-Hillstrom collection, all starts
python -m optim.benchmark --help   other methods, and the picture of the profile
"""

from .contestants import Contestant, Outcome, ours, scipy
from .table import Row, Table
from .trials import run
from .verdict import Verdict, judge

__all__ = ["Contestant", "Outcome", "Row", "Table", "Verdict", "judge", "ours", "run", "scipy"]
