"""Methods that look for the lowest of many minima. All random numbers come from one generator, which is passed in.

| method | searches by |
|---|---|
| `cma_es` | a normal distribution that learns the shape of the objective |
| `differential_evolution` | differences between the members of a population |
| `particle_swarm` | particles that remember their best and know their swarm's |
| `simulated_annealing` | steps that may go up, the less the cooler it gets |
| `basin_hopping` | local searches from perturbed minima |
| `multistart` | local searches from points spread over the box |
"""

from .basin_hopping import basin_hopping
from .cma import CMAES
from .cma_restarts import cma_es
from .differential_evolution import differential_evolution
from .multistart import multistart
from .particle_swarm import particle_swarm
from .simulated_annealing import simulated_annealing

__all__ = [
    "CMAES",
    "basin_hopping",
    "cma_es",
    "differential_evolution",
    "multistart",
    "particle_swarm",
    "simulated_annealing",
]
