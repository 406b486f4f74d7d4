"""What a workload hands back: rows of numbers, goals with what was measured, and what went wrong."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """One line of numbers: `values` by column (contestant), all in `unit` ("s", "ratio", "arrays", ...)."""

    label: str
    unit: str
    values: dict[str, float]


@dataclass(frozen=True)
class Goal:
    """`quantity` was measured and is to be at most `bound`, both in `unit`."""

    quantity: str
    measured: float
    bound: float
    unit: str = "ratio"

    @property
    def met(self) -> bool:
        return self.measured <= self.bound


@dataclass
class Report:
    """All that one workload found. `errors` is for wrong derivatives, `notes` for what the reader should know."""

    id: str
    title: str
    rows: list[Row] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists, seconds and bytes unrounded."""
        return {
            "id": self.id,
            "title": self.title,
            "rows": [vars(row) for row in self.rows],
            "goals": [vars(goal) | {"met": goal.met} for goal in self.goals],
            "errors": self.errors,
            "notes": self.notes,
        }
